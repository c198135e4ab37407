// Requests and their answers, limits, deadlines, the end of a socket.
#include "session_kit.hpp"

namespace strike::gateway_derive {

namespace {

/// So many symbols: ETH-20261225-1000-C, ...
std::vector<std::string> options(int count) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) all.push_back(fmt::format("ETH-20261225-{}-C", 1000 + i));
  return all;
}

} // namespace

TEST_F(session_test, subscribes_when_open_and_is_settled_when_confirmed) {
  at().want({ticker_of("ETH-PERP"), book_of("ETH-PERP"), trades_of("ETH-PERP")});
  EXPECT_THAT(at().take_sent(), IsEmpty());
  at().tested.opened(now);
  const auto request = at().take_one();
  EXPECT_EQ(request, R"({"id":1,"method":"subscribe","params":{"channels":["ticker_slim.ETH-PERP.100",)"
                     R"("orderbook.ETH-PERP.1.20","trades.ETH-PERP"]}})");
  EXPECT_FALSE(at().tested.is_settled());
  at().confirm(request);
  EXPECT_TRUE(at().tested.is_settled());
  EXPECT_THAT(notes(), IsEmpty());
}

TEST_F(session_test, never_logs_in) {
  subscribed({ticker_of("ETH-PERP"), ticker_of("ETH-USDC"), trades_of("ETH-PERP")});
  at().receive(R"({"id":99,"error":{"code":14022,"message":"not logged in"}})");
  pass(60s);
  for (const auto& text : at().take_sent()) EXPECT_THAT(text, testing::Not(HasSubstr("login")));
}

TEST_F(session_test, sends_at_most_100_channels_in_a_request_and_one_request_at_a_time) {
  std::vector<feed::slot> topics;
  for (const auto& symbol : options(250)) topics.push_back(book_of(symbol));
  at().want(topics);
  at().tested.opened(now);
  for (const auto count : {100u, 100u, 50u}) {
    const auto request = at().take_one();
    EXPECT_THAT(venue_end::channels_of(request), SizeIs(count));
    EXPECT_FALSE(at().tested.is_settled());
    at().confirm(request);
  }
  EXPECT_THAT(at().take_sent(), IsEmpty());
  EXPECT_TRUE(at().tested.is_settled());
}

TEST_F(session_test, one_refused_channel_of_an_answer_goes_to_quarantine_and_is_asked_again_when_that_ends) {
  at().want({ticker_of("ETH-PERP"), book_of("ETH-PERP")});
  at().tested.opened(now);
  at().reply(at().take_one(), R"({"status":{"ticker_slim.ETH-PERP.100":"ok","orderbook.ETH-PERP.1.20":"no such book"},)"
                              R"("current_subscriptions":["ticker_slim.ETH-PERP.100"]})");
  EXPECT_TRUE(at().tested.is_settled());
  EXPECT_THAT(notes(), ElementsAre(is_noted(oddity::refused, "orderbook")));
  EXPECT_EQ(notes()[0].sample, "orderbook.ETH-PERP.1.20 no such book");
  how.quarantine = 5min;
  for (int i = 0; i < 29; ++i) {
    pass(10s);
    at().notify("ticker_slim.ETH-PERP.100", fmt::format(R"({{"timestamp":{},"instrument_ticker":{{}}}})", i + 1));
  }
  EXPECT_THAT(at().take_sent(), IsEmpty());
  pass(10s);
  EXPECT_THAT(venue_end::channels_of(at().take_one()), ElementsAre("orderbook.ETH-PERP.1.20"));
}

TEST_F(session_test, the_recorded_answer_confirms_four_channels_and_refuses_one) {
  how.network.trades_channel = "trades.spot.ETH";
  how.ticker_ms = 1000;
  how.book_depth = 10;
  how.network.spot_channel = "trades.erc20.ETH"; // stands in for a channel of that answer
  at().want({ticker_of("ETH-USDC"), book_of("ETH-USDC"), trades_of("ETH-USDC")});
  at().tested.opened(now);
  auto answer = derive_payload("v2_ws_subscribe_ack.json");
  answer.replace(answer.find("\"probe-1\""), 9, "1");
  at().take_sent();
  at().receive(answer);
  EXPECT_THAT(notes(), ElementsAre(is_noted(oddity::refused, "trades"), is_noted(oddity::unexpected, "trades")))
      << "refused; and trades.ETH-USDC, which nobody asked for here";
  EXPECT_EQ(notes()[1].sample, "trades.ETH-USDC is subscribed though nobody wants it");
  EXPECT_THAT(venue_end::channels_of(at().take_one()), ElementsAre("trades.ETH-USDC"));
}

