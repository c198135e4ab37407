#include "strike/doctor.hpp"

#include "base/time.hpp"
#include "gateway-deribit/settings.hpp"
#include "gateway-derive/settings.hpp"
#include "gateway-polymarket/settings.hpp"
#include "process/secret.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <netdb.h>

namespace strike {

namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr std::int64_t clock_alarm_ns = 500 * ns_per_ms;
constexpr std::chrono::seconds patience{12};

std::int64_t wall_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(system_clock::now().time_since_epoch()).count();
}

/// {"result":1764151200123}: Deribit and Derive.
result<std::int64_t> time_of_result(std::string_view body) {
  boost::system::error_code fault;
  const auto all = boost::json::parse({body.data(), body.size()}, fault);
  const auto* value = fault || !all.is_object() ? nullptr : all.as_object().if_contains("result");
  if (!value || !value->is_int64()) return fail(ec::malformed, "the answer holds no time");
  return value->as_int64() * ns_per_ms;
}

/// 1764151200: Polymarket, in seconds.
result<std::int64_t> time_of_seconds(std::string_view body) {
  std::int64_t ns = 0;
  const auto count = std::strtoll(std::string{body}.c_str(), nullptr, 10);
  if (count <= 0 || !ns_from_count(count, time_unit::seconds, ns)) return fail(ec::malformed, "the answer is no time");
  return ns;
}

/// @returns empty: it has an address
std::string name_fault(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int fault = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (fault == 0) freeaddrinfo(found);
  return fault == 0 ? std::string{} : gai_strerror(fault);
}

/// Serves the loop until it is so, or patience ends.
void serve(net::loop& on, const std::function<bool()>& is_over) {
  const auto end = (steady_clock::now() + patience).time_since_epoch() / std::chrono::nanoseconds{1};
  while (!is_over() && steady_clock::now().time_since_epoch() / std::chrono::nanoseconds{1} < end) on.round(end);
}

std::string advice_for(const std::string& why) {
  if (why.find("certificate") != std::string::npos)
    return "check the system's clock and CA certificates (apt install ca-certificates), or ca_file of the gateway";
  return "check the firewall, https_proxy, and the url of the gateway";
}

finding look_at_clock(net::loop& on, const venue_site& site) {
  struct outcome {
    std::optional<result<net::http_response>> got;
    std::int64_t received_ns = 0;
  };
  const auto done = std::make_shared<outcome>();
  const auto sent_ns = wall_ns();
  on.fetch(site.time, [done](result<net::http_response> x) {
    done->received_ns = wall_ns();
    done->got = std::move(x);
  });
  serve(on, [&] { return done->got.has_value(); });
  const auto what = fmt::format("{} https", to_text(site.at));
  if (!done->got) return {health::failed, what, "no answer", advice_for("")};
  if (!*done->got) return {health::failed, what, done->got->error().text, advice_for(done->got->error().text)};
  const auto venue_ns = site.read_time((*done->got)->body);
  if (!venue_ns)
    return {health::failed, what, fmt::format("HTTP {}: {}", (*done->got)->status, venue_ns.error().text),
            "is the url of the gateway the venue's?"};
  return judge_clock(site.at, sent_ns, *venue_ns, done->received_ns, site.time_unit_ns);
}

finding look_at_socket(net::loop& on, const venue_site& site) {
  struct outcome {
    bool is_open = false;
    std::optional<std::string> why;
  };
  const auto done = std::make_shared<outcome>();
  auto socket = on.open_socket({.url = site.socket_url},
                               {.on_open = [done] { done->is_open = true; },
                                .on_text = [](std::string_view) {},
                                .on_close = [done](const net::close_report& x) { done->why = x.text; }});
  const auto what = fmt::format("{} socket", to_text(site.at));
  if (!socket) return {health::failed, what, socket.error().text, "mend the url of the gateway"};
  serve(on, [&] { return done->is_open || done->why; });
  if (done->is_open) return {health::ok, what, site.socket_url, ""};
  const auto why = done->why.value_or("no answer");
  return {health::failed, what, why, advice_for(why)};
}

/// "is set", or what is wrong with it.
finding look_at_secret(std::string_view name, std::string_view form, bool (*fits)(std::string_view)) {
  const auto key = process::secret(name);
  const std::string what{name};
  if (!key && key.error().code == ec::not_found) return {health::ok, what, "not set; public data needs none", ""};
  if (!key) return {health::failed, what, key.error().text, "mend the variable or the file that it names"};
  if (fits(key->reveal())) return {health::ok, what, "set", ""};
  return {health::failed, what, "has another form than expected", fmt::format("it should be {}", form)};
}

bool is_hex(std::string_view x, std::size_t digits) {
  if (x.starts_with("0x")) x.remove_prefix(2);
  return x.size() == digits && x.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

} // namespace

