#include "dashboard/web_server.hpp"

#include "dashboard/lws_request.hpp"
#include "net/library_log.hpp"

#include <fmt/format.h>
#include <libwebsockets.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

namespace strike::dashboard {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t chunk_bytes =
    64 * 1024; ///< handed to libwebsockets at once: all that it ever buffers of a client

constexpr int refusal_s = 5; ///< that a viewer who spoke has to take what was under way

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

struct update {
  std::uint64_t revision = 0;
  std::shared_ptr<const std::string> text;
};

/// Of a viewer that spoke. Data that comes while it is told so is read and dropped: closed with data unread, a
/// connection loses what was said last.
enum class farewell : std::uint8_t { none, due, told };

/// A connection: of HTTP while `body` is sent, of a viewer once it is upgraded.
struct session {
  std::shared_ptr<const std::string> body;
  std::size_t sent = 0;              ///< bytes of `body`, or of the update
  std::optional<page_request> asked; ///< a POST whose body is on its way
  bool is_viewer = false, is_due = false;
  farewell refused = farewell::none;
  std::uint64_t has = 0;         ///< the revision of the last update
  std::optional<update> current; ///< being sent
  steady_clock::time_point updated;
};

} // namespace

struct web_server::impl {
  impl(config x, shared_boards& of, site& from, process::metric_registry& metrics)
      : how{std::move(x)}, board{of}, pages{from}, //
        viewers{metrics.get_gauge("strike_dashboard_viewers", "Browsers that are connected.")},
        updates{metrics.get_counter("strike_dashboard_updates_total", "Updates sent to browsers.")},
        requests{metrics.get_counter("strike_dashboard_requests_total", "HTTP requests answered.")},
        refused{metrics.get_counter("strike_dashboard_refused_total",
                                    "Connections refused: too many, or of another origin.")} {}
  ~impl() {
    is_stopping = true;
    if (context) lws_cancel_service(context);
    if (worker.joinable()) worker.join();
    if (context) lws_context_destroy(context);
  }

  result<void> open();
  void serve() {
    while (!is_stopping && lws_service(context, 0) >= 0) {
    }
  }
  void tick();
  int on_callback(lws* of, lws_callback_reasons why, std::string_view in);
  int on_request(lws* of, const char* path);
  int on_body(lws* of, std::string_view part);
  int on_body_end(lws* of);
  int send(lws* of, const page_request& what);
  int on_upgrade(lws* of);
  int write_body(lws* of);
  int write_update(lws* of);
  int refuse(lws* of);
  update update_since(std::uint64_t revision);

  /// libwebsockets' view of the next tick; it hands back the address of `node`, the first member.
  struct timer {
    lws_sorted_usec_list_t node{};
    impl* owner = nullptr;
  };

  config how;
  shared_boards& board;
  site& pages;
  process::gauge& viewers;
  process::counter &updates, &requests, &refused;
  std::unordered_map<lws*, session> sessions;
  std::map<std::uint64_t, update> made; ///< since the last tick, by what they follow: viewers share them
  std::vector<unsigned char> buffer = std::vector<unsigned char>(LWS_PRE + chunk_bytes);
  std::array<lws_protocols, 2> protocols{}; ///< the last is empty: the end
  lws_retry_bo_t pings{};
  timer next;
  lws_context* context = nullptr;
  std::string url;
  std::atomic<bool> is_stopping = false;
  std::thread worker;
};

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
  const auto now = steady_clock::now();
  for (auto& [of, x] : sessions) {
    if (!x.is_viewer || (x.has == revision && now - x.updated < how.sign_of_life)) continue;
    x.is_due = true;
    lws_callback_on_writable(of);
  }
  const auto again = [](lws_sorted_usec_list_t* node) { reinterpret_cast<timer*>(node)->owner->tick(); };
  lws_sul_schedule(context, 0, &next.node, again,
                   std::chrono::duration_cast<std::chrono::microseconds>(how.interval).count());
}

int web_server::impl::on_callback(lws* of, lws_callback_reasons why, std::string_view in) {
  switch (why) {
  case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
    if (sessions.size() < how.limits.most_connections) return 0;
    refused.add();
    return 1;
  case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
    return sessions[of] = {}, 0;
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

int web_server::impl::on_request(lws* of, const char* path) {
  requests.add();
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
  auto reply = pages.answer(what, steady_clock::now());
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

int web_server::impl::on_upgrade(lws* of) {
  if (pages.may_view(request_of(of, header_of(of, WSI_TOKEN_GET_URI).c_str()))) return 0;
  refused.add();
  lws_return_http_status(of, HTTP_STATUS_FORBIDDEN,
                         "a WebSocket is at /ws, for the dashboard's own page, and for who has logged in if that is "
                         "asked for");
  return -1;
}

update web_server::impl::update_since(std::uint64_t revision) {
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
    x.updated = steady_clock::now();
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