TEST_F(session_test, a_request_that_is_refused_as_a_whole_is_narrowed_down_to_the_bad_channel) {
  std::vector<feed::slot> topics;
  for (const auto& symbol : options(100)) topics.push_back(book_of(symbol));
  at().want(topics);
  at().tested.opened(now);
  const std::string bad = "orderbook.ETH-20261225-1037-C.1.20";
  int requests = 0;
  while (!at().tested.is_settled() && requests < 30) {
    const auto request = at().take_one();
    ++requests;
    if (request.find(bad) != std::string::npos)
      at().refuse(request, derive::code_bad_params);
    else
      at().confirm(request);
  }
  EXPECT_EQ(requests, 13) << "the whole, then at most two for each of seven halvings";
  EXPECT_THAT(at().current, SizeIs(99));
  EXPECT_THAT(notes(), ElementsAre(is_noted(oddity::refused, "orderbook")));
  EXPECT_THAT(notes()[0].sample, HasSubstr(bad));
}

TEST_F(session_test, a_channel_in_quarantine_is_not_asked_for_by_the_next_socket_either) {
  at().want({book_of("ETH-PERP")});
  at().tested.opened(now);
  at().refuse(at().take_one(), derive::code_channels_invalid);
  EXPECT_TRUE(at().tested.is_settled());
  venue_end next{shared(), now};
  next.want({book_of("ETH-PERP"), ticker_of("ETH-PERP")});
  next.tested.opened(now);
  EXPECT_THAT(venue_end::channels_of(next.take_one()), ElementsAre("ticker_slim.ETH-PERP.100"));
}

TEST_F(session_test, a_quarantine_that_ends_waits_for_the_request_that_is_under_way_and_for_the_window) {
  how.quarantine = 3s;
  how.requests = 2;
  at().want({book_of("ETH-PERP")});
  at().tested.opened(now);
  at().refuse(at().take_one(), derive::code_channels_invalid);
  at().want({ticker_of("ETH-PERP")});
  const auto request = at().take_one();
  pass(4s);
  EXPECT_THAT(at().take_sent(), IsEmpty());
  at().confirm(request);
  EXPECT_THAT(at().take_sent(), IsEmpty());
  pass(1s);
  EXPECT_THAT(venue_end::channels_of(at().take_one()), ElementsAre("orderbook.ETH-PERP.1.20"));
}

TEST_F(session_test, a_subscription_that_the_venue_lost_is_asked_for_again_three_times_at_most) {
  at().want({ticker_of("ETH-PERP"), book_of("ETH-PERP")});
  at().tested.opened(now);
  const auto lost = [&](std::string_view request) {
    at().reply(request, R"({"status":{"ticker_slim.ETH-PERP.100":"ok","orderbook.ETH-PERP.1.20":"ok"},)"
                        R"("current_subscriptions":["ticker_slim.ETH-PERP.100"]})");
  };
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(at().tested.is_settled());
    lost(at().take_one());
    EXPECT_THAT(notes(), SizeIs(i + 1));
    EXPECT_THAT(notes().back(), is_noted(oddity::gap, "orderbook"));
  }
  EXPECT_TRUE(at().tested.is_settled()) << "in quarantine";
  EXPECT_THAT(at().take_sent(), IsEmpty());
}

TEST_F(session_test, unsubscribes_what_nobody_wants_any_more_and_ignores_what_still_comes) {
  subscribed({ticker_of("ETH-PERP"), book_of("ETH-PERP")});
  at().tested.unwant({book_of("ETH-PERP")}, now);
  const auto request = at().take_one();
  EXPECT_EQ(request, R"({"id":2,"method":"unsubscribe","params":{"channels":["orderbook.ETH-PERP.1.20"]}})");
  at().notify("orderbook.ETH-PERP.1.20", R"({"publish_id":1,"timestamp":1,"bids":[],"asks":[]})");
  at().confirm(request);
  EXPECT_THAT(at().current, ElementsAre("ticker_slim.ETH-PERP.100"));
  EXPECT_THAT(notes(), IsEmpty());
  EXPECT_THAT(events(), IsEmpty());
  at().notify("orderbook.ETH-PERP.1.20", R"({"publish_id":2,"timestamp":1,"bids":[],"asks":[]})");
  EXPECT_THAT(notes(), ElementsAre(is_noted(oddity::unexpected, "orderbook")));
}

TEST_F(session_test, what_is_wanted_again_while_it_is_left_is_subscribed_again) {
  subscribed({book_of("ETH-PERP")});
  at().tested.unwant({book_of("ETH-PERP")}, now);
  const auto leaving = at().take_one();
  at().want({book_of("ETH-PERP")});
  EXPECT_FALSE(at().tested.is_settled());
  at().confirm(leaving);
  EXPECT_THAT(venue_end::channels_of(at().take_one()), ElementsAre("orderbook.ETH-PERP.1.20"));
}

