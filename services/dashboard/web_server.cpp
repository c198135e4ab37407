#include "dashboard/web_server.hpp"

#include "dashboard/web_server_state.hpp"
#include "net/library_log.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <sys/socket.h>

namespace strike::dashboard {

namespace {

/// Sent with every answer. Scripts, styles and data come from here and nowhere else, and no text of a page is code.
constexpr const char* content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const lws_protocol_vhost_options security_headers[] = {
    {&security_headers[1], nullptr, "content-security-policy:", content_security_policy},
    {&security_headers[2], nullptr, "x-content-type-options:", "nosniff"},
    {&security_headers[3], nullptr, "referrer-policy:", "no-referrer"},
    {&security_headers[4], nullptr, "x-frame-options:", "DENY"},
    {nullptr, nullptr, "cross-origin-resource-policy:", "same-origin"},
};

/// The other side of a socket; 0 if it is gone already.
in_addr_t peer_of(int socket) {
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  return getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) == 0 ? peer.sin_addr.s_addr : 0;
}

} // namespace

result<void> web_server::impl::open() {
  net::route_library_log(); // to nowhere here: what clients do wrong is no news, and our own failures are returned
  next.owner = this;
  protocols[0].name = "strike";
  protocols[0].callback = [](lws* of, lws_callback_reasons why, void*, void* in, std::size_t length) {
    const auto* const at = lws_get_context(of);
    return at ? static_cast<impl*>(lws_context_user(const_cast<lws_context*>(at)))
                    ->on_callback(of, why, {static_cast<const char*>(in), in ? length : 0})
              : 0;
  };
  protocols[0].rx_buffer_size = 256;         // viewers have nothing to say
  protocols[0].tx_packet_size = chunk_bytes; // else a send has the size of rx_buffer_size
  pings.secs_since_valid_ping = static_cast<std::uint16_t>(how.limits.silent_viewer.count() / 2);
  pings.secs_since_valid_hangup = static_cast<std::uint16_t>(how.limits.silent_viewer.count());

  lws_context_creation_info info{};
  const auto host = how.listen.host == "localhost" ? std::string{"127.0.0.1"} : how.listen.host;
  info.iface = host == "0.0.0.0" ? nullptr : host.c_str(); // null: every address
  info.port = how.listen.port;
  info.protocols = protocols.data();
  info.headers = security_headers;
  info.server_string = "strike";
  info.retry_and_idle_policy = &pings;
  info.user = this;
  info.gid = info.uid = static_cast<decltype(info.uid)>(-1);
  info.max_http_header_data = static_cast<unsigned short>(how.limits.most_header_bytes);
  info.max_http_header_pool = static_cast<unsigned short>(how.limits.most_connections);
  info.timeout_secs = info.timeout_secs_ah_idle = static_cast<unsigned>(how.limits.idle.count());
  info.keepalive_timeout = static_cast<int>(how.limits.idle.count());
  info.options =
      LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND | LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DISABLE_IPV6;
  const auto failed = [&](std::string_view what) {
    return fail(ec::io, fmt::format("dashboard: {} {}:{}: {}; choose another dashboard.listen", what, host,
                                    how.listen.port, errno != 0 ? std::strerror(errno) : "no reason given"));
  };
  errno = 0;
  context = lws_create_context(&info);
  if (!context) return failed("cannot start a server for");
  errno = 0;
  auto* const vhost = lws_create_vhost(context, &info);
  if (!vhost) return failed("cannot listen on");
  url = fmt::format("http://{}:{}/", host, lws_get_vhost_listen_port(vhost));
  tick();
  worker = std::thread{[this] { serve(); }};
  return {};
}

void web_server::impl::tick() {
  made.clear();
  how.on_tick();
  const auto revision = board.with([](const boards& x) { return x.strategies.revision(); });
  const auto now = std::chrono::steady_clock::now();
  for (auto& [of, x] : sessions) {
    if (!x.is_viewer || (x.has == revision && now - x.active < how.sign_of_life)) continue;
    x.is_due = true;
    lws_callback_on_writable(of);
  }
  const auto again = [](lws_sorted_usec_list_t* node) { reinterpret_cast<timer*>(node)->owner->tick(); };
  lws_sul_schedule(context, 0, &next.node, again,
                   std::chrono::duration_cast<std::chrono::microseconds>(how.interval).count());
}

/// Whether another connection from there can be taken, if need be in the place of one that is no viewer.
bool web_server::impl::make_room(in_addr_t peer) {
  std::size_t all = 0, of_peer = 0;
  for (const auto& [of, x] : sessions) {
    if (x.is_leaving) continue;
    ++all;
    of_peer += x.peer == peer;
  }
  const bool is_peer_full = of_peer >= how.limits.most_of_address;
  if (!is_peer_full && all < how.limits.most_connections) return true;
  auto oldest = sessions.end();
  for (auto i = sessions.begin(); i != sessions.end(); ++i) {
    const auto& x = i->second;
    if (x.is_viewer || x.is_leaving || (is_peer_full && x.peer != peer)) continue;
    if (oldest == sessions.end() || x.active < oldest->second.active) oldest = i;
  }
  if (oldest == sessions.end()) return false;
  oldest->second.is_leaving = true;
  shutdown(lws_get_socket_fd(oldest->first), SHUT_RDWR); // seen as closed at once: libwebsockets' own way takes seconds
  return true;
}

int web_server::impl::on_callback(lws* of, lws_callback_reasons why, std::string_view in) {
  switch (why) {
  case LWS_CALLBACK_FILTER_NETWORK_CONNECTION: // `in` holds the socket itself
    if (make_room(peer_of(static_cast<int>(reinterpret_cast<std::intptr_t>(in.data()))))) return 0;
    refused.add();
    return 1;
  case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
    sessions[of] = {.peer = peer_of(lws_get_socket_fd(of)), .active = std::chrono::steady_clock::now()};
    return 0;
  case LWS_CALLBACK_WSI_DESTROY:
    if (const auto found = sessions.find(of); found != sessions.end()) {
      if (found->second.is_viewer) viewers.add(-1);
      sessions.erase(found);
    }
    return 0;
  case LWS_CALLBACK_HTTP:
    return on_request(of, in.data());
  case LWS_CALLBACK_HTTP_BODY:
    return on_body(of, in);
  case LWS_CALLBACK_HTTP_BODY_COMPLETION:
    return on_body_end(of);
  case LWS_CALLBACK_HTTP_WRITEABLE:
    return write_body(of);
  case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
    return on_upgrade(of);
  case LWS_CALLBACK_ESTABLISHED:
    sessions[of].is_viewer = sessions[of].is_due = true;
    viewers.add(1);
    lws_callback_on_writable(of);
    return 0;
  case LWS_CALLBACK_SERVER_WRITEABLE:
    return sessions[of].refused == farewell::none ? write_update(of) : refuse(of);
  case LWS_CALLBACK_RECEIVE:
    return refuse(of);
  default:
    return 0;
  }
}

web_server::web_server(std::unique_ptr<impl> from) : impl_{std::move(from)} {}
web_server::~web_server() = default;
const std::string& web_server::url() const { return impl_->url; }

result<std::unique_ptr<web_server>> web_server::listen(config how, shared_boards& board, site& pages,
                                                       process::metric_registry& metrics) {
  auto made = std::make_unique<impl>(std::move(how), board, pages, metrics);
  if (auto ok = made->open(); !ok) return std::unexpected{ok.error()};
  return std::unique_ptr<web_server>{new web_server{std::move(made)}};
}

} // namespace strike::dashboard
