#include "polymarket_kit.hpp"

#include <boost/json.hpp>

using namespace strike;
using namespace strike::exec;
using namespace strike::exec::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
namespace json = boost::json;

/// What is checked before an order leaves, and what it becomes.
struct polymarket_rules : polymarket_kit {
  polymarket_rules() { up(); }
  json::value sent_order() { return json::parse(request("POST", "/order")->request.body); }
  static std::string amounts(const json::value& body) {
    const auto& order = body.at("order");
    return fmt::format("{}: {} for {}", std::string_view{body.at("orderType").as_string()},
                       std::string_view{order.at("makerAmount").as_string()},
                       std::string_view{order.at("takerAmount").as_string()});
  }
  static std::string book(std::string_view asks, std::string_view bids = "") {
    return fmt::format(R"({{"market":"0xaa","asset_id":"11","timestamp":"1782864000000","bids":[{}],"asks":[{}]}})",
                       bids, asks);
  }
};

TEST_F(polymarket_rules, a_market_order_is_limited_by_the_level_that_completes_it) {
  warm();
  how_order(1, {.instrument = yes, .type = order_type::market, .size = 12_qty});
  answer("GET", "/book?token_id=11",
         book(R"({"price":"0.6","size":"100"},{"price":"0.5","size":"8"},{"price":"0.4","size":"2"})"));
  EXPECT_EQ(amounts(sent_order()), "FAK: 7200000 for 12000000");
}

TEST_F(polymarket_rules, a_market_sell_walks_the_bids) {
  warm();
  how_order(
      1,
      {.instrument = yes, .side = side::sell, .type = order_type::market, .size = 12_qty, .tif = time_in_force::fok});
  answer("GET", "/book?token_id=11", book("", R"({"price":"0.3","size":"100"},{"price":"0.4","size":"10"})"));
  EXPECT_EQ(amounts(sent_order()), "FOK: 12000000 for 3600000");
}

TEST_F(polymarket_rules, a_market_order_needs_a_book) {
  warm();
  how_order(1, {.instrument = yes, .type = order_type::market, .size = 12_qty});
  answer("GET", "/book", book(""));
  EXPECT_THAT(take(), ElementsAre(HasSubstr("1 rejected 0/12@0: nobody offers anything")));
  how_order(2, {.instrument = yes, .type = order_type::market, .size = 12_qty, .tif = time_in_force::fok});
  answer("GET", "/book", book(R"({"price":"0.5","size":"8"})"));
  EXPECT_THAT(take(), ElementsAre(HasSubstr("2 rejected 0/12@0: the book has less than the order's size")));
}

TEST_F(polymarket_rules, a_buy_at_once_is_made_smaller_to_whole_cents) {
  warm();
  how_order(1, {.instrument = yes, .limit = 0.57_px, .size = 21.04_qty, .tif = time_in_force::ioc});
  EXPECT_EQ(amounts(sent_order()), "FAK: 11970000 for 21000000");
  how_order(2, {.instrument = yes, .limit = 0.57_px, .size = 21.04_qty, .tif = time_in_force::fok});
  EXPECT_THAT(take(), ElementsAre(HasSubstr("21.04 at 0.57 is not: the next smaller size is 21")));
}

TEST_F(polymarket_rules, or_spends_whole_cents_where_that_is_configured) {
  venue.reset();
  network.fetches.clear();
  how.inexact = inexact_buys::amount;
  answers_pings = false;
  up();
  warm();
  how_order(1, {.instrument = yes, .limit = 0.57_px, .size = 21.04_qty, .tif = time_in_force::fok});
  EXPECT_EQ(amounts(sent_order()), "FOK: 11990000 for 21035000");
}

TEST_F(polymarket_rules, an_order_that_finds_nothing_is_cancelled_and_not_refused) {
  warm();
  how_order(1, {.instrument = yes, .limit = 0.5_px, .size = 10_qty, .tif = time_in_force::fok});
  answer("POST", "/order", R"({"error":"order couldn't be fully filled. FOK orders are fully filled or killed."})",
         400);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("1 cancelled 0/10@0.5: Polymarket: order couldn't be fully filled")));
}

