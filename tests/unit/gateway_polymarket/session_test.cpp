#include "kit.hpp"

#include <random>

namespace strike::gateway_polymarket {
namespace {

constexpr std::string_view book_11 =
    R"({"event_type":"book","market":"0xaa","asset_id":"11","timestamp":"1782864000000","hash":"5c",
        "bids":[{"price":"0.39","size":"50"},{"price":"0.4","size":"75.25"}],
        "asks":[{"price":"0.45","size":"10"},{"price":"0.44","size":"31"}],"last_trade_price":"0.42"})";
constexpr std::string_view book_12 =
    R"({"event_type":"book","market":"0xaa","asset_id":"12","timestamp":"1782864000000","hash":"5c",
        "bids":[{"price":"0.55","size":"10"},{"price":"0.56","size":"31"}],
        "asks":[{"price":"0.61","size":"50"},{"price":"0.6","size":"75.25"}]})";
constexpr std::string_view change_of_both =
    R"({"market":"0xaa","price_changes":[
        {"asset_id":"11","price":"0.41","size":"120.5","side":"BUY","hash":"9f","best_bid":"0.41","best_ask":"0.44"},
        {"asset_id":"12","price":"0.59","size":"120.5","side":"SELL","hash":"77","best_bid":"0.56","best_ask":"0.59"}],
        "timestamp":"1782864000123","event_type":"price_change"})";

struct session_test : testing::Test, venue_kit {
  session_test() { learn_market(); }
};

// ---- subscriptions ----

TEST_F(session_test, the_first_subscription_names_all_tokens_and_asks_for_the_custom_features) {
  talk = feed.make_session(socket);
  talk->want({slot("11", channel::book), slot("11", channel::ticker)}, now);
  EXPECT_EQ(sent(), "");
  talk->opened(now);
  EXPECT_EQ(sent(), R"({"type":"market","assets_ids":["11"],"custom_feature_enabled":true})");
  talk->want({slot("12", channel::trades)}, now);
  round();
  EXPECT_EQ(sent(), R"({"operation":"subscribe","assets_ids":["12"],"custom_feature_enabled":true})");
}

TEST_F(session_test, a_socket_that_nothing_is_wanted_on_greets_with_the_first_topic) {
  open({});
  talk->want({slot("12", channel::book)}, now);
  round();
  EXPECT_EQ(sent(), R"({"type":"market","assets_ids":["12"],"custom_feature_enabled":true})");
}

TEST_F(session_test, a_token_is_dropped_with_its_last_topic_and_its_data_is_passed_over) {
  open({slot("11", channel::book), slot("11", channel::ticker)});
  talk->unwant({slot("11", channel::book)}, now);
  round();
  EXPECT_EQ(sent(), "");
  talk->unwant({slot("11", channel::ticker)}, now);
  round();
  EXPECT_EQ(sent(), R"({"operation":"unsubscribe","assets_ids":["11"]})");
  say(book_11);
  EXPECT_EQ(notes(), "unexpected: book");
}

TEST_F(session_test, a_book_that_is_dropped_and_wanted_at_once_is_sent_anew_without_asking_the_venue) {
  open({slot("11", channel::book)});
  say(book_11);
  events();
  talk->unwant({slot("11", channel::book)}, now);
  talk->want({slot("11", channel::book)}, now);
  EXPECT_EQ(events(), "11 book 1 b0.39x50 b0.4x75.25 a0.45x10 a0.44x31");
  round();
  EXPECT_EQ(sent(), "");
}

TEST_F(session_test, a_channel_that_is_wanted_later_gets_what_is_known) {
  open({slot("11", channel::trades)});
  say(book_11);
  EXPECT_EQ(events(), "");
  talk->want({slot("11", channel::ticker), slot("11", channel::book)}, now);
  EXPECT_EQ(events(), "11 ticker 0.4x75.25/0.44x31 last 0.42\n11 book 1 b0.39x50 b0.4x75.25 a0.45x10 a0.44x31");
}

TEST_F(session_test, is_settled_when_every_token_has_its_book) {
  open({slot("11", channel::book), slot("12", channel::ticker)});
  EXPECT_FALSE(talk->is_settled());
  say(book_11);
  EXPECT_FALSE(talk->is_settled());
  say(book_12);
  EXPECT_TRUE(talk->is_settled());
  events();
}

// ---- heartbeat ----

