#include "direct.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::bus {

result<void> direct_client::send(std::string_view bytes) {
  const auto to = server();
  if (!to || !to->deliver(identity, bytes))
    return fail(ec::session_down, how.connect.endpoint + ": not connected; send again when it is");
  ++counts.sent;
  return {};
}

void direct_client::deliver(std::string_view bytes) {
  if (!calls.enter()) return;
  ++counts.received;
  counts.received_bytes += bytes.size();
  if (how.on_message) how.on_message(bytes);
  calls.leave();
}

void direct_server::send(std::string_view to, std::string_view bytes) {
  if (const auto client = peer(to)) {
    ++counts.sent;
    return client->deliver(bytes);
  }
  ++counts.undelivered;
  if (how.on_undelivered) how.on_undelivered(to, bytes, "the peer is not connected");
}

bool direct_server::deliver(std::string_view from, std::string_view bytes) {
  if (!calls.enter()) return false;
  ++counts.received;
  counts.received_bytes += bytes.size();
  if (how.on_request) how.on_request(from, bytes);
  calls.leave();
  return true;
}

std::shared_ptr<direct_client> direct_server::peer(std::string_view identity) const {
  const std::scoped_lock lock{guard_};
  const auto at = peers_.find(identity);
  return at == peers_.end() ? nullptr : at->second;
}

void direct_server::set_peer(const std::string& identity, std::shared_ptr<direct_client> x) {
  const std::scoped_lock lock{guard_};
  if (x)
    peers_.insert_or_assign(identity, std::move(x));
  else
    peers_.erase(identity);
}

void direct_exchange::connect(const std::shared_ptr<direct_client>& client,
                              const std::shared_ptr<direct_server>& server) {
  if (const auto old = server->peer(client->identity)) disconnect(old, "a newer client of its identity took over");
  client->set_server(server);
  server->set_peer(client->identity, client);
  ++client->counts.connects;
  ++server->counts.connects;
  if (client->how.on_link)
    client->how.on_link({link_state::connected, 0, client->how.connect.endpoint + ": connected"});
}

void direct_exchange::disconnect(const std::shared_ptr<direct_client>& client, const char* why) {
  const auto server = client->server();
  if (!server) return;
  client->set_server(nullptr);
  server->set_peer(client->identity, nullptr);
  ++client->counts.disconnects;
  ++server->counts.disconnects;
  if (client->how.on_link)
    client->how.on_link({link_state::disconnected, 0, fmt::format("{}: {}", client->how.connect.endpoint, why)});
}

result<void> direct_exchange::open(const std::shared_ptr<direct_server>& x) {
  const auto& endpoint = x->how.bind.endpoint;
  const std::scoped_lock lock{mutex_};
  auto& at = places_[endpoint];
  if (at.server) return fail(ec::io, endpoint + ": is taken within this process");
  at.server = x;
  for (const auto& client : at.clients) connect(client, x);
  return {};
}

void direct_exchange::open(const std::shared_ptr<direct_client>& x) {
  const std::scoped_lock lock{mutex_};
  x->identity = x->how.identity.empty() ? fmt::format("within the process {}", ++names_) : x->how.identity;
  auto& at = places_[x->how.connect.endpoint];
  at.clients.push_back(x);
  if (at.server) connect(x, at.server);
}

void direct_exchange::close(const std::shared_ptr<direct_server>& x) {
  {
    const std::scoped_lock lock{mutex_};
    auto& at = places_[x->how.bind.endpoint];
    at.server = nullptr;
    for (const auto& client : at.clients) disconnect(client, "the other end was closed");
    if (at.clients.empty()) places_.erase(x->how.bind.endpoint);
  }
  x->calls.close();
}

void direct_exchange::close(const std::shared_ptr<direct_client>& x) {
  {
    const std::scoped_lock lock{mutex_};
    if (const auto server = x->server()) {
      x->set_server(nullptr);
      server->set_peer(x->identity, nullptr);
      ++server->counts.disconnects;
    }
    auto& at = places_[x->how.connect.endpoint];
    std::erase(at.clients, x);
    if (!at.server && at.clients.empty()) places_.erase(x->how.connect.endpoint);
  }
  x->calls.close();
}

} // namespace strike::bus