TEST_F(polymarket_rules, an_order_that_trades_at_once_in_part_ends_with_that) {
  warm();
  how_order(1, {.instrument = yes, .limit = 0.5_px, .size = 10_qty, .tif = time_in_force::ioc});
  answer("POST", "/order",
         R"({"success":true,"orderID":")" + digest() +
             R"(","status":"matched","makingAmount":"2","takingAmount":"4"})");
  EXPECT_THAT(take(), ElementsAre("1 partially_filled 4/10@0.5"));
  deliver(taker_trade("t1", digest(), "4", "MATCHED"));
  order(digest(), "CANCELLATION", "CANCELED", "10", "4");
  EXPECT_THAT(take(), ElementsAre("1 fill t1 buy 4@0.5 fee 0.05 taker",
                                  "1 cancelled 4/10@0.5: nothing more to trade with at once"));
  network.fetches.clear(); // it had been asked for as well
}

TEST_F(polymarket_rules, an_order_that_never_rests_ends_as_the_venue_calls_it_matched) {
  warm();
  how_order(1, {.instrument = yes, .limit = 0.5_px, .size = 10_qty, .tif = time_in_force::ioc});
  deliver(taker_trade("t1", digest(), "4", "MATCHED"));
  order(digest(), "UPDATE", "MATCHED", "10", "4");
  EXPECT_THAT(take(), ElementsAre("1 fill t1 buy 4@0.5 fee 0.05 taker",
                                  "1 cancelled 4/10@0.5: nothing more to trade with at once"));
  accept(); // late
  EXPECT_THAT(take(), IsEmpty());
}

TEST_F(polymarket_rules, an_order_that_matched_at_once_is_filled) {
  warm();
  buy(1, 0.5_px, 10_qty);
  answer("POST", "/order",
         R"({"success":true,"orderID":")" + digest() +
             R"(","status":"matched","makingAmount":"5","takingAmount":"10"})");
  EXPECT_THAT(take(), ElementsAre("1 filled 10/10@0.5"));
}

TEST_F(polymarket_rules, a_gtd_order_states_a_minute_more_than_it_is_to_rest) {
  warm();
  how_order(1, {.instrument = yes,
                .limit = 0.5_px,
                .size = 10_qty,
                .tif = time_in_force::gtd,
                .expire_ns = now.wall_ns + 120 * ns_per_s});
  const auto body = sent_order();
  EXPECT_EQ(body.at("orderType"), "GTD");
  EXPECT_EQ(body.at("order").at("expiration").as_string(), std::to_string(now.wall_ns / ns_per_s + 180));
  how_order(2, {.instrument = yes,
                .limit = 0.5_px,
                .size = 10_qty,
                .tif = time_in_force::gtd,
                .expire_ns = now.wall_ns + 119 * ns_per_s});
  EXPECT_THAT(take(), ElementsAre(HasSubstr("takes no order that expires within 120 s")));
}

TEST_F(polymarket_rules, a_gtd_order_that_the_venue_drops_in_time_has_expired) {
  warm();
  how_order(1, {.instrument = yes,
                .limit = 0.5_px,
                .size = 10_qty,
                .tif = time_in_force::gtd,
                .expire_ns = now.wall_ns + 120 * ns_per_s});
  accept();
  take();
  round(120s);
  network.fetches.clear(); // the market is refreshed meanwhile
  order(digest(), "CANCELLATION", "CANCELED", "10", "0");
  EXPECT_THAT(take(), ElementsAre("1 expired 0/10@0.5: its time was over"));
}

TEST_F(polymarket_rules, what_the_venue_cannot_do_is_refused) {
  warm();
  how_order(1, {.instrument = yes, .limit = 0.5_px, .size = 10_qty, .stop = 0.4_px});
  how_order(2, {.instrument = yes, .limit = 0.5_px, .size = 10_qty, .reduce_only = true});
  how_order(3, {.instrument = yes, .limit = 0.5_px, .size = 10_qty, .tif = time_in_force::ioc, .post_only = true});
  how_order(4, {.instrument = yes, .limit = 0.505_px, .size = 10_qty});
  how_order(5, {.instrument = yes, .limit = 0.5_px, .size = 4_qty});
  how_order(6, {.instrument = yes, .limit = 0.1_px, .size = 9_qty, .tif = time_in_force::ioc});
  EXPECT_THAT(take(), ElementsAre(HasSubstr("no stop orders"), HasSubstr("reduces nothing"),
                                  HasSubstr("exclude each other"), HasSubstr("no multiple of the tick"),
                                  HasSubstr("minimum of 5"), HasSubstr("worth 1 pUSD at least")));
}

TEST_F(polymarket_rules, a_market_that_is_not_known_in_time_refuses_its_orders) {
  buy(1, 0.5_px, 10_qty);
  answer("GET", "closed=false", "[]");
  answer("GET", "closed=true", "[]");
  round(2s);
  EXPECT_THAT(take(), ElementsAre(HasSubstr(
                          "1 rejected 0/10@0.5: nothing left: it waited 2000 ms for the market: Gamma has no market")));
}

