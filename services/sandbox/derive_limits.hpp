#pragma once

#include "sandbox/derive_params.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace strike::sandbox::derive {

inline constexpr std::int64_t window_s = 5; ///< Source: Derive, rate limits

/// Requests in a window; 0: no limit. Defaults of v3. Source: Derive, rate limits.
struct rate_settings {
  std::uint32_t requests = 25; ///< public ones, of an address
  std::uint32_t matching =
      5;                     ///< of a wallet; and of an instrument, in a bucket of so many that a second refills by one
  std::uint32_t others = 25; ///< private ones, of a wallet
  std::uint32_t cancel_all = 5; ///< of a wallet
};

/// Counts requests by class. One thread.
class rate_limits {
public:
  explicit rate_limits(rate_settings how) : how_{how} {}

  const rate_settings& settings() const { return how_; }
  /// Counts a request, unless it is one too many.
  /// @param who the client's address, or its wallet for private methods
  /// @returns -32000, with the delay
  std::optional<rpc_error> over(std::string_view who, std::string_view method, const boost::json::object& params,
                                std::int64_t now_ns);
  /// Of `public/getRateLimits`.
  boost::json::object remaining(std::string_view who, std::int64_t now_ns) const;

private:
  enum class budget : std::uint8_t { requests, matching, others, cancel_all };
  struct window {
    std::int64_t began_ns = 0;
    std::uint32_t used = 0;
  };
  struct bucket {
    double tokens;
    std::int64_t at_ns;
  };
  static budget budget_of(std::string_view method, const boost::json::object& params);
  std::uint32_t limit_of(budget x) const;
  std::optional<rpc_error> over_window(std::string_view who, budget which, std::int64_t now_ns);
  std::optional<rpc_error> over_bucket(std::string_view who, const boost::json::object& params, std::int64_t now_ns);

  const rate_settings how_;
  std::map<std::pair<std::string, budget>, window> windows_;
  std::map<std::pair<std::string, std::string>, bucket> buckets_; ///< by wallet and instrument
};

} // namespace strike::sandbox::derive
