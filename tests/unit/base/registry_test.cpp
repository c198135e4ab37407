#include "base/registry.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace strike {
namespace {

TEST(registry, gives_dense_ids_and_the_same_id_again) {
  instrument_registry registry;
  const auto first = registry.intern(venue::deribit, "BTC-PERPETUAL");
  const auto second = registry.intern(venue::deribit, "ETH-PERPETUAL");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->index, 0U);
  EXPECT_EQ(second->index, 1U);
  EXPECT_EQ(registry.intern(venue::deribit, "BTC-PERPETUAL"), *first);
  EXPECT_EQ(registry.size(), 2U);
}

TEST(registry, keeps_venues_apart) {
  instrument_registry registry;
  const auto spot = registry.intern(venue::derive, "ETH-USDC");
  ASSERT_TRUE(spot);
  EXPECT_EQ(registry.find(venue::derive, "ETH-USDC"), *spot);
  EXPECT_EQ(registry.find(venue::deribit, "ETH-USDC"), std::nullopt);
}

TEST(registry, remembers_what_the_symbol_says) {
  instrument_registry registry;
  const auto id = registry.intern(venue::deribit, "BTC-27NOV26-90000-C");
  ASSERT_TRUE(id);
  const auto& entry = registry.at(*id);
  EXPECT_EQ(entry.at, venue::deribit);
  EXPECT_EQ(entry.symbol, "BTC-27NOV26-90000-C");
  EXPECT_EQ(entry.info.right, option_type::call);
}

TEST(registry, refuses_a_symbol_outside_the_grammar_and_learns_nothing) {
  instrument_registry registry;
  const auto refused = registry.intern(venue::deribit, "btc-perpetual");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ec::malformed);
  EXPECT_EQ(registry.size(), 0U);
}

TEST(registry, what_at_returns_does_not_move_as_more_come) {
  instrument_registry registry;
  const auto id = registry.intern(venue::deribit, "BTC-PERPETUAL");
  const auto* entry = &registry.at(*id);
  for (int i = 1; i < 20'000; ++i) ASSERT_TRUE(registry.intern(venue::polymarket, std::to_string(i)));
  EXPECT_EQ(entry, &registry.at(*id));
  EXPECT_EQ(entry->symbol, "BTC-PERPETUAL");
}

TEST(registry, two_threads_that_intern_the_same_symbols_agree) {
  instrument_registry registry;
  constexpr unsigned count = 5'000;
  std::vector<instrument_id> seen[2];
  const auto work = [&](std::vector<instrument_id>& ids, bool backwards) {
    ids.resize(count);
    for (unsigned i = 0; i < count; ++i) {
      const auto number = backwards ? count - 1 - i : i;
      ids[number] = registry.intern(venue::polymarket, std::to_string(number)).value();
      // an id is readable at once on the thread that got it, while the other one interns
      if (registry.at(ids[number]).symbol != std::to_string(number)) ids[number] = {};
    }
  };
  {
    std::jthread forwards{[&] { work(seen[0], false); }}, backwards{[&] { work(seen[1], true); }};
  }
  EXPECT_EQ(registry.size(), count);
  EXPECT_EQ(seen[0], seen[1]);
  for (unsigned i = 0; i < count; ++i) ASSERT_EQ(registry.at(seen[0][i]).symbol, std::to_string(i));
}

} // namespace
} // namespace strike