TEST_F(polymarket_rules, a_market_that_takes_no_orders_refuses_them) {
  buy(1, 0.5_px, 10_qty);
  answer("GET", "closed=false", market(R"(,"archived":false,"acceptingOrders":false)"));
  EXPECT_THAT(take(), ElementsAre(HasSubstr("the market takes no orders")));
}

TEST_F(polymarket_rules, an_order_needs_what_it_spends_and_its_fee) {
  warm();
  round(1ms); // what is known of the balance is older than the order
  buy(1, 0.5_px, 3000_qty);
  answer("GET", "COLLATERAL", R"({"balance":"1400000000"})");
  EXPECT_THAT(take(), ElementsAre(HasSubstr("the order needs 1537.5 pUSD, free are 1400")));
  how_order(2, {.instrument = yes, .limit = 0.5_px, .size = 2600_qty, .post_only = true}); // makers pay no fee
  accept();
  EXPECT_THAT(take(), ElementsAre("2 open 0/2600@0.5"));
  round(1ms);
  buy(3, 0.5_px, 400_qty); // 1300 are reserved
  answer("GET", "COLLATERAL", R"({"balance":"1400000000"})");
  EXPECT_THAT(take(), ElementsAre(HasSubstr("free are 100 (1400 held, 1300 reserved by open orders)")));
}

TEST_F(polymarket_rules, a_sell_needs_the_shares) {
  warm();
  how_order(1, {.instrument = no, .side = side::sell, .limit = 0.5_px, .size = 10_qty});
  answer("GET", "asset_type=CONDITIONAL&token_id=12", R"({"balance":"4000000"})");
  EXPECT_THAT(take(), ElementsAre(HasSubstr("the order needs 10 shares of this token, free are 4")));
}

TEST_F(polymarket_rules, an_exchange_that_is_not_approved_is_named) {
  buy(1, 0.5_px, 10_qty);
  answer("GET", "gamma-api", market(R"(,"negRisk":true)"));
  answer("GET", "COLLATERAL",
         R"({"balance":"1400000000","allowances":{"0xE111180000d2663C0091e4f400237545B87B996B":"99999999999",)"
         R"("0xe2222d279d744050d28e00520010520000310F59":"0"}})");
  EXPECT_THAT(take(), ElementsAre(HasSubstr("lets the exchange 0xe2222d279d744050d28e00520010520000310F59 move 0")));
}

TEST_F(polymarket_rules, a_lack_that_the_venue_told_of_makes_the_balance_be_asked_for_again) {
  warm();
  buy(1, 0.5_px, 10_qty);
  answer("POST", "/order", R"({"error":"not enough balance / allowance"})", 400);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("not enough balance / allowance; open orders reserve balance")));
  buy(2, 0.5_px, 10_qty);
  answer("GET", "COLLATERAL", R"({"balance":"1000000000"})");
  request("POST", "/order");
}

TEST_F(polymarket_rules, a_resolved_market_settles_its_tokens_once) {
  warm();
  round(60s);
  answer("GET", "closed=false", "[]");
  answer("GET", "closed=true",
         R"([{"conditionId":"0xaa","outcomes":"[\"Yes\",\"No\"]","clobTokenIds":"[\"11\",\"12\"]","closed":true,)"
         R"("outcomePrices":"[\"1\", \"0\"]","umaResolutionStatus":"resolved"}])");
  EXPECT_THAT(take(), ElementsAre("settled 1", "settled 0"));
  round(600s);
  network.fetches.clear(); // the clock
  EXPECT_THAT(take(), IsEmpty());
}

TEST_F(polymarket_rules, shares_that_can_be_redeemed_are_held_until_the_resolution_is_told) {
  warm();
  const auto resolved = [&] {
    venue->ask_account(now.wall_ns, now);
    round();
    answer("GET", "/data/orders", page(""));
    answer("GET", "/data/trades", page(""));
    answer("GET", "/positions", R"([{"asset":"11","conditionId":"0xaa","size":5,"redeemable":true}])");
    return told.accounts.back().positions.size();
  };
  EXPECT_EQ(resolved(), 1U);
  round(); // not when the next refresh is due
  answer("GET", "closed=false",
         R"([{"conditionId":"0xaa","outcomes":"[\"Yes\",\"No\"]","clobTokenIds":"[\"11\",\"12\"]","closed":true,)"
         R"("outcomePrices":"[\"1\", \"0\"]","umaResolutionStatus":"resolved"}])");
  EXPECT_THAT(take(), ElementsAre("account", "settled 1", "settled 0"));
  EXPECT_EQ(resolved(), 0U);
  EXPECT_THAT(take(), ElementsAre("account"));
}

