// One tape of several sockets: duplicates, gaps, history.
#include "session_kit.hpp"

namespace strike::gateway_derive {

namespace {

struct trades_test : session_test {
  static std::string row(std::string_view id, std::int64_t t, std::string_view more = "",
                         std::string_view symbol = "ETH-PERP") {
    return fmt::format(R"({{"trade_id":"{}","instrument_name":"{}","timestamp":{},"trade_price":"3000",)"
                       R"("trade_amount":"1","direction":"buy"{}}})",
                       id, symbol, t, more);
  }
  static std::string list(std::initializer_list<std::string> rows) { return fmt::format("[{}]", fmt::join(rows, ",")); }
  static std::vector<std::string> ids(const std::vector<market_event>& events) {
    std::vector<std::string> all;
    for (const auto& x : events) all.push_back(std::get<trade>(x.body).id);
    return all;
  }
  std::int64_t wall_ms() const { return now.wall_ns / 1'000'000; }
  static void answer(venue_end& to, std::string_view request, std::initializer_list<std::string> rows, int pages) {
    to.reply(request, fmt::format(R"({{"trades":{},"pagination":{{"count":1,"num_pages":{}}}}})", list(rows), pages));
  }

  std::optional<venue_end> next_;
  /// The first socket died; the next one, after so long, has subscribed.
  venue_end& reconnected(std::chrono::nanoseconds later) {
    move(later);
    next_.emplace(shared(), now);
    next_->want({trades_of("ETH-PERP")});
    next_->tested.opened(now);
    next_->confirm(next_->take_one());
    return *next_;
  }
};

} // namespace

TEST_F(trades_test, are_published_in_order_and_one_that_was_negotiated_has_no_aggressor) {
  subscribed({trades_of("ETH-PERP")});
  at().notify("trades.ETH-PERP", list({row("a", 10), row("b", 11, R"(,"rfq_id":"r")")}));
  EXPECT_THAT(ids(events()), ElementsAre("a", "b"));
  EXPECT_EQ(events()[0].venue_ns, 10'000'000);
  EXPECT_EQ(std::get<trade>(events()[0].body).aggressor, side::buy);
  EXPECT_EQ(std::get<trade>(events()[1].body).aggressor, std::nullopt);
}

TEST_F(trades_test, are_published_once) {
  subscribed({trades_of("ETH-PERP")});
  at().notify("trades.ETH-PERP", list({row("a", 10)}));
  at().notify("trades.ETH-PERP", list({row("a", 10), row("b", 11)}));
  EXPECT_THAT(ids(events()), ElementsAre("a", "b"));
  EXPECT_THAT(notes(), ElementsAre(is_noted(oddity::duplicate, "trade")));
}

TEST_F(trades_test, of_another_instrument_than_their_channel_are_dropped) {
  subscribed({trades_of("ETH-PERP")});
  at().notify("trades.ETH-PERP", list({row("a", 10, "", "BTC-PERP")}));
  EXPECT_THAT(events(), IsEmpty());
  EXPECT_THAT(notes(), ElementsAre(is_noted(oddity::unexpected, "trade of another instrument")));
}

TEST_F(trades_test, of_a_first_socket_ask_for_no_history) {
  subscribed({trades_of("ETH-PERP")});
  EXPECT_THAT(at().take_sent(), IsEmpty());
}

TEST_F(trades_test, missed_between_two_sockets_are_fetched_each_once_with_their_own_time) {
  subscribed({trades_of("ETH-PERP")});
  const auto heard_ms = wall_ms();
  at().notify("trades.ETH-PERP", list({row("a", heard_ms)}));
  auto& next = reconnected(20s);
  const auto query = next.take_one();
  EXPECT_EQ(query, fmt::format(R"({{"id":2,"method":"public/get_trade_history","params":{{"currency":"ETH",)"
                               R"("instrument_type":"perp","from_timestamp":{},"to_timestamp":{},"page":1,)"
                               R"("page_size":1000}}}})",
                               heard_ms - 5'000, wall_ms() + 5'000));
  next.notify("trades.ETH-PERP", list({row("d", wall_ms())}));
  answer(next, query,
         {row("d", wall_ms()), row("c", heard_ms + 9), row("c", heard_ms + 9), row("x", heard_ms, "", "BTC-PERP")}, 2);
  answer(next, next.take_one(), {row("b", heard_ms + 8), row("a", heard_ms), row("old", heard_ms - 6'000)}, 2);
  EXPECT_THAT(ids(next.port.events), ElementsAre("d", "b", "c"));
  EXPECT_EQ(next.port.events[1].venue_ns, (heard_ms + 8) * 1'000'000);
  EXPECT_EQ(next.port.events[1].recv_ns, now.wall_ns);
  EXPECT_THAT(next.port.notes, IsEmpty());
}

TEST_F(trades_test, are_asked_for_once_more_when_they_have_settled) {
  subscribed({trades_of("ETH-PERP")});
  auto& next = reconnected(20s);
  answer(next, next.take_one(), {}, 0);
  EXPECT_EQ(next.tested.round(now), now.steady_ns + std::chrono::nanoseconds{15s}.count())
      << "the ping; not yet the history";
  move(60s);
  next.receive("pong");
  const auto query = next.take_one();
  EXPECT_THAT(query, HasSubstr("get_trade_history"));
  answer(next, query, {row("late", wall_ms() - 70'000)}, 1);
  EXPECT_THAT(ids(next.port.events), ElementsAre("late"));
  move(60s);
  next.receive("pong");
  EXPECT_THAT(next.take_sent(), IsEmpty());
}

TEST_F(trades_test, of_a_long_gap_are_fetched_as_far_back_as_configured_and_the_rest_is_noted) {
  subscribed({trades_of("ETH-PERP")});
  auto& next = reconnected(60min);
  EXPECT_THAT(next.take_one(), HasSubstr(fmt::format("\"from_timestamp\":{}", wall_ms() - 600'000)));
  EXPECT_THAT(next.port.notes, ElementsAre(is_noted(oddity::gap, "trades: not filled from the history")));
}

TEST_F(trades_test, in_more_pages_than_configured_are_noted_as_a_gap) {
  how.history_pages = 1;
  subscribed({trades_of("ETH-PERP")});
  auto& next = reconnected(20s);
  answer(next, next.take_one(), {row("c", wall_ms())}, 2);
  EXPECT_THAT(ids(next.port.events), ElementsAre("c"));
  EXPECT_THAT(next.port.notes, ElementsAre(is_noted(oddity::gap, "trades: not all of the history")));
}

TEST_F(trades_test, whose_history_the_venue_refuses_are_noted) {
  subscribed({trades_of("ETH-PERP")});
  auto& next = reconnected(20s);
  next.refuse(next.take_one(), -32602);
  EXPECT_THAT(next.port.notes, ElementsAre(is_noted(oddity::refused, "public/get_trade_history"),
                                           is_noted(oddity::gap, "trades: not all of the history")));
  EXPECT_THAT(next.port.ends, IsEmpty());
}

TEST_F(trades_test, come_from_the_younger_of_two_sockets_once_it_is_subscribed) {
  subscribed({trades_of("ETH-PERP")});
  auto& next = reconnected(1s);
  at().notify("trades.ETH-PERP", list({row("a", wall_ms())}));
  EXPECT_THAT(events(), IsEmpty()) << "the port would drop it, and then it must not count as seen";
  next.notify("trades.ETH-PERP", list({row("a", wall_ms())}));
  EXPECT_THAT(ids(next.port.events), ElementsAre("a"));
}

TEST_F(trades_test, that_nobody_wanted_for_a_while_leave_no_gap_to_fill) {
  subscribed({trades_of("ETH-PERP")});
  at().tested.unwant({trades_of("ETH-PERP")}, now);
  at().confirm_all();
  auto& next = reconnected(20s);
  EXPECT_THAT(next.take_sent(), IsEmpty());
}

TEST(trade_tape_test, forgets_the_oldest_trade_when_it_is_full) {
  trade_tape tape{2};
  EXPECT_TRUE(tape.is_new({1}, "a"));
  EXPECT_TRUE(tape.is_new({2}, "a")) << "of another instrument";
  EXPECT_FALSE(tape.is_new({1}, "a"));
  EXPECT_TRUE(tape.is_new({1}, "b"));
  EXPECT_TRUE(tape.is_new({1}, "a")) << "forgotten";
  EXPECT_FALSE(tape.is_new({1}, "b"));
}

} // namespace strike::gateway_derive
