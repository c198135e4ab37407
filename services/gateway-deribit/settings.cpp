#include "gateway-deribit/settings.hpp"

#include <algorithm>

namespace strike::gateway_deribit {

namespace {

std::chrono::nanoseconds duration(config::section& from, std::string_view key, std::chrono::nanoseconds fallback) {
  const auto x = from.duration_ns(key, fallback.count());
  if (x > 0) return std::chrono::nanoseconds{x};
  from.reject(key, "must be above 0");
  return fallback;
}

std::string read_interval(config::section& from, std::string_view key, const std::string& fallback) {
  auto x = from.text(key, fallback);
  if (x == "100ms" || x == "agg2" || x == "raw") return x;
  from.reject(key, "must be \"100ms\", \"agg2\" or \"raw\"");
  return fallback;
}

/// `intervals = { "BTC-PERPETUAL" = "raw", "ETH-*" = "agg2" }`; exact symbols before patterns, longer before shorter.
std::vector<interval_rule> read_rules(config::section from) {
  std::vector<interval_rule> all;
  for (const auto& key : from.keys()) {
    interval_rule x{.symbol = key, .is_prefix = key.ends_with('*'), .interval = read_interval(from, key, "100ms")};
    if (x.is_prefix) x.symbol.pop_back();
    if (x.symbol.find('*') != std::string::npos) from.reject(key, "has its star at the end only: \"BTC-*\"");
    all.push_back(std::move(x));
  }
  std::ranges::stable_sort(all, [](const interval_rule& a, const interval_rule& b) {
    return a.is_prefix != b.is_prefix ? b.is_prefix : a.symbol.size() > b.symbol.size();
  });
  return all;
}

/// Of the environment.
std::shared_ptr<const api_key> read_key(config::section& from) {
  auto id = process::secret("DERIBIT_CLIENT_ID");
  auto secret = process::secret("DERIBIT_CLIENT_SECRET");
  const bool has_none = !id && id.error().code == ec::not_found && !secret && secret.error().code == ec::not_found;
  if (has_none) return nullptr;
  if (!id || !secret) {
    from.reject("url", "needs a whole API key or none: " + (id ? secret.error() : id.error()).text);
    return nullptr;
  }
  auto key = std::make_shared<api_key>();
  key->id = id->reveal();
  key->secret = *std::move(secret);
  return key;
}

} // namespace

const std::string& settings::interval_of(std::string_view symbol) const {
  for (const auto& rule : rules)
    if (rule.is_prefix ? symbol.starts_with(rule.symbol) : symbol == rule.symbol) return rule.interval;
  return interval;
}

settings read_settings(config::section root) {
  auto from = root.table("gateway").table("deribit");
  settings x;
  x.testnet = from.flag("testnet", x.testnet);
  if (x.testnet) {
    x.url = "wss://test.deribit.com/ws/api/v2";
    x.rest = "https://test.deribit.com/api/v2";
  }
  x.url = from.text("url", x.url);
  x.rest = from.text("rest", x.rest);
  x.interval = read_interval(from, "interval", x.interval);
  x.rules = read_rules(from.table("intervals"));
  x.key = read_key(from);
  const bool wants_raw =
      x.interval == "raw" || std::ranges::any_of(x.rules, [](const auto& rule) { return rule.interval == "raw"; });
  if (wants_raw && !x.key)
    from.reject("interval", "\"raw\" needs an API key: set DERIBIT_CLIENT_ID and DERIBIT_CLIENT_SECRET");
  x.heartbeat = std::chrono::duration_cast<std::chrono::seconds>(duration(from, "heartbeat", x.heartbeat));
  if (x.heartbeat < std::chrono::seconds{10}) from.reject("heartbeat", "must be at least \"10s\", as the venue says");
  x.silence = duration(from, "silence", x.silence);
  if (x.silence <= x.heartbeat) from.reject("silence", "must be longer than heartbeat");
  x.request_timeout = duration(from, "request_timeout", x.request_timeout);
  x.refresh = duration(from, "refresh", x.refresh);
  x.topics_per_socket = static_cast<std::size_t>(from.integer("topics_per_socket", 500, 1, 100'000));
  x.credits = from.number("credits", x.credits, 1, 1e9);
  x.credits_per_second = from.number("credits_per_second", x.credits_per_second, 1, 1e9);
  x.subscribe_cost = from.number("subscribe_cost", x.subscribe_cost, 1, 1e9);
  if (x.subscribe_cost > x.credits) from.reject("subscribe_cost", "must not be above credits");
  return x;
}

} // namespace strike::gateway_deribit