/// Several orders at once, and what is asked of the account.
struct polymarket_account_test : polymarket_rules {};

TEST_F(polymarket_account_test, orders_that_the_limit_holds_back_leave_together) {
  warm();
  for (std::uint64_t i = 0; i < 60; ++i) buy(i, 0.5_px, 5_qty);
  const auto sent = network.fetches.size();
  EXPECT_EQ(sent, 24u); // connections: eight are kept for cancels
  const auto batch_starts = keys.keys.size() - 36;
  for (std::size_t i = 0; i < sent; ++i)
    answer("POST", "/order",
           fmt::format(R"({{"success":true,"orderID":"{}","status":"live"}})",
                       keys.keys[keys.keys.size() - 60 + i].substr(0, 66)));
  const auto batch = request("POST", "/orders");
  const auto bodies = json::parse(batch->request.body).as_array();
  EXPECT_LE(bodies.size(), 15u);
  EXPECT_GE(bodies.size(), 1u);
  take();
  std::string legs;
  for (std::size_t i = 0; i < bodies.size(); ++i)
    legs += fmt::format(R"({}{{"success":{},"orderID":"{}","errorMsg":"{}","status":"live"}})", i ? "," : "", i != 0,
                        i == 0 ? "" : keys.keys[batch_starts + i].substr(0, 66), i == 0 ? "order crosses book" : "");
  batch->answer(200, "[" + legs + "]");
  round();
  auto lines = take();
  ASSERT_EQ(lines.size(), bodies.size());
  EXPECT_THAT(lines[0], HasSubstr("rejected 0/5@0.5: Polymarket: order crosses book"));
  EXPECT_THAT(lines[1], HasSubstr("open"));
  network.fetches.clear();
}

TEST_F(polymarket_account_test, a_cancel_does_not_wait_behind_orders) {
  warm();
  buy_rests(100, 0.5_px, 5_qty);
  for (std::uint64_t i = 0; i < 60; ++i) buy(i, 0.5_px, 5_qty);
  network.fetches.clear();
  venue->cancel({100}, now);
  round();
  request("DELETE", "/order");
}

TEST_F(polymarket_account_test, cancels_that_wait_leave_together) {
  how.cancels_burst = 2;
  how.cancels_per_second = 1;
  venue.reset();
  answers_pings = false;
  up();
  warm();
  for (std::uint64_t i = 1; i <= 3; ++i) buy_rests(i, 0.5_px, 5_qty);
  for (std::uint64_t i = 1; i <= 3; ++i) venue->cancel({i}, now);
  request("DELETE", "clob.polymarket.com/order");
  request("DELETE", "clob.polymarket.com/order");
  EXPECT_THAT(network.fetches, IsEmpty());
  venue->cancel_everything(now);
  round(2s);
  EXPECT_THAT(network.fetches, SizeIs(2)); // the third, and all
  network.fetches.clear();
}

TEST_F(polymarket_account_test, the_account_is_told_whole) {
  warm();
  buy_rests(1, 0.5_px, 10_qty);
  venue->ask_account(now.wall_ns - 3600 * ns_per_s, now);
  round();
  answer("GET", "/data/orders", page(order_row(digest(), "LIVE", "10", "4"), "MTAw"));
  answer("GET", "/data/orders?next_cursor=MTAw", page(order_row("0xfe", "LIVE", "7", "0")));
  const auto trades = request("GET", "/data/trades?after=" + std::to_string(now.wall_ns / ns_per_s - 3600));
  trades->answer(200,
                 page(maker_trade("t1", digest(), "4", "MINED") + "," + maker_trade("t2", "0xfd", "3", "CONFIRMED") +
                      "," + maker_trade("t3", "0xfc", "3", "FAILED")));
  round();
  answer("GET",
         "https://data-api.polymarket.com/positions?user=0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266&limit=500&offset=0",
         R"([{"asset":"11","conditionId":"0xaa","size":94.37},{"asset":"12","conditionId":"0xaa","size":0}])");
  ASSERT_THAT(told.accounts, SizeIs(1));
  const auto& x = told.accounts[0];
  ASSERT_THAT(x.open, SizeIs(1));
  EXPECT_EQ(x.open[0].filled, 4_qty);
  EXPECT_THAT(x.foreign_orders, ElementsAre(venue_name{"0xfe"}));
  ASSERT_THAT(x.fills, SizeIs(2));
  EXPECT_EQ(x.fills[0].order, order_id{1});
  EXPECT_EQ(x.fills[1].order, order_id{}); // of another program
  ASSERT_THAT(x.positions, SizeIs(1));
  EXPECT_EQ(x.positions[0].size, 94.37_qty);
  deliver(maker_trade("t1", digest(), "4", "CONFIRMED")); // booked with the account
  EXPECT_THAT(take(), ElementsAre("1 partially_filled 4/10@0.5", "undone t3: its settlement failed", "account"));
}

