#include "gateway-derive/settings.hpp"

#include <algorithm>
#include <climits>

namespace strike::gateway_derive {

namespace {

/// One of few integers. Source of all: Derive API, section "Public channels".
int one_of(config::section& from, std::string_view key, int fallback, std::initializer_list<int> allowed) {
  const auto x = static_cast<int>(from.integer(key, fallback, 1, INT_MAX));
  if (std::ranges::find(allowed, x) != allowed.end()) return x;
  std::string known;
  for (const int value : allowed) known += (known.empty() ? "" : ", ") + std::to_string(value);
  from.reject(key, "must be one of " + known);
  return fallback;
}

std::chrono::nanoseconds duration(config::section& from, std::string_view key, std::chrono::nanoseconds fallback) {
  const auto x = from.duration_ns(key, fallback.count());
  if (x > 0) return std::chrono::nanoseconds{x};
  from.reject(key, "must be above 0");
  return fallback;
}

ticker_rule read_rule(config::section& from) {
  ticker_rule x{.symbol = from.required_text("symbol")};
  x.is_prefix = x.symbol.ends_with('*');
  if (x.is_prefix) x.symbol.pop_back();
  if (x.symbol.find('*') != std::string::npos) from.reject("symbol", "has its star at the end only: \"ETH-2026*\"");
  x.interval_ms = one_of(from, "interval", 100, {100, 1000});
  return x;
}

} // namespace

int settings::interval_of(std::string_view symbol) const {
  for (const auto& rule : tickers)
    if (rule.is_prefix ? symbol.starts_with(rule.symbol) : symbol == rule.symbol) return rule.interval_ms;
  return ticker_ms;
}

settings read_settings(config::section root) {
  auto from = root.table("gateway").table("derive");
  settings x;
  x.network = derive::read_profile(from);
  x.ticker_ms = one_of(from, "ticker_interval", x.ticker_ms, {100, 1000});
  for (auto& rule : from.tables("ticker")) x.tickers.push_back(read_rule(rule));
  x.book_depth = one_of(from, "book_depth", x.book_depth, {1, 10, 20, 100});
  x.book_group = one_of(from, "book_group", x.book_group, {1, 10, 100});
  x.topics_per_socket = static_cast<std::size_t>(from.integer("topics_per_socket", 500, 1, 100'000));
  x.requests = static_cast<std::uint32_t>(from.integer("requests", x.requests, 1, 1'000'000));
  x.request_window = duration(from, "request_window", x.request_window);
  x.request_timeout = duration(from, "request_timeout", x.request_timeout);
  x.ping_after = duration(from, "ping_after", x.ping_after);
  x.silence = duration(from, "silence", x.silence);
  x.quarantine = duration(from, "quarantine", x.quarantine);
  x.refresh = duration(from, "refresh", x.refresh);
  x.currencies = from.texts("currencies");
  x.history_longest = duration(from, "history_longest", x.history_longest);
  x.history_pages = static_cast<std::uint32_t>(from.integer("history_pages", x.history_pages, 0, 1000));
  return x;
}

} // namespace strike::gateway_derive