TEST_F(session_test, a_ping_goes_out_every_ten_seconds) {
  open({});
  for (int i = 0; i < 3; ++i) {
    advance(9'999ms);
    EXPECT_EQ(sent(), "");
    advance(1ms);
    EXPECT_EQ(sent(), "PING");
    say("PONG");
  }
}

TEST_F(session_test, a_socket_without_a_frame_thirty_seconds_after_a_ping_is_given_up) {
  open({});
  advance(10s);
  advance(10s);
  advance(10s);
  advance(9'999ms);
  EXPECT_EQ(socket.ends.take(), "");
  advance(1ms);
  EXPECT_EQ(socket.ends.take(), "no frame for 30 s after a PING");
  EXPECT_EQ(sent(), "PING\nPING\nPING");
}

TEST_F(session_test, any_frame_is_a_sign_of_life) {
  open({});
  for (int i = 0; i < 5; ++i) {
    advance(10s);
    say("NO NEW ASSETS");
  }
  sent();
}

// ---- events ----

TEST_F(session_test, books_and_changes_become_a_chain_and_the_touch_a_ticker) {
  open({slot("11", channel::book), slot("11", channel::ticker)});
  say(fmt::format("[{}]", book_11));
  EXPECT_EQ(events(), "11 book 1 b0.39x50 b0.4x75.25 a0.45x10 a0.44x31\n11 ticker 0.4x75.25/0.44x31 last 0.42");
  say(change_of_both);
  EXPECT_EQ(events(), "11 change 2<1 b0.41x120.5\n11 ticker 0.41x120.5/0.44x31 last 0.42");
  EXPECT_EQ(socket.last.venue_ns, 1'782'864'000'123 * ns_per_ms);
  EXPECT_EQ(socket.last.recv_ns, now.wall_ns);
}

TEST_F(session_test, a_change_behind_the_touch_is_no_ticker) {
  open({slot("11", channel::ticker)});
  say(book_11);
  events();
  say(R"({"event_type":"price_change","asset_id":"11","price":"0.2","side":"BUY","size":"7","timestamp":"1782864000500"})");
  EXPECT_EQ(events(), "");
}

TEST_F(session_test, one_message_is_one_change_of_each_token) {
  open({slot("11", channel::book), slot("12", channel::book)});
  say(fmt::format("[{},{}]", book_11, book_12));
  events();
  say(R"({"event_type":"price_change","market":"0xaa","timestamp":"1782864000200","price_changes":[
          {"asset_id":"11","price":"0.4","size":"0","side":"BUY"},{"asset_id":"12","price":"0.6","size":"0","side":"SELL"},
          {"asset_id":"11","price":"0.38","size":"5","side":"BUY"},{"asset_id":"12","price":"0.62","size":"5","side":"SELL"}]})");
  EXPECT_EQ(events(), "11 change 2<1 b0.4x0 b0.38x5\n12 change 2<1 a0.6x0 a0.62x5");
}

TEST_F(session_test, changes_before_the_book_and_older_than_it_are_dropped) {
  open({slot("11", channel::book)});
  say(change_of_both);
  EXPECT_EQ(events(), "");
  say(book_11); // in the stream: all before is in it
  EXPECT_EQ(events(), "11 book 1 b0.39x50 b0.4x75.25 a0.45x10 a0.44x31");
  say(R"({"event_type":"price_change","asset_id":"11","price":"0.2","side":"BUY","size":"7","timestamp":"1782863999999"})");
  EXPECT_EQ(events(), "");
}

TEST_F(session_test, an_empty_side_stays_empty) {
  open({slot("11", channel::book), slot("11", channel::ticker)});
  say(R"({"event_type":"book","asset_id":"11","timestamp":"1782864000000","bids":[],"asks":[{"price":"0.01","size":"5"}]})");
  EXPECT_EQ(events(), "11 book 1 a0.01x5\n11 ticker -/0.01x5");
  say(R"({"event_type":"price_change","timestamp":"1782864000001","price_changes":[
          {"asset_id":"11","price":"0.01","size":"6","side":"SELL","best_bid":"0","best_ask":"0.01"}]})");
  EXPECT_EQ(events(), "11 change 2<1 a0.01x6\n11 ticker -/0.01x6");
  advance(2s); // 0 is what the venue says of an empty side: no disagreement
}

constexpr std::string_view trade_11 =
    R"({"event_type":"last_trade_price","market":"0xaa","asset_id":"11","price":"0.44","size":"12.5","side":"BUY",
        "fee_rate_bps":"0","timestamp":"1782864000300","transaction_hash":"0x01"})";

TEST_F(session_test, a_trade_is_a_trade_and_the_last_price) {
  open({slot("11", channel::trades), slot("11", channel::ticker)});
  say(book_11);
  events();
  say(trade_11);
  EXPECT_EQ(events(), "11 ticker 0.4x75.25/0.44x31 last 0.44\n11 trade buy 0.44x12.5 1782864000300-0.44-12.5-buy-0");
}

