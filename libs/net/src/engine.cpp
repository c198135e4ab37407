#include "engine.hpp"

#include "base/time.hpp"
#include "net/library_log.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

namespace strike::net {

namespace {

constexpr unsigned read_size = 64 * 1024;     ///< read at once, and the longest request head
constexpr unsigned head_size = 64 * 1024 - 1; ///< of an answer, and of a URL
constexpr unsigned phase_seconds = 60;        ///< libwebsockets' own limit for each phase of connecting and closing
constexpr unsigned connect_seconds = 4;       ///< until TCP connects: SYN is sent again after one and three seconds

/// permessage-deflate of libwebsockets, but for what it answers about a message that the server left uncompressed
/// ("nothing that I should do"): the client's parser of 4.1.6 hands such a message out again and again, for ever. Told
/// that no extension is concerned, it hands it out once.
int deflate(lws_context* on, const lws_extension* extension, lws* of, lws_extension_callback_reasons why, void* user,
            void* in, std::size_t length) {
  constexpr int nothing_i_should_do = 5, not_concerned = 0;
  const int answer = lws_extension_callback_pm_deflate(on, extension, of, why, user, in, length);
  return why == LWS_EXT_CB_PAYLOAD_RX && answer == nothing_i_should_do ? not_concerned : answer;
}

const lws_extension extensions[] = {
    {"permessage-deflate", deflate, "permessage-deflate; client_no_context_takeover"},
    {nullptr, nullptr, nullptr},
};

int on_lws(lws* of, lws_callback_reasons why, void*, void* in, std::size_t length) {
  auto* const user = of ? static_cast<lws_user*>(lws_get_opaque_user_data(of)) : nullptr;
  if (user) return user->on_lws(of, why, in, length);
  switch (why) {
  case LWS_CALLBACK_CLIENT_ESTABLISHED:
  case LWS_CALLBACK_CLIENT_RECEIVE:
  case LWS_CALLBACK_CLIENT_WRITEABLE:
  case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
  case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
  case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
    return -1; // nobody wants it any more
  default:
    return 0;
  }
}

const lws_protocols protocols[] = {
    {"strike", on_lws, 0, read_size, 0, nullptr, 0},
    {nullptr, nullptr, 0, 0, 0, nullptr, 0},
};

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

std::string tls_error() {
  char text[256] = "";
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  ERR_clear_error();
  return text;
}

/// @returns with TLS 1.2 or later, which trusts whom `ca_file` names
result<SSL_CTX*> make_tls(const std::string& ca_file) {
  auto* const tls = SSL_CTX_new(TLS_client_method());
  if (!tls) return fail(ec::io, "no TLS: " + tls_error());
  SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
  SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, nullptr);
  const bool ok = ca_file.empty() ? SSL_CTX_set_default_verify_paths(tls) == 1
                                  : SSL_CTX_load_verify_file(tls, ca_file.c_str()) == 1;
  if (ok) return tls;
  SSL_CTX_free(tls);
  return fail(ec::invalid_config, ca_file + ": no certificates to trust could be read (" + tls_error() +
                                      "); give a PEM file, or leave ca_file empty for the system's");
}

lws_context_creation_info basic_info() {
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.protocols = protocols;
  info.extensions = extensions;
  info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  info.pt_serv_buf_size = read_size;
  info.max_http_header_data2 = head_size;
  info.timeout_secs = phase_seconds;
  info.connect_timeout_secs = connect_seconds;
  info.gid = info.uid = static_cast<decltype(info.gid)>(-1);
  return info;
}

/// libwebsockets keeps indices of OpenSSL in globals that each initialisation would renew under handshakes that run.
std::uint64_t tls_once() {
  static std::atomic_flag done;
  return done.test_and_set() ? 0 : LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
}

} // namespace

result<std::unique_ptr<engine>> engine::open(const std::string& ca_file,
                                             std::function<void(std::string_view)> on_warning) {
  std::unique_ptr<engine> x{new engine};
  auto found = proxies::from_environment();
  if (!found) return std::unexpected{found.error()};
  x->proxies_ = std::move(*found);
  auto tls = make_tls(ca_file);
  if (!tls) return std::unexpected{tls.error()};
  x->tls_ = *tls;
  x->on_warning_ = std::move(on_warning);
  route_library_log();
  const warnings_of_this_thread to{x->on_warning_};
  auto info = basic_info();
  info.options |= tls_once();
  x->context_ = lws_create_context(&info); // ignores SIGPIPE, too
  if (!x->context_) return fail(ec::io, "libwebsockets could not start: are file descriptors or memory exhausted?");
  x->names_.emplace([context = x->context_] { lws_cancel_service(context); });
  return x;
}

