#include "polymarket_kit.hpp"

#include <boost/json.hpp>

using namespace strike;
using namespace strike::exec;
using namespace strike::exec::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace json = boost::json;

/// Amendments and cancels.
struct polymarket_changes : polymarket_kit {
  polymarket_changes() {
    up();
    warm();
  }
  static std::string cancelled(std::string_view id) {
    return fmt::format(R"({{"canceled":["{}"],"not_canceled":{{}}}})", id);
  }
  static std::string refused(std::string_view id) {
    return fmt::format(R"({{"canceled":[],"not_canceled":{{"{}":"already canceled or matched"}}}})", id);
  }
};

TEST_F(polymarket_changes, an_amendment_cancels_and_places_what_is_left) {
  buy_rests(1, 0.5_px, 10_qty);
  const auto first = digest();
  venue->amend({1}, 0.52_px, 12_qty, now);
  const auto cancel = request("DELETE", "/order");
  EXPECT_EQ(cancel->request.body, R"({"orderID":")" + first + "\"}");
  deliver(maker_trade("t1", first, "4", "MATCHED")); // in between
  EXPECT_THAT(take(), ElementsAre("1 fill t1 buy 4@0.5 fee 0 maker"));
  cancel->answer(200, cancelled(first));
  round();
  EXPECT_THAT(network.fetches, IsEmpty()); // what had filled is not known yet
  order(first, "CANCELLATION", "CANCELED", "10", "4");
  const auto post = request("POST", "/order");
  EXPECT_NE(digest(), first);
  EXPECT_EQ(json::parse(post->request.body).at("order").at("takerAmount"), "8000000");
  EXPECT_THAT(take(), IsEmpty()); // for exec it is the same order
  post->answer(200, R"({"success":true,"orderID":")" + digest() + R"(","status":"live"})");
  round();
  EXPECT_THAT(take(), ElementsAre("1 partially_filled 4/12@0.52"));
  deliver(maker_trade("t2", digest(), "8", "MATCHED"));
  EXPECT_THAT(take(), ElementsAre("1 fill t2 buy 8@0.5 fee 0 maker", "1 filled 12/12@0.52"));
}

TEST_F(polymarket_changes, an_order_that_fills_before_its_amendment_is_filled) {
  buy_rests(1, 0.5_px, 10_qty);
  venue->amend({1}, 0.52_px, 12_qty, now);
  answer("DELETE", "/order", refused(digest()));
  const auto ask = request("GET", "/data/order/" + digest());
  deliver(maker_trade("t1", digest(), "10", "MATCHED"));
  EXPECT_THAT(take(), ElementsAre("1 fill t1 buy 10@0.5 fee 0 maker", "1 filled 10/10@0.5"));
  ask->answer(200, order_row(digest(), "MATCHED", "10", "10"));
  round();
  EXPECT_THAT(take(), IsEmpty());
}

TEST_F(polymarket_changes, an_order_that_filled_beyond_its_new_size_is_filled) {
  buy_rests(1, 0.5_px, 10_qty);
  venue->amend({1}, 0.5_px, 6_qty, now);
  answer("DELETE", "/order", cancelled(digest()));
  order(digest(), "CANCELLATION", "CANCELED", "10", "7");
  EXPECT_THAT(take(), ElementsAre("1 filled 7/7@0.5"));
}

TEST_F(polymarket_changes, an_amendment_whose_second_half_is_refused_ends_the_order) {
  buy_rests(1, 0.5_px, 10_qty);
  venue->amend({1}, 0.52_px, 12_qty, now);
  answer("DELETE", "/order", cancelled(digest()));
  order(digest(), "CANCELLATION", "CANCELED", "10", "0");
  answer("POST", "/order", R"({"error":"not enough balance / allowance"})", 400);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("1 cancelled 0/12@0.52: cancelled for its amendment, which was refused")));
}

TEST_F(polymarket_changes, an_amendment_whose_second_half_is_not_answered_is_asked_for) {
  buy_rests(1, 0.5_px, 10_qty);
  venue->amend({1}, 0.52_px, 12_qty, now);
  answer("DELETE", "/order", cancelled(digest()));
  order(digest(), "CANCELLATION", "CANCELED", "10", "0");
  answer("POST", "/order", "", 502);
  EXPECT_THAT(take(), ElementsAre("1 no answer"));
  venue->ask_order({1}, now);
  round();
  answer("GET", "/data/order/" + digest(), order_row(digest(), "LIVE", "12", "0"));
  answer("GET", "/data/trades", page(""));
  EXPECT_THAT(take(), ElementsAre("1 open 0/12@0.52", "1 open 0/12@0.52"));
}

