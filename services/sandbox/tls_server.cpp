#include "sandbox/tls_server.hpp"

#include "sandbox/lws_request.hpp"
#include "sandbox/server_socket.hpp"

#include <fmt/format.h>
#include <libwebsockets.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <deque>
#include <bit>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace strike::sandbox {

namespace {

constexpr std::uint16_t ping_after_s = 20, dead_after_s = 60;

constexpr lws_extension extensions[] = {
    {"permessage-deflate", lws_extension_callback_pm_deflate,
     "permessage-deflate; client_no_context_takeover; client_max_window_bits"},
    {nullptr, nullptr, nullptr},
};

/// libwebsockets logs to one function of the process.
std::mutex log_guard;
std::function<void(std::string_view)> log_to;
void write_log(int, const char* line) {
  const std::scoped_lock lock{log_guard};
  if (!log_to) return;
  std::string_view text{line};
  while (text.ends_with('\n')) text.remove_suffix(1);
  log_to(text);
}

struct listen_address {
  std::string host;
  int port = 0;
};
std::optional<listen_address> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  listen_address made{std::string{text.substr(0, colon)}, 0};
  if (made.host == "localhost") made.host = "127.0.0.1";
  const auto digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (fault != std::errc{} || end != digits.data() + digits.size()) return {};
  made.port = port;
  return made;
}

} // namespace

struct tls_server::impl {
  explicit impl(options x) : how{std::move(x)} {}
  ~impl();

  /// A port, with its address in memory that libwebsockets may keep.
  struct port {
    endpoint what;
    listen_address where;
    std::string bound;
    lws_vhost* vhost = nullptr;
  };
  /// A request and its answer; one after the other on a connection.
  struct exchange {
    http_request request;
    std::optional<http_response> response;
    std::size_t sent = 0;
    bool has_headers = false; ///< of the response: written
  };
  struct peer {
    port* at = nullptr;
    std::unique_ptr<server_socket> socket; ///< of an upgraded connection
    std::optional<http_request> upgrade;
    std::optional<exchange> http;
  };
  /// libwebsockets hands back the address of `node`, the first member.
  struct timer {
    lws_sorted_usec_list_t node{};
    impl* owner = nullptr;
  };

  result<void> open(const std::vector<endpoint>& what);
  result<void> listen(port& x);
  int on_callback(lws* of, lws_callback_reasons why, const char* in, std::size_t length);
  int on_websocket(lws* of, peer& x, lws_callback_reasons why, const char* in, std::size_t length);
  int on_http(lws* of, peer& x, lws_callback_reasons why, const char* in, std::size_t length);
  int receive(lws* of, peer& x, std::string_view part);
  int answer(lws* of, peer& x);
  int write_http(lws* of, peer& x);
  bool write_headers(lws* of, const exchange& x);
  void release_held();

  options how;
  std::deque<port> ports;
  std::unordered_map<lws*, peer> peers;
  std::uint64_t sockets = 0;
  std::vector<unsigned char> buffer = std::vector<unsigned char>(LWS_PRE + chunk_bytes);
  std::array<lws_protocols, 2> protocols{}; ///< the last is empty: the end
  lws_retry_bo_t pings{};
  timer alarm;
  lws_context* context = nullptr;
};

tls_server::impl::~impl() {
  for (auto& x : ports) x.what.answers = nullptr; // no more calls
  if (context) lws_context_destroy(context);
  const std::scoped_lock lock{log_guard};
  log_to = nullptr;
}

result<void> tls_server::impl::open(const std::vector<endpoint>& what) {
  {
    const std::scoped_lock lock{log_guard};
    log_to = how.on_warning;
  }
  lws_set_log_level(LLL_ERR | LLL_WARN, write_log);
  alarm.owner = this;
  protocols[0].name = "strike";
  protocols[0].callback = [](lws* of, lws_callback_reasons why, void*, void* in, std::size_t length) {
    const auto* const at = lws_get_context(of);
    auto* const self = at ? static_cast<impl*>(lws_context_user(const_cast<lws_context*>(at))) : nullptr;
    return self ? self->on_callback(of, why, static_cast<const char*>(in), length) : 0;
  };
  protocols[0].rx_buffer_size = 16 * 1024;
  protocols[0].tx_packet_size = chunk_bytes;
  pings.secs_since_valid_ping = ping_after_s;
  pings.secs_since_valid_hangup = dead_after_s;

  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.user = this;
  info.gid = info.uid = static_cast<decltype(info.uid)>(-1);
  info.pt_serv_buf_size = chunk_bytes;
  info.max_http_header_data = 16 * 1024;
  info.max_http_header_pool = static_cast<unsigned short>(how.most_connections);
  info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  context = lws_create_context(&info);
  if (!context) return fail(ec::io, "sandbox: libwebsockets does not start; are there free file descriptors?");
  for (const auto& x : what) {
    const auto where = parse_address(x.address);
    if (!where)
      return fail(ec::invalid_config,
                  fmt::format("sandbox: '{}' is no address; write HOST:PORT, as 127.0.0.1:9443", x.address));
    ports.push_back({.what = x, .where = *where});
    if (auto ok = listen(ports.back()); !ok) return ok;
  }
  return {};
}

