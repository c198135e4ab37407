#include "dashboard/access.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace strike::dashboard {

namespace {

/// Host names are the same in any case.
std::string lower(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return made;
}

bool is_v4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_loopback_v4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

} // namespace

result<listen_address> parse_listen(std::string_view text, bool has_token) {
  const auto wrong = [&](std::string_view why) {
    return fail(ec::invalid_config, fmt::format("'{}' {}; write HOST:PORT, as 127.0.0.1:8080", text, why));
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return wrong("is not an address");
  const auto host = lower(text.substr(0, colon)), digits = std::string{text.substr(colon + 1)};
  listen_address made{.host = host};
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), made.port);
  if (fault != std::errc{} || end != digits.data() + digits.size()) return wrong("has no port from 0 to 65535");
  if (!is_open_to_world(made)) return made;
  if (!has_token)
    return wrong("can be reached from other hosts, which takes a token in STRIKE_DASHBOARD_TOKEN; or listen on "
                 "127.0.0.1 and use a tunnel, such as ssh -L");
  if (!is_v4(host)) return wrong("is no IPv4 address");
  return made;
}

bool is_open_to_world(const listen_address& x) { return x.host != "localhost" && !is_loopback_v4(x.host); }

bool is_loopback_host(std::string_view host) {
  if (host.starts_with('[')) return host == "[::1]" || host.starts_with("[::1]:");
  const auto name = lower(host.substr(0, host.find(':')));
  return name == "localhost" || is_loopback_v4(name);
}

bool is_same_origin(std::string_view origin, std::string_view host) {
  if (origin.empty()) return true;
  const auto given = lower(origin), own = lower(host);
  return given == "http://" + own || given == "https://" + own;
}

} // namespace strike::dashboard
