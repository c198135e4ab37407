#include "http_attempt.hpp"

#include <algorithm>
#include <openssl/ssl.h>
#include <utility>

namespace strike::net {

namespace {

constexpr std::size_t piece_size = 32 * 1024;
constexpr std::uint16_t keep_seconds = 30; ///< an idle connection; servers keep theirs for 60 and more

headers with_length(const http_request& what) {
  auto all = what.extra;
  if (what.method != "GET" || !what.body.empty()) all.emplace_back("Content-Length", std::to_string(what.body.size()));
  return all;
}

/// The headers that libwebsockets knows by name; it does not list others.
headers known_headers(lws* of) {
  headers all;
  for (int i = 0; i < WSI_TOKEN_COUNT; ++i) {
    const auto token = static_cast<lws_token_indexes>(i);
    const auto* const name = reinterpret_cast<const char*>(lws_token_to_string(token));
    const auto length = lws_hdr_total_length(of, token);
    std::string key = name ? name : "";
    if (length <= 0 || key.size() < 2 || !key.ends_with(':')) continue; // "get " and the like are no headers
    key.pop_back();
    std::string value(static_cast<std::size_t>(length) + 1, '\0');
    value.resize(static_cast<std::size_t>(std::max(0, lws_hdr_copy(of, value.data(), length + 1, token))));
    all.emplace_back(std::move(key), std::move(value));
  }
  return all;
}

/// Whether the last read found the end of the connection, with TLS's goodbye or without. libwebsockets calls an answer
/// in chunks complete then, too. Without TLS there is no telling.
bool has_ended(lws* of) {
  const auto* const tls = lws_get_ssl(of);
  return tls && ((SSL_get_shutdown(tls) & SSL_RECEIVED_SHUTDOWN) != 0 || SSL_in_init(tls));
}

bool has(const headers& all, std::string_view name) {
  return std::ranges::any_of(all, [name](const auto& x) { return x.first == name; });
}

} // namespace

http_attempt::http_attempt(engine& on, address to, std::shared_ptr<const http_request> what,
                           std::function<void(answer)> done)
    : client{on, std::move(to), with_length(*what)}, what_{std::move(what)}, done_{std::move(done)},
      may_take_over_{has_own_port() && on.claim(pool())} {}

http_attempt::~http_attempt() {
  if (may_take_over_) on().unclaim(pool());
}

lws_client_connect_info http_attempt::how() {
  lws_client_connect_info x{};
  x.method = what_->method.c_str();
  x.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT;
  // An idle connection is taken over; a busy one would make this request wait for the other's answer.
  if (may_take_over_) x.ssl_connection |= LCCSCF_PIPELINE;
  x.keep_warm_secs = keep_seconds;
  return x;
}

int http_attempt::on_head(lws* of) {
  if (what_->body.empty()) return 0;
  lws_client_http_body_pending(of, 1);
  lws_callback_on_writable(of);
  return 0;
}

int http_attempt::on_event(lws* of, lws_callback_reasons why, std::string_view in) {
  switch (why) {
  case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
    return on_writeable(of);
  case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
    return on_answer(of);
  case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
    return on_readable(of);
  case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
    return on_piece(in);
  case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
    release(); // it is kept for the next request
    finish(ends_with_ == ending::last_chunk && has_ended(of) ? cut() : std::move(got_));
    return 0;
  case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
    release();
    finish(got_.status != 0 && ends_with_ == ending::connection ? std::move(got_) : cut());
    return 0;
  default:
    return 0;
  }
}

http_attempt::answer http_attempt::cut() const {
  return fail(ec::io,
              say(got_.status == 0 ? "closed without an answer"
                                   : "the answer was cut after " + std::to_string(got_.body.size()) + " bytes"));
}

int http_attempt::on_readable(lws* of) {
  char room[LWS_PRE + piece_size];
  auto* at = room + LWS_PRE;
  int size = piece_size;
  return lws_http_client_read(of, &at, &size) < 0 ? -1 : 0;
}

int http_attempt::on_writeable(lws* of) {
  if (std::exchange(is_sent_, true)) return 0;
  std::string framed(LWS_PRE, '\0');
  framed += what_->body;
  auto* const at = reinterpret_cast<unsigned char*>(framed.data()) + LWS_PRE;
  if (lws_write(of, at, what_->body.size(), LWS_WRITE_HTTP_FINAL) < 0) return -1;
  lws_client_http_body_pending(of, 0);
  return 0;
}

int http_attempt::on_answer(lws* of) {
  reached();
  got_.status = static_cast<int>(lws_http_client_http_response(of));
  got_.extra = known_headers(of);
  if (has(got_.extra, "transfer-encoding"))
    ends_with_ = ending::last_chunk;
  else if (has(got_.extra, "content-length"))
    ends_with_ = ending::length;
  return 0;
}

int http_attempt::on_piece(std::string_view piece) {
  if (got_.body.size() + piece.size() <= what_->largest_body) {
    got_.body.append(piece);
    return 0;
  }
  release();
  finish(fail(ec::malformed, say("the answer is longer than " + std::to_string(what_->largest_body) + " bytes")));
  return -1;
}

void http_attempt::on_deadline() {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(what_->timeout).count();
  finish(fail(ec::io, say("no complete answer to " + what_->method + " within " + std::to_string(ms) + " ms")));
}

void http_attempt::on_failure(std::string why, int) { finish(fail(ec::io, std::move(why))); }

void http_attempt::abandon() {
  stop();
  done_ = nullptr;
  let_go();
}

void http_attempt::finish(answer x) {
  if (!done_) return;
  const auto self = shared_from_this();
  const auto done = std::exchange(done_, nullptr);
  abandon();
  if (std::exchange(may_take_over_, false)) on().unclaim(pool());
  done(std::move(x));
}

} // namespace strike::net
