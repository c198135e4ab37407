#include "deribit_kit.hpp"

using namespace strike;
using namespace strike::gateway_deribit::test;
using gateway_deribit::api_key;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

namespace {

using deribit_session = session_kit;

std::shared_ptr<const api_key> some_key() {
  auto key = std::make_shared<api_key>();
  key->id = "me";
  key->secret = process::secret_text{"s3cret"};
  return key;
}

TEST_F(deribit_session, sets_the_heartbeat_and_subscribes_what_was_wanted_before) {
  shared = std::make_unique<gateway_deribit::common>(how, names);
  tested = std::make_unique<gateway_deribit::session>(*shared, port);
  tested->want({slot_of(btc, channel::ticker), slot_of(eth, channel::book)}, now);
  EXPECT_THAT(port.sent, IsEmpty());
  EXPECT_FALSE(tested->is_settled());
  tested->opened(now);
  const auto all = take();
  ASSERT_GE(all.size(), 2U);
  EXPECT_EQ(all[0].method, "public/set_heartbeat");
  EXPECT_EQ(all[0].params.at("interval"), 10);
  EXPECT_EQ(all[1].method, "public/subscribe");
  EXPECT_THAT(all[1].channels(), UnorderedElementsAre("ticker.BTC-PERPETUAL.100ms", "book.ETH-PERPETUAL.100ms"));
  accept(all[1]);
  EXPECT_TRUE(tested->is_settled());
}

TEST_F(deribit_session, answers_a_test_request_at_once) {
  open_ready();
  receive(R"({"jsonrpc":"2.0","method":"heartbeat","params":{"type":"heartbeat"}})");
  EXPECT_THAT(take(), IsEmpty());
  receive(R"({"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}})");
  const auto answer = take("public/test");
  reply(answer.id, R"({"version":"1.2.26"})");
  EXPECT_THAT(port.notes, IsEmpty());
}

TEST_F(deribit_session, logs_in_before_anything_else_and_then_uses_raw) {
  how.key = some_key();
  how.interval = "raw";
  open();
  tested->want({slot_of(btc, channel::book)}, now);
  auto all = take();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].method, "public/auth");
  EXPECT_EQ(all[0].params.at("grant_type"), "client_signature");
  EXPECT_FALSE(boost::json::serialize(all[0].params).find("s3cret") != std::string::npos);
  reply(all[0].id, R"({"access_token":"a","refresh_token":"r1","expires_in":900,"scope":"connection"})");
  const auto join = take("private/subscribe");
  EXPECT_THAT(join.channels(), ElementsAre("book.BTC-PERPETUAL.raw"));
  accept(join);
  settle();
  pass(719s);
  EXPECT_THAT(take(), IsEmpty());
  pass(1s); // 80 % of its life
  all = take();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].params.at("refresh_token"), "r1");
  refuse(all[0].id, 13009);
  EXPECT_EQ(take("public/auth").params.at("grant_type"), "client_signature") << "the whole way once more";
}

TEST_F(deribit_session, a_wrong_key_ends_the_socket_and_is_not_tried_in_a_loop) {
  how.key = some_key();
  open();
  refuse(take("public/auth").id, 13004);
  EXPECT_THAT(port.ends, ElementsAre(HasSubstr("13004")));
  EXPECT_EQ(port.held, 60s);
}

