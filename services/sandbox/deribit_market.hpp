#pragma once

#include "sandbox/deribit_accounts.hpp"
#include "sandbox/deribit_terms.hpp"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace strike::sandbox::deribit {

/// What Deribit knows of its market, in its own words: the results of the public requests, and what channels send.
/// Source: Deribit page, sections 8 to 10.
class market {
public:
  market(const market_source& source, const market_view& view) : source_{source}, view_{view} {}

  /// Before the view shows it.
  void on_event(const market_event& x);

  /// Null for a name that is not listed, or not any more.
  const instrument_view* find(std::string_view name) const;
  const instrument_view& at(instrument_id id) const { return view_.at(id); }
  /// All options that an index settles.
  std::vector<instrument_id> options_of(std::string_view index) const;
  std::set<std::string> indices() const;
  optional_double index(std::string_view name) const { return view_.index(venue::deribit, name); }

  ticker_fields ticker_fields_of(instrument_id id, const ticker& quote, std::int64_t venue_ns) const;
  ticker_fields ticker_fields_of(instrument_id id) const;
  /// The trade as channels and requests show it: JSON.
  std::string last_trade_json(instrument_id id) const;

  outcome get_instruments(const boost::json::object& params) const;
  outcome get_instrument(const boost::json::object& params) const;
  outcome get_contract_size(const boost::json::object& params) const;
  outcome get_order_book(const boost::json::object& params) const;
  outcome get_ticker(const boost::json::object& params) const;
  outcome get_book_summary_by_currency(const boost::json::object& params) const;
  outcome get_book_summary_by_instrument(const boost::json::object& params) const;
  outcome get_last_trades_by_instrument(const boost::json::object& params) const;
  outcome get_index_price(const boost::json::object& params) const;
  outcome get_index_price_names(const boost::json::object& params) const;
  outcome get_delivery_prices(const boost::json::object& params) const;
  outcome get_expirations(const boost::json::object& params) const;
  outcome get_currencies(const boost::json::object& params) const;

private:
  struct past_trade {
    std::uint64_t sequence; ///< 1, 2, 3, ... of its instrument
    std::string id;
    std::int64_t time_ns;
    price at;
    quantity size;
    side direction;
    int tick_direction; ///< 0 plus, 1 zero-plus, 2 minus, 3 zero-minus
    optional_double index, mark, iv;
  };
  struct history {
    std::deque<past_trade> trades; ///< oldest first; the last ones
    std::uint64_t count = 0;
    trade_stats stats;
  };
  struct delivery {
    std::string date; ///< "2026-11-27"
    double price;
    auto operator<=>(const delivery&) const = default;
  };

  std::expected<const instrument_view*, rpc_error> named(const boost::json::object& params) const;
  const trade_stats& stats_of(instrument_id id) const;
  bool has_future_of(const symbol_info& option) const;
  void record(instrument_id id, const trade& x, std::int64_t venue_ns);
  void record_delivery(instrument_id id, double at);
  std::string trade_json(const instrument& rules, const past_trade& x) const;
  std::string summary_json(instrument_id id) const;

  const market_source& source_;
  const market_view& view_;
  std::unordered_map<std::uint32_t, history> histories_;                 ///< by id
  std::uint64_t trades_ = 0;                                             ///< of all instruments
  std::map<std::string, std::vector<delivery>, std::less<>> deliveries_; ///< by index, oldest first
};

} // namespace strike::sandbox::deribit