TEST_F(session_test, keeps_the_venues_window_over_all_sockets) {
  how.requests = 3;
  subscribed({ticker_of("ETH-PERP")}); // one
  venue_end other{shared(), now};
  other.want({ticker_of("BTC-PERP")});
  other.tested.opened(now); // two
  EXPECT_THAT(other.take_sent(), SizeIs(1));
  at().want({book_of("ETH-PERP")}); // three
  at().confirm_all();
  at().want({trades_of("ETH-PERP")});
  EXPECT_THAT(at().take_sent(), IsEmpty());
  EXPECT_EQ(at().tested.round(now), now.steady_ns + std::chrono::nanoseconds{5s}.count()) << "when the window ends";
  pass(5s);
  EXPECT_THAT(venue_end::channels_of(at().take_one()), ElementsAre("trades.ETH-PERP"));
}

TEST_F(session_test, waits_as_long_as_the_venue_says_when_the_limit_was_hit_all_the_same) {
  at().want({ticker_of("ETH-PERP")});
  at().tested.opened(now);
  at().refuse(at().take_one(), derive::code_rate_limited, R"("Retry after 1500 ms")");
  pass(1499ms);
  EXPECT_THAT(at().take_sent(), IsEmpty());
  pass(1ms);
  EXPECT_THAT(venue_end::channels_of(at().take_one()), ElementsAre("ticker_slim.ETH-PERP.100"));
  EXPECT_THAT(notes(), ElementsAre(is_noted(oddity::refused, "rate limit")));
}

TEST_F(session_test, a_venue_that_can_never_answer_ends_the_socket) {
  at().want({ticker_of("ETH-PERP")});
  at().tested.opened(now);
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(at().port.ends, IsEmpty());
    at().refuse(at().take_one(), -32603);
    if (i < 4) pass(1s * (1 << i));
  }
  EXPECT_THAT(at().port.ends, ElementsAre(HasSubstr("requests fail again and again: -32603")));
}

TEST_F(session_test, a_request_without_answer_ends_the_socket) {
  at().want({ticker_of("ETH-PERP")});
  at().tested.opened(now);
  EXPECT_EQ(at().tested.round(now), now.steady_ns + std::chrono::nanoseconds{10s}.count());
  move(10s);
  at().tested.round(now);
  EXPECT_THAT(at().port.ends, ElementsAre(HasSubstr("not answered in time")));
  EXPECT_EQ(at().tested.round(now), INT64_MAX);
}

TEST_F(session_test, asks_for_a_sign_of_life_after_15_seconds_and_ends_without_one) {
  subscribed({trades_of("ETH-PERP")});
  pass(15s);
  EXPECT_EQ(at().take_one(), "ping");
  at().receive("pong");
  EXPECT_THAT(notes(), IsEmpty());
  pass(15s);
  EXPECT_EQ(at().take_one(), "ping");
  pass(10s);
  EXPECT_THAT(at().port.ends, ElementsAre("\"ping\" was not answered in time"));
}

TEST_F(session_test, ends_when_no_ticker_and_no_book_comes_though_the_socket_answers) {
  subscribed({ticker_of("ETH-PERP")});
  pass(15s);
  at().receive("pong");
  pass(14s);
  EXPECT_THAT(at().port.ends, IsEmpty());
  pass(1s);
  EXPECT_THAT(at().port.ends, ElementsAre(HasSubstr("none came")));
}

TEST_F(session_test, trades_may_be_silent) {
  subscribed({trades_of("ETH-PERP")});
  for (int i = 0; i < 20; ++i) {
    pass(15s);
    at().receive("pong");
  }
  EXPECT_THAT(at().port.ends, IsEmpty());
}

TEST_F(session_test, an_error_without_id_ends_the_socket_and_too_many_sockets_hold_off_the_next) {
  subscribed({ticker_of("ETH-PERP")});
  at().receive(R"({"error":{"code":-32100,"message":"Number of websocket clients exceeded"},"id":null})");
  EXPECT_THAT(at().port.ends, ElementsAre(HasSubstr("-32100 Number of websocket clients exceeded")));
  EXPECT_EQ(at().port.held, 30s);
}

TEST_F(session_test, drops_what_it_does_not_understand_and_goes_on) {
  subscribed({ticker_of("ETH-PERP")});
  at().receive("nonsense");
  at().receive(R"({"id":77,"result":"ok"})");
  at().notify("auctions.watch", "[]");
  at().notify("ticker_slim.ETH-PERP.100", "[]");
  EXPECT_THAT(notes(), ElementsAre(is_noted(oddity::malformed, "message"), is_noted(oddity::unexpected, "reply"),
                                   is_noted(oddity::unexpected, "auctions"), is_noted(oddity::malformed, "ticker")));
  EXPECT_THAT(at().port.ends, IsEmpty());
  EXPECT_THAT(events(), IsEmpty());
}

} // namespace strike::gateway_derive
