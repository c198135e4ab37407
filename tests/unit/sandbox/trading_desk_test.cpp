#include "sandbox/trading_desk.hpp"

#include "base/time.hpp"
#include "sandbox/desk_truth.hpp"
#include "sandbox/generated_market.hpp"
#include "test_market.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace {

using namespace strike;
using namespace strike::sandbox;
using namespace strike::literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr money coins(std::int64_t x) { return {int128{x} * nanos_per_unit}; }

struct desk_test : testing::Test {
  test_market source;
  market_view view{source};
  instrument_id perpetual = source.add("BTC-PERPETUAL"), option = source.add("BTC-27NOV26-90000-C"),
                combo = source.add("BTC-FS-27NOV26_PERP");
  trading_desk desk{{.at = venue::deribit,
                     .order_name = [](const instrument&, std::uint64_t n) { return "O" + std::to_string(n); },
                     .trade_name = [](const instrument&, std::uint64_t n) { return "T" + std::to_string(n); }},
                    source,
                    view};
  owner_id owner = desk.open_account("one", {{"BTC", coins(10)}}), other = desk.open_account("two", {});
  std::int64_t now_ns = 1'700'000'000 * ns_per_s;

  desk_test() {
    happens(perpetual, book_snapshot{.sequence = 1,
                                     .bids = {{90'000_px, 100_qty}, {89'990_px, 100_qty}},
                                     .asks = {{90'010_px, 100_qty}, {90'020_px, 100_qty}}});
    happens(perpetual, ticker{.mark = 90'005.0, .index = 90'000.0});
    happens(option, book_snapshot{.sequence = 2, .bids = {{0.01_px, 5_qty}}, .asks = {{0.011_px, 5_qty}}});
    happens(option, ticker{.mark = 0.0105, .index = 90'000.0});
  }
  void happens(instrument_id id, decltype(market_event::body) what) {
    const market_event x{.venue_ns = now_ns, .instrument = id, .body = std::move(what)};
    desk.on_event(x, now_ns);
    view.apply(x);
  }
  order_request limit(side of, price at, quantity size) const {
    return {.instrument = perpetual, .side = of, .limit = at, .size = size};
  }
  order_id placed(order_request x, std::optional<trigger> waits_for = {}) {
    const auto made = desk.place({.owner = owner, .request = x, .label = "a", .waits_for = waits_for}, now_ns);
    EXPECT_TRUE(made) << made.error().text;
    return made.value_or(order_id{1});
  }
  objection refusal(order_request x) {
    const auto made = desk.place({.owner = owner, .request = x}, now_ns);
    EXPECT_FALSE(made);
    return made ? objection::not_open : made.error().why;
  }
  quantity held() const { return desk.position(owner, perpetual).size; }
};

TEST_F(desk_test, an_order_that_meets_the_book_fills_level_by_level_and_rests) {
  const auto id = placed(limit(side::buy, 90'015_px, 150_qty));
  const auto& x = desk.at(id);
  EXPECT_EQ(x.state, order_state::partially_filled);
  EXPECT_EQ(x.filled, 100_qty);
  EXPECT_EQ(x.average(), 90'010_px);
  EXPECT_EQ(held(), 100_qty);
  const auto events = desk.take_events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].what, desk_event::kind::filled);
  EXPECT_EQ(events[0].fill->trade_id, "T1");
  EXPECT_EQ(events[1].order.state, order_state::partially_filled);
  EXPECT_THAT(desk.open_orders(owner), ElementsAre(&x));
  EXPECT_THAT(desk.open_orders(other), IsEmpty());
  EXPECT_EQ(desk.find("O1"), &x);
}

TEST_F(desk_test, a_resting_order_fills_when_the_market_reaches_it) {
  const auto id = placed(limit(side::buy, 90'005_px, 50_qty));
  desk.take_events();
  happens(perpetual, trade{.at = 90'000_px, .size = 30_qty, .aggressor = side::sell});
  EXPECT_EQ(desk.at(id).filled, 30_qty);
  happens(perpetual, trade{.at = 90'000_px, .size = 30_qty, .aggressor = side::sell});
  EXPECT_EQ(desk.at(id).state, order_state::filled);
  EXPECT_THAT(desk.take_events(), SizeIs(2));
  EXPECT_EQ(desk.fills()[0].what.liquidity, liquidity::maker);
}

TEST_F(desk_test, refusals_say_why_and_stay_in_the_truth) {
  EXPECT_EQ(refusal(limit(side::buy, 90'000.1_px, 10_qty)), objection::tick);
  EXPECT_EQ(refusal(limit(side::buy, 90'000_px, 5_qty)), objection::minimum);
  EXPECT_EQ(refusal(limit(side::buy, 90'000_px, 15_qty)), objection::lot);
  EXPECT_EQ(refusal(limit(side::buy, 0_px, 10_qty)), objection::price);
  EXPECT_EQ(refusal(limit(side::buy, 90'000_px, 1'000'000'000_qty)), objection::funds);
  auto x = limit(side::buy, 90'020_px, 10_qty);
  x.post_only = true;
  EXPECT_EQ(refusal(x), objection::would_cross);
  x.tif = time_in_force::ioc;
  EXPECT_EQ(refusal(x), objection::form);
  x = limit(side::buy, 90'000_px, 10_qty);
  x.reduce_only = true;
  EXPECT_EQ(refusal(x), objection::nothing_to_cut);
  x = limit(side::buy, 90'000_px, 10_qty);
  x.instrument = combo;
  EXPECT_EQ(refusal(x), objection::unknown_instrument);
  happens(perpetual, instrument_status{.state = instrument_state::halted});
  EXPECT_EQ(refusal(limit(side::buy, 90'000_px, 10_qty)), objection::halted);
  happens(perpetual, instrument_status{.state = instrument_state::expired});
  EXPECT_EQ(refusal(limit(side::buy, 90'000_px, 10_qty)), objection::closed);
  EXPECT_THAT(desk.take_events(), IsEmpty());
  const auto rows = orders_json(desk, "");
  ASSERT_THAT(rows, SizeIs(11));
  for (const auto& row : rows) EXPECT_EQ(row.at("state"), "rejected");
}

TEST_F(desk_test, a_reduce_only_order_is_clipped_to_the_position) {
  placed(limit(side::buy, 90'010_px, 40_qty));
  auto x = limit(side::sell, 90'000_px, 100_qty);
  x.reduce_only = true;
  const auto id = placed(x);
  EXPECT_EQ(desk.at(id).request.size, 40_qty);
  EXPECT_EQ(desk.at(id).state, order_state::filled);
  EXPECT_EQ(held(), 0_qty);
}

TEST_F(desk_test, an_amendment_changes_the_total_and_may_take) {
  const auto id = placed(limit(side::buy, 90'000_px, 50_qty));
  ASSERT_TRUE(desk.amend(id, {.limit = 89'990_px, .size = 30_qty}, now_ns));
  EXPECT_EQ(desk.at(id).request.limit, 89'990_px);
  EXPECT_EQ(desk.at(id).rest(), 30_qty);
  EXPECT_TRUE(desk.at(id).is_amended);
  ASSERT_TRUE(desk.amend(id, {.limit = 90'010_px, .size = 120_qty}, now_ns));
  EXPECT_EQ(desk.at(id).filled, 100_qty);
  EXPECT_EQ(desk.at(id).state, order_state::partially_filled);
  EXPECT_EQ(desk.amend(id, {.limit = 90'010.1_px, .size = 120_qty}, now_ns).error().why, objection::tick);
  EXPECT_EQ(desk.at(id).request.limit, 90'010_px);
  ASSERT_TRUE(desk.amend(id, {.limit = 90'010_px, .size = 100_qty}, now_ns));
  EXPECT_EQ(desk.at(id).state, order_state::cancelled);
  EXPECT_EQ(desk.amend(id, {.limit = 90'010_px, .size = 130_qty}, now_ns).error().why, objection::not_open);
}

TEST_F(desk_test, an_amendment_may_change_the_flags_of_a_partly_filled_order) {
  const auto id = placed(limit(side::buy, 90'010_px, 150_qty));
  ASSERT_TRUE(desk.amend(id, {.limit = 90'000_px, .size = 140_qty, .post_only = true}, now_ns));
  EXPECT_EQ(desk.at(id).filled, 100_qty);
  EXPECT_EQ(desk.at(id).state, order_state::partially_filled);
  happens(perpetual, trade{.at = 89'000_px, .size = 500_qty, .aggressor = side::sell});
  EXPECT_EQ(desk.at(id).filled, 140_qty);
  EXPECT_EQ(desk.at(id).state, order_state::filled);
  EXPECT_EQ(held(), 140_qty);
}

TEST_F(desk_test, a_post_only_amendment_that_would_take_ends_the_order) {
  auto x = limit(side::buy, 90'000_px, 50_qty);
  x.post_only = true;
  const auto id = placed(x);
  EXPECT_EQ(desk.amend(id, {.limit = 90'020_px, .size = 50_qty, .post_only = true}, now_ns).error().why,
            objection::would_cross);
  EXPECT_EQ(desk.at(id).state, order_state::cancelled);
  EXPECT_EQ(held(), 0_qty);
}

TEST_F(desk_test, a_cancel_keeps_its_reason_and_happens_once) {
  const auto id = placed(limit(side::buy, 90'000_px, 50_qty));
  EXPECT_TRUE(desk.cancel(id, "cancel_on_disconnect", now_ns));
  EXPECT_FALSE(desk.cancel(id, "user_request", now_ns));
  EXPECT_EQ(desk.at(id).reason, "cancel_on_disconnect");
  EXPECT_THAT(desk.open_orders(owner), IsEmpty());
}

TEST_F(desk_test, a_trigger_fires_at_its_level_and_the_venue_releases_it) {
  const auto id = placed(limit(side::sell, 89'000_px, 50_qty),
                         trigger{.by = trigger::source::mark, .at = 89'500_px, .is_rise = false});
  desk.take_events();
  happens(perpetual, ticker{.mark = 89'500.5, .index = 80'000.0});
  happens(perpetual, trade{.at = 89'000_px, .size = 10_qty, .aggressor = side::sell});
  EXPECT_THAT(desk.take_events(), IsEmpty());
  happens(perpetual, ticker{.mark = 89'500.0});
  const auto events = desk.take_events();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].what, desk_event::kind::triggered);
  EXPECT_EQ(desk.at(id).state, order_state::pending);
  ASSERT_TRUE(desk.release(id, now_ns));
  EXPECT_EQ(desk.at(id).state, order_state::filled);
  happens(perpetual, ticker{.mark = 89'000.0});
  EXPECT_THAT(desk.fills_of(id), SizeIs(1));
}

TEST_F(desk_test, good_till_date_ends_and_so_does_an_expired_instrument) {
  auto x = limit(side::buy, 90'000_px, 10_qty);
  x.tif = time_in_force::gtd;
  x.expire_ns = now_ns + ns_per_s;
  const auto dated = placed(x), resting = placed(limit(side::buy, 90'000_px, 10_qty));
  EXPECT_EQ(desk.advance(now_ns), now_ns + ns_per_s);
  desk.advance(now_ns + ns_per_s);
  EXPECT_EQ(desk.at(dated).state, order_state::expired);
  now_ns += 2 * ns_per_s;
  happens(perpetual, instrument_status{.state = instrument_state::expired});
  EXPECT_EQ(desk.at(resting).state, order_state::expired);
}

TEST_F(desk_test, funds_are_held_for_orders_and_freed_by_their_end) {
  order_request x{.instrument = option, .side = side::buy, .limit = 0.0105_px, .size = 500_qty};
  const auto before = desk.available(owner, "BTC");
  const auto id = placed(x);
  EXPECT_EQ(before - desk.available(owner, "BTC"), (money{5'250'000'000}));
  EXPECT_EQ(refusal(x), objection::funds);
  ASSERT_TRUE(desk.amend(id, {.limit = 0.0105_px, .size = 900_qty}, now_ns)) << "its own funds are free for it";
  desk.cancel(id, "user_request", now_ns);
  EXPECT_EQ(desk.available(owner, "BTC"), before);
}

TEST_F(desk_test, a_reversed_fill_leaves_no_position_and_no_cash) {
  placed({.instrument = option, .side = side::buy, .limit = 0.011_px, .size = 2_qty});
  EXPECT_EQ(desk.balance(owner, "BTC"), coins(10) - (money{22'000'000}));
  desk.reverse(1);
  desk.reverse(1);
  EXPECT_EQ(desk.balance(owner, "BTC"), coins(10));
  EXPECT_EQ(desk.position(owner, option).size, 0_qty);
  EXPECT_EQ(fills_json(desk, "").at(0).at("is_reversed"), true);
}

TEST_F(desk_test, what_was_taken_back_is_not_paid_out_at_the_end) {
  placed({.instrument = option, .side = side::buy, .limit = 0.011_px, .size = 2_qty});
  desk.reverse(1);
  now_ns += ns_per_s;
  happens(option, instrument_status{.state = instrument_state::settled, .settlement = 100'000.0});
  ASSERT_EQ(desk.settlements().size(), 1U);
  EXPECT_GT(desk.settlements()[0].payoff.nanos, 0);
  EXPECT_EQ(desk.position(owner, option).size, 0_qty);
  EXPECT_EQ(desk.balance(owner, "BTC"), coins(10) - desk.settlements()[0].fee);
  EXPECT_EQ(desk.held_at_the_end(owner, option), 0_qty);
}

TEST_F(desk_test, the_truth_tells_orders_fills_positions_and_balances_of_an_account) {
  placed(limit(side::buy, 90'010_px, 40_qty));
  const auto order = orders_json(desk, "one").at(0).as_object();
  EXPECT_EQ(boost::json::serialize(order),
            R"({"venue":"deribit","account":"one","instrument":"BTC-PERPETUAL","order_id":"O1","label":"a",)"
            R"("side":"buy","type":"limit","time_in_force":"gtc","price":"90010","size":"40","filled":"40",)"
            R"("average_price":"90010","state":"filled","reason":"","created_ns":1700000000000000000,)"
            R"("updated_ns":1700000000000000000})");
  const auto fill = fills_json(desk, "one").at(0).as_object();
  EXPECT_EQ(fill.at("trade_id"), "T1");
  EXPECT_EQ(fill.at("order_id"), "O1");
  EXPECT_EQ(fill.at("fee_currency"), "BTC");
  EXPECT_EQ(positions_json(desk, "one").at(0).at("size"), "40");
  EXPECT_EQ(balances_json(desk, "one").at(0).at("balance"), "10");
  EXPECT_THAT(orders_json(desk, "two"), IsEmpty());
}

/// Orders at the touch of every option, as far as `most` goes, in a market of the usual pace.
struct quiet_market_test : testing::Test {
  std::int64_t now_ns = *ns_from_text("2026-11-26T12:00:10Z");
  generated_market market{{}, now_ns};
  market_view view{market};
  trading_desk desk{{.at = venue::deribit}, market, view};
  owner_id owner = desk.open_account("one", {{"BTC", coins(1'000)}, {"ETH", coins(1'000)}, {"USDC", coins(1'000'000)}});

  void pass(std::int64_t by_ns) {
    std::vector<market_event> events;
    for (const auto end_ns = now_ns + by_ns; now_ns < end_ns; now_ns += 10 * ns_per_ms) {
      events.clear();
      market.step(now_ns, events);
      for (const auto& x : events) {
        if (market.instruments().at(x.instrument).at == venue::deribit) desk.on_event(x, now_ns);
        view.apply(x);
      }
    }
  }
  /// @returns how many there are
  std::size_t join_touch(instrument_kind kind, std::size_t most) {
    std::size_t count = 0;
    for (const auto& x : market.listings(venue::deribit)) {
      const auto bids = view.at(x.id).book.bids();
      if (count == most || x.rules.info.kind != kind || bids.empty()) continue;
      const auto placed = desk.place(
          {.owner = owner, .request = {.instrument = x.id, .limit = bids.back().at, .size = x.rules.minimum}}, now_ns);
      count += placed ? 1 : 0;
    }
    return count;
  }
  std::size_t filled() const {
    return static_cast<std::size_t>(std::ranges::count(desk.orders(), order_state::filled, &order_record::state));
  }
};

TEST_F(quiet_market_test, orders_at_the_touch_of_perpetuals_fill_within_half_a_minute) {
  pass(2 * ns_per_s);
  ASSERT_EQ(join_touch(instrument_kind::perpetual, 5), 5U);
  pass(30 * ns_per_s);
  EXPECT_EQ(filled(), 5U);
}

TEST_F(quiet_market_test, orders_at_the_touch_of_favoured_options_fill_within_seconds) {
  pass(10 * ns_per_s);
  ASSERT_EQ(join_touch(instrument_kind::option, 10), 10U);
  std::set<instrument_id> resting;
  desk.add_resting(resting);
  ASSERT_THAT(resting, SizeIs(10));
  market.favour(resting);
  pass(10 * ns_per_s);
  EXPECT_GE(filled(), 8U);
}

} // namespace
