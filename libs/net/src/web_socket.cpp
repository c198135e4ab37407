#include "web_socket.hpp"

#include <algorithm>
#include <chrono>

namespace strike::net {

namespace {

constexpr std::size_t queue_bound = 4 << 20;
constexpr std::size_t padding = 64;         ///< readable after each text
constexpr std::size_t longest_reason = 123; ///< of a close frame. Source: RFC 6455, 5.5
constexpr std::chrono::seconds goodbye_timeout{5};

/// Close codes. Source: RFC 6455, 7.4.1
constexpr std::uint16_t going_away = 1001, unacceptable = 1003, none_given = 1005, too_big = 1009;

std::chrono::nanoseconds since(lws_usec_t us, lws_usec_t now_us) { return std::chrono::microseconds{now_us - us}; }

std::string seconds(std::chrono::nanoseconds x) {
  auto text = std::to_string(std::chrono::duration<double>(x).count());
  text.resize(text.find('.') + 2);
  return text + " s";
}

void say_goodbye(lws* of, std::uint16_t code, std::string reason) {
  reason.resize(std::min(reason.size(), longest_reason));
  lws_close_reason(of, static_cast<lws_close_status>(code), reinterpret_cast<unsigned char*>(reason.data()),
                   reason.size());
}

} // namespace

web_socket::web_socket(engine& on, address to, const socket_options& how, socket_handlers call)
    : client{on, std::move(to), how.extra}, how_{how}, call_{std::move(call)}, silence_{on,
                                                                                        [this] { check_silence(); }} {}

result<void> web_socket::send(std::string_view text) {
  if (now_ != state::open) return fail(ec::session_down, say("not open; send again on the next connection"));
  if (queued_ > queue_bound)
    return fail(ec::session_down, say("4 MiB wait to be sent already; the server is too slow, or gone"));
  std::string framed;
  framed.reserve(LWS_PRE + text.size());
  framed.assign(LWS_PRE, '\0');
  framed.append(text);
  queue_.push_back(std::move(framed));
  queued_ += text.size();
  lws_callback_on_writable(connection());
  return {};
}

void web_socket::close(std::uint16_t code, std::string_view reason) {
  if (now_ != state::connecting && now_ != state::open) return;
  our_code_ = code;
  our_reason_ = reason;
  const bool was_open = now_ == state::open;
  now_ = state::closing;
  silence_.cancel();
  deadline().start(was_open ? goodbye_timeout : std::chrono::seconds{0});
  if (was_open) lws_callback_on_writable(connection());
}

void web_socket::abandon() {
  if (now_ == state::ended) return;
  const bool was_open = now_ == state::open;
  now_ = state::ended;
  stop();
  silence_.cancel();
  if (!was_open) return let_go();
  auto* const of = connection(); // libwebsockets says the goodbye, without us
  say_goodbye(of, going_away, "");
  release();
  lws_callback_on_writable(of);
}

void web_socket::end(close_report report) {
  if (now_ == state::ended) return;
  const auto self = shared_from_this();
  now_ = state::ended;
  stop();
  silence_.cancel();
  let_go();
  call_.on_close(report);
}

void web_socket::on_deadline() {
  if (now_ == state::connecting)
    end({.text = say("not open after " + seconds(how_.connect_timeout) + "; given up")});
  else
    end({.code = our_code_, .text = say("closed by us (" + our_reason_ + "), without an answer")});
}

void web_socket::on_failure(std::string why, int http_status) {
  if (http_status == 101) http_status = 0; // an upgrade that breaks the protocol
  if (http_status != 0) why += "; HTTP status " + std::to_string(http_status);
  end({.text = std::move(why), .http_status = http_status});
}

int web_socket::on_event(lws* of, lws_callback_reasons why, std::string_view in) {
  switch (why) {
  case LWS_CALLBACK_CLIENT_CONFIRM_EXTENSION_SUPPORTED:
    return how_.deflate ? 0 : 1;
  case LWS_CALLBACK_CLIENT_ESTABLISHED:
    return on_established(of);
  case LWS_CALLBACK_CLIENT_RECEIVE:
    return on_receive(of, in);
  case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
    heard_us_ = lws_now_usecs();
    return 0;
  case LWS_CALLBACK_CLIENT_WRITEABLE:
    return on_writeable(of);
  case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
    return on_peer_close(in);
  case LWS_CALLBACK_CLIENT_CLOSED:
    return on_closed();
  default:
    return 0;
  }
}

int web_socket::on_established(lws* of) {
  if (now_ != state::connecting) return -1;
  // 2^20 bytes inflated at once, not 1 KiB: what does not fit waits in a buffer that libwebsockets 4.1 shares among all
  // sockets of a loop, where the next one overwrites it
  lws_set_extension_option(of, "permessage-deflate", "rx_buf_size", "20");
  reached();
  now_ = state::open;
  deadline().cancel();
  heard_us_ = lws_now_usecs();
  silence_.start(std::min(how_.ping_every, how_.dead_after));
  call_.on_open();
  return 0;
}

int web_socket::on_receive(lws* of, std::string_view piece) {
  heard_us_ = lws_now_usecs();
  if (now_ != state::open) return 0;
  if (lws_frame_is_binary(of)) return refuse(of, unacceptable, "a binary frame came, only text is understood");
  if (message_.size() + piece.size() > how_.largest_message)
    return refuse(of, too_big, "a message is longer than " + std::to_string(how_.largest_message) + " bytes");
  message_.append(piece);
  if (!lws_is_final_fragment(of)) return 0;
  const auto size = message_.size();
  message_.append(padding, '\0');
  call_.on_text({message_.data(), size});
  message_.clear();
  return 0;
}

int web_socket::refuse(lws* of, std::uint16_t code, const std::string& why) {
  say_goodbye(of, code, why);
  release();
  end({.code = code, .text = say(why)});
  return -1;
}

int web_socket::on_writeable(lws* of) {
  if (ping_is_due_) {
    ping_is_due_ = false;
    unsigned char nothing[LWS_PRE] = {};
    if (lws_write(of, nothing + LWS_PRE, 0, LWS_WRITE_PING) < 0) return -1;
  }
  while (!queue_.empty() && !lws_send_pipe_choked(of)) {
    auto& next = queue_.front();
    const auto size = next.size() - LWS_PRE;
    if (lws_write(of, reinterpret_cast<unsigned char*>(next.data()) + LWS_PRE, size, LWS_WRITE_TEXT) < 0) return -1;
    queue_.pop_front();
    queued_ -= size;
  }
  if (!queue_.empty()) {
    lws_callback_on_writable(of);
    return 0;
  }
  if (now_ != state::closing) return 0;
  if (lws_send_pipe_choked(of)) { // the goodbye comes after what was sent
    lws_callback_on_writable(of);
    return 0;
  }
  say_goodbye(of, our_code_, our_reason_);
  return -1;
}

int web_socket::on_peer_close(std::string_view payload) {
  auto code = none_given;
  if (payload.size() >= 2)
    code = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                      static_cast<unsigned char>(payload[1]));
  std::string text = "closed by the server with " + std::to_string(code);
  if (payload.size() > 2) text += ": " + std::string{payload.substr(2)};
  release(); // libwebsockets answers and ends it
  end({.code = code, .text = say(text)});
  return 0;
}

int web_socket::on_closed() {
  release();
  if (now_ == state::closing)
    end({.code = our_code_, .text = say("closed by us: " + our_reason_)});
  else
    end({.text = say("the connection was cut")});
  return 0;
}

void web_socket::check_silence() {
  const auto now_us = lws_now_usecs();
  const auto silent = since(heard_us_, now_us);
  if (silent >= how_.dead_after)
    return end({.text = say("not a byte for " + seconds(how_.dead_after) + ", pings included; taken for dead")});
  if (silent >= how_.ping_every && since(pinged_us_, now_us) >= how_.ping_every) {
    pinged_us_ = now_us;
    ping_is_due_ = true;
    lws_callback_on_writable(connection());
  }
  silence_.start(std::min(how_.dead_after - silent, how_.ping_every - std::min(silent, since(pinged_us_, now_us))));
}

} // namespace strike::net
