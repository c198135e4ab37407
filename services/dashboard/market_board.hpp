#pragma once

#include "base/rules.hpp"
#include "book/order_book.hpp"
#include "feed/intake.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strike::dashboard {

/// The newest of one instrument.
struct quote {
  ticker last;
  trust state = trust::stale;
  std::int64_t venue_ns = 0, recv_ns = 0; ///< of the ticker; 0: none yet
  std::unique_ptr<order_book> book;       ///< null: none seen
  std::int64_t book_ns = 0;               ///< when the book changed last, our time
  optional_price traded;                  ///< the last trade
  optional_quantity traded_size;
  std::optional<side> aggressor;
  std::int64_t traded_ns = 0; ///< venue time
  bool is_over = false;       ///< expired or settled

  bool has_ticker() const { return recv_ns != 0; }
};

/// What came over the feeds of one venue.
struct feed_health {
  std::uint64_t events = 0, gaps = 0, lost = 0, restarts = 0, malformed = 0;
  std::int64_t newest_ns = 0;                       ///< wall time of the newest event
  double rate = 0;                                  ///< events a second, over the last seconds
  double delay_ms = 0;                              ///< venue's time to our receipt, smoothed
  std::uint64_t live = 0, resyncing = 0, stale = 0; ///< tickers and books by trust
};

/// All market data that is on the bus because somebody wants it: newest tickers, whole books, and how well each venue's
/// feed does. Bytes in, JSON out; knows no socket and no clock. Not thread-safe.
class market_board {
public:
  /// @param rules learn what venues say of their instruments
  market_board(instrument_registry& names, instrument_rules& rules) : names_{names}, rules_{rules}, intake_{names} {}

  /// A message of a `md/` topic.
  /// @param steady_ns, wall_ns now, of both clocks
  void take(std::string_view topic, std::string_view bytes, std::size_t endpoint, std::int64_t steady_ns,
            std::int64_t wall_ns);
  /// An event that did not come over the bus.
  void take(const market_event& event, std::int64_t wall_ns) { apply(event, wall_ns); }
  /// Topics to be asked for again.
  std::vector<std::string> due(std::int64_t steady_ns) { return intake_.due(steady_ns); }
  /// What came over the connection is stale until it is back.
  void disconnected(std::size_t endpoint);
  /// Brings rates and trust up to date: to be called now and then.
  void poll(std::int64_t steady_ns);

  const quote* find(instrument_id id) const;
  optional_double mark(instrument_id id) const;
  /// Price of the underlying in quote currency, from whichever instrument told it last; none if none did.
  optional_double underlying_price(std::string_view base) const;
  const instrument& rules_of(instrument_id id) const { return rules_.of(id); }
  const instrument_registry& names() const { return names_; }
  std::size_t size() const { return quotes_.size(); }

  /// [{"venue":"deribit","events":..,"rate":..,"newest_ms":..,"gaps":..,"lost":..,"restarts":..,"malformed":..,
  ///   "delay_ms":..,"live":..,"resyncing":..,"stale":..}]: venues that were heard of.
  std::string feeds_json() const;

private:
  struct coin_price {
    double price = 0;
    bool is_index = false;
  };

  quote& quote_of(instrument_id id);
  void apply(const market_event& event, std::int64_t wall_ns);
  void note_price(std::string_view coin, const ticker& from);
  void apply_book(const market_event& event, std::int64_t wall_ns);
  feed_health& health_of(venue at) { return feeds_[static_cast<std::size_t>(at)]; }

  instrument_registry& names_;
  instrument_rules& rules_;
  feed::intake intake_;
  std::deque<quote> quotes_; ///< by instrument
  std::array<feed_health, venue_count> feeds_;
  std::array<std::uint64_t, venue_count> counted_{}; ///< events at the last poll
  std::map<std::string, coin_price, std::less<>> prices_;
  std::int64_t polled_ns_ = 0;
  std::vector<market_event> events_;
};

/// "deribit:BTC-PERPETUAL".
std::string qualified_name(const instrument_registry& names, instrument_id id);

} // namespace strike::dashboard