result<void> tls_server::impl::listen(port& x) {
  const auto certificate = how.certificate.string(), key = how.key.string();
  lws_context_creation_info info{};
  info.vhost_name = x.what.address.c_str();
  info.iface = x.where.host.c_str();
  info.port = x.where.port;
  info.protocols = protocols.data();
  info.extensions = extensions;
  info.server_string = "strike-sandbox";
  info.retry_and_idle_policy = &pings;
  info.timeout_secs = 20;
  info.keepalive_timeout = 60;
  info.alpn = "http/1.1";
  info.options =
      LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND | LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DISABLE_IPV6;
  if (x.what.is_tls) {
    info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.ssl_cert_filepath = certificate.c_str();
    info.ssl_private_key_filepath = key.c_str();
  }
  errno = 0;
  x.vhost = lws_create_vhost(context, &info);
  if (!x.vhost)
    return fail(ec::io,
                fmt::format("sandbox: cannot listen on {}: {}; choose another address, or look at {}", x.what.address,
                            errno != 0 ? std::strerror(errno) : "no reason given", certificate));
  x.bound = fmt::format("{}:{}", x.where.host, lws_get_vhost_listen_port(x.vhost));
  return {};
}

int tls_server::impl::on_callback(lws* of, lws_callback_reasons why, const char* in, std::size_t length) {
  if (why == LWS_CALLBACK_FILTER_NETWORK_CONNECTION) return peers.size() < how.most_connections ? 0 : 1;
  if (why == LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED) {
    const auto found = std::ranges::find(ports, lws_get_vhost(of), &port::vhost);
    if (found == ports.end()) return -1;
    peers[of].at = &*found;
    return 0;
  }
  const auto found = peers.find(of);
  if (found == peers.end()) return 0;
  auto& x = found->second;
  if (why != LWS_CALLBACK_WSI_DESTROY)
    return x.socket || why == LWS_CALLBACK_ESTABLISHED ? on_websocket(of, x, why, in, length)
                                                       : on_http(of, x, why, in, length);
  if (x.socket && x.at->what.answers) x.at->what.answers->on_close(*x.socket);
  peers.erase(of);
  return 0;
}

int tls_server::impl::on_websocket(lws* of, peer& x, lws_callback_reasons why, const char* in, std::size_t length) {
  switch (why) {
  case LWS_CALLBACK_ESTABLISHED:
    // Powers of 2; without deflate there are no such options. 16 kB of deflated output at a time instead of 1 kB. What
    // inflates to more than the other buffer (1 kB by itself) waits in a buffer that libwebsockets 4.1 shares among all
    // connections, where the next one's bytes overwrite it: so it takes the longest message whole.
    static_cast<void>(lws_set_extension_option(of, "permessage-deflate", "tx_buf_size", "14"));
    static_cast<void>(lws_set_extension_option(of, "permessage-deflate", "rx_buf_size",
                                               std::to_string(std::bit_width(how.most_message_bytes)).c_str()));
    x.socket = std::make_unique<server_socket>(of, ++sockets, how.most_waiting_bytes);
    x.at->what.answers->on_open(*x.socket, x.upgrade.value_or(http_request{}), how.wall_ns());
    x.upgrade.reset();
    return 0;
  case LWS_CALLBACK_RECEIVE:
    return receive(of, x, {in, length});
  case LWS_CALLBACK_SERVER_WRITEABLE:
    return x.socket->write(buffer);
  default:
    return 0;
  }
}

int tls_server::impl::receive(lws* of, peer& x, std::string_view part) {
  auto& text = x.socket->arriving;
  if (text.size() + part.size() > how.most_message_bytes) {
    lws_close_reason(of, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, nullptr, 0);
    return -1;
  }
  text += part;
  if (lws_remaining_packet_payload(of) != 0 || !lws_is_final_fragment(of)) return 0;
  const auto whole = std::exchange(text, {});
  x.at->what.answers->on_text(*x.socket, whole, how.wall_ns());
  return 0;
}

