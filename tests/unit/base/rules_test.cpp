#include "base/rules.hpp"

#include <gtest/gtest.h>

namespace strike {
namespace {

using namespace literals;

struct rules_test : testing::Test {
  instrument_registry registry;
  instrument_id id_of(venue at, std::string_view symbol) { return registry.intern(at, symbol).value(); }
};

TEST_F(rules_test, without_a_pattern_ticks_and_lots_are_one_nano) {
  instrument_rules rules{registry, {}};
  const auto& found = rules.of(id_of(venue::derive, "ETH-PERP"));
  EXPECT_EQ(found.symbol, "ETH-PERP");
  EXPECT_EQ(found.at, venue::derive);
  EXPECT_EQ(found.ticks.base, price{1});
  EXPECT_EQ(found.lot, quantity{1});
  EXPECT_EQ(found.multiplier, 1_qty);
}

TEST_F(rules_test, the_first_pattern_that_matches_wins) {
  instrument_rules rules{registry,
                         {{.base = "BTC", .kind = instrument_kind::option, .lot = 0.1_qty},
                          {.base = "BTC", .lot = 10_qty},
                          {.lot = 1_qty}}};
  EXPECT_EQ(rules.of(id_of(venue::deribit, "BTC-27NOV26-90000-C")).lot, 0.1_qty);
  EXPECT_EQ(rules.of(id_of(venue::deribit, "BTC-PERPETUAL")).lot, 10_qty);
  EXPECT_EQ(rules.of(id_of(venue::deribit, "ETH-PERPETUAL")).lot, 1_qty);
}

TEST_F(rules_test, a_pattern_of_another_venue_does_not_match) {
  instrument_rules rules{registry, {{.at = venue::deribit, .lot = 5_qty}}};
  EXPECT_EQ(rules.of(id_of(venue::derive, "ETH-PERP")).lot, quantity{1});
}

TEST_F(rules_test, tells_inverse_from_linear) {
  instrument_rules rules{registry, {{.is_inverse = true, .lot = 10_qty}, {.is_inverse = false, .lot = 0.0001_qty}}};
  EXPECT_EQ(rules.of(id_of(venue::deribit, "BTC-PERPETUAL")).lot, 10_qty);
  EXPECT_EQ(rules.of(id_of(venue::deribit, "BTC_USDC-PERPETUAL")).lot, 0.0001_qty);
}

TEST_F(rules_test, takes_all_fields_of_the_pattern) {
  const tick_table ticks{.base = 0.0001_px, .steps = {{0.005_px, 0.0005_px}}};
  instrument_rules rules{registry, {{.ticks = ticks, .lot = 0.1_qty, .minimum = 0.2_qty, .multiplier = 10_qty}}};
  const auto& found = rules.of(id_of(venue::deribit, "BTC-27NOV26-90000-C"));
  EXPECT_EQ(found.ticks, ticks);
  EXPECT_EQ(found.lot, 0.1_qty);
  EXPECT_EQ(found.minimum, 0.2_qty);
  EXPECT_EQ(found.multiplier, 10_qty);
  EXPECT_EQ(found.info.strike, optional_price{90'000_px});
}

TEST_F(rules_test, puts_the_lower_case_base_into_the_index_name) {
  instrument_rules rules{registry,
                         {{.at = venue::deribit, .index = "{base}_usd"}, {.at = venue::derive, .index = "fixed"}}};
  EXPECT_EQ(rules.of(id_of(venue::deribit, "ETH-PERPETUAL")).index, "eth_usd");
  EXPECT_EQ(rules.of(id_of(venue::derive, "ETH-PERP")).index, "fixed");
}

TEST_F(rules_test, what_the_venue_defines_wins_over_the_patterns) {
  instrument_rules rules{registry, {{.lot = 10_qty}}};
  const auto id = id_of(venue::deribit, "BTC-PERPETUAL");
  auto changed = rules.of(id);
  changed.lot = 20_qty;
  rules.define(id, changed);
  EXPECT_EQ(rules.of(id), changed);
}

TEST_F(rules_test, can_be_defined_before_it_was_asked_for) {
  instrument_rules rules{registry, {}};
  id_of(venue::deribit, "ETH-PERPETUAL");
  const auto id = id_of(venue::deribit, "BTC-PERPETUAL");
  rules.define(id, instrument{.symbol = "BTC-PERPETUAL", .lot = 3_qty});
  EXPECT_EQ(rules.of(id).lot, 3_qty);
}

} // namespace
} // namespace strike
