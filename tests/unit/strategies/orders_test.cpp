#include "strategies/orders.hpp"

#include <gtest/gtest.h>

using namespace strike;
using namespace strike::literals;
using namespace strike::strategies;

namespace {

instrument option() {
  instrument x;
  x.ticks = {.base = 0.0001_px, .steps = {{0.005_px, 0.0005_px}}};
  x.lot = 0.1_qty;
  x.minimum = 0.2_qty;
  return x;
}

TEST(orders, rounds_sizes_down_to_lots_and_drops_what_is_below_the_minimum) {
  EXPECT_EQ(whole_lots(option(), 0.39_qty), 0.3_qty);
  EXPECT_EQ(whole_lots(option(), 0.19_qty), 0_qty);
  EXPECT_EQ(nearest_lots(option(), 0.36), 0.4_qty);
  EXPECT_EQ(nearest_lots(option(), 0.14), 0_qty);
  EXPECT_EQ(nearest_lots(option(), 1e300), 0_qty);
}

TEST(orders, rounds_buys_down_and_sells_up_before_the_slippage) {
  EXPECT_EQ(with_slippage(option(), side::buy, 0.0123_px, 0), 0.012_px);
  EXPECT_EQ(with_slippage(option(), side::sell, 0.0123_px, 0), 0.0125_px);
}

TEST(orders, steps_over_the_change_of_the_tick) {
  EXPECT_EQ(with_slippage(option(), side::buy, 0.0049_px, 2), 0.0055_px);
  EXPECT_EQ(with_slippage(option(), side::sell, 0.0055_px, 2), 0.0049_px);
}

TEST(orders, stays_within_the_prices_there_are) {
  EXPECT_EQ(with_slippage(option(), side::sell, 0.0002_px, 5), 0.0001_px);
  auto binary = option();
  binary.info.kind = instrument_kind::binary;
  binary.ticks = {.base = 0.01_px};
  EXPECT_EQ(with_slippage(binary, side::buy, 0.98_px, 5), 0.99_px);
  auto combo = option();
  combo.info.kind = instrument_kind::option_combo;
  EXPECT_EQ(with_slippage(combo, side::sell, 0.0001_px, 2), -0.0001_px);
}

} // namespace
