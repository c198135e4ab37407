// The web server's WebSockets: who is let in, what each is sent, how one that speaks is sent away.
#include "dashboard/lws_request.hpp"
#include "dashboard/web_server_state.hpp"

#include <algorithm>
#include <cstring>

namespace strike::dashboard {

namespace {

constexpr int refusal_s = 5; ///< that a viewer who spoke has to take what was under way

} // namespace

int web_server::impl::on_upgrade(lws* of) {
  if (pages.may_view(request_of(of, header_of(of, WSI_TOKEN_GET_URI).c_str()))) return 0;
  refused.add();
  lws_return_http_status(of, HTTP_STATUS_FORBIDDEN,
                         "a WebSocket is at /ws, for the dashboard's own page, and for who has logged in if that is "
                         "asked for");
  return -1;
}

web_server::impl::update web_server::impl::update_since(std::uint64_t revision) {
  auto& found = made[revision];
  if (!found.text)
    found = board.with([&](const boards& x) {
      const auto& from = x.strategies;
      return update{from.revision(), std::make_shared<std::string>(from.update_since(revision, how.now_ns()))};
    });
  return found;
}

int web_server::impl::write_update(lws* of) {
  auto& x = sessions[of];
  if (!x.current) {
    if (!x.is_due) return 0;
    x.is_due = false;
    x.sent = 0;
    x.current = update_since(x.has);
  }
  const auto& text = *x.current->text;
  const auto count = std::min(chunk_bytes, text.size() - x.sent);
  const bool is_last = x.sent + count == text.size();
  std::memcpy(buffer.data() + LWS_PRE, text.data() + x.sent, count);
  const auto kind = lws_write_ws_flags(LWS_WRITE_TEXT, x.sent == 0, is_last);
  if (lws_write(of, buffer.data() + LWS_PRE, count, static_cast<lws_write_protocol>(kind)) < 0) return -1;
  x.sent += count;
  if (is_last) {
    updates.add();
    x.has = x.current->revision;
    x.active = std::chrono::steady_clock::now();
    x.current.reset();
  }
  if (!is_last || x.is_due) lws_callback_on_writable(of);
  return 0;
}

/// Closes with a reason, once what libwebsockets has buffered is gone: otherwise it leaves the reason out.
int web_server::impl::refuse(lws* of) {
  auto& state = sessions[of].refused;
  if (state == farewell::told) return 0; // libwebsockets waits a while for the answer
  if (state == farewell::due && !lws_partial_buffered(of)) {
    state = farewell::told;
    lws_rx_flow_control(of, 1);
    lws_close_reason(of, LWS_CLOSE_STATUS_POLICY_VIOLATION, nullptr, 0);
    return -1;
  }
  state = farewell::due;
  lws_rx_flow_control(of, 0);
  lws_set_timeout(of, PENDING_TIMEOUT_CLOSE_SEND, refusal_s);
  lws_callback_on_writable(of);
  return 0;
}

} // namespace strike::dashboard
