#pragma once

#include "sandbox/made_instrument.hpp"
#include "sandbox/market_settings.hpp"

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <set>

namespace strike::sandbox {

/// A made-up market of three venues over the same coins. What happens follows from the settings and the start time
/// alone, however often it is asked, as long as no instrument is favoured; but a caller who comes back after more than
/// a minute has missed what was quoted before that minute.
///
/// Instruments are listed, expire at the mean index of 30 minutes, and others take their place; markets of Polymarket
/// resolve. What one venue quotes strays a little from what the others say.
class generated_market final : public market_source {
public:
  generated_market(market_settings settings, std::int64_t start_ns);

  const instrument_registry& instruments() const override { return registry_; }
  std::span<const listing> listings(venue at) const override { return listings_[static_cast<std::size_t>(at)]; }
  std::span<const binary_market> markets() const override { return markets_; }
  std::int64_t step(std::int64_t now_ns, std::vector<market_event>& out) override;
  void favour(const std::set<instrument_id>& which) override;

private:
  /// Quoted instruments of a kind share its part of the events.
  enum class share : std::size_t { linear, option, binary };
  struct settlement {
    const made_instrument* of;
    double value; ///< of the underlying; of the first outcome
  };

  void keep_calendar(std::int64_t now_ns, std::vector<market_event>& out);
  void end(made_instrument& x, std::int64_t now_ns, std::vector<market_event>& out);
  void settle(const settlement& x, std::int64_t now_ns, std::vector<market_event>& out);

  void list_missing(std::int64_t now_ns, std::vector<market_event>& out);
  void list_perpetual(std::int64_t now_ns, std::vector<market_event>& out);
  void list_expiry(std::int64_t nominal_ns, std::int64_t now_ns, std::vector<market_event>& out);
  void list_options(std::size_t coin, std::int64_t nominal_ns, std::int64_t now_ns, std::vector<market_event>& out);
  void list_predictions(std::int64_t now_ns, std::vector<market_event>& out);
  void list_contract(venue at, const std::string& symbol, std::size_t coin, std::int64_t now_ns,
                     std::vector<market_event>& out, std::optional<call_spread> spread = {});
  void list_market(made_market x, std::int64_t now_ns, std::vector<market_event>& out);
  void add_listing(const instrument& rules, std::int64_t now_ns, std::vector<market_event>& out);
  void open_book(made_instrument& x, std::int64_t now_ns, std::vector<market_event>& out);

  void act(std::int64_t now_ns, std::vector<market_event>& out);
  made_instrument& pick(bool is_favoured);
  bool trade_at_touch(made_instrument& x, std::int64_t now_ns, book_change& change, std::vector<market_event>& out);
  void refine_tick(made_instrument& x, const valuation& value, std::int64_t now_ns, std::vector<market_event>& out);
  void put_change(made_instrument& x, book_change change, std::int64_t now_ns, std::vector<market_event>& out);
  void put_ticker(made_instrument& x, const valuation& value, std::int64_t now_ns, std::vector<market_event>& out);
  valuation value(made_instrument& x, std::int64_t now_ns);

  listing& listing_of(const made_instrument& x, bool is_second = false);
  std::int64_t expiry_of(std::int64_t nominal_ns) const;
  std::string next_trade_id(venue at);

  const market_settings settings_;
  const std::int64_t start_ns_;
  std::int64_t first_nominal_ns_; ///< the date of the first expiry, which the settings may have moved
  instrument_registry registry_;
  underlyings world_;
  random_source chance_;

  std::array<std::vector<listing>, venue_count> listings_;
  std::vector<binary_market> markets_;
  std::deque<made_instrument> made_;                    ///< all so far
  std::array<std::vector<made_instrument*>, 3> quoted_; ///< by `share`, those that live
  std::vector<made_instrument*> favoured_;              ///< those that clients have orders in
  std::multimap<std::int64_t, settlement> settlements_; ///< by when they are due
  std::set<std::int64_t> listed_expiries_;              ///< by date
  std::set<std::string> listed_events_;                 ///< by slug
  std::array<std::uint64_t, venue_count> sequences_{};
  std::uint64_t trades_ = 0;

  std::int64_t second_ns_, action_ns_; ///< when the calendar is looked at, and when somebody acts, next
  std::vector<market_event> opening_;  ///< what happened at the start
};

} // namespace strike::sandbox
