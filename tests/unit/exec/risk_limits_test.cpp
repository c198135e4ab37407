#include "exec/risk_limits.hpp"

#include "risk_kit.hpp"

#include <filesystem>
#include <fstream>

using namespace strike;
using namespace strike::exec;
using exec::test::risk_kit;
using namespace strike::literals;
using testing::HasSubstr;

namespace {

std::string mistakes_in(std::string_view toml) {
  auto document = *config::document::from_text(toml, "a.toml");
  read_risk(document.root());
  const auto done = document.finish();
  return done ? "" : done.error().text;
}

TEST(risk_limits, protect_whoever_sets_none) {
  const auto x = risk_kit::read("");
  EXPECT_EQ(to_string(x.all.order_notional), "20000");
  EXPECT_EQ(to_string(x.all.position_notional), "100000");
  EXPECT_EQ(to_string(x.all.portfolio_notional), "250000");
  EXPECT_EQ(x.all.open_orders, 200);
  EXPECT_EQ(x.all.orders_per_second, 20);
  EXPECT_EQ(x.all.daily_loss, 1'000);
  EXPECT_EQ(x.all.drawdown, 2'500);
  EXPECT_EQ(x.all.rejects, 50);
  EXPECT_EQ(x.on_daily_loss, risk_action::halt);
  EXPECT_TRUE(x.self_trade_prevention);
}

TEST(risk_limits, stand_for_all_a_venue_or_a_strategy) {
  const auto x = risk_kit::read("[risk]\nmax_order_size = 5\nmax_delta = { BTC = 1.5, ETH = 20 }\n"
                                "[risk.venue.derive]\nmax_order_size = \"0.5\"\nmark_age = \"5s\"\n"
                                "[risk.strategy.alpha]\norders_per_second = 3\ncollar = 0.5\n");
  EXPECT_EQ(x.all.order_size, 5_qty);
  EXPECT_EQ(x.all.delta.at("ETH"), 20);
  EXPECT_EQ(x.venues[1].order_size, 0.5_qty);
  EXPECT_EQ(x.venues[1].order_notional, money{}) << "a venue has no limits of its own";
  EXPECT_EQ(x.strategies.at("alpha").orders_per_second, 3);
  EXPECT_EQ(x.strategies.at("alpha").order_burst, 6) << "twice the rate";
  EXPECT_EQ(x.guard_of(venue::derive, "alpha").mark_age_ns, 5 * ns_per_s);
  EXPECT_EQ(x.guard_of(venue::derive, "alpha").collar, 0.5);
  EXPECT_EQ(x.guard_of(venue::derive, "beta").collar, 0.05);
}

TEST(risk_limits, that_are_wrong_are_named) {
  EXPECT_THAT(mistakes_in("[risk]\nmax_order_size = -1\n"), HasSubstr("a.toml:2: [risk] max_order_size"));
  EXPECT_THAT(mistakes_in("[risk]\nmax_daily_los = 1\n"), HasSubstr("did you mean 'max_daily_loss'?"));
  EXPECT_THAT(mistakes_in("[risk]\non_drawdown = \"stop\"\n"), HasSubstr("known: off, reduce_only, halt, kill"));
  EXPECT_THAT(mistakes_in("[risk]\nmark_age = \"0s\"\n"), HasSubstr("must be above 0"));
  EXPECT_THAT(mistakes_in("[risk.venue.deribitt]\nmax_order_size = 1\n"), HasSubstr("did you mean 'deribit'?"));
  EXPECT_THAT(mistakes_in("[risk.strategy.s]\nheld_mark_age = \"1s\"\n"), HasSubstr("held_mark_age"));
  EXPECT_THAT(mistakes_in("[risk]\nmax_delta = { BTC = -1 }\n"), HasSubstr("BTC"));
}

/// What the example shows in its commented tables is what is taken without them.
TEST(risk_limits, of_the_example_are_the_defaults) {
  std::ifstream in{std::filesystem::path{STRIKE_DEPLOY} / "strike.example.toml"};
  std::string table, line;
  while (std::getline(in, line) && !line.starts_with("#[risk]")) {
  }
  ASSERT_TRUE(line.starts_with("#[risk]"));
  do table += line.empty() ? "" : line.substr(1) + "\n";
  while (std::getline(in, line) && !line.starts_with("#[exec") && !line.starts_with("#[catalog") &&
         !line.starts_with("# ----"));
  EXPECT_EQ(mistakes_in(table), "");
  const auto shown = risk_kit::read(table), built_in = risk_kit::read("");
  const auto text = [](const risk_settings& x) {
    std::string all = to_string(x.all.order_size) + to_string(x.all.order_notional) + to_string(x.all.position_size) +
                      to_string(x.all.position_notional) + to_string(x.all.portfolio_notional);
    for (const double y :
         {double(x.all.open_orders), x.all.orders_per_second, x.all.order_burst, x.all.daily_loss, x.all.drawdown,
          double(x.all.rejects), double(x.reject_window_ns), double(x.kill.retry_ns), double(x.kill.alarm_ns),
          double(x.kill.give_up_ns), x.kill.slippage, x.kill.option_slippage, x.kill.binary_slippage})
      all += " " + std::to_string(y);
    for (const auto& y : x.guards)
      for (const double z : {y.collar, y.option_collar, y.binary_collar, double(y.collar_ticks), double(y.mark_age_ns),
                             double(y.held_mark_age_ns)})
        all += " " + std::to_string(z);
    for (const auto y : {x.on_daily_loss, x.on_drawdown, x.on_rejects, x.on_stale_data, x.on_mismatch})
      all += " " + std::string{to_text(y)};
    return all + (x.self_trade_prevention ? " stp" : "");
  };
  EXPECT_EQ(text(shown), text(built_in));
  EXPECT_TRUE(shown.all.delta.empty());
}

} // namespace
