#include "sandbox/derive_limits.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::sandbox::derive {

namespace {

constexpr std::int64_t window_ns = window_s * ns_per_s;
constexpr std::size_t most_windows = 10'000; ///< then those of silent clients are forgotten
constexpr std::string_view matching_methods[] = {"private/order", "private/replace", "private/cancel",
                                                 "private/cancel_by_nonce", "private/cancel_by_instrument"};

std::optional<rpc_error> too_many(std::int64_t wait_ns) {
  return rpc_error{-32000, "Rate limit exceeded",
                   fmt::format("Retry after {} ms", (wait_ns + ns_per_ms - 1) / ns_per_ms)};
}

std::string instrument_in(const boost::json::object& params) {
  const auto* x = params.if_contains("instrument_name");
  return x != nullptr && x->is_string() ? std::string{std::string_view{x->get_string()}} : std::string{};
}

} // namespace

rate_limits::budget rate_limits::budget_of(std::string_view method, const boost::json::object& params) {
  if (!method.starts_with("private/")) return budget::requests;
  if (method == "private/cancel_all") return budget::cancel_all;
  if (method == "private/cancel_by_label" && !instrument_in(params).empty()) return budget::matching;
  return std::ranges::find(matching_methods, method) != std::end(matching_methods) ? budget::matching : budget::others;
}

std::uint32_t rate_limits::limit_of(budget x) const {
  switch (x) {
  case budget::requests:
    return how_.requests;
  case budget::matching:
    return how_.matching;
  case budget::others:
    return how_.others;
  case budget::cancel_all:
    return how_.cancel_all;
  }
  return 0;
}

std::optional<rpc_error> rate_limits::over(std::string_view who, std::string_view method,
                                           const boost::json::object& params, std::int64_t now_ns) {
  const auto which = budget_of(method, params);
  if (limit_of(which) == 0) return {};
  if (auto fault = over_window(who, which, now_ns)) return fault;
  return which == budget::matching ? over_bucket(who, params, now_ns) : std::nullopt;
}

std::optional<rpc_error> rate_limits::over_window(std::string_view who, budget which, std::int64_t now_ns) {
  if (windows_.size() > most_windows)
    std::erase_if(windows_, [&](const auto& x) { return now_ns - x.second.began_ns >= window_ns; });
  auto& x = windows_[{std::string{who}, which}];
  if (now_ns - x.began_ns >= window_ns) x = {.began_ns = now_ns};
  if (x.used < limit_of(which)) return ++x.used, std::nullopt;
  return too_many(x.began_ns + window_ns - now_ns);
}

std::optional<rpc_error> rate_limits::over_bucket(std::string_view who, const boost::json::object& params,
                                                  std::int64_t now_ns) {
  const double capacity = how_.matching;
  const auto [found, is_new] =
      buckets_.try_emplace({std::string{who}, instrument_in(params)}, bucket{.tokens = capacity, .at_ns = now_ns});
  auto& x = found->second;
  x.tokens = std::min(capacity, x.tokens + static_cast<double>(now_ns - x.at_ns) / 1e9);
  x.at_ns = now_ns;
  if (x.tokens < 1) return too_many(static_cast<std::int64_t>((1 - x.tokens) * 1e9));
  x.tokens -= 1;
  return {};
}

boost::json::object rate_limits::remaining(std::string_view who, std::int64_t now_ns) const {
  const auto points = [&](budget which) -> boost::json::object {
    const auto found = windows_.find({std::string{who}, which});
    const bool is_running = found != windows_.end() && now_ns - found->second.began_ns < window_ns;
    const auto used = is_running ? found->second.used : 0U;
    const auto limit = limit_of(which) == 0 ? 1'000'000U : limit_of(which);
    return {{"remainingPoints", limit - used},
            {"msBeforeNext", is_running ? (found->second.began_ns + window_ns - now_ns) / ns_per_ms : 0},
            {"consumedPoints", used},
            {"isFirstInDuration", used == 0}};
  };
  return {{"remaining_matching", points(budget::matching)},
          {"remaining_non_matching", points(budget::others)},
          {"remaining_per_endpoint", boost::json::object{{"private/cancel_all", points(budget::cancel_all)}}},
          {"remaining_connections",
           boost::json::object{
               {"remainingPoints", 4}, {"msBeforeNext", 0}, {"consumedPoints", 0}, {"isFirstInDuration", true}}}};
}

} // namespace strike::sandbox::derive
