#pragma once

#include "base/instrument.hpp"
#include "base/market_event.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace strike::feed {

/// What is wanted of market data: the prefixes that subscribers asked for, counted, and kept for a while after the last
/// one has left, so that a restart or a resync does not end and begin a subscription at the venue. Pure; one thread.
///
/// What a prefix asks for:
///
///     md/deribit/BTC-PERPETUAL/book/   that channel of that instrument
///     md/deribit/BTC-PERPETUAL/        all channels of that instrument
///     md/deribit/BTC-27NOV26-          ticker and status of every instrument that starts so, also of later ones
///     md/deribit/                      ticker and status of every instrument of the venue
///     md/, empty, and all else         nothing: it is a tap, which receives what others ask for
///
/// Books and trades of many instruments are asked for one by one: nobody wants a whole venue's by mistake.
class demand_table {
public:
  enum class kind : std::uint8_t { tap, wildcard, named };
  static kind kind_of(std::string_view prefix);

  /// @param grace how long a prefix stays wanted after its last subscriber left
  explicit demand_table(std::chrono::nanoseconds grace) : grace_ns_{grace.count()} {}

  /// A subscriber more.
  /// @returns whether the prefix is new; not while it is in its time of grace
  bool add(std::string_view prefix);
  /// A subscriber less; more of them than were added are ignored.
  /// @param now_ns of a steady clock
  void remove(std::string_view prefix, std::int64_t now_ns);
  /// Forgets, and returns, the prefixes whose time of grace is over.
  std::vector<std::string> expire(std::int64_t now_ns);
  /// When `expire` has something to do; INT64_MAX: not before another `remove`.
  std::int64_t next_expiry_ns() const;

  bool wants(venue at, std::string_view symbol, channel what) const;
  /// Another number whenever `wants` may answer otherwise than before.
  std::uint64_t version() const { return version_; }
  /// Whether anything but taps is there.
  bool is_empty() const { return demands_ == 0; }

private:
  struct wish {
    std::uint64_t count = 0;
    std::int64_t ends_ns = INT64_MAX; ///< while nobody holds it
  };
  void index(const std::string& prefix, bool is_wanted);

  std::int64_t grace_ns_;
  std::map<std::string, wish, std::less<>> wishes_; ///< by prefix
  std::set<std::string> ending_;                    ///< those in their time of grace
  std::set<std::string> wildcards_;
  std::size_t demands_ = 0; ///< wishes that are no taps
  std::uint64_t version_ = 0;
};

} // namespace strike::feed
