#include "deribit_kit.hpp"

using namespace strike;
using namespace strike::exec;
using namespace strike::exec::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

const std::string whole_fill = "fill 1 t1 buy 100 @ 50000 fee 0.000001 taker";

using deribit_order_test = deribit_kit;

TEST_F(deribit_order_test, an_order_leaves_within_place_and_its_answer_is_told) {
  connect();
  place(1, limit_order());
  const auto buy = take("private/buy");
  EXPECT_EQ(buy.text("label"), "o-1");
  EXPECT_EQ(buy.number("valid_until"), 1'700'000'005'000) << "the venue's time and valid_for";
  reply(buy, placed(order_json{}));
  EXPECT_THAT(take_heard(), ElementsAre("order 1 open 0"));
  const auto& fact = heard.orders.back();
  EXPECT_EQ(fact.venue_id, "55501");
  EXPECT_EQ(fact.limit, 50'000_px);
  EXPECT_EQ(fact.size, 100_qty);
  EXPECT_EQ(fact.venue_ns, 1'700'000'000'100 * ns_per_ms);
}

TEST_F(deribit_order_test, while_the_session_is_down_nothing_leaves_and_it_is_told_by_the_next_round) {
  make();
  place(1, limit_order());
  EXPECT_THAT(heard.lines, IsEmpty());
  round();
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("order 1 rejected 0: the session with Deribit is down")));
  network.take_socket();
}

TEST_F(deribit_order_test, the_event_may_come_before_the_answer) {
  connect();
  place(1, limit_order());
  const auto buy = take("private/buy");
  changes(order_json{.state = "filled", .filled = "100.0", .updated_ms = 1'700'000'000'200}, trade_json{});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 filled 100", whole_fill));
  reply(buy, placed(order_json{}));
  EXPECT_THAT(take_heard(), IsEmpty()) << "the answer is older, and a final state is never left";
}

TEST_F(deribit_order_test, a_fill_that_is_told_three_times_is_the_same_fact_each_time) {
  connect();
  place(1, limit_order());
  const auto filled = order_json{.state = "filled", .filled = "100.0"};
  reply(take("private/buy"), placed(filled, trade_json{}));
  changes(filled, trade_json{});
  changes(filled, trade_json{});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 filled 100", whole_fill, whole_fill, whole_fill));
  EXPECT_EQ(heard.fills[0].trade_id, heard.fills[2].trade_id);
  EXPECT_EQ(heard.fills[0].what.venue_ns, 1'700'000'000'100 * ns_per_ms);
}

TEST_F(deribit_order_test, of_two_words_with_one_time_the_one_with_more_filled_counts) {
  connect();
  place_open(limit_order());
  changes(order_json{.filled = "60.0", .updated_ms = 1'700'000'000'300});
  changes(order_json{.filled = "40.0", .updated_ms = 1'700'000'000'300});
  changes(order_json{.filled = "50.0", .updated_ms = 1'700'000'000'250});
  changes(order_json{.state = "cancelled", .filled = "60.0", .updated_ms = 1'700'000'000'300});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 partially_filled 60", "order 1 cancelled 60"));
}

TEST_F(deribit_order_test, our_side_of_a_fill_is_that_of_our_order) {
  connect();
  place_open(limit_order());
  changes(order_json{.state = "filled", .filled = "100.0", .updated_ms = 1'700'000'000'200},
          trade_json{.side = "sell", .liquidity = "M"});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 filled 100", "fill 1 t1 buy 100 @ 50000 fee 0.000001 maker"));
}

TEST_F(deribit_order_test, a_fee_taken_in_the_coin_that_a_spot_pair_buys_is_told_in_its_quote) {
  connect();
  auto order = limit_order();
  order.instrument = *instruments.intern(venue::deribit, "ETH_USDC");
  place(1, order);
  reply(take("private/buy"),
        placed(order_json{.state = "filled", .symbol = "ETH_USDC", .filled = "100.0"},
               trade_json{.symbol = "ETH_USDC", .price = "3000.0", .fee = "0.001", .currency = "ETH"}));
  EXPECT_THAT(take_heard(), ElementsAre("order 1 filled 100", "fill 1 t1 buy 100 @ 3000 fee 3 taker"));
}

