#pragma once

#include "base/registry.hpp"
#include "base/rules.hpp"
#include "exec/order_venue.hpp"
#include "exec/polymarket_http.hpp"
#include "exec/polymarket_settings.hpp"
#include "polymarket/market.hpp"
#include "process/log.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace strike::exec {

/// The markets of the tokens that are traded: looked up at Gamma when first named, and again from time to time until
/// they are resolved. Pure; one thread.
class polymarket_markets {
public:
  struct tools {
    polymarket_http& http;
    instrument_registry& names;
    instrument_rules& rules;
    process::logger& log;
    venue_reports& reports; ///< resolutions
  };
  polymarket_markets(const polymarket_settings& how, tools with) : how_{how}, tools_{with} {}

  /// Null: not known yet; it is being looked up.
  const polymarket::market* find(instrument_id token, const moment& now);
  /// The same without asking.
  const polymarket::market* known(instrument_id token) const;
  /// As `instrument_rules` has it, which hears of changes first.
  price tick(instrument_id token) const { return tools_.rules.of(token).ticks.base; }
  /// Why it is not known, for a refusal.
  std::string why_unknown(instrument_id token) const;
  /// It is looked up again when next asked for: the venue said that it changed.
  void forget(instrument_id token);
  /// Whether the venue's resolution was told.
  bool is_settled(instrument_id token) const;
  /// The venue says that it is resolved: Gamma is asked at the next round.
  void expect_resolution(instrument_id token, const moment& now);
  /// Asks the CLOB for the tick, which is the first to know.
  void refresh_tick(instrument_id token);

  /// @returns when to call again, steady time
  std::int64_t round(const moment& now);

private:
  struct state {
    std::optional<polymarket::market> known;
    bool is_asked = false, is_settled = false;
    std::int64_t due_ns = INT64_MAX; ///< next refresh
    std::string fault = {};
  };
  void look_up(instrument_id token, bool closed);
  void on_answer(instrument_id token, bool closed, const polymarket_http::answer& x, const moment& now);
  void learn(instrument_id token, polymarket::market found, const moment& now);
  void settle(const polymarket::market& x, const moment& now);

  const polymarket_settings& how_;
  tools tools_;
  std::map<instrument_id, state> tokens_;
};

} // namespace strike::exec