int tls_server::impl::on_http(lws* of, peer& x, lws_callback_reasons why, const char* in, std::size_t length) {
  switch (why) {
  case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: {
    x.upgrade = request_of(of, x.at->what.kept_headers);
    const auto refused = x.at->what.answers->on_upgrade(*x.upgrade, how.wall_ns());
    if (!refused) return 0;
    lws_return_http_status(of, static_cast<unsigned>(refused->status), refused->body.c_str());
    return -1;
  }
  case LWS_CALLBACK_HTTP: {
    x.http = exchange{.request = request_of(of, x.at->what.kept_headers)};
    const auto announced = header_of(of, "content-length");
    const bool has_body = announced.empty() ? x.http->request.method == "POST" : announced != "0";
    return has_body ? 0 : answer(of, x);
  }
  case LWS_CALLBACK_HTTP_BODY:
    if (!x.http) return -1;
    if (x.http->request.body.size() + length > how.most_message_bytes)
      return lws_return_http_status(of, HTTP_STATUS_REQ_ENTITY_TOO_LARGE, "the body is too large"), -1;
    x.http->request.body.append(in, length);
    return 0;
  case LWS_CALLBACK_HTTP_BODY_COMPLETION: // comes for an announced length of 0 too, which was answered above
    if (!x.http) return -1;
    return x.http->response ? 0 : answer(of, x);
  case LWS_CALLBACK_HTTP_WRITEABLE:
    return write_http(of, x);
  default:
    return 0;
  }
}

int tls_server::impl::answer(lws* of, peer& x) {
  x.http->response = x.at->what.answers->on_http(x.http->request, how.wall_ns());
  if (x.http->response->not_before_ns > how.wall_ns()) {
    lws_set_timeout(of, NO_PENDING_TIMEOUT, 0); // it waits for us
    return 0;
  }
  lws_callback_on_writable(of);
  return 0;
}

bool tls_server::impl::write_headers(lws* of, const exchange& x) {
  auto* const start = buffer.data() + LWS_PRE;
  auto *at = start, *const end = buffer.data() + buffer.size();
  const auto& reply = *x.response;
  if (lws_add_http_common_headers(of, static_cast<unsigned>(reply.status), reply.content_type.c_str(),
                                  reply.body.size(), &at, end) != 0)
    return false;
  for (const auto& [name, value] : reply.extra)
    if (lws_add_http_header_by_name(of, reinterpret_cast<const unsigned char*>((name + ":").c_str()),
                                    reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), &at, end) != 0)
      return false;
  return lws_finalize_write_http_header(of, start, &at, end) == 0;
}

int tls_server::impl::write_http(lws* of, peer& x) {
  if (!x.http || !x.http->response || x.http->response->not_before_ns > how.wall_ns()) return 0;
  auto& now = *x.http;
  if (now.response->is_cut) return -1;
  const auto& body = now.response->body;
  if (!now.has_headers) {
    if (!write_headers(of, now)) return -1;
    now.has_headers = true;
  } else {
    const auto count = std::min(chunk_bytes, body.size() - now.sent);
    const bool is_last = now.sent + count == body.size();
    std::memcpy(buffer.data() + LWS_PRE, body.data() + now.sent, count);
    if (lws_write(of, buffer.data() + LWS_PRE, count, is_last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0) return -1;
    now.sent += count;
  }
  if (now.sent < body.size() && now.request.method != "HEAD") return lws_callback_on_writable(of), 0;
  x.http.reset();
  return lws_http_transaction_completed(of) ? -1 : 0;
}

/// Answers that were held back, and may go now.
void tls_server::impl::release_held() {
  const auto now = how.wall_ns();
  for (auto& [of, x] : peers)
    if (x.http && x.http->response && !x.http->has_headers && x.http->response->not_before_ns <= now)
      lws_callback_on_writable(of);
}

tls_server::tls_server(std::unique_ptr<impl> x) : impl_{std::move(x)} {}
tls_server::~tls_server() = default;

result<std::unique_ptr<tls_server>> tls_server::open(options how, const std::vector<endpoint>& ports) {
  auto made = std::make_unique<impl>(std::move(how));
  if (auto ok = made->open(ports); !ok) return std::unexpected{ok.error()};
  return std::unique_ptr<tls_server>{new tls_server{std::move(made)}};
}

const std::string& tls_server::address(std::size_t place) const { return impl_->ports[place].bound; }

void tls_server::round(std::int64_t until_ns) {
  impl_->release_held();
  const auto wait_us = (until_ns - impl_->how.wall_ns()) / 1000;
  if (wait_us <= 0) {
    lws_service(impl_->context, -1);
    return;
  }
  // libwebsockets may find the alarm due on its way into the wait, and then waits for what is next: hence the wake.
  const auto ring = [](lws_sorted_usec_list_t* node) {
    lws_cancel_service(reinterpret_cast<impl::timer*>(node)->owner->context);
  };
  lws_sul_schedule(impl_->context, 0, &impl_->alarm.node, ring, wait_us);
  lws_service(impl_->context, 0);
}

void tls_server::wake() { lws_cancel_service(impl_->context); }

} // namespace strike::sandbox
