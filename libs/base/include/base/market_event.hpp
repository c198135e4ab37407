#pragma once

#include "base/instrument.hpp"

#include <boost/container/small_vector.hpp>

#include <memory>
#include <variant>

namespace strike {

enum class side : std::uint8_t { buy, sell };
template <> struct enum_names<side> {
  static constexpr std::string_view what = "side";
  static constexpr std::array table = {enum_name{side::buy, "buy"}, enum_name{side::sell, "sell"}};
};
constexpr side opposite(side x) { return x == side::buy ? side::sell : side::buy; }

/// Whether a book or ticker may be acted on.
enum class trust : std::uint8_t {
  live,
  resyncing, ///< data was lost; a snapshot is on its way
  stale,     ///< the source is silent or gone
};
template <> struct enum_names<trust> {
  static constexpr std::string_view what = "trust";
  static constexpr std::array table = {enum_name{trust::live, "live"}, enum_name{trust::resyncing, "resyncing"},
                                       enum_name{trust::stale, "stale"}};
};

/// The touch and the venue's own analytics. A side is absent when its price is none; a size may be unknown all the
/// same. What a venue did not send is none, never 0.
struct ticker {
  optional_price best_bid, best_ask, last;
  optional_quantity best_bid_size, best_ask_size;
  optional_double mark;       ///< in the unit of the instrument's prices
  optional_double index;      ///< the venue's index of the underlying, in quote currency
  optional_double underlying; ///< options: the forward used for volatility and greeks, in quote currency
  optional_double open_interest;
  optional_double funding;                 ///< perpetuals: current rate as a fraction per 8 hours
  optional_double mark_iv, bid_iv, ask_iv; ///< fractions: 0.65 is 65 %
  optional_double delta, gamma, vega, theta, rho;
  bool operator==(const ticker&) const = default;
};

struct book_level {
  price at;
  quantity size; ///< the total at that price; in a change, 0 removes the level
  bool operator==(const book_level&) const = default;
};
/// Most changes touch one or two levels: those need no allocation.
using book_levels = boost::container::small_vector<book_level, 3>;

/// The whole book: replaces what was known.
struct book_snapshot {
  std::uint64_t sequence = 0; ///< the venue's change id; 0 if it has none
  book_levels bids, asks;     ///< in any order
  bool operator==(const book_snapshot&) const = default;
};

struct book_change {
  std::uint64_t sequence = 0;
  std::uint64_t previous = 0; ///< the id this change follows; 0 if the venue does not chain
  book_levels bids, asks;
  bool operator==(const book_change&) const = default;
};

struct trade {
  price at;
  quantity size;
  std::optional<side> aggressor; ///< the taker's side
  std::string id;                ///< the venue's trade id; empty if unknown
  bool operator==(const trade&) const = default;
};

enum class instrument_state : std::uint8_t { listed, tick_changed, halted, resumed, expired, settled };
template <> struct enum_names<instrument_state> {
  static constexpr std::string_view what = "instrument state";
  static constexpr std::array table = {
      enum_name{instrument_state::listed, "listed"},   enum_name{instrument_state::tick_changed, "tick_changed"},
      enum_name{instrument_state::halted, "halted"},   enum_name{instrument_state::resumed, "resumed"},
      enum_name{instrument_state::expired, "expired"}, enum_name{instrument_state::settled, "settled"}};
};

struct instrument_status {
  instrument_state state = instrument_state::listed;
  optional_double settlement; ///< `settled`: delivery price of the underlying, or a binary outcome's 1, 0 or 0.5
  std::shared_ptr<const instrument> definition; ///< `listed`, `tick_changed`: the rules from now on; null if unchanged
};

/// What each alternative of `market_event::body` is subscribed by.
enum class channel : std::uint8_t { ticker, book, trades, status };
template <> struct enum_names<channel> {
  static constexpr std::string_view what = "channel";
  static constexpr std::array table = {enum_name{channel::ticker, "ticker"}, enum_name{channel::book, "book"},
                                       enum_name{channel::trades, "trades"}, enum_name{channel::status, "status"}};
};

struct market_event {
  std::int64_t venue_ns = 0; ///< the venue's time
  std::int64_t recv_ns = 0;  ///< when we received it; 0 if a recording does not say
  instrument_id instrument;
  trust state = trust::live;
  std::variant<ticker, book_snapshot, book_change, trade, instrument_status> body;
};

constexpr channel channel_of(const market_event& x) {
  constexpr channel by_alternative[] = {channel::ticker, channel::book, channel::book, channel::trades,
                                        channel::status};
  return by_alternative[x.body.index()];
}

} // namespace strike
