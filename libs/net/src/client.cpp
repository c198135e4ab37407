#include "client.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstring>

namespace strike::net {

namespace {

/// Writes headers as they are into the request that libwebsockets is about to send.
/// @param in, room of LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER
bool append(const headers& what, void* in, std::size_t room) {
  auto& at = *static_cast<char**>(in);
  for (const auto& [name, value] : what) {
    const auto line = name + ": " + value + "\r\n";
    if (line.size() > room) return false;
    std::memcpy(at, line.data(), line.size());
    at += line.size();
    room -= line.size();
  }
  return true;
}

/// What was wrong with the server's certificate, where that ended the connection; libwebsockets tells only a number.
std::string certificate_fault(lws* of) {
  auto* const tls = of ? lws_get_ssl(of) : nullptr;
  const auto verdict = tls ? SSL_get_verify_result(tls) : X509_V_OK;
  if (verdict == X509_V_OK) return {};
  return std::string{"its certificate is not trusted ("} + X509_verify_cert_error_string(verdict) + ")";
}

} // namespace

client::client(engine& on, address to, headers extra)
    : on_{on}, to_{std::move(to)}, extra_{std::move(extra)}, deadline_{on, [this] { on_deadline(); }}, next_{
                                                                                                           on, [this] {
                                                                                                             try_next();
                                                                                                           }} {}

void client::dial(std::chrono::nanoseconds timeout) {
  deadline_.start(timeout);
  on_.look_up(to_, [weak = weak_from_this()](const resolver::answer& found) {
    const auto self = weak.lock();
    if (!self || self->is_stopped_) return;
    if (!found) return self->on_failure(self->say(found.error().text), 0);
    self->numbers_.assign(found->rbegin(), found->rend());
    self->try_next();
  });
}

void client::try_next() {
  const auto self = shared_from_this();
  const auto number = std::move(numbers_.back());
  numbers_.pop_back();
  auto info = how();
  info.opaque_user_data = static_cast<lws_user*>(this);
  is_dialling_ = true;
  auto* const of = on_.connect(info, to_, number, pool());
  if (of && is_dialling_) wsi_ = of;
  if (!of && is_dialling_) attempt_failed("it could not be connected to", 0);
}

void client::attempt_failed(std::string why, int http_status) {
  wsi_ = nullptr;
  is_dialling_ = false;
  if (is_stopped_) return;
  if (http_status == 0 && !numbers_.empty()) return next_.start({}); // not from within libwebsockets' callback
  on_failure(say(why), http_status);
}

int client::on_lws(lws* of, lws_callback_reasons why, void* in, std::size_t length) {
  const auto self = shared_from_this();
  const std::string_view text{static_cast<const char*>(in), in ? length : 0};
  switch (why) {
  case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
    on_.wake();                            // from a timer of its own, libwebsockets calls, and then begins to wait
    lws_set_opaque_user_data(of, nullptr); // it is still to be told of its end, when nobody may be left to hear
    if (const auto fault = certificate_fault(of); !fault.empty())
      attempt_failed(fault, 0);
    else
      attempt_failed(text.empty() ? "the connection failed" : std::string{text},
                     static_cast<int>(lws_http_client_http_response(of)));
    return 0;
  case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
    return append(extra_, in, length) ? on_head(of) : -1;
  default:
    return on_event(of, why, text);
  }
}

void client::release() {
  if (wsi_) lws_set_opaque_user_data(wsi_, nullptr);
  wsi_ = nullptr;
}

void client::let_go() {
  if (wsi_) lws_set_timeout(wsi_, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
  release();
}

void client::stop() {
  is_stopped_ = true;
  deadline_.cancel();
  next_.cancel();
}

result<void> check_headers(const headers& what, std::string_view url) {
  for (const auto& [name, value] : what)
    if (name.empty() || name.find_first_of(": \r\n") != name.npos || value.find_first_of("\r\n") != value.npos)
      return fail(ec::invalid_config, std::string{url} + ": the header '" + name + "' has a character that ends it");
  return {};
}

} // namespace strike::net
