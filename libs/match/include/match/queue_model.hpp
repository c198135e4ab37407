#pragma once

#include "base/enums.hpp"

namespace strike::match {

/// Rules of specs "The simulated venue", section 3, and of hftbacktest, whose names for them these are.
enum class queue_rule : std::uint8_t { pessimistic, power, log, power2, log2, power3, proportional };
} // namespace strike::match

namespace strike {
template <> struct enum_names<match::queue_rule> {
  using rule = match::queue_rule;
  static constexpr std::string_view what = "queue model";
  static constexpr std::array table = {enum_name{rule::pessimistic, "pessimistic"},
                                       enum_name{rule::power, "power"},
                                       enum_name{rule::log, "log"},
                                       enum_name{rule::power2, "power2"},
                                       enum_name{rule::log2, "log2"},
                                       enum_name{rule::power3, "power3"},
                                       enum_name{rule::proportional, "proportional"}};
};
} // namespace strike

namespace strike::match {

/// How a resting order's place in the queue moves. Quantities are in the instrument's unit.
struct queue_model {
  queue_rule rule = queue_rule::pessimistic;
  double n = 2; ///< exponent of the power rules, > 0

  /// The chance that what left the level stood behind us, 0 to 1; 1 where nobody is ahead.
  double chance_behind(double front, double back) const;
  /// The quantity ahead of us after the displayed size went from `previous` to `now`, `traded` of it by trades that
  /// were counted already.
  double after_change(double front, double previous, double now, double traded) const;
};

} // namespace strike::match
