#pragma once

#include "exec/risk_gate.hpp"
#include "rules/patterns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strike::exec::test {

using namespace literals;

/// A risk gate with a few instruments of all kinds and their prices, strategies alpha (0) and beta (1), and limits that
/// the test sets; without any, all are off but the collars.
struct risk_kit : testing::Test {
  static constexpr std::int64_t start_ns = 1'800'000'000 * ns_per_s; ///< 2027-01-15T08:00Z
  static constexpr owner_id alpha = 0, beta = 1;

  instrument_registry instruments;
  instrument_id perpetual = *instruments.intern(venue::deribit, "BTC-PERPETUAL");   ///< inverse: sizes in USD
  instrument_id linear = *instruments.intern(venue::deribit, "ETH_USDC-PERPETUAL"); ///< sizes in ETH
  instrument_id call = *instruments.intern(venue::deribit, "BTC-26MAR27-90000-C");
  instrument_id put = *instruments.intern(venue::deribit, "BTC-26MAR27-90000-P");
  instrument_id derive = *instruments.intern(venue::derive, "ETH-PERP");
  instrument_id yes = *instruments.intern(
      venue::polymarket, "71321045679252212594626385532706912750332728571942532289631379312455583992563");
  instrument_id no = *instruments.intern(
      venue::polymarket, "52114319501245915516055106046884209969926127482827954674443846427813813222426");
  instrument_rules rules{instruments, built_in_rules()};
  process::metric_registry registry;
  risk_metrics metrics{registry};
  moment now{.steady_ns = 5 * ns_per_s, .wall_ns = start_ns};
  std::vector<std::string> changes; ///< "all: active -> halted (why)"
  std::vector<std::string> kills;   ///< "strategy alpha: why"
  std::unique_ptr<risk_gate> gate;
  std::uint64_t last_order = 0;

  static std::vector<rule_pattern> built_in_rules() {
    auto nothing = *config::document::from_text("", "strike.toml");
    return rules::read_rules(nothing.root());
  }
  static constexpr std::string_view no_limits =
      "max_order_notional = 0\nmax_position_notional = 0\nmax_portfolio_notional = 0\nmax_open_orders = 0\n"
      "orders_per_second = 0\nmax_daily_loss = 0\nmax_drawdown = 0\nmax_rejects = 0\n";
  static risk_settings read(std::string_view toml) {
    auto document = *config::document::from_text(toml, "strike.toml");
    auto made = read_risk(document.root());
    const auto done = document.finish();
    EXPECT_TRUE(done) << done.error().text;
    return made;
  }

  risk_kit() {
    auto of_yes = rules.of(yes), of_no = rules.of(no);
    of_yes.complement = of_no.symbol;
    of_no.complement = of_yes.symbol;
    rules.define(yes, of_yes);
    rules.define(no, of_no);
    limit("");
  }

  /// A new gate. @param toml keys of [risk] on top of none, then other tables
  void limit(std::string_view toml) {
    std::string all{"[risk]\n"};
    for (std::size_t at = 0; at < no_limits.size();) {
      const auto line = no_limits.substr(at, no_limits.find('\n', at) + 1 - at);
      const auto key = line.substr(0, line.find(' '));
      const auto own = toml.substr(0, toml.find('['));
      if (own.find(key) == std::string_view::npos) all += line;
      at += line.size();
    }
    open(read(all + std::string{toml}));
  }
  void open(risk_settings how) {
    gate = std::make_unique<risk_gate>(
        std::move(how),
        risk_gate::tools{
            .instruments = instruments,
            .rules = rules,
            .metrics = metrics,
            .on_state =
                [this](const risk_state_change& x) {
                  changes.push_back(to_string(x.entry.where) + ": " + std::string{to_text(x.before)} + " -> " +
                                    std::string{to_text(x.entry.state)} + " (" + x.entry.reason + ")");
                },
            .on_kill = [this](const risk_scope& where,
                              std::string_view why) { kills.push_back(to_string(where) + ": " + std::string{why}); }});
    gate->name_owner(alpha, "alpha");
    gate->name_owner(beta, "beta");
    quote_all();
  }
  void quote_all() {
    quote(perpetual, {.mark = 60'000.0, .index = 60'000.0});
    quote(linear, {.mark = 3'000.0, .index = 3'000.0});
    quote(call, {.mark = 0.05, .index = 60'000.0, .underlying = 60'000.0, .delta = 0.5, .gamma = 2e-5, .vega = 80.0});
    quote(put, {.mark = 0.05, .index = 60'000.0, .underlying = 60'000.0, .delta = -0.5, .gamma = 2e-5, .vega = 80.0});
    quote(derive, {.mark = 3'000.0, .index = 3'000.0});
    quote(yes, {.best_bid = 0.39_px, .best_ask = 0.41_px});
    quote(no, {.best_bid = 0.59_px, .best_ask = 0.61_px});
  }
  void quote(instrument_id what, const ticker& values, trust state = trust::live) {
    gate->on_market(
        {.venue_ns = now.wall_ns, .recv_ns = now.wall_ns, .instrument = what, .state = state, .body = values}, now);
  }
  void tell(instrument_id what, instrument_state state) {
    gate->on_market({.venue_ns = now.wall_ns,
                     .recv_ns = now.wall_ns,
                     .instrument = what,
                     .body = instrument_status{.state = state, .settlement = {}, .definition = {}}},
                    now);
  }
  void pass(std::int64_t ns) {
    now.steady_ns += ns;
    now.wall_ns += ns;
  }

  static order_request buy(instrument_id what, price limit, quantity size) {
    return {.instrument = what, .side = side::buy, .limit = limit, .size = size};
  }
  static order_request sell(instrument_id what, price limit, quantity size) {
    return {.instrument = what, .side = side::sell, .limit = limit, .size = size};
  }
  static order_request market(instrument_id what, side by, quantity size) {
    return {.instrument = what,
            .side = by,
            .type = order_type::market,
            .limit = {},
            .size = size,
            .tif = time_in_force::ioc};
  }

  /// Empty if it passed: then `last_order` is its number.
  std::string place(const order_request& what, owner_id owner = alpha) {
    const order_id id{++last_order};
    const auto made = gate->check({id, owner, "c" + std::to_string(id.value), what}, now);
    return made ? "" : made.error().text;
  }
  order_id placed(const order_request& what, owner_id owner = alpha) {
    EXPECT_EQ(place(what, owner), "");
    return {last_order};
  }
  std::string amend(order_id id, price limit, quantity size) {
    const auto made = gate->check_amend(id, limit, size, now);
    return made ? "" : made.error().text;
  }
  void end(order_id id, order_state state = order_state::cancelled) { gate->on_order(id, {.state = state}, now); }
  /// A fill, and then how the order stands.
  void fill_of(order_id order, price at, quantity size, bool is_settled = true) {
    const auto x = *gate->book().find(order);
    hold(x.instrument, x.side, at, size, x.owner);
    const auto open = x.open - size;
    gate->on_order(order,
                   {.state = open == quantity{} ? order_state::filled : order_state::partially_filled,
                    .limit = x.limit,
                    .size = x.filled + x.open,
                    .open = open,
                    .is_settled = is_settled},
                   now);
  }
  void hold(instrument_id what, side by, price at, quantity size, owner_id owner = alpha) {
    gate->on_fill(owner, {.instrument = what, .side = by, .at = at, .size = size});
  }
};

} // namespace strike::exec::test