TEST_F(polymarket_account_test, an_account_that_cannot_be_read_is_told_and_loses_no_fill) {
  warm();
  buy_rests(1, 0.5_px, 10_qty);
  venue->ask_account(0, now);
  round();
  answer("GET", "/data/orders", page(""));
  answer("GET", "/data/trades", page(maker_trade("t1", digest(), "4", "MINED")));
  answer("GET", "/positions", "<html>", 502);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("account failed: positions: HTTP 502")));
  deliver(maker_trade("t1", digest(), "4", "MINED"));
  EXPECT_THAT(take(), ElementsAre("1 fill t1 buy 4@0.5 fee 0 maker"));
}

TEST_F(polymarket_account_test, an_order_of_before_the_restart_is_found_by_what_was_kept) {
  const std::string old = "0x" + std::string(64, 'a');
  venue->restore({.id = {7}, .label = "s-7", .request = {.instrument = yes, .limit = 0.5_px, .size = 10_qty}}, old,
                 {old + " 1782860000000 10 0xaa"});
  venue->ask_order({7}, now);
  round();
  answer("GET", "/data/order/" + old, order_row(old, "LIVE", "10", "3"));
  answer("GET", "/data/trades?market=0xaa&after=1782859940", page(maker_trade("t1", old, "3", "CONFIRMED")));
  EXPECT_THAT(take(), ElementsAre("7 partially_filled 3/10@0.5", "7 fill t1 buy 3@0.5 fee 0 maker",
                                  "7 partially_filled 3/10@0.5"));
  deliver(maker_trade("t2", old, "7", "MATCHED"));
  EXPECT_THAT(take(), ElementsAre("7 fill t2 buy 7@0.5 fee 0 maker", "7 filled 10/10@0.5"));
}

TEST_F(polymarket_account_test, an_order_that_was_kept_and_never_left_is_absent) {
  const std::string old = "0x" + std::string(64, 'b');
  venue->restore({.id = {7}, .label = "s-7", .request = {.instrument = yes, .limit = 0.5_px, .size = 10_qty}}, "",
                 {old + " 1782860000000 10 0xaa"});
  venue->ask_order({7}, now);
  round();
  answer("GET", "/data/order/", "null");
  answer("GET", "/data/trades", page(""));
  EXPECT_THAT(take(), IsEmpty()); // one look is no proof
  round(1s);
  answer("GET", "/data/order/", "null");
  answer("GET", "/data/trades", page(""));
  EXPECT_THAT(take(), ElementsAre("7 absent"));
}

TEST_F(polymarket_account_test, an_order_that_was_never_signed_is_absent_at_once) {
  venue->restore({.id = {7}, .label = "s-7", .request = {.instrument = yes, .limit = 0.5_px, .size = 10_qty}}, "", {});
  venue->ask_order({7}, now);
  round();
  EXPECT_THAT(take(), ElementsAre("7 absent"));
}

TEST_F(polymarket_account_test, an_order_that_comes_back_from_the_dead_can_be_cancelled) {
  const std::string old = "0x" + std::string(64, 'b');
  venue->restore({.id = {7}, .label = "s-7", .request = {.instrument = yes, .limit = 0.5_px, .size = 10_qty}}, "",
                 {old + " 1782860000000 10 0xaa"});
  venue->ask_order({7}, now);
  round();
  for (int i = 0; i < 2; ++i) {
    answer("GET", "/data/order/", "null");
    answer("GET", "/data/trades", page(""));
    round(1s);
  }
  EXPECT_THAT(take(), ElementsAre("7 absent"));
  venue->ask_account(0, now);
  round();
  answer("GET", "/data/orders", page(order_row(old, "LIVE", "10", "0")));
  answer("GET", "/data/trades", page(""));
  answer("GET", "/positions", "[]");
  ASSERT_THAT(told.accounts, SizeIs(1));
  EXPECT_THAT(told.accounts[0].open, SizeIs(1));
  venue->cancel({7}, now);
  request("DELETE", "/order");
}
