#include "strategies/exec_link.hpp"

#include <caf/send.hpp>

namespace strike::strategies {

namespace {

constexpr const char* condition = "exec";

} // namespace

result<std::shared_ptr<exec_link>> exec_link::open(const bus::context& where, bus::connect_config how,
                                                   std::shared_ptr<instrument_registry> instruments,
                                                   process::logger& log, process::readiness& ready) {
  std::shared_ptr<exec_link> made{new exec_link{std::move(instruments), log, ready}};
  auto& x = *made;
  ready.not_ready(condition, "connecting to " + how.endpoint);
  auto client =
      bus::request_client::open(where, {.connect = std::move(how),
                                        .identity = {},
                                        .on_message = [&x](std::string_view bytes) { x.on_message(bytes); },
                                        .on_undelivered = [&x](std::string_view bytes) { x.on_undelivered(bytes); },
                                        .on_link = [&x](const bus::link_report& what) { x.on_link(what); }});
  if (!client) return std::unexpected{client.error()};
  x.client_ = *std::move(client);
  return made;
}

void exec_link::join(const std::string& strategy, caf::actor who) {
  const std::scoped_lock lock{guard_};
  if (is_connected_) caf::anon_send(who, std::make_shared<const exec_news>(exec_connected{}));
  strategies_.insert_or_assign(strategy, std::move(who));
}

void exec_link::leave(const std::string& strategy, const caf::actor& who) {
  const std::scoped_lock lock{guard_};
  const auto at = strategies_.find(strategy);
  if (at != strategies_.end() && at->second == who) strategies_.erase(at);
}

void exec_link::on_message(std::string_view bytes) {
  auto message = wire::decode_order_update(bytes, *instruments_);
  if (!message) return log_.warning("malformed order update", {{"why", message.error().text}});
  const auto strategy = message->header.strategy;
  tell(strategy, *std::move(message));
}

void exec_link::on_undelivered(std::string_view bytes) {
  auto message = wire::decode_order_request(bytes, *instruments_);
  if (!message) return;
  const auto strategy = message->header.strategy;
  tell(strategy, exec_undelivered{*std::move(message)});
}

void exec_link::on_link(const bus::link_report& what) {
  const bool is_connected = what.what == bus::link_state::connected;
  if (is_connected) {
    ready_.ready(condition);
    log_.info("exec connected", {{"what", what.text}});
    tell_all(exec_connected{});
  } else if (ready_.not_ready(condition, what.text)) {
    log_.warning("exec lost", {{"what", what.text}});
    tell_all(exec_disconnected{what.text});
  }
}

void exec_link::tell(const std::string& strategy, exec_news news) {
  const std::scoped_lock lock{guard_};
  const auto at = strategies_.find(strategy);
  if (at != strategies_.end()) caf::anon_send(at->second, std::make_shared<const exec_news>(std::move(news)));
}

void exec_link::tell_all(const exec_news& news) {
  const auto shared = std::make_shared<const exec_news>(news);
  const std::scoped_lock lock{guard_};
  is_connected_ = std::holds_alternative<exec_connected>(news);
  for (const auto& [name, who] : strategies_) caf::anon_send(who, shared);
}

} // namespace strike::strategies
