#pragma once

#include "client.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace strike::net {

/// One WebSocket, from its opening to its end. Held by whoever has the `socket`.
class web_socket final : public client {
public:
  web_socket(engine& on, address to, const socket_options& how, socket_handlers call);

  void begin() { dial(how_.connect_timeout); }
  result<void> send(std::string_view text);
  void close(std::uint16_t code, std::string_view reason);
  /// Ends it without a call.
  void abandon();

private:
  enum class state : std::uint8_t { connecting, open, closing, ended };

  lws_client_connect_info how() override { return {}; }
  std::string pool() const override { return "sockets"; }
  int on_event(lws* of, lws_callback_reasons why, std::string_view in) override;
  void on_deadline() override;
  void on_failure(std::string why, int http_status) override;
  int on_established(lws* of);
  int on_receive(lws* of, std::string_view piece);
  int on_writeable(lws* of);
  int on_peer_close(std::string_view payload);
  int on_closed();
  int refuse(lws* of, std::uint16_t code, const std::string& why);
  void check_silence();
  void end(close_report report);

  socket_options how_;
  socket_handlers call_;
  state now_ = state::connecting;
  std::string message_;           ///< the text that is coming in
  std::deque<std::string> queue_; ///< with LWS_PRE bytes before each text
  std::size_t queued_ = 0;        ///< bytes in it
  std::uint16_t our_code_ = 0;    ///< of our goodbye
  std::string our_reason_;
  lws_usec_t heard_us_ = 0, pinged_us_ = 0;
  bool ping_is_due_ = false;
  timer silence_;
};

} // namespace strike::net
