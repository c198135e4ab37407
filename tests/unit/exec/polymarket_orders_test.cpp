#include "polymarket_kit.hpp"

#include <boost/json.hpp>

using namespace strike;
using namespace strike::exec;
using namespace strike::exec::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
namespace json = boost::json;

struct polymarket_orders : polymarket_kit {
  polymarket_orders() {
    up();
    warm();
  }
};

TEST_F(polymarket_orders, a_digest_is_kept_before_a_byte_of_its_order_leaves) {
  bool was_checked = false;
  keys.check = [&] {
    was_checked = true;
    EXPECT_THAT(network.fetches, IsEmpty());
  };
  buy(1, 0.56_px, 21.04_qty);
  EXPECT_TRUE(was_checked);
  EXPECT_THAT(keys.keys.back(), testing::EndsWith(" 21.04 0xaa"));
  const auto post = request("POST", "https://clob.polymarket.com/order");
  const auto body = json::parse(post->request.body);
  EXPECT_EQ(body.at("order").at("makerAmount"), "11782400");
  EXPECT_EQ(body.at("order").at("takerAmount"), "21040000");
  EXPECT_EQ(body.at("owner"), us);
  EXPECT_EQ(body.at("orderType"), "GTC");
  post->answer(200, R"({"success":true,"errorMsg":"","orderID":")" + digest() + R"(","status":"live"})");
  round();
  EXPECT_THAT(take(), ElementsAre("1 open 0/21.04@0.56"));
}

TEST_F(polymarket_orders, an_order_whose_digest_cannot_be_kept_does_not_leave) {
  keys.is_broken = true;
  buy(1, 0.56_px, 10_qty);
  EXPECT_THAT(take(), ElementsAre("1 rejected 0/10@0.56: its digest could not be stored, nothing left: disk full"));
}

TEST_F(polymarket_orders, the_user_channel_may_be_faster_than_the_answer) {
  buy(1, 0.5_px, 10_qty);
  order(digest(), "PLACEMENT", "LIVE", "10", "0");
  EXPECT_THAT(take(), ElementsAre("1 open 0/10@0.5"));
  deliver(maker_trade("t1", digest(), "10", "MATCHED"));
  EXPECT_THAT(take(), ElementsAre("1 fill t1 buy 10@0.5 fee 0 maker", "1 filled 10/10@0.5"));
  accept(); // late
  EXPECT_THAT(take(), IsEmpty());
}

TEST_F(polymarket_orders, an_order_that_is_not_answered_is_asked_for_by_its_digest) {
  buy(1, 0.5_px, 10_qty);
  told.when_no_answer = [&](order_id id) { venue->ask_order(id, now); }; // from within the report
  request("POST", "/order")->fail(ec::io, "no complete answer within 10000 ms");
  round();
  EXPECT_THAT(take(), ElementsAre("1 no answer"));
  answer("GET", "/data/order/" + digest(), order_row(digest(), "LIVE", "10", "0"));
  answer("GET", "/data/trades?market=0xaa", page(""));
  EXPECT_THAT(take(), ElementsAre("1 open 0/10@0.5", "1 open 0/10@0.5"));
}

TEST_F(polymarket_orders, an_order_that_was_answered_with_an_error_of_the_server_may_be_there) {
  buy(1, 0.5_px, 10_qty);
  answer("POST", "/order", R"({"error":"could not insert order"})", 500);
  EXPECT_THAT(take(), ElementsAre("1 no answer"));
  venue->ask_order({1}, now);
  round();
  answer("GET", "/data/order/", order_row(digest(), "MATCHED", "10", "10"));
  answer("GET", "/data/trades", page(taker_trade("t1", digest(), "10", "MINED")));
  EXPECT_THAT(take(), ElementsAre("1 filled 10/10@0.5", "1 fill t1 buy 10@0.5 fee 0.125 taker", "1 filled 10/10@0.5"));
}

