#include "derive_kit.hpp"

using namespace strike;
using namespace strike::exec;
using namespace strike::exec::test;
using namespace strike::literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

struct derive_orders : derive_kit {
  derive_orders() { log_in(); }
  void expect_refused(const order_request& what, std::string_view why) {
    place(1, what);
    EXPECT_THAT(told.take(), ElementsAre(testing::AllOf(HasSubstr("order 1 rejected"), HasSubstr(std::string{why}))));
  }
};

} // namespace

TEST_F(derive_orders, are_signed_as_the_venue_recomputes_it) {
  place(1, limit_order("2999.5", "0.25"));
  const auto x = take("private/order");
  EXPECT_EQ(x.text("limit_price"), "2999.5");
  EXPECT_EQ(x.text("amount"), "0.25");
  EXPECT_EQ(x.text("label"), "a-1");
  EXPECT_EQ(x.text("time_in_force"), "gtc");
  const auto network_of = derive::read_order_profile(config::document::from_text("", "x")->root());
  const auto scaled = [&](const char* key) { return sign::scale_decimal(x.text(key), 18).value(); };
  const auto signer = sign::parse_address(x.text("signer")).value();
  const auto data = derive::encode({.asset = sign::parse_address("0xAf65752C4643E25C02F693f9D4FE19cF23a095E3").value(),
                                    .limit = scaled("limit_price"),
                                    .amount = scaled("amount"),
                                    .max_fee = scaled("max_fee"),
                                    .subaccount = 91234,
                                    .is_bid = true});
  const auto hashes = derive::hash_action(
      network_of,
      {91234, std::stoull(x.text("nonce")), x.params.at("signature_expiry_sec").to_number<std::int64_t>(),
       sign::parse_address("0x374DaEF6100B14f4d78813d8177CB93dF139BC29").value(), signer},
      data);
  EXPECT_EQ(sign::recover_address(hashes.typed_data, sign::from_hex<65>(x.text("signature")).value()).value(), signer);
}

TEST_F(derive_orders, have_their_nonce_kept_before_they_leave) {
  place(1, limit_order());
  const auto x = take("private/order");
  ASSERT_EQ(keys.by_order[order_id{1}].size(), 1u);
  EXPECT_THAT(keys.by_order[order_id{1}].front(), HasSubstr(x.text("nonce")));
}

TEST_F(derive_orders, do_not_leave_when_their_nonce_cannot_be_kept) {
  keys.is_full = true;
  place(1, limit_order());
  EXPECT_THAT(told.take(), ElementsAre("order 1 rejected 0: exec.db: no space left"));
  EXPECT_TRUE(is_quiet());
}

TEST_F(derive_orders, sign_a_fee_that_is_bounded_by_the_rates_and_the_index) {
  place(1, limit_order("2000", "1"));
  EXPECT_EQ(take("private/order").text("max_fee"), "3.7"); // 3 x 0.0003 x 3000 + 0.1 / 0.1
}