TEST_F(deribit_order_test, a_refusal_is_a_rejection_with_the_venues_words) {
  connect();
  place(1, limit_order());
  refuse(take("private/buy"), 10009, "not_enough_funds");
  EXPECT_THAT(take_heard(), ElementsAre("order 1 rejected 0: 10009 not_enough_funds"));
}

TEST_F(deribit_order_test, a_refusal_whose_outcome_is_open_is_no_rejection) {
  for (const int code : {10001, 10050, 11094, 13028}) {
    connect();
    place(1, limit_order());
    refuse(take("private/buy"), code, "m");
    EXPECT_THAT(take_heard(), ElementsAre(fmt::format("no answer 1: {} m", code)));
    tested.reset();
  }
}

TEST_F(deribit_order_test, a_refusal_of_an_order_that_the_news_call_open_is_no_rejection) {
  connect();
  place(1, limit_order());
  const auto buy = take("private/buy");
  changes(order_json{});
  refuse(buy, 10009, "m");
  EXPECT_THAT(take_heard(), ElementsAre("order 1 open 0", "no answer 1: 10009 m"));
}

TEST_F(deribit_order_test, an_answer_that_cannot_be_read_is_no_rejection) {
  connect();
  place(1, limit_order());
  reply(take("private/buy"), R"({"order":{"order_id":"1","order_state":"open","direction":"buy"},"trades":[]})");
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("no answer 1: the venue took it")));
}

TEST_F(deribit_order_test, news_that_cannot_be_read_leave_the_orders_they_name_unknown) {
  connect();
  place_open(limit_order());
  changes(R"({"order_id":"55501","filled_amount":"some"})");
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("no answer 1: news of it cannot be read")));
}

TEST_F(deribit_order_test, a_state_that_is_not_known_leaves_the_order_unknown) {
  connect();
  place_open(limit_order());
  changes(order_json{.state = "dreaming", .updated_ms = 1'700'000'000'900});
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("no answer 1")));
}

TEST_F(deribit_order_test, what_other_programs_do_is_passed_over) {
  connect();
  place_open(limit_order());
  changes(order_json{.label = "", .id = "77"});
  changes(order_json{.label = "o-1", .id = "78", .updated_ms = 1'700'000'009'000}); // even with our label
  EXPECT_THAT(take_heard(), IsEmpty());
  changes(order_json{.label = "", .id = "77", .state = "filled", .filled = "100.0"},
          trade_json{.label = "", .order = "77"});
  EXPECT_THAT(take_heard(), ElementsAre("fill 0 t1 buy 100 @ 50000 fee 0.000001 taker")) << "it moves the position";
}

TEST_F(deribit_order_test, a_fill_of_another_order_with_our_label_is_not_ours) {
  connect();
  place_open(limit_order());
  changes(order_json{.id = "78"}, trade_json{.order = "78"});
  EXPECT_THAT(take_heard(), ElementsAre("fill 0 t1 buy 100 @ 50000 fee 0.000001 taker"));
}

TEST_F(deribit_order_test, a_word_without_a_time_is_not_older_than_those_before) {
  connect();
  place_open(limit_order());
  changes(R"({"order_id":"55501","order_state":"cancelled","instrument_name":"BTC-PERPETUAL","direction":"buy"})");
  EXPECT_THAT(take_heard(), ElementsAre("order 1 cancelled 0"));
}

TEST_F(deribit_order_test, what_the_venue_does_not_have_is_refused_here) {
  connect();
  auto order = limit_order();
  order.instrument = *instruments.intern(venue::deribit, "BTC-FS-25DEC26_PERP");
  place(1, order);
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("combos are not traded")));
  order = limit_order();
  order.type = order_type::market;
  order.tif = time_in_force::fok;
  place(2, order);
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("use a limit order")));
  order = limit_order();
  order.post_only = true;
  order.tif = time_in_force::ioc;
  place(3, order);
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("use gtc or gtd")));
}

TEST_F(deribit_order_test, a_locked_platform_index_or_account_takes_no_orders) {
  connect();
  notify("platform_state", R"({"maintenance":true})");
  place(1, limit_order());
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("locked trading (platform)")));
  notify("platform_state", R"({"maintenance":false})");
  notify("user.lock", R"({"currency":"BTC","locked":true})");
  place(2, limit_order());
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("locked trading (currency BTC)")));
  notify("user.lock", R"({"currency":"BTC","locked":false})");
  place(3, limit_order());
  take("private/buy");
}

} // namespace
