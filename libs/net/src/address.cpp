#include "address.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace strike::net {

namespace {

/// libwebsockets 4.1 sends the first 2,047 bytes of a request line, and then goes on as if that had been all.
constexpr std::size_t longest_path = 2'000;

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 127; });
}

/// "host", "host:port", "[v6]", "[v6]:port".
bool split_authority(std::string_view text, std::string& host, std::uint16_t& port) {
  const auto bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  if (text.starts_with('[') && bracket == std::string_view::npos) return false;
  const auto end = bracket == std::string_view::npos ? text.find(':') : bracket + 1;
  host = bracket == std::string_view::npos ? text.substr(0, end) : text.substr(1, bracket - 1);
  if (host.empty()) return false;
  if (end >= text.size()) return true;
  const auto digits = text.substr(end + 1);
  const auto [stop, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return text[end] == ':' && bad == std::errc{} && stop == digits.data() + digits.size() && port != 0;
}

std::string from_environment(const char* lower, const char* upper) {
  const char* text = std::getenv(lower);
  if (!text) text = std::getenv(upper);
  return text ? text : "";
}

result<std::string> parse_proxy(std::string text, const char* name) {
  if (text.empty()) return text;
  const auto wrong = [&] {
    const auto secret_end = text.rfind('@'); // the password stays out of the log
    return fail(ec::invalid_config, std::string{name} + ": '" +
                                        text.substr(secret_end == std::string::npos ? 0 : secret_end + 1) +
                                        "' is not a proxy: write http://host:port");
  };
  std::string_view rest = text;
  if (rest.starts_with("http://")) rest.remove_prefix(7);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto at = rest.rfind('@');
  std::string host;
  std::uint16_t port = 0;
  const auto where = at == std::string_view::npos ? rest : rest.substr(at + 1);
  if (where.find('/') != std::string_view::npos || !is_printable(rest) || !split_authority(where, host, port) || !port)
    return wrong();
  return std::string{rest};
}

bool covers(std::string_view entry, const address& to) {
  while (entry.starts_with(' ')) entry.remove_prefix(1);
  while (entry.ends_with(' ')) entry.remove_suffix(1);
  if (entry == "*") return true;
  std::uint16_t port = 0;
  std::string name{entry};
  if (std::ranges::count(entry, ':') < 2 || entry.starts_with('[')) // otherwise a bare IPv6 number
    if (!split_authority(entry, name, port)) return false;
  if (name.starts_with('.')) name.erase(0, 1);
  if (port != 0 && port != to.port) return false;
  return !name.empty() && (to.host == name || to.host.ends_with("." + name));
}

} // namespace

std::string address::authority() const {
  const auto name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? 443 : 80) ? name : name + ":" + std::to_string(port);
}

result<address> parse_url(std::string_view text, std::string_view scheme) {
  const auto wrong = [&] {
    const std::string s{scheme};
    return fail(ec::invalid_config,
                "'" + std::string{text} + "' is not a URL: write " + s + "s://host/path or " + s + "://host:port/path");
  };
  address to;
  auto rest = text;
  if (!is_printable(text) || !rest.starts_with(scheme)) return wrong();
  rest.remove_prefix(scheme.size());
  to.tls = rest.starts_with('s');
  rest.remove_prefix(to.tls);
  if (!rest.starts_with("://")) return wrong();
  rest = rest.substr(3);
  rest = rest.substr(0, rest.find('#'));
  const auto path = rest.find_first_of("/?");
  const auto authority = rest.substr(0, path);
  to.port = to.tls ? 443 : 80;
  if (authority.find('@') != std::string_view::npos || !split_authority(authority, to.host, to.port)) return wrong();
  if (path != std::string_view::npos) to.path = rest.substr(path);
  if (!to.path.starts_with('/')) to.path.insert(0, "/");
  if (to.path.size() > longest_path)
    return fail(ec::invalid_config, "'" + std::string{text.substr(0, 100)} + "...': a path of " +
                                        std::to_string(to.path.size()) + " bytes cannot be sent, only " +
                                        std::to_string(longest_path) + ": ask for less at once");
  std::ranges::transform(to.host, to.host.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return to;
}

result<proxies> proxies::from_environment() {
  auto http = parse_proxy(net::from_environment("http_proxy", "HTTP_PROXY"), "http_proxy");
  if (!http) return std::unexpected{http.error()};
  auto https = parse_proxy(net::from_environment("https_proxy", "HTTPS_PROXY"), "https_proxy");
  if (!https) return std::unexpected{https.error()};
  return proxies{std::move(*http), std::move(*https), net::from_environment("no_proxy", "NO_PROXY")};
}

std::string_view proxies::of(const address& to) const {
  for (std::string_view rest = none; !rest.empty();) {
    const auto comma = rest.find(',');
    if (covers(rest.substr(0, comma), to)) return {};
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
  return to.tls ? https : http;
}

} // namespace strike::net