TEST_F(polymarket_changes, what_the_venue_would_refuse_of_an_amendment_is_refused_before_the_cancel) {
  buy_rests(1, 0.5_px, 10_qty);
  venue->amend({1}, 0.525_px, 12_qty, now);
  venue->amend({1}, 0.5_px, 3_qty, now);
  round();
  EXPECT_THAT(take(), ElementsAre(HasSubstr("1 open 0/10@0.5: price 0.525 is no multiple of the tick 0.01"),
                                  HasSubstr("1 open 0/10@0.5: 3 shares are less than the market's minimum of 5")));
}

TEST_F(polymarket_changes, the_last_amendment_counts) {
  buy_rests(1, 0.5_px, 10_qty);
  venue->amend({1}, 0.52_px, 12_qty, now);
  venue->amend({1}, 0.53_px, 14_qty, now);
  answer("DELETE", "/order", cancelled(digest()));
  order(digest(), "CANCELLATION", "CANCELED", "10", "0");
  accept();
  EXPECT_THAT(take(), ElementsAre("1 open 0/14@0.53"));
}

TEST_F(polymarket_changes, a_cancel_ends_an_amendment) {
  buy_rests(1, 0.5_px, 10_qty);
  venue->amend({1}, 0.52_px, 12_qty, now);
  venue->cancel({1}, now);
  answer("DELETE", "/order", cancelled(digest()));
  order(digest(), "CANCELLATION", "CANCELED", "10", "4");
  EXPECT_THAT(take(), ElementsAre("1 cancelled 4/10@0.5: by request"));
}

TEST_F(polymarket_changes, a_cancel_that_the_channel_does_not_confirm_is_looked_up) {
  buy_rests(1, 0.5_px, 10_qty);
  venue->cancel({1}, now);
  answer("DELETE", "/order", cancelled(digest()));
  round(299ms);
  EXPECT_THAT(network.fetches, IsEmpty());
  round(1ms);
  answer("GET", "/data/order/" + digest(), order_row(digest(), "CANCELED", "10", "2"));
  EXPECT_THAT(take(), ElementsAre("1 cancelled 2/10@0.5: by request"));
  answer("GET", "/data/trades", page(maker_trade("t1", digest(), "2", "MINED"))); // for its fill
  EXPECT_THAT(take(), ElementsAre("1 fill t1 buy 2@0.5 fee 0 maker"));
}

TEST_F(polymarket_changes, a_cancel_of_a_matched_order_finds_it_filled) {
  buy_rests(1, 0.5_px, 10_qty);
  venue->cancel({1}, now);
  answer("DELETE", "/order", refused(digest()));
  answer("GET", "/data/order/" + digest(), order_row(digest(), "MATCHED", "10", "10"));
  EXPECT_THAT(take(), ElementsAre("1 filled 10/10@0.5"));
  answer("GET", "/data/trades", page(maker_trade("t1", digest(), "10", "MATCHED_NOT_BROADCASTED")));
  EXPECT_THAT(take(), ElementsAre("1 fill t1 buy 10@0.5 fee 0 maker"));
}

TEST_F(polymarket_changes, a_delayed_order_is_cancelled_as_soon_as_it_can_be) {
  buy(1, 0.5_px, 10_qty);
  answer("POST", "/order", R"({"success":true,"orderID":")" + digest() + R"(","status":"delayed"})");
  venue->cancel({1}, now);
  answer("DELETE", "/order", refused(digest()));
  answer("GET", "/data/order/", order_row(digest(), "DELAYED", "10", "0"));
  round(500ms);
  answer("DELETE", "/order", cancelled(digest()));
  order(digest(), "CANCELLATION", "CANCELED", "10", "0");
  EXPECT_THAT(take(), ElementsAre("1 open 0/10@0.5", "1 cancelled 0/10@0.5: by request"));
}

TEST_F(polymarket_changes, a_cancel_overtakes_the_order_it_is_for) {
  buy(1, 0.5_px, 10_qty);
  const auto post = request("POST", "/order");
  venue->cancel({1}, now);
  answer("DELETE", "/order", refused(digest())); // not there yet
  answer("GET", "/data/order/", "null");
  answer("GET", "/data/trades", page(""));
  EXPECT_THAT(take(), IsEmpty()); // its answer is still to come
  post->answer(200, R"({"success":true,"orderID":")" + digest() + R"(","status":"live"})");
  round(500ms);
  answer("DELETE", "/order", cancelled(digest()));
  order(digest(), "CANCELLATION", "CANCELED", "10", "0");
  EXPECT_THAT(take(), ElementsAre("1 open 0/10@0.5", "1 cancelled 0/10@0.5: by request"));
}

