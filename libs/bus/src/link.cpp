#include "link.hpp"

#include "frames.hpp"

#include <charconv>
#include <cstring>
#include <fmt/format.h>

namespace strike::bus {
namespace {

bool is_inproc(std::string_view endpoint) { return endpoint.starts_with("inproc://"); }

void apply(zmq::socket_t& socket, const socket_options& x) {
  const auto ms = [](auto d) { return static_cast<int>(std::chrono::milliseconds{d}.count()); };
  socket.set(zmq::sockopt::sndhwm, x.send_hwm);
  socket.set(zmq::sockopt::rcvhwm, x.receive_hwm);
  socket.set(zmq::sockopt::linger, ms(x.linger));
  socket.set(zmq::sockopt::reconnect_ivl, ms(x.reconnect));
  socket.set(zmq::sockopt::reconnect_ivl_max, ms(x.reconnect_longest));
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  socket.set(zmq::sockopt::tcp_keepalive_idle, static_cast<int>(x.keepalive_idle.count()));
  socket.set(zmq::sockopt::tcp_keepalive_intvl, 1);
  socket.set(zmq::sockopt::tcp_keepalive_cnt, 5);
  socket.set(zmq::sockopt::heartbeat_ivl, ms(x.heartbeat));
  socket.set(zmq::sockopt::heartbeat_timeout, 3 * ms(x.heartbeat));
}

/// ZeroMQ takes port 99999 and listens elsewhere.
result<void> check_endpoint(const std::string& endpoint) {
  if (is_inproc(endpoint) || endpoint.starts_with("ipc://")) return {};
  if (!endpoint.starts_with("tcp://"))
    return fail(ec::invalid_config, fmt::format("endpoint '{}' is none of inproc://, ipc://, tcp://", endpoint));
  const auto port = endpoint.substr(endpoint.rfind(':') + 1);
  std::uint16_t number = 0;
  const auto [end, wrong] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (port == "*" || (wrong == std::errc{} && end == port.data() + port.size())) return {};
  return fail(ec::invalid_config, fmt::format("endpoint '{}': the port is not * or 0 to 65535", endpoint));
}

std::unexpected<error> key_error(const std::string& endpoint, std::string_view field, const error& why) {
  return fail(why.code, fmt::format("{}: {}: {}", endpoint, field, why.text));
}

} // namespace

/// The news end before their reader does: an event without a reader would stop ZeroMQ's I/O thread, and all sockets.
link::~link() {
  if (socket.handle() != nullptr) zmq_socket_monitor(socket.handle(), nullptr, 0);
}

result<link> link::make(const context& where, zmq::socket_type type, const std::string& endpoint,
                        const socket_options& options, const std::function<void(link&)>& prepare,
                        const std::function<result<void>(link&)>& finish) {
  if (auto ok = check_endpoint(endpoint); !ok) return std::unexpected{ok.error()};
  try {
    link out;
    out.context_ = where.state();
    out.endpoint = endpoint;
    out.socket = zmq::socket_t{out.context_->zmq, type};
    apply(out.socket, options);
    prepare(out);
    const auto name = "inproc://" + out.context_->unique_name("news");
    if (zmq_socket_monitor(out.socket.handle(), name.c_str(), ZMQ_EVENT_ALL) != 0) throw zmq::error_t{};
    out.news_ = zmq::socket_t{out.context_->zmq, zmq::socket_type::pair};
    out.news_.set(zmq::sockopt::rcvhwm, 0); // a full one would stop ZeroMQ's I/O thread
    out.news_.set(zmq::sockopt::linger, 0);
    out.news_.connect(name);
    if (auto ok = finish(out); !ok) return std::unexpected{ok.error()};
    return out;
  } catch (const zmq::error_t& e) {
    return fail(e.num() == EINVAL ? ec::invalid_config : ec::io, fmt::format("{}: {}", endpoint, e.what()));
  }
}

result<void> link::finish_bind(const bind_config& config) {
  is_server_ = true;
  if (config.curve) {
    if (is_inproc(endpoint)) return fail(ec::invalid_config, endpoint + ": inproc takes no keys");
    auto own = load_key_pair(config.curve->secret_key);
    if (!own) return key_error(endpoint, "secret key", own.error());
    std::set<std::string> allowed;
    for (const auto& x : config.curve->allowed_clients) {
      auto key = load_key(x);
      if (!key) return key_error(endpoint, "allowed client", key.error());
      allowed.insert(std::move(*key));
    }
    if (allowed.empty()) return fail(ec::invalid_config, endpoint + ": keys are on, but no client is allowed");
    door_ = context_->open_door(std::move(allowed));
    socket.set(zmq::sockopt::zap_domain, door_->domain);
    socket.set(zmq::sockopt::curve_server, 1);
    socket.set(zmq::sockopt::curve_secretkey, own->secret_key);
  }
  auto target = endpoint;
  if (target.starts_with("tcp://") && target.ends_with(":0")) target.back() = '*'; // ZeroMQ's word for a free port
  socket.bind(target);
  endpoint = socket.get(zmq::sockopt::last_endpoint);
  return {};
}

result<void> link::finish_connect(const connect_config& config) {
  if (config.curve) {
    if (is_inproc(endpoint)) return fail(ec::invalid_config, endpoint + ": inproc takes no keys");
    auto own = load_key_pair(config.curve->secret_key);
    if (!own) return key_error(endpoint, "secret key", own.error());
    auto server = load_key(config.curve->server_key);
    if (!server) return key_error(endpoint, "server key", server.error());
    socket.set(zmq::sockopt::curve_serverkey, *server);
    socket.set(zmq::sockopt::curve_publickey, own->public_key);
    socket.set(zmq::sockopt::curve_secretkey, own->secret_key);
  }
  socket.connect(endpoint);
  is_up_ = is_inproc(endpoint); // no handshake, and no news
  return {};
}

void link::report_news(std::size_t index, counters& counts, const link_callback& report) {
  const bool is_first = !std::exchange(has_reported_, true);
  if (is_first && is_up_) {
    ++counts.connects;
    if (report) report({link_state::connected, index, endpoint + ": connected"});
  }
  zmq::message_t event;
  zmq::message_t address;
  for (;;) {
    const auto got = try_receive_pair(news_, event, address);
    if (got == pair_result::nothing) return;
    if (got == pair_result::malformed || event.size() != 6) continue;
    std::uint16_t what = 0; // source: zmq_socket_monitor(3): 16 bits of event, 32 bits of value
    std::int32_t value = 0;
    std::memcpy(&what, event.data(), sizeof what);
    std::memcpy(&value, static_cast<const char*>(event.data()) + sizeof what, sizeof value);
    on_news(what, value, index, counts, report);
  }
}

void link::on_news(int event, int value, std::size_t index, counters& counts, const link_callback& report) {
  const auto tell = [&](link_state what, std::string text) {
    if (report) report({what, index, fmt::format("{}: {}", endpoint, text)});
  };
  switch (event) {
  case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
    is_up_ = true;
    ++peers_;
    ++counts.connects;
    tell(link_state::connected, is_server_ ? fmt::format("a peer connected, {} now", peers_) : "connected");
    return;
  case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
  case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
  case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
    ++failed_;
    ++counts.handshakes_failed;
    tell(link_state::handshake_failed, "handshake failed: " + why_failed(event, value));
    return;
  case ZMQ_EVENT_DISCONNECTED:
    // the end of a connection that failed is announced too, right behind its failure
    if (is_server_ && failed_ > 0) {
      --failed_;
      return;
    }
    if (is_server_ ? peers_ == 0 : !is_up_) return;
    is_up_ = false;
    --peers_;
    ++counts.disconnects;
    tell(link_state::disconnected, is_server_ ? fmt::format("a peer disconnected, {} left", peers_) : "disconnected");
    return;
  default:
    return;
  }
}

std::string link::why_failed(int event, int value) {
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) {
    if (!door_) return fmt::format("the server does not allow our public key (status {})", value);
    const auto refused = door_->take_refused();
    return refused.empty() ? fmt::format("client refused (status {})", value) : refused;
  }
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL)
    return fmt::format("the other side ended it ({}); is our server key the right one?", zmq_strerror(value));
  switch (value) {
  case ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH:
    return "one side uses keys and the other does not";
  case ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC:
    return "the other side has a wrong key";
  default:
    return fmt::format("protocol error {:#x}; the other side may not be ZeroMQ", static_cast<unsigned>(value));
  }
}

} // namespace strike::bus