TEST_F(polymarket_orders, an_order_is_absent_only_when_it_can_not_arrive_any_more) {
  buy(1, 0.5_px, 10_qty);
  answer("POST", "/order", "gateway timeout", 504);
  EXPECT_THAT(take(), ElementsAre("1 no answer"));
  venue->ask_order({1}, now);
  round();
  for (int i = 0; i < 31; ++i) {
    answer("GET", "/data/order/", "null");
    answer("GET", "/data/trades", page(""));
    if (i < 30) {
      EXPECT_THAT(take(), IsEmpty()) << i;
    }
    round(1s);
  }
  EXPECT_THAT(take(), ElementsAre("1 absent"));
}

TEST_F(polymarket_orders, an_order_that_is_gone_and_has_trades_was_filled) {
  buy(1, 0.5_px, 10_qty);
  answer("POST", "/order", "gateway timeout", 504);
  venue->ask_order({1}, now);
  round();
  take();
  answer("GET", "/data/order/", "", 404);
  answer("GET", "/data/trades", page(maker_trade("t1", digest(), "10", "CONFIRMED")));
  EXPECT_THAT(take(), ElementsAre("1 fill t1 buy 10@0.5 fee 0 maker", "1 filled 10/10@0.5", "1 filled 10/10@0.5"));
}

TEST_F(polymarket_orders, questions_that_fail_are_told_and_trades_come_in_pages) {
  buy(1, 0.5_px, 10_qty);
  answer("POST", "/order", "", 502);
  venue->ask_order({1}, now);
  round();
  take();
  answer("GET", "/data/order/", "", 500);
  round(1s);
  answer("GET", "/data/order/", "<html>");
  round(2s);
  answer("GET", "/data/order/", order_row(digest(), "LIVE", "10", "4"));
  EXPECT_THAT(take(), ElementsAre("1 partially_filled 4/10@0.5"));
  answer("GET", "/data/trades", page(maker_trade("t1", digest(), "1", "MINED"), "MTAw"));
  answer("GET", "next_cursor=MTAw", page(maker_trade("t2", digest(), "3", "MINED")));
  EXPECT_THAT(take(), ElementsAre("1 fill t1 buy 1@0.5 fee 0 maker", "1 fill t2 buy 3@0.5 fee 0 maker",
                                  "1 partially_filled 4/10@0.5"));
}

TEST_F(polymarket_orders, a_question_that_fails_again_and_again_is_no_answer_once_more) {
  buy(1, 0.5_px, 10_qty);
  answer("POST", "/order", "", 502);
  venue->ask_order({1}, now);
  round();
  take();
  answer("GET", "/data/order/", "", 500);
  round(1s);
  answer("GET", "/data/order/", "", 500);
  round(2s);
  answer("GET", "/data/order/", "", 500);
  EXPECT_THAT(take(), ElementsAre("1 no answer"));
}

TEST_F(polymarket_orders, a_duplicate_is_looked_up_and_never_placed_anew) {
  buy(1, 0.5_px, 10_qty);
  answer("POST", "/order", R"({"error":"order 0x1 is invalid. Duplicated. Same order has already been placed"})", 400);
  answer("GET", "/data/order/", order_row(digest(), "ORDER_STATUS_LIVE", "10", "0"));
  EXPECT_THAT(take(), ElementsAre("1 open 0/10@0.5"));
}

TEST_F(polymarket_orders, a_fill_is_told_once_and_taken_back_when_its_settlement_fails) {
  buy_rests(1, 0.5_px, 10_qty);
  deliver(maker_trade("t1", digest(), "4", "MATCHED"));
  deliver(maker_trade("t1", digest(), "4", "MINED"));
  deliver(maker_trade("t1", digest(), "4", "RETRYING"));
  deliver(maker_trade("t1", digest(), "4", "TRADE_STATUS_MATCHED"));
  EXPECT_THAT(take(), ElementsAre("1 fill t1 buy 4@0.5 fee 0 maker"));
  deliver(maker_trade("t1", digest(), "4", "FAILED"));
  EXPECT_THAT(take(), ElementsAre("undone t1: its settlement failed"));
  deliver(maker_trade("t1", digest(), "4", "FAILED"));
  deliver(maker_trade("t1", digest(), "4", "CONFIRMED")); // never back from the end
  EXPECT_THAT(take(), IsEmpty());
}

