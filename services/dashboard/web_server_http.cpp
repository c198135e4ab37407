// The web server's answers to requests.
#include "dashboard/lws_request.hpp"
#include "dashboard/web_server_state.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace strike::dashboard {

int web_server::impl::on_request(lws* of, const char* path) {
  requests.add();
  sessions[of].active = std::chrono::steady_clock::now();
  const auto length = body_length_of(of);
  auto what = request_of(of, path);
  const bool takes_body = what.method == "POST";
  if (!length || *length > (takes_body ? how.limits.most_body_bytes : 0))
    return lws_return_http_status(of, HTTP_STATUS_REQ_ENTITY_TOO_LARGE, "no body of that size is taken"), -1;
  if (*length == 0) return send(of, what);
  sessions[of].asked = std::move(what);
  return 0;
}

int web_server::impl::on_body(lws* of, std::string_view part) {
  auto& asked = sessions[of].asked;
  if (!asked || asked->body.size() + part.size() > how.limits.most_body_bytes) return -1;
  asked->body += part;
  return 0;
}

int web_server::impl::on_body_end(lws* of) {
  auto asked = std::exchange(sessions[of].asked, std::nullopt);
  return asked ? send(of, *asked) : -1;
}

int web_server::impl::send(lws* of, const page_request& what) {
  auto reply = pages.answer(what, std::chrono::steady_clock::now());
  auto* const start = buffer.data() + LWS_PRE;
  auto *at = start, *const end = buffer.data() + buffer.size();
  if (!write_headers(of, reply, at, end) || lws_finalize_write_http_header(of, start, &at, end)) return -1;
  if (what.method == "HEAD" || reply.status == 304 || reply.body->empty())
    return lws_http_transaction_completed(of) ? -1 : 0;
  auto& x = sessions[of];
  x.body = std::move(reply.body);
  x.sent = 0;
  lws_callback_on_writable(of);
  return 0;
}

int web_server::impl::write_body(lws* of) {
  auto& x = sessions[of];
  if (!x.body) return 0;
  const auto count = std::min(chunk_bytes, x.body->size() - x.sent);
  const bool is_last = x.sent + count == x.body->size();
  std::memcpy(buffer.data() + LWS_PRE, x.body->data() + x.sent, count);
  if (lws_write(of, buffer.data() + LWS_PRE, count, is_last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0) return -1;
  x.sent += count;
  if (!is_last) return lws_callback_on_writable(of), 0;
  x.body.reset();
  return lws_http_transaction_completed(of) ? -1 : 0;
}

} // namespace strike::dashboard