std::string host_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  auto rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find('/'));
  if (rest.starts_with('[')) return std::string{rest.substr(1, rest.find(']') - 1)};
  return std::string{rest.substr(0, rest.find(':'))};
}

std::vector<venue_site> sites_of(config::section root) {
  const auto deribit = gateway_deribit::read_settings(root);
  const auto derive = gateway_derive::read_settings(root);
  const auto polymarket = gateway_polymarket::read_settings(root);
  return {{.at = venue::deribit,
           .socket_url = deribit.url,
           .time = {.url = deribit.rest + "/public/get_time"},
           .time_unit_ns = ns_per_ms,
           .read_time = time_of_result},
          {.at = venue::derive,
           .socket_url = derive.network.ws_url,
           .time = {.method = "POST",
                    .url = derive.network.rest_url + "/public/get_time",
                    .extra = {{"Content-Type", "application/json"}, {"User-Agent", derive.network.user_agent}},
                    .body = "{}"},
           .time_unit_ns = ns_per_ms,
           .read_time = time_of_result},
          {.at = venue::polymarket,
           .socket_url = polymarket.url,
           .time = {.url = polymarket.clob + "/time"},
           .time_unit_ns = ns_per_s,
           .read_time = time_of_seconds}};
}

finding judge_clock(venue at, std::int64_t sent_ns, std::int64_t venue_ns, std::int64_t received_ns,
                    std::int64_t error_ns) {
  const auto middle_ns = sent_ns + (received_ns - sent_ns) / 2;
  const auto offset_ns = middle_ns - (venue_ns + error_ns / 2);
  const auto doubt_ns = (received_ns - sent_ns) / 2 + error_ns / 2;
  const auto what = fmt::format("{} clock", to_text(at));
  const auto detail = fmt::format("ours is {:+.0f} ms from the venue's, give or take {:.0f} ms",
                                  static_cast<double>(offset_ns) / 1e6, static_cast<double>(doubt_ns) / 1e6);
  if (std::abs(offset_ns) <= clock_alarm_ns + doubt_ns) return {health::ok, what, detail, ""};
  return {health::failed, what, detail, "set the system's clock: apt install chrony"};
}

std::vector<finding> look_at_keys() {
  const auto any = [](std::string_view x) { return !x.empty(); };
  const auto key = [](std::string_view x) { return is_hex(x, 64); };
  const auto address = [](std::string_view x) { return is_hex(x, 40); };
  return {look_at_secret("DERIBIT_CLIENT_ID", "the id of an API key", any),
          look_at_secret("DERIBIT_CLIENT_SECRET", "the secret of an API key", any),
          look_at_secret("DERIVE_WALLET", "0x and 40 hexadecimal digits", address),
          look_at_secret("DERIVE_SESSION_KEY", "0x and 64 hexadecimal digits", key),
          look_at_secret("POLYMARKET_PRIVATE_KEY", "0x and 64 hexadecimal digits", key),
          look_at_secret("POLYMARKET_FUNDER", "0x and 40 hexadecimal digits", address)};
}

finding look_at_disk(const std::string& folder, std::uint64_t min_free_bytes) {
  std::filesystem::path at = std::filesystem::absolute(folder);
  while (!std::filesystem::exists(at) && at.has_parent_path() && at != at.parent_path()) at = at.parent_path();
  std::error_code fault;
  const auto room = std::filesystem::space(at, fault);
  if (fault) return {health::failed, "disk", fmt::format("{}: {}", folder, fault.message()), "mend [recorder] folder"};
  const auto detail = fmt::format("{:.1f} GB free for {}", static_cast<double>(room.available) / 1e9, folder);
  if (room.available > 2 * min_free_bytes) return {health::ok, "disk", detail, ""};
  return {room.available > min_free_bytes ? health::warning : health::failed, "disk", detail,
          "make room, or set [recorder] folder to another disk"};
}

std::vector<finding> look_at_venue(net::loop& on, const venue_site& site) {
  std::vector<finding> all;
  const auto host = host_of(site.socket_url);
  if (std::getenv("https_proxy") == nullptr && std::getenv("HTTPS_PROXY") == nullptr) { // a proxy resolves names itself
    const auto fault = name_fault(host);
    const auto what = fmt::format("{} name", to_text(site.at));
    if (!fault.empty()) {
      all.push_back(
          {health::failed, what, fmt::format("{}: {}", host, fault), "check the network and /etc/resolv.conf"});
      return all;
    }
    all.push_back({health::ok, what, host, ""});
  }
  all.push_back(look_at_clock(on, site));
  all.push_back(look_at_socket(on, site));
  return all;
}

} // namespace strike