TEST_F(derive_orders, live_as_long_as_they_are_to) {
  const auto life = [&](std::uint64_t id, const order_request& what) {
    place(id, what);
    return take("private/order").params.at("signature_expiry_sec").to_number<std::int64_t>() - now.wall_ns / second;
  };
  auto x = limit_order();
  EXPECT_EQ(life(1, x), 30 * 86'400);
  x.tif = time_in_force::ioc;
  EXPECT_EQ(life(2, x), 600);
  x.tif = time_in_force::gtd;
  x.expire_ns = now.wall_ns + 3600 * second;
  EXPECT_EQ(life(3, x), 3600);
  x.expire_ns = now.wall_ns + 60 * second;
  EXPECT_EQ(life(4, x), 330); // the venue's least: we cancel it ourselves
}

TEST_F(derive_orders, of_the_market_are_signed_with_the_end_of_the_price_band) {
  auto x = limit_order();
  x.type = order_type::market;
  x.limit = {};
  place(1, x);
  auto sent = take("private/order");
  EXPECT_EQ(sent.text("order_type") + sent.text("time_in_force") + sent.text("limit_price"), "marketioc3100.5");
  x.side = side::sell;
  place(2, x);
  EXPECT_EQ(take("private/order").text("limit_price"), "2900.5");
  advance(31 * second); // both lapse, and the band is old
  told.take();
  socket->asked.reset();
}

TEST_F(derive_orders, that_derive_does_not_have_are_refused_here) {
  auto x = limit_order();
  x.reduce_only = true;
  expect_refused(x, "reduce-only needs a market, ioc or fok order");
  x = limit_order();
  x.post_only = true;
  x.tif = time_in_force::ioc;
  expect_refused(x, "post-only orders rest");
  x = limit_order();
  x.stop = 3100_px;
  x.trigger = stop_trigger::index;
  expect_refused(x, "mark price only");
  x = limit_order();
  x.tif = time_in_force::gtd;
  x.expire_ns = now.wall_ns;
  expect_refused(x, "time is over");
}

TEST_F(derive_orders, that_stop_are_trigger_orders_with_the_life_that_the_venue_asks_for) {
  auto x = limit_order("3110");
  x.stop = 3100_px;
  x.trigger = stop_trigger::mark;
  place(1, x);
  const auto sent = take("private/order");
  EXPECT_EQ(sent.text("trigger_type") + sent.text("trigger_price") + sent.text("trigger_price_type"),
            "stoploss3100mark");
  EXPECT_EQ(sent.params.at("signature_expiry_sec").to_number<std::int64_t>() - now.wall_ns / second, 60 * 86'400);
  answer(sent, placed(row(1, "o-1", "untriggered", sent, "0", R"(,"trigger_type":"stoploss")")));
  EXPECT_THAT(told.take(), ElementsAre("order 1 open 0 of 1 at 3110 as o-1"));
  venue_->amend({1}, 3120_px, 1_qty, now);
  round();
  EXPECT_THAT(told.take(), ElementsAre(HasSubstr("stop orders cannot be amended")));
  venue_->cancel({1}, now);
  EXPECT_EQ(take("private/cancel_trigger_order").text("order_id"), "o-1");
}

TEST_F(derive_orders, rest_fill_and_end) {
  place(1, limit_order());
  const auto sent = take("private/order");
  answer(sent, placed(row(1, "o-1", "open", sent)));
  EXPECT_THAT(told.take(), ElementsAre("order 1 open 0 of 1 at 3000 as o-1"));
  advance(ms);
  notify("trades", list(trade(1, "t-1", "o-1", "0.4")));
  notify("orders", list(row(1, "o-1", "open", sent, "0.4")));
  EXPECT_THAT(told.take(),
              ElementsAre("fill t-1/o-1 of 1: buy 0.4 at 3000", "order 1 partially_filled 0.4 of 1 at 3000 as o-1"));
  advance(ms);
  notify("orders", list(row(1, "o-1", "filled", sent, "1")));
  EXPECT_THAT(told.take(), ElementsAre("order 1 filled 1 of 1 at 3000 as o-1"));
}

TEST_F(derive_orders, may_be_filled_before_their_answer) {
  place(1, limit_order());
  const auto sent = take("private/order");
  notify("orders", list(row(1, "o-1", "filled", sent, "1")));
  notify("trades", list(trade(1, "t-1", "o-1", "1")));
  EXPECT_THAT(told.take(), ElementsAre("order 1 filled 1 of 1 at 3000 as o-1", "fill t-1/o-1 of 1: buy 1 at 3000"));
  answer(sent, placed(row(1, "o-1", "filled", sent, "1"), trade(1, "t-1", "o-1", "1")));
  EXPECT_THAT(told.take(), ElementsAre("fill t-1/o-1 of 1: buy 1 at 3000")); // the same once more: booked once
}

TEST_F(derive_orders, have_one_trade_id_however_often_a_fill_is_told) {
  place(1, limit_order());
  const auto sent = take("private/order");
  answer(sent, placed(row(1, "o-1", "filled", sent, "1"), trade(1, "t-1", "o-1", "1")));
  notify("trades", list(trade(1, "t-1", "o-1", "1")));
  notify("trades", list(trade(1, "t-1", "o-1", "1")));
  ASSERT_EQ(told.fills.size(), 3u);
  for (const auto& x : told.fills) {
    EXPECT_EQ(x.trade_id, "t-1/o-1");
    EXPECT_EQ(x.order, order_id{1});
    EXPECT_EQ(x.what.fee.nanos, 900'000'000);
  }
}

TEST_F(derive_orders, that_do_not_fill_at_once_end_cancelled_with_what_they_filled) {
  auto x = limit_order();
  x.tif = time_in_force::ioc;
  place(1, x);
  const auto sent = take("private/order");
  answer(sent, placed(row(1, "o-1", "filled", sent, "0.3"), trade(1, "t-1", "o-1", "0.3")));
  EXPECT_EQ(told.take().front(), "order 1 cancelled 0.3 of 1 at 3000 as o-1: the rest was not filled");
}

TEST_F(derive_orders, are_rejected_with_the_venues_words) {
  place(1, limit_order());
  refuse(take("private/order"), 11000, R"("needs 5 USDC more")");
  EXPECT_THAT(told.take(), ElementsAre(R"(order 1 rejected 0: 11000 m: "needs 5 USDC more")"));
}

TEST_F(derive_orders, are_not_known_when_the_venue_does_not_know) {
  for (const int code : {-32603, 9000, 9001}) {
    const auto id = static_cast<std::uint64_t>(-code);
    place(id, limit_order());
    refuse(take("private/order"), code);
    EXPECT_THAT(told.take(), ElementsAre(HasSubstr("no answer"))) << code;
    advance(6 * second);
  }
}

TEST_F(derive_orders, are_not_known_when_the_answer_cannot_be_read) {
  place(1, limit_order());
  answer(take("private/order"), R"({"order":{"order_id":7}})");
  EXPECT_THAT(told.take(), ElementsAre(HasSubstr("no answer 1")));
}

TEST_F(derive_orders, are_signed_anew_when_their_nonce_is_refused) {
  place(1, limit_order());
  const auto first = take("private/order");
  refuse(first, 11017);
  const auto second_try = take("private/order");
  EXPECT_GT(std::stoull(second_try.text("nonce")), std::stoull(first.text("nonce")));
  EXPECT_EQ(keys.by_order[order_id{1}].size(), 2u);
  EXPECT_THAT(told.take(), IsEmpty());
}

TEST_F(derive_orders, are_signed_anew_with_the_fee_that_the_venue_names) {
  place(1, limit_order());
  refuse(take("private/order"), 11023, R"("max fee must be at least 5.5")");
  EXPECT_EQ(take("private/order").text("max_fee"), "5.775");
}

TEST_F(derive_orders, are_rejected_when_the_venue_asks_for_an_absurd_fee) {
  place(1, limit_order());
  refuse(take("private/order"), 11023, R"("max fee must be at least 5000")");
  EXPECT_THAT(told.take(), ElementsAre(HasSubstr("order 1 rejected 0: 11023")));
}

TEST_F(derive_orders, with_a_wrong_signature_stop_order_entry) {
  place(1, limit_order());
  refuse(take("private/order"), 14014);
  EXPECT_THAT(told.take(), ElementsAre(HasSubstr("order 1 rejected 0: 14014"), "down"));
  round();
  place(2, limit_order());
  EXPECT_THAT(told.take(), ElementsAre(HasSubstr("order entry is stopped")));
  socket->asked.reset();
}

TEST_F(derive_orders, refused_for_want_of_a_log_in_make_it_log_in_again) {
  place(1, limit_order());
  refuse(take("private/order"), 14022);
  EXPECT_THAT(told.take(), ElementsAre(HasSubstr("order 1 rejected 0: 14022"), "down"));
  EXPECT_THAT(socket->take_goodbye().reason, HasSubstr("14022"));
  cut();
  come_back();
  EXPECT_THAT(told.take(), ElementsAre("up"));
}

TEST_F(derive_orders, that_are_throttled_go_again_after_the_delay) {
  place(1, limit_order());
  refuse(take("private/order"), -32000, R"("retry after 300 ms")");
  EXPECT_TRUE(is_quiet());
  advance(299 * ms);
  EXPECT_TRUE(is_quiet());
  advance(ms);
  take("private/order");
  EXPECT_THAT(told.take(), IsEmpty());
}

TEST_F(derive_orders, that_a_limit_holds_back_too_long_are_rejected_here) {
  for (std::uint64_t id = 1; id <= 6; ++id) place(id, limit_order());
  for (int i = 0; i < 4; ++i) take("private/order"); // of five requests in a window, one is kept for cancels
  EXPECT_TRUE(is_quiet());
  advance(2 * second);
  EXPECT_THAT(told.take(), ElementsAre(HasSubstr("order 5 rejected 0: the venue's rate limit"), HasSubstr("order 6")));
}

TEST_F(derive_orders, give_way_to_cancels_and_leave_them_a_reserve) {
  const auto sent = place_open(1, limit_order());
  for (std::uint64_t id = 2; id <= 5; ++id) place(id, limit_order());
  for (int i = 0; i < 3; ++i) take("private/order");
  EXPECT_TRUE(is_quiet());
  venue_->cancel({1}, now);
  EXPECT_EQ(take("private/cancel").text("order_id"), "o-1");
  advance(5500 * ms); // the window is over: nothing is left of the fifth order, which waited too long
  EXPECT_THAT(told.take(), ElementsAre(HasSubstr("order 5 rejected")));
}

TEST_F(derive_orders, wait_for_the_terms_of_their_instrument_but_not_for_ever) {
  answers_markets = false;
  place(1, limit_order());
  take("public/get_instrument");
  take("public/get_ticker");
  take("subscribe");
  EXPECT_THAT(told.take(), IsEmpty());
  advance(5 * second);
  EXPECT_THAT(told.take(), ElementsAre(HasSubstr("order 1 rejected 0: derive: the venue did not tell the terms")));
}

TEST_F(derive_orders, of_an_instrument_that_the_venue_does_not_have_are_rejected) {
  answers_markets = false;
  place(1, limit_order());
  refuse(take("public/get_instrument"), 12001);
  EXPECT_THAT(told.take(), ElementsAre(HasSubstr("order 1 rejected 0: derive: ETH-PERP: 12001")));
  take("public/get_ticker");
  take("subscribe");
}

TEST_F(derive_orders, are_refused_while_the_session_is_down) {
  cut();
  told.take();
  place(1, limit_order());
  EXPECT_THAT(told.take(), ElementsAre(HasSubstr("order 1 rejected 0: derive: the session is down")));
  come_back();
}

TEST_F(derive_orders, whose_settlement_fails_have_their_fill_undone_once) {
  place_open(1, limit_order());
  notify("trades", list(trade(1, "t-1", "o-1", "1")));
  told.take();
  notify("trades.ProvingError", list(trade(1, "t-1", "o-1", "1", R"(,"batch_status":"ProvingError")")));
  notify("trades.ProvingError", list(trade(1, "t-1", "o-1", "1", R"(,"batch_status":"ProvingError")")));
  const auto lines = told.take();
  EXPECT_EQ(std::ranges::count_if(lines, [](const auto& x) { return x.starts_with("undone t-1/o-1"); }), 1);
}

TEST_F(derive_orders, with_a_status_that_is_not_known_are_not_known) {
  place(1, limit_order());
  const auto sent = take("private/order");
  answer(sent, placed(row(1, "o-1", "paused", sent)));
  EXPECT_THAT(told.take(), ElementsAre("no answer 1: its status is 'paused'"));
}

TEST_F(derive_orders, are_cancelled_by_us_when_their_time_is_over_before_their_signature) {
  auto x = limit_order();
  x.tif = time_in_force::gtd;
  x.expire_ns = now.wall_ns + 60 * second;
  const auto sent = place_open(1, x);
  advance(59 * second);
  EXPECT_TRUE(is_quiet());
  advance(second);
  const auto cancel = take("private/cancel");
  answer(cancel, row(1, "o-1", "cancelled", sent));
  EXPECT_THAT(told.take(), ElementsAre("order 1 expired 0 of 1 at 3000 as o-1: its time is over"));
}

TEST_F(derive_orders, that_expire_at_the_venue_are_told_to_have_expired) {
  const auto sent = place_open(1, limit_order());
  advance(ms);
  notify("orders", list(row(1, "o-1", "expired", sent, "0.5")));
  EXPECT_THAT(told.take(), ElementsAre("order 1 expired 0.5 of 1 at 3000 as o-1: its signature expired"));
}

TEST_F(derive_orders, of_other_programs_are_nobodys_but_their_fills_are_told) {
  notify("orders",
         R"([{"order_id":"x","label":"other","instrument_name":"ETH-PERP","order_status":"open","amount":"1"}])");
  EXPECT_THAT(told.take(), IsEmpty());
  notify("trades", list(trade(77, "t-9", "x", "1")));
  EXPECT_THAT(told.take(), ElementsAre("fill t-9/x of 0: buy 1 at 3000"));
}
