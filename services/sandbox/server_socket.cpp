#include "sandbox/server_socket.hpp"

#include <libwebsockets.h>

#include <algorithm>
#include <cstring>

namespace strike::sandbox {

namespace {
constexpr int most_writes_a_turn = 256;        ///< then others have their turn
constexpr std::size_t most_reason_bytes = 120; // a control frame holds 125
} // namespace

void server_socket::send(std::string text, frame_kind) {
  if (close_code_ || is_cut_) return;
  waiting_ += text.size();
  if (waiting_ > most_waiting_bytes_) return cut();
  queue_.push_back(std::move(text));
  lws_callback_on_writable(of_);
}

void server_socket::close(std::uint16_t code, std::string_view reason) {
  if (close_code_ || is_cut_) return;
  close_code_ = code;
  close_reason_ = reason.substr(0, most_reason_bytes);
  lws_callback_on_writable(of_);
}

void server_socket::cut() {
  is_cut_ = true;
  lws_set_timeout(of_, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
}

int server_socket::write(std::vector<unsigned char>& buffer) {
  if (is_cut_) return -1;
  for (int turn = 0; !queue_.empty(); ++turn) {
    if (turn == most_writes_a_turn || (turn > 0 && lws_send_pipe_choked(of_)))
      return lws_callback_on_writable(of_) < 0 ? -1 : 0;
    const auto& message = queue_.front();
    const auto count = std::min(chunk_bytes, message.size() - sent_);
    const bool is_first = sent_ == 0, is_last = sent_ + count == message.size();
    std::memcpy(buffer.data() + LWS_PRE, message.data() + sent_, count);
    const auto flags = lws_write_ws_flags(LWS_WRITE_TEXT, is_first, is_last);
    if (lws_write(of_, buffer.data() + LWS_PRE, count, static_cast<lws_write_protocol>(flags)) < 0) return -1;
    sent_ += count;
    waiting_ -= count;
    if (!is_last) continue;
    queue_.pop_front();
    sent_ = 0;
  }
  if (!close_code_) return 0;
  lws_close_reason(of_, static_cast<lws_close_status>(*close_code_),
                   reinterpret_cast<unsigned char*>(close_reason_.data()), close_reason_.size());
  return -1;
}

} // namespace strike::sandbox