TEST_F(session_test, two_equal_trades_of_one_millisecond_are_two_trades) {
  open({slot("11", channel::trades)});
  say(trade_11);
  say(trade_11);
  EXPECT_EQ(events(), "11 trade buy 0.44x12.5 1782864000300-0.44-12.5-buy-0\n"
                      "11 trade buy 0.44x12.5 1782864000300-0.44-12.5-buy-1");
}

TEST_F(session_test, a_trade_that_two_sockets_carry_is_published_once) {
  open({slot("11", channel::trades)});
  fake_session_port younger{names};
  const auto second = feed.make_session(younger);
  second->want({slot("11", channel::trades)}, now);
  second->opened(now);
  younger.sent.take();
  const test::padded frame{trade_11};
  say(trade_11);
  second->received(frame.text(), now);
  EXPECT_EQ(events(), "11 trade buy 0.44x12.5 1782864000300-0.44-12.5-buy-0");
  EXPECT_EQ(younger.notes.take(), "duplicate: last_trade_price");
}

TEST_F(session_test, a_socket_that_has_taken_the_trades_over_loses_none_to_an_older_one) {
  open({slot("11", channel::trades)});
  fake_session_port younger{names};
  const auto second = feed.make_session(younger);
  second->want({slot("11", channel::trades)}, now);
  second->opened(now);
  younger.sent.take();
  const test::padded frame{trade_11};
  second->received(frame.text(), now); // the gateway drops trades of the older from now on
  say(trade_11);
  say(trade_11);
  second->received(frame.text(), now);
  EXPECT_EQ(younger.events.take(), "11 trade buy 0.44x12.5 1782864000300-0.44-12.5-buy-0\n"
                                   "11 trade buy 0.44x12.5 1782864000300-0.44-12.5-buy-1");
  EXPECT_EQ(notes(), "duplicate: last_trade_price");
  events();
}

TEST_F(session_test, best_bid_ask_is_a_ticker_only_while_no_book_is_held_or_wanted) {
  constexpr std::string_view touch =
      R"({"event_type":"best_bid_ask","asset_id":"11","best_bid":"0.4","best_ask":"1","spread":"","timestamp":"1782864000400"})";
  open({slot("11", channel::ticker), slot("12", channel::ticker), slot("12", channel::book)});
  say(touch);
  EXPECT_EQ(events(), "11 ticker 0.4/-");
  say(book_11);
  events();
  say(touch);
  EXPECT_EQ(events(), "");
  say(R"({"event_type":"best_bid_ask","asset_id":"12","best_bid":"0.4","best_ask":"0.5","timestamp":"1782864000400"})");
  EXPECT_EQ(events(), "");
}

TEST_F(session_test, new_markets_and_texts_that_mean_nothing_are_passed_over) {
  open({});
  say(test::polymarket_data("ws/market_new_market.json"));
  say("PONG");
  say("NO NEW ASSETS");
  say("[]");
}

TEST_F(session_test, what_is_not_understood_is_noted) {
  open({});
  say("INVALID OPERATION");
  say(R"({"event_type":"weather"})");
  say(R"({"event_type":"price_change","price_ch)");
  EXPECT_EQ(notes(), "unknown: text\nunknown: weather\nmalformed: frame");
}

TEST_F(session_test, a_decided_market_pays_and_is_silent) {
  open({slot("11", channel::book), slot("12", channel::book)});
  say(fmt::format("[{},{}]", book_11, book_12));
  events();
  constexpr std::string_view resolved =
      R"({"event_type":"market_resolved","market":"0xaa","assets_ids":["11","12"],"winning_asset_id":"12",
          "winning_outcome":"No","timestamp":"1782864000900"})";
  say(resolved);
  EXPECT_EQ(states(), "11 settled 0\n12 settled 1");
  say(resolved);
  say(change_of_both);
  say(trade_11);
  EXPECT_EQ(states(), "");
  advance(9s); // no book is asked for
}

TEST_F(session_test, damaged_frames_never_stop_it) {
  open({slot("11", channel::book), slot("12", channel::ticker), slot("11", channel::trades)});
  std::mt19937 random{5};
  const std::vector<std::string> seeds = {std::string{book_11}, std::string{book_12}, std::string{change_of_both},
                                          std::string{trade_11}, fmt::format("[{},{}]", book_11, change_of_both)};
  for (int i = 0; i < 3'000; ++i) {
    auto text = seeds[random() % seeds.size()];
    for (auto hits = random() % 4; hits > 0; --hits) text[random() % text.size()] = R"({}[]":,x01.-)"[random() % 12];
    say(text);
    if (i % 50 == 0) advance(100ms);
  }
  port.requests.clear();
  notes(), events(), states();
  say(book_11);
  EXPECT_NE(events().find("11 book"), std::string::npos);
  sent();
}

} // namespace
} // namespace strike::gateway_polymarket
