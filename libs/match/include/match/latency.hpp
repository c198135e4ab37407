#pragma once

#include "base/enums.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace strike::match {

enum class order_action : std::uint8_t { place, amend, cancel };

/// One recorded round trip; `venue_ns` none = the venue refused before matching.
struct latency_row {
  std::int64_t request_ns = 0;
  std::optional<std::int64_t> venue_ns;
  std::int64_t response_ns = 0;
};

/// The way of one request: when it acts at the venue, and when the answer is back.
struct round_trip {
  bool reaches_venue = true; ///< false: comes back as a rejection
  std::int64_t venue_ns = 0;
  std::int64_t response_delay_ns = 0; ///< from the venue's time to us
};

/// One direction of one action.
struct delay {
  enum class shape : std::uint8_t { constant, lognormal };
  shape kind = shape::constant;
  std::int64_t median_ns = 0; ///< the constant, or the median of the lognormal
  double sigma = 0;           ///< of the logarithm
};

struct latency_config {
  delay entry[3];    ///< by order_action
  delay response[3]; ///< by order_action
  std::uint64_t seed = 1;
  std::vector<latency_row> recorded; ///< not empty: used instead of the delays; ascending in request_ns
};

/// Latency of one session, which is first in, first out: a later request never overtakes an earlier one, nor a later
/// answer an earlier one (the caller's part: see `response_at`). Deterministic for a seed on every machine.
/// Source: specs "The simulated venue", section 1.
class latency_model {
public:
  explicit latency_model(latency_config config);
  round_trip send(order_action action, std::int64_t now_ns);
  /// The delay of what the venue tells by itself (a resting order's fill, an expiry): as an answer to a `place`.
  std::int64_t unasked_response_delay(std::int64_t now_ns);
  /// When an answer or fill that left the venue at `venue_ns` is seen; never before an earlier one.
  std::int64_t response_at(std::int64_t venue_ns, std::int64_t response_delay_ns);

private:
  double uniform();
  std::int64_t sample(const delay& from);
  latency_config config_;
  std::uint64_t random_;
  std::int64_t last_arrival_ns_ = 0;
  std::int64_t last_response_ns_ = 0;
};

/// CSV with a header `request_ns,venue_ns,response_ns`; an empty venue_ns is a rejection.
result<std::vector<latency_row>> parse_latency_rows(std::string_view csv, std::string_view name);

} // namespace strike::match
