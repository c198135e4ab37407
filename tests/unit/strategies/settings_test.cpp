#include "strategies/register_all.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace strike;
using testing::HasSubstr;

namespace {

struct settings_test : testing::Test {
  std::string mistakes(std::string_view toml) {
    strategy_registry types;
    register_all_strategies(types);
    auto document = *config::document::from_text(toml, "strike.toml");
    made = types.make_all(document.root()).size();
    auto done = document.finish();
    return done ? "" : done.error().text;
  }
  std::size_t made = 0;
};

TEST_F(settings_test, both_types_need_no_more_than_instruments) {
  EXPECT_EQ(mistakes("[[strategy]]\ntype = \"gamma_scalp\"\ninstruments = [\"deribit:BTC-*\"]\n"
                     "[[strategy]]\ntype = \"momentum\"\ninstruments = [\"deribit:BTC-PERPETUAL\"]\n"),
            "");
  EXPECT_EQ(made, 2U);
}

TEST_F(settings_test, names_a_strategy_without_instruments) {
  for (const auto* type : {"gamma_scalp", "momentum"})
    EXPECT_THAT(mistakes("[[strategy]]\nname = \"gamma\"\ntype = \"" + std::string{type} + "\"\n"),
                HasSubstr("strategy 'gamma': instruments is empty; name at least one, for example instruments = "
                          "[\"deribit:BTC-*\"]"));
}

TEST_F(settings_test, names_every_wrong_value_of_a_strategy) {
  const auto text = mistakes("[[strategy]]\nname = \"g\"\ntype = \"gamma_scalp\"\ninstruments = [\"deribit:*-C\"]\n"
                             "hedge = \"binance:X\"\nthreshold = 0.1\nhysteresis = 0.2\nentry_size = 0\n"
                             "retry_delay = \"0s\"\norder_type = \"stop\"\ntreshold = 1\n");
  for (const auto* part :
       {"strike.toml:4: [strategy.g] instruments: 'deribit:*-C': the star stands at the end only",
        "strike.toml:5: [strategy.g] hedge: unknown venue 'binance'",
        "strike.toml:7: [strategy.g] hysteresis: must not", "strike.toml:8: [strategy.g] entry_size: must be > 0",
        "strike.toml:9: [strategy.g] retry_delay: must be above 0",
        "strike.toml:10: [strategy.g] order_type: unknown order type 'stop'",
        "strike.toml:11: strategy.g.treshold is not a known key; did you mean 'threshold'?"})
    EXPECT_THAT(text, HasSubstr(part));
}

} // namespace