TEST_F(deribit_session, packs_batches_by_count_and_spends_credits) {
  std::vector<feed::slot> wanted;
  for (int i = 0; i < 1'200; ++i)
    wanted.push_back(
        slot_of(*names.intern(venue::deribit, fmt::format("BTC-27NOV26-{}-C", 10'000 + i)), channel::ticker));
  how.credits = 3'000;
  how.credits_per_second = 1'000;
  shared = std::make_unique<gateway_deribit::common>(how, names);
  gateway_deribit::session other{*shared, port};
  shared->lead = &other; // so that this one only subscribes what is wanted
  tested = std::make_unique<gateway_deribit::session>(*shared, port);
  tested->want(wanted, now);
  tested->opened(now);
  std::size_t asked = 0;
  for (int i = 0; i < 3; ++i) {
    const auto join = take("public/subscribe");
    EXPECT_LE(join.channels().size(), 500U);
    asked += join.channels().size();
    accept(join);
    EXPECT_THAT(take(), IsEmpty()) << "no credits are left";
    if (asked < 1'200) {
      EXPECT_LE(tested->round(now), now.steady_ns + 3 * ns_per_s);
    }
    pass(3s);
  }
  EXPECT_EQ(asked, 1'200U);
  EXPECT_TRUE(tested->is_settled());
}

TEST_F(deribit_session, a_channel_that_is_left_out_is_noted_and_asked_for_again_later) {
  open_ready();
  tested->want({slot_of(btc, channel::ticker), slot_of(eth, channel::ticker)}, now);
  const auto join = take("public/subscribe");
  reply(join.id, R"(["ticker.ETH-PERPETUAL.100ms"])");
  EXPECT_THAT(port.notes, ElementsAre(noted(oddity::refused, "ticker")));
  EXPECT_TRUE(tested->is_settled());
  pass(59s);
  EXPECT_THAT(take(), IsEmpty());
  pass(1s);
  EXPECT_THAT(take("public/subscribe").channels(), ElementsAre("ticker.BTC-PERPETUAL.100ms"));
}

TEST_F(deribit_session, leaves_what_is_no_longer_wanted) {
  open_ready();
  tested->want({slot_of(btc, channel::ticker)}, now);
  accept(take("public/subscribe"));
  tested->unwant({slot_of(btc, channel::ticker)}, now);
  accept(take("public/unsubscribe"));
  EXPECT_TRUE(tested->is_settled());
  notify("ticker.BTC-PERPETUAL.100ms", R"({"timestamp":1700000000000})");
  EXPECT_THAT(port.events, IsEmpty());
  EXPECT_THAT(port.notes, Contains(noted(oddity::unexpected, "ticker")));
}

TEST_F(deribit_session, too_many_requests_ends_the_socket_for_a_while) {
  open();
  tested->want({slot_of(btc, channel::ticker)}, now);
  refuse(take("public/subscribe").id, 10028);
  EXPECT_THAT(port.ends, ElementsAre(HasSubstr("10028")));
  EXPECT_EQ(port.held, 10s);
}

TEST_F(deribit_session, an_answer_that_does_not_come_ends_the_socket) {
  open_ready();
  tested->want({slot_of(btc, channel::ticker)}, now);
  pass(9'999ms);
  EXPECT_THAT(port.ends, IsEmpty());
  pass(1ms);
  EXPECT_THAT(port.ends, ElementsAre(HasSubstr("did not answer")));
}

TEST_F(deribit_session, the_other_network_is_refused) {
  open();
  const auto beat = take("public/set_heartbeat");
  receive(fmt::format(R"({{"id":{},"result":"ok","testnet":true}})", beat.id));
  EXPECT_THAT(port.ends, ElementsAre(HasSubstr("the testnet answered")));
}

TEST_F(deribit_session, one_socket_hears_of_instruments_and_another_takes_over) {
  open_ready();
  notify("instrument.state.any.any", R"({"timestamp":1,"state":"locked","instrument_name":"BTC-PERPETUAL"})");
  notify("platform_state", R"({"price_index":"sol_usdc","locked":true})");
  EXPECT_THAT(heard, ElementsAre("BTC-PERPETUAL locked", "platform sol_usdc down"));
  fake_session_port second_port;
  gateway_deribit::session second{*shared, second_port};
  second.opened(now);
  EXPECT_THAT(second_port.sent, SizeIs(1)) << "the heartbeat only";
  tested.reset();
  second.round(now);
  EXPECT_THAT(second_port.sent.back(), HasSubstr("instrument.state.any.any"));
}

TEST_F(deribit_session, odd_messages_are_noted_and_never_end_the_socket) {
  open_ready();
  receive("garbage");
  receive(R"({"id":9999,"result":"ok"})");
  receive(R"({"error":{"code":11050,"message":"bad_request"}})");
  notify("quote.BTC-PERPETUAL", R"({"timestamp":1765541767174,"best_bid_price":92288.0})");
  notify("chart.trades.BTC-PERPETUAL.1", R"({"tick":1,"open":1})");
  EXPECT_THAT(port.notes, ElementsAre(noted(oddity::malformed, "message"), noted(oddity::unexpected, "reply"),
                                      noted(oddity::refused, "complaint"), noted(oddity::unexpected, "quote"),
                                      noted(oddity::unexpected, "chart")));
  EXPECT_THAT(port.ends, IsEmpty());
}

} // namespace
