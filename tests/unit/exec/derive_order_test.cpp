#include "exec/derive_order.hpp"

#include <gmock/gmock.h>

#include <random>

using namespace strike;
using namespace strike::exec;
using namespace strike::literals;
using derive::order_row;
using derive::order_status;

namespace {

/// Two replacements, with fills before, between and at the end: as the venue would tell it.
std::vector<order_row> history() {
  const auto row = [](std::string id, std::uint64_t nonce, order_status status, quantity amount, quantity filled,
                      std::int64_t updated_ns) {
    return order_row{.order_id = std::move(id),
                     .label = "a-1",
                     .symbol = "ETH-PERP",
                     .nonce = nonce,
                     .status = status,
                     .status_word = "x",
                     .amount = amount,
                     .filled = filled,
                     .limit = 3000_px,
                     .created_ns = static_cast<std::int64_t>(nonce),
                     .updated_ns = updated_ns};
  };
  return {row("o-1", 10, order_status::open, 5_qty, 0_qty, 10),
          row("o-1", 10, order_status::open, 5_qty, 1_qty, 11),
          row("o-1", 10, order_status::cancelled, 5_qty, 1_qty, 20),
          row("o-2", 20, order_status::open, 3_qty, 0_qty, 20),
          row("o-2", 20, order_status::open, 3_qty, 1.5_qty, 25),
          row("o-2", 20, order_status::cancelled, 3_qty, 2_qty, 30),
          row("o-3", 30, order_status::open, 1_qty, 0_qty, 30),
          row("o-3", 30, order_status::filled, 1_qty, 1_qty, 40)};
}

derive_order fresh() {
  derive_order x;
  x.what.id = {1};
  x.what.request.limit = 3000_px;
  x.attempts = {{.nonce = 10}, {.nonce = 20}, {.nonce = 30}};
  return x;
}

} // namespace

TEST(derive_order, is_the_same_however_its_rows_come) {
  std::mt19937 random{20'261'126};
  for (int round = 0; round < 2000; ++round) {
    auto rows = history();
    for (std::size_t i = 0, copies = random() % 6; i < copies; ++i) rows.push_back(rows[random() % rows.size()]);
    std::ranges::shuffle(rows, random);
    auto x = fresh();
    quantity most;
    for (const auto& row : rows) {
      x.merge(row);
      EXPECT_GE(x.filled(), most); // never goes down
      most = x.filled();
    }
    const auto fact = x.fact();
    ASSERT_TRUE(fact);
    EXPECT_EQ(fact->state, order_state::filled);
    EXPECT_EQ(fact->filled, 4_qty);
    EXPECT_EQ(fact->size, 4_qty);
    EXPECT_EQ(fact->venue_id, "o-3");
    EXPECT_FALSE(x.has_outstanding_attempts());
  }
}

TEST(derive_order, says_nothing_of_a_cancel_that_may_be_half_a_replacement) {
  auto x = fresh();
  x.merge(history()[0]);
  x.replacing = 20;
  x.merge(history()[2]);
  EXPECT_FALSE(x.fact());
  x.settle(20); // there will be none
  EXPECT_EQ(x.fact()->state, order_state::cancelled);
}

TEST(derive_order, keeps_its_attempts_as_text) {
  const auto read = attempt_of(key_of({.nonce = 1'764'000'000'123'456'789, .expiry_s = 1'764'003'600}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->nonce, 1'764'000'000'123'456'789u);
  EXPECT_EQ(read->expiry_s, 1'764'003'600);
  for (const auto* text : {"", "nonce 1", "nonce x until 1", "nonce 1 until 2x", "digest 0x12"})
    EXPECT_FALSE(attempt_of(text)) << text;
}
