#pragma once

#include "base/market_event.hpp"
#include "base/registry.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace strike::gateway {

/// The venue's instruments: rules, state, and whether their data can be trusted. Each change becomes a status event,
/// which carries the rules too, so that the last one alone tells a late joiner all. Pure; one thread.
class instrument_list {
public:
  instrument_list(venue at, instrument_registry& names) : at_{at}, names_{names} {}

  /// @returns whose it is, or `ec::malformed` if the symbol does not fit the venue's grammar
  result<instrument_id> define(instrument rules, std::int64_t venue_ns, std::int64_t wall_ns);
  /// What is no change is ignored, and so is an instrument that was not defined.
  /// @returns whether the instrument has come to its end with it
  bool set_state(instrument_id which, instrument_state state, optional_double settlement, std::int64_t venue_ns,
                 std::int64_t wall_ns);
  /// An outage begins or ends: the last status once more, at the time of this host, since no venue tells it.
  void set_trust(instrument_id which, trust state, std::int64_t wall_ns);

  bool is_trusted(instrument_id which) const;
  /// The oldest status events that were not taken, up to `most`; valid until the next call of a member.
  std::span<const market_event> take(std::size_t most);
  bool has_events() const { return taken_ < events_.size(); }

private:
  struct row {
    std::shared_ptr<const instrument> rules; ///< null: not defined
    instrument_state state = instrument_state::listed;
    optional_double settlement;
    bool is_halted = false;
    trust data = trust::live;
  };
  void tell(instrument_id which, const row& x, std::int64_t venue_ns, std::int64_t wall_ns);

  venue at_;
  instrument_registry& names_;
  std::vector<row> rows_;            ///< by instrument
  std::vector<market_event> events_; ///< from `taken_` on: to be published
  std::size_t taken_ = 0;
};

} // namespace strike::gateway
