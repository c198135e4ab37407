#include "exec/risk_pnl.hpp"

#include "risk_kit.hpp"

using namespace strike;
using namespace strike::exec;
using namespace strike::literals;
using exec::test::risk_kit;

namespace {

struct risk_pnl_test : risk_kit {
  std::unique_ptr<risk_pnl> pnl = std::make_unique<risk_pnl>(rules);
  double mark = 3'000;
  optional_double bitcoin = 60'000.0;

  void trade(side by, price at, quantity size, instrument_id what) {
    pnl->book(alpha, {.instrument = what, .side = by, .at = at, .size = size});
  }
  void value(std::int64_t wall_ns = start_ns) {
    pnl->value(
        {.mark = [this](instrument_id id) { return optional_double{id == linear ? mark : 60'000.0}; },
         .usd = [this](std::string_view x) { return x == "BTC" ? bitcoin : optional_double{1.0}; }},
        [](owner_id) { return std::string_view{"alpha"}; }, wall_ns);
  }
  risk_pnl::standing of(const risk_scope& where = {}) const {
    const auto found = pnl->all().find(where);
    return found == pnl->all().end() ? risk_pnl::standing{} : found->second;
  }
};

TEST_F(risk_pnl_test, equity_of_strategy_venue_and_all_is_cash_and_open_positions_in_usd) {
  trade(side::buy, 3'000_px, 2_qty, linear);
  trade(side::sell, 3'100_px, 1_qty, linear); // 100 made, 1 open
  trade(side::buy, 0.05_px, 1_qty, call);     // 0.05 BTC paid, worth 60,000 as this test marks it
  mark = 3'050;
  value();
  const double option = (60'000 - 0.05) * 60'000;
  for (const auto& where :
       {risk_scope{}, risk_scope{scope_kind::venue, "deribit"}, risk_scope{scope_kind::strategy, "alpha"}})
    EXPECT_NEAR(of(where).equity, 100 + 50 + option, 1e-3) << to_string(where);
}

TEST_F(risk_pnl_test, loss_is_counted_from_the_start_of_the_day_and_drawdown_from_the_top) {
  trade(side::buy, 3'000_px, 1_qty, linear);
  mark = 3'200;
  value();
  mark = 3'100;
  value(start_ns + ns_per_day);
  mark = 3'070;
  value(start_ns + ns_per_day + 1);
  EXPECT_NEAR(of().daily_loss(), 30, 1e-9);
  EXPECT_NEAR(of().drawdown(), 130, 1e-9);
  pnl->rebase({});
  EXPECT_EQ(of().daily_loss(), 0);
  EXPECT_EQ(of().drawdown(), 0);
}

TEST_F(risk_pnl_test, without_the_price_of_a_coin_the_last_value_stays) {
  trade(side::buy, 3'000_px, 1_qty, linear);
  value();
  bitcoin = {};
  trade(side::buy, 50'000_px, 60'000_qty, perpetual);
  mark = 1'000;
  value();
  EXPECT_EQ(of().equity, 0);
  bitcoin = 60'000.0;
  value();
  EXPECT_NEAR(of().equity, -2'000 + (60'000 / 50'000.0 - 1) * 60'000, 1e-3);
}

TEST_F(risk_pnl_test, bases_outlive_a_restart) {
  trade(side::buy, 3'000_px, 1_qty, linear);
  mark = 3'200;
  value();
  const auto kept = pnl->bases();
  pnl = std::make_unique<risk_pnl>(rules);
  trade(side::buy, 3'000_px, 1_qty, linear);
  pnl->restore(kept);
  mark = 3'150;
  value();
  EXPECT_NEAR(of().drawdown(), 50, 1e-9);
}

TEST_F(risk_pnl_test, a_past_without_bases_is_no_loss_of_today) {
  trade(side::buy, 3'000_px, 1_qty, linear);
  pnl->restore({});
  mark = 1'000;
  value();
  EXPECT_EQ(of().daily_loss(), 0);
  EXPECT_EQ(of().drawdown(), 0);
  mark = 900;
  value();
  EXPECT_NEAR(of().daily_loss(), 100, 1e-9);
}

} // namespace
