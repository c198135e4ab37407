#pragma once

#include "base/registry.hpp"
#include "feed/slot.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace strike::gateway {

/// What is to be subscribed at the venue: the prefixes that consumers ask for, as `feed::demand_table` reads them,
/// against the instruments that the venue lists. Pure; one thread.
class topic_table {
public:
  /// @param has_topic whether the venue has such a topic; status topics are never asked for
  topic_table(venue at, const instrument_registry& names, std::function<bool(feed::slot)> has_topic)
      : at_{at}, names_{names}, has_topic_{std::move(has_topic)} {}

  /// A prefix became wanted, or ceased to be. Taps and other venues' ask for nothing.
  void want(std::string_view prefix) { set(prefix, true); }
  void unwant(std::string_view prefix) { set(prefix, false); }
  /// The venue lists the instrument: what asks for it is wanted.
  void define(instrument_id which);
  /// It has expired: nothing of it is wanted any more, for good.
  void retire(instrument_id which);

  struct changes {
    std::vector<feed::slot> dropped, added;
  };
  /// What has changed since the last call, on balance.
  changes take();
  bool has_changes() const { return !touched_.empty(); }
  /// Symbols asked for by name since the last call that the venue does not list.
  std::vector<std::string> take_unknown();
  bool has_unknown() const { return !unknown_.empty(); }

  bool is_wanted(feed::slot which) const;
  std::size_t wanted() const { return wanted_; } ///< as of the last `take`
  std::size_t defined() const { return listed_.size(); }

private:
  enum class life : std::uint8_t { unknown, listed, retired };
  struct row {
    life state = life::unknown;
    bool is_touched = false;
    std::uint8_t mask = 0; ///< channels that are wanted, as of the last `take`
  };
  void set(std::string_view prefix, bool is_wanted);
  void set_named(std::string_view symbol, std::uint8_t bits, bool is_wanted);
  void touch(instrument_id which);
  row& at(instrument_id which);
  std::uint8_t wished(instrument_id which) const;
  bool has_start_of(std::string_view symbol) const;

  venue at_;
  const instrument_registry& names_;
  std::function<bool(feed::slot)> has_topic_;
  std::map<std::string, std::uint8_t, std::less<>> named_; ///< by symbol: what is asked for by name
  std::set<std::string, std::less<>> starts_;              ///< of symbols: wildcards
  std::vector<row> rows_;                                  ///< by instrument
  std::vector<instrument_id> listed_, touched_;
  std::vector<std::string> unknown_;
  std::size_t wanted_ = 0;
};

} // namespace strike::gateway