TEST_F(polymarket_orders, a_fill_that_failed_before_it_was_told_is_undone_first) {
  buy_rests(1, 0.5_px, 10_qty);
  deliver(maker_trade("t1", digest(), "4", "FAILED"));
  EXPECT_THAT(take(), ElementsAre("undone t1: its settlement failed", "1 fill t1 buy 4@0.5 fee 0 maker"));
}

TEST_F(polymarket_orders, a_confirmed_fill_does_not_fail_any_more) {
  buy_rests(1, 0.5_px, 10_qty);
  deliver(maker_trade("t1", digest(), "4", "CONFIRMED"));
  deliver(maker_trade("t1", digest(), "4", "FAILED"));
  EXPECT_THAT(take(), ElementsAre("1 fill t1 buy 4@0.5 fee 0 maker"));
}

TEST_F(polymarket_orders, a_taker_pays_the_markets_fee) {
  buy_rests(1, 0.5_px, 10_qty);
  deliver(taker_trade("t1", digest(), "10", "MATCHED")); // 10 x 0.05 x 0.25
  EXPECT_THAT(take(), ElementsAre("1 fill t1 buy 10@0.5 fee 0.125 taker", "1 filled 10/10@0.5"));
}

TEST_F(polymarket_orders, fills_that_an_order_event_counts_and_nobody_tells_are_asked_for) {
  buy_rests(1, 0.5_px, 10_qty);
  order(digest(), "UPDATE", "LIVE", "10", "4");
  EXPECT_THAT(take(), ElementsAre("1 partially_filled 4/10@0.5"));
  round(2s);
  answer("GET", "/data/order/", order_row(digest(), "LIVE", "10", "4"));
  answer("GET", "/data/trades", page(maker_trade("t1", digest(), "4", "MINED")));
  EXPECT_THAT(take(), ElementsAre("1 fill t1 buy 4@0.5 fee 0 maker"));
}

TEST_F(polymarket_orders, a_refusal_names_what_the_venue_said) {
  buy(1, 0.5_px, 10_qty);
  answer("POST", "/order", R"({"error":"order 0x1 is invalid. Size (10) lower than the minimum: 15"})", 400);
  EXPECT_THAT(
      take(),
      ElementsAre("1 rejected 0/10@0.5: Polymarket: order 0x1 is invalid. Size (10) lower than the minimum: 15"));
}

TEST_F(polymarket_orders, a_success_without_an_id_is_a_refusal) {
  buy(1, 0.5_px, 10_qty);
  answer("POST", "/order", R"({"success":true,"orderID":"","errorMsg":"invalid post-only order: order crosses book"})");
  EXPECT_THAT(take(), ElementsAre(HasSubstr("1 rejected 0/10@0.5: Polymarket: invalid post-only order")));
}

TEST_F(polymarket_orders, an_order_that_did_not_match_is_asked_for_among_the_open_ones) {
  buy(1, 0.5_px, 10_qty);
  answer("POST", "/order", R"({"success":true,"orderID":")" + digest() + R"(","status":"unmatched"})");
  answer("GET", "/data/order/", order_row(digest(), "UNMATCHED", "10", "0"));
  answer("GET", "/data/orders?id=" + digest(), page(order_row(digest(), "LIVE", "10", "0")));
  EXPECT_THAT(take(), ElementsAre("1 open 0/10@0.5"));
  answer("GET", "/data/trades", page(""));
}

