// Many instruments, whole expiries, and routers behind routers.
#include "kit/bus_kit.hpp"

using namespace bus_kit;
using testing::Contains;
using testing::Not;

namespace {

struct fan_out_test : bus_test {
  /// Another router.
  service node(const std::string& name, const std::string& from, const std::string& to) const {
    return {folder, name, ROUTER_BINARY, fmt::format("[router]\nupstream = \"{}\"\npublish = \"{}\"\n", from, to)};
  }
  instrument_id call(int strike, std::string_view expiry = "27NOV26") {
    return *instruments.intern(venue::deribit, fmt::format("BTC-{}-{}-C", expiry, strike));
  }
};

TEST_F(fan_out_test, ten_thousand_instruments_arrive_through_a_router_and_none_is_lost) {
  constexpr int count = 10'000, rounds = 3;
  constexpr std::size_t ahead = 2'000; // messages that may be under way: less than any queue holds
  std::vector<instrument_id> all;
  for (int i = 0; i < count; ++i) all.push_back(call(10'000 + i));
  gateway market{where, instruments, upstream};
  auto router_node = router();
  reader early{where, instruments, routed, {"md/deribit/BTC-27NOV26-"}};
  ASSERT_TRUE(eventually([&] { return !market.demands->empty(); }, market, early)) << router_node.err();
  std::size_t sent = 0;
  ASSERT_TRUE(eventually(
      [&] {
        for (; sent < all.size() * rounds && sent < early.events.size() + ahead; ++sent)
          market.publish(tick(all[sent % count], static_cast<std::int64_t>(1 + sent / count), utc_ns()));
        return early.events.size() == all.size() * rounds;
      },
      market, early))
      << early.events.size() << " of " << sent;
  EXPECT_EQ(early.intake.counts().gaps, 0U);
  for (const auto id : all) ASSERT_EQ(early.bid(id), rounds) << instruments.at(id).symbol;

  // late joiners get all of it from the router: a reader, and a strategy in a process of its own
  reader late{where, instruments, routed, {"md/deribit/BTC-27NOV26-"}};
  service strategies{folder, "strategies", EXAMPLE_STRATEGIES_BINARY,
                     strategies_config(routed, watcher("expiry", "deribit:BTC-27NOV26-*", R"("ticker")"))};
  dashboard screen{where, strategies};
  ASSERT_TRUE(
      eventually([&] { return late.events.size() >= all.size() && screen.number("expiry", "instruments") == count; },
                 market, late, screen))
      << late.events.size() << strategies.err();
  EXPECT_EQ(late.events.size(), all.size());
  for (const auto id : all) ASSERT_EQ(late.bid(id), rounds) << instruments.at(id).symbol;
  EXPECT_EQ(strategies.metric("strike_router_gaps_total"), 0);
}

TEST_F(fan_out_test, a_whole_expiry_is_followed_with_its_books_also_what_is_listed_later) {
  gateway market{where, instruments, upstream};
  const auto first = call(90'000), later = call(95'000), other = call(90'000, "25DEC26");
  auto router_node = router();
  service strategies{
      folder, "strategies", EXAMPLE_STRATEGIES_BINARY,
      strategies_config(routed, watcher("expiry", "deribit:BTC-27NOV26-*", R"(["ticker", "book", "status"])"))};
  dashboard screen{where, strategies};
  market.moving = {first, other};
  ASSERT_TRUE(eventually([&] { return screen.number("expiry", "live_books") == 1; }, market, screen))
      << strategies.err();
  EXPECT_EQ(screen.number("expiry", "instruments"), 1);

  market.publish(status(later, instrument_state::listed));
  market.moving = {later, other};
  ASSERT_TRUE(eventually([&] { return screen.number("expiry", "live_books") == 2; }, market, screen))
      << strategies.err();
  market.moving = {};
  ASSERT_TRUE(eventually(
      [&] {
        return screen.number("expiry", "bid") == market.moves[later.index] &&
               screen.text("expiry", "book") == market.book(later);
      },
      market, screen));
  EXPECT_EQ(screen.number("expiry", "instruments"), 2);
  // a prefix asks for tickers and statuses; books are asked for by name, and only of this expiry
  const auto wish = [](std::string_view topic) { return bus::demand{true, std::string{topic}}; };
  EXPECT_THAT(*market.demands, Contains(wish("md/deribit/BTC-27NOV26-")));
  EXPECT_THAT(*market.demands, Contains(wish(topic(first, channel::book))));
  EXPECT_THAT(*market.demands, Contains(wish(topic(later, channel::book))));
  EXPECT_THAT(*market.demands, Not(Contains(wish(topic(other, channel::book)))));
}

TEST_F(fan_out_test, a_tree_of_routers_is_one_subscription_upstream_and_serves_late_joiners_at_every_level) {
  const auto left_end = free_endpoint(), right_end = free_endpoint(), leaf_end = free_endpoint();
  gateway market{where, instruments, upstream};
  auto root = router();
  const auto left = node("left", routed, left_end), right = node("right", routed, right_end),
             leaf = node("leaf", left_end, leaf_end);
  reader a{where, instruments, leaf_end, {"md/deribit/BTC-PERPETUAL/"}};
  reader b{where, instruments, right_end, {"md/deribit/BTC-PERPETUAL/"}};
  market.moving = {btc};
  ASSERT_TRUE(eventually([&] { return a.bid(btc) > 50 && b.bid(btc) > 50; }, market, a, b)) << leaf.err();
  market.moving = {};
  const auto is_whole = [&](const reader& x) {
    return x.bid(btc) == market.moves[btc.index] && x.book(btc) == market.book(btc);
  };
  ASSERT_TRUE(eventually([&] { return is_whole(a) && is_whole(b); }, market, a, b));
  reader late{where, instruments, leaf_end, {"md/deribit/BTC-PERPETUAL/"}};
  ASSERT_TRUE(eventually([&] { return is_whole(late); }, market, a, b, late));
  for (const auto* x : {&a, &b}) {
    EXPECT_TRUE(x->is_gapless(btc));
    EXPECT_EQ(x->intake.counts().gaps, 0U);
  }
  EXPECT_EQ(late.events.size(), 2U);
  EXPECT_EQ(market.demands->size(), 1U);
  for (const auto* x : {&left, &right, &leaf}) EXPECT_EQ(x->metric("strike_router_gaps_total"), 0);
}

} // namespace