TEST_F(polymarket_changes, a_cancel_that_fails_is_sent_until_it_is_answered) {
  buy_rests(1, 0.5_px, 10_qty);
  venue->cancel({1}, now);
  answer("DELETE", "/order", "", 500);
  round(250ms);
  answer("DELETE", "/order", "", 502);
  round(500ms);
  request("DELETE", "/order")->fail(ec::io, "closed without an answer");
  round();
  round(1s);
  answer("DELETE", "/order", cancelled(digest()));
  order(digest(), "CANCELLATION", "CANCELED", "10", "0");
  EXPECT_THAT(take(), ElementsAre("1 cancelled 0/10@0.5: by request"));
}

TEST_F(polymarket_changes, an_order_that_has_not_left_is_cancelled_here) {
  const auto token = *instruments.intern(strike::venue::polymarket, "77");
  how_order(1, {.instrument = token, .limit = 0.5_px, .size = 10_qty});
  venue->cancel({1}, now);
  round();
  EXPECT_THAT(take(), ElementsAre("1 cancelled 0/10@0.5: by request, before it left"));
  answer("GET", "clob_token_ids=77", "[]");
  answer("GET", "closed=true", "[]");
  EXPECT_THAT(take(), IsEmpty());
}

TEST_F(polymarket_changes, a_cancel_of_an_order_that_is_final_tells_nothing) {
  buy_rests(1, 0.5_px, 10_qty);
  deliver(maker_trade("t1", digest(), "10", "MATCHED"));
  take();
  venue->cancel({1}, now);
  round();
  EXPECT_THAT(take(), IsEmpty());
}

TEST_F(polymarket_changes, the_venues_own_cancel_of_all_is_repeated_until_it_is_answered) {
  buy_rests(1, 0.5_px, 10_qty);
  venue->cancel_everything(now);
  answer("DELETE", "/order", cancelled(digest())); // one by one too
  answer("DELETE", "/cancel-all", "", 503);
  order(digest(), "CANCELLATION", "CANCELED", "10", "0");
  EXPECT_THAT(take(), ElementsAre("1 cancelled 0/10@0.5: by request"));
  round(1s);
  answer("DELETE", "/cancel-all", R"({"canceled":["0xfe"],"not_canceled":{}})");
  round(5s);
}

TEST_F(polymarket_changes, a_cancellation_by_the_venue_says_why) {
  buy_rests(1, 0.5_px, 10_qty);
  order(digest(), "CANCELLATION", "INVALID", "10", "0");
  EXPECT_THAT(take(), ElementsAre(HasSubstr("1 cancelled 0/10@0.5: removed by Polymarket")));
  buy_rests(2, 0.5_px, 10_qty);
  order(digest(), "CANCELLATION", "CANCELED_MARKET_RESOLVED", "10", "0");
  EXPECT_THAT(take(), ElementsAre("2 expired 0/10@0.5: the market was resolved"));
  buy_rests(3, 0.5_px, 10_qty);
  order(digest(), "CANCELLATION", "CANCELED_SELF_TRADE", "10", "0");
  EXPECT_THAT(take(), ElementsAre("3 cancelled 0/10@0.5: by Polymarket: SELF_TRADE"));
  buy_rests(4, 0.5_px, 10_qty);
  order(digest(), "CANCELLATION", "MATCHED", "10", "10"); // all of it had matched
  EXPECT_THAT(take(), ElementsAre("4 filled 10/10@0.5"));
  round(2s); // and its fill is asked for
  answer("GET", "/data/order/", "null");
  answer("GET", "/data/trades", page(maker_trade("t1", digest(), "10", "MINED")));
}

TEST_F(polymarket_changes, a_late_word_of_an_old_leg_counts_once) {
  buy_rests(1, 0.5_px, 10_qty);
  const auto first = digest();
  venue->amend({1}, 0.52_px, 12_qty, now);
  answer("DELETE", "/order", cancelled(first));
  order(first, "CANCELLATION", "CANCELED", "10", "4");
  accept();
  EXPECT_THAT(take(), ElementsAre("1 partially_filled 4/12@0.52"));
  deliver(maker_trade("t1", first, "4", "MATCHED"));
  order(first, "UPDATE", "LIVE", "10", "4");
  EXPECT_THAT(take(), ElementsAre("1 fill t1 buy 4@0.5 fee 0 maker"));
}