TEST_F(polymarket_orders, a_changed_tick_is_read_again_and_told) {
  buy(1, 0.56_px, 10_qty);
  answer("POST", "/order", R"({"error":"order 0x1 is invalid. Price (0.56) breaks minimum tick size rule: 0.1"})", 400);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("rule: 0.1; the tick was read again; price the order on it")));
  answer("GET", "/tick-size?token_id=11", R"({"minimum_tick_size":0.1})");
  EXPECT_EQ(rules.of(yes).ticks.base, 0.1_px);
  buy(2, 0.56_px, 10_qty);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("2 rejected 0/10@0.56: price 0.56 is no multiple of the tick 0.1")));
}

TEST_F(polymarket_orders, a_tick_that_market_data_told_of_counts_at_once) {
  auto finer = rules.of(yes);
  finer.ticks.base = 0.001_px;
  rules.define(yes, finer);
  buy(1, 0.563_px, 10_qty);
  EXPECT_EQ(json::parse(request("POST", "/order")->request.body).at("order").at("makerAmount"), "5630000");
}

TEST_F(polymarket_orders, after_another_version_the_order_is_signed_anew_once) {
  buy(1, 0.5_px, 10_qty);
  const auto first = digest();
  answer("POST", "/order", R"({"error":"order_version_mismatch"})", 400);
  request("GET", "/version")->answer(200, R"({"version":2})");
  request("GET", "/markets?")->answer(200, market(R"(,"version":"v2","positionIds":"[\"11\",\"12\"]")"));
  round();
  EXPECT_NE(digest(), first); // for the exchange of positions
  answer("POST", "/order", R"({"error":"order_version_mismatch"})", 400);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("1 rejected 0/10@0.5: Polymarket: order_version_mismatch")));
  request("GET", "/version");
}

TEST_F(polymarket_orders, after_too_many_requests_the_same_signed_order_goes_again) {
  buy(1, 0.5_px, 10_qty);
  const auto first = request("POST", "/order");
  first->answer(429, "Too Many Requests", {{"retry-after", "1"}});
  round();
  EXPECT_THAT(network.fetches, IsEmpty());
  round(1s);
  const auto second = request("POST", "/order");
  EXPECT_EQ(second->request.body, first->request.body);
  second->answer(425, "");
  round();
  round(1s); // its patience is over
  EXPECT_THAT(take(), ElementsAre(HasSubstr("1 rejected 0/10@0.5: it was held back")));
}

TEST_F(polymarket_orders, an_order_that_must_trade_at_once_is_not_sent_late) {
  how_order(1, {.instrument = yes, .limit = 0.5_px, .size = 10_qty, .tif = time_in_force::ioc});
  answer("POST", "/order", "", 425);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("1 rejected 0/10@0.5: Polymarket: HTTP 425")));
}

TEST_F(polymarket_orders, in_post_only_mode_other_orders_are_refused_here) {
  buy(1, 0.5_px, 10_qty);
  answer("POST", "/order", R"({"error":"x","code":"post_only_mode","retry_after_seconds":90})", 503);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("1 rejected")));
  buy(2, 0.5_px, 10_qty);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("2 rejected 0/10@0.5: Polymarket takes post-only orders for now")));
  round(1s);
  how_order(3, {.instrument = yes, .limit = 0.5_px, .size = 10_qty, .post_only = true});
  EXPECT_EQ(json::parse(request("POST", "/order")->request.body).at("postOnly"), true);
}

TEST_F(polymarket_orders, an_account_that_is_banned_trades_no_more) {
  buy(1, 0.5_px, 10_qty);
  answer("POST", "/order", R"({"error":"Trading restricted in your region"})", 403);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("1 rejected"), HasSubstr("down: Trading restricted in your region")));
  buy(2, 0.5_px, 10_qty);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("2 rejected 0/10@0.5: no session with Polymarket")));
}
