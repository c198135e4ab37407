#pragma once

#include "base/market_event.hpp"
#include "base/registry.hpp"
#include "fields.hpp"
#include "journal/reader.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <simdjson.h>

#include <array>
#include <string>
#include <string_view>

namespace strike::journal {

/// One line to one event. Keys may come in any order; numbers are read from their text.
///
/// There are two ways. `scan` takes the lines that recordings are made of: flat tickers of known keys, plain decimals
/// and texts without escapes, with no blanks but one behind ':' and ','. `read` takes every line, through simdjson, and
/// names what is wrong with it. Where `scan` succeeds, `read` gives the same event; a test compares them.
class line_reader {
public:
  line_reader(const read_options& options, instrument_registry& instruments);

  /// @param line 64 bytes behind `end` are readable
  /// @param event freshly made; of no meaning if the scan fails
  /// @returns behind the line and its newline; null if the line needs `read`
  const char* scan(const char* line, const char* end, market_event& event);

  /// @param event freshly made
  /// @returns false with `fault()` set, or for an order
  bool read(simdjson::ondemand::object& object, market_event& event);
  const std::string& fault() const { return fault_; }
  /// Whether the line that `read` refused is of type `order`: well-formed as far as it was read, but no event.
  bool is_order() const { return is_order_; }

private:
  /// What every line has; texts point into the line.
  struct heading {
    std::string_view instrument, venue;
    bool has_time = false;
    std::int64_t fine_ns = -1; ///< `venue_ns`
  };
  /// What lines other than tickers can have.
  struct details {
    std::uint64_t sequence = 0, previous = 0;
    book_levels *bids = nullptr, *asks = nullptr; ///< of the event; null where the type has none
    optional_price at;
    optional_quantity size;
    std::string_view side, id, state;
    optional_double settlement;
    optional_price tick_size;
    std::vector<tick_table::step> tick_steps;
    optional_quantity lot, minimum, multiplier;
    std::int64_t expiry_ns = 0;
    std::string_view outcome, complement, index;
  };
  using value = simdjson::ondemand::value;

  const char* scan_value(key what, const char* text, market_event& event, ticker& quotes);
  const char* scan_time(key what, const char* text, market_event& event);

  bool read_heading(key what, value& from, market_event& event);
  bool read_ticker_field(key what, value& from, ticker& into);
  bool read_typed(simdjson::ondemand::object& object, std::string_view type, market_event& event);
  bool read_detail(key what, value& from);
  bool read_levels(key what, value& from, book_levels& into);
  bool read_steps(value& from);
  bool finish(market_event& event);
  bool build_trade(market_event& event);
  bool build_status(market_event& event);
  bool resolve_instrument(instrument_id& id);

  bool time_of(key what, value& from, time_unit unit, std::int64_t& ns);
  bool count_of(key what, value& from, std::uint64_t& count);
  bool text_of(key what, value& from, std::string_view& text);
  template <class T> bool decimal_of(key what, value& from, optional_value<T>& into);
  bool number_of(key what, value& from, optional_double& into);
  bool refuse(key what, std::string_view token, std::string_view why);

  struct text_hash {
    using is_avalanching = void;
    std::size_t operator()(std::string_view text) const;
  };
  using symbol_map = boost::unordered_flat_map<std::string_view, std::uint32_t, text_hash>;

  const read_options& options_;
  instrument_registry& instruments_;
  std::array<symbol_map, venue_count + 1> symbols_; ///< by venue as the line names it; the last: lines without one
  heading heading_;
  details details_;
  std::string fault_;
  bool is_order_ = false;
};

} // namespace strike::journal
