#pragma once

#include "base/registry.hpp"

#include <deque>
#include <string>
#include <vector>

namespace strike {

/// Defaults for every instrument that matches; data, because venues change these. An empty text or absent option
/// matches anything.
struct rule_pattern {
  venue at = venue::deribit;
  std::string base; ///< "BTC"
  std::optional<instrument_kind> kind;
  std::optional<bool> is_inverse;
  tick_table ticks;
  quantity lot{1}, minimum{1}, multiplier{nanos_per_unit};
  std::string index; ///< "{base}_usd": the braces are replaced by the lower-case base coin
};

/// The rules of every instrument of a run: what the venue said, else the first pattern that matches, else ticks of
/// 1e-9 and lots of 1e-9. One thread.
class instrument_rules {
public:
  instrument_rules(const instrument_registry& registry, std::vector<rule_pattern> defaults);

  /// Valid until `define` for the same id.
  const instrument& of(instrument_id id) const;
  /// From a `status` event or from configuration; wins over the patterns.
  void define(instrument_id id, instrument rules);

private:
  const instrument_registry& registry_;
  std::vector<rule_pattern> defaults_;
  mutable std::deque<std::optional<instrument>> known_; ///< by id; filled as they are asked for
};

} // namespace strike