engine::~engine() {
  const warnings_of_this_thread to{on_warning_};
  names_.reset();
  if (context_) lws_context_destroy(context_);
  if (tls_) SSL_CTX_free(tls_);
}

void engine::service(std::int64_t until_ns) {
  const warnings_of_this_thread to{on_warning_};
  const auto now = now_ns();
  const bool may_wait = until_ns > now;
  if (may_wait && until_ns != INT64_MAX) {
    until_.context = context_;
    const auto ring = [](lws_sorted_usec_list_t* x) { lws_cancel_service(reinterpret_cast<alarm*>(x)->context); };
    // It sleeps whole milliseconds, and polls without a pause for the rest: half a core where something is always due.
    const auto wait_ms = (until_ns - now + ns_per_ms - 1) / ns_per_ms;
    lws_sul_schedule(context_, 0, &until_.node, ring, wait_ms * (ns_per_ms / ns_per_us));
  }
  lws_service(context_, may_wait ? 0 : -1);
  lws_sul_cancel(&until_.node);
  names_->deliver();
}

void engine::look_up(const address& to, std::function<void(const resolver::answer&)> done) {
  const auto proxy = proxies_.of(to);
  if (proxy.empty()) return names_->look_up(to.host, std::move(done));
  const auto where = proxy.substr(proxy.rfind('@') + 1); // npos + 1 is 0
  names_->look_up(std::string{where.substr(0, where.rfind(':'))}, std::move(done));
}

lws* engine::connect(lws_client_connect_info how, const address& to, const std::string& number,
                     const std::string& pool) {
  const auto proxy = proxies_.of(to);
  const auto authority = to.authority();
  how.context = context_;
  how.vhost = vhost(pool, proxy, number);
  // A proxy is told the name, and by the name libwebsockets finds a connection to take over. Otherwise the number is
  // better: libwebsockets would look the name up once more, and block meanwhile.
  const bool by_name = !proxy.empty() || (how.ssl_connection & LCCSCF_PIPELINE) != 0;
  how.address = by_name ? to.host.c_str() : number.c_str();
  how.host = authority.c_str();
  how.port = to.port;
  how.path = to.path.c_str();
  how.ssl_connection |= to.tls ? LCCSCF_USE_SSL : 0;
  how.local_protocol_name = protocols[0].name;
  how.alpn = "http/1.1";
  how.ietf_version_or_minus_one = -1;
  return how.vhost ? lws_client_connect_via_info(&how) : nullptr;
}

lws_vhost* engine::vhost(const std::string& pool, std::string_view proxy, const std::string& number) {
  const auto name = pool + " " + std::string{proxy};
  auto& at = vhosts_[name];
  if (!at) {
    auto info = basic_info();
    info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.provided_client_ssl_ctx = tls_;
    info.vhost_name = vhosts_.find(name)->first.c_str();
    at = lws_create_vhost(context_, &info);
    if (!at) return nullptr;
  }
  // always set: libwebsockets takes http_proxy from the environment for all; port 0 is none
  auto where = proxy.empty() ? "none:0"
                             : std::string{proxy.substr(0, proxy.rfind('@') + 1)} + number +
                                   std::string{proxy.substr(proxy.rfind(':'))};
  lws_set_proxy(at, where.c_str());
  return at;
}

result<void> engine::watch(int fd, lws_user& user) {
  auto* const on = vhost("watch", {}, {});
  lws_sock_file_fd_type copy{};
  copy.filefd = fcntl(fd, F_DUPFD_CLOEXEC, 0); // libwebsockets closes what it has
  auto* const of = on && copy.filefd >= 0
                       ? lws_adopt_descriptor_vhost(on, LWS_ADOPT_RAW_FILE_DESC, copy, protocols[0].name, nullptr)
                       : nullptr;
  if (!of) return fail(ec::io, "descriptor " + std::to_string(fd) + " cannot be watched: " + std::strerror(errno));
  lws_set_opaque_user_data(of, &user);
  return {};
}

void timer::start(std::chrono::nanoseconds after) {
  const auto us = std::max<std::int64_t>(1, after.count() / ns_per_us);
  lws_sul_schedule(
      on_.context(), 0, &node_.sul,
      [](lws_sorted_usec_list_t* sul) {
        const auto& self = *reinterpret_cast<node*>(sul)->owner;
        lws_cancel_service(self.on_.context()); // otherwise libwebsockets calls, and then begins to wait
        const auto call = self.call_;           // may destroy the timer
        call();
      },
      us);
}

} // namespace strike::net
