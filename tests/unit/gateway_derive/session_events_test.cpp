// What notifications become on the bus.
#include "book/order_book.hpp"
#include "gateway-derive/book_diff.hpp"
#include "session_kit.hpp"

#include <algorithm>
#include <random>
#include <ranges>

namespace strike::gateway_derive {

namespace {

constexpr std::int64_t ms = 1'000'000;

std::string ticker_data(std::int64_t t, std::string_view fields) {
  return fmt::format(R"({{"timestamp":{0},"instrument_ticker":{{"t":{0},{1}}}}})", t, fields);
}
std::string book_data(int id, std::int64_t t, std::string_view bid, std::string_view ask) {
  return fmt::format(R"({{"publish_id":{},"timestamp":{},"bids":[["{}","1"]],"asks":[["{}","2"]]}})", id, t, bid, ask);
}

} // namespace

TEST_F(session_test, a_recorded_ticker_becomes_an_event_of_its_instrument) {
  subscribed({ticker_of("ETH-PERP")});
  at().notify("ticker_slim.ETH-PERP.100", derive_payload("v2_ws_ticker_slim_perp.json"));
  ASSERT_THAT(events(), SizeIs(1));
  const auto& x = events()[0];
  EXPECT_EQ(x.instrument, id("ETH-PERP"));
  EXPECT_EQ(x.venue_ns, 1779953796714 * ms);
  EXPECT_EQ(x.recv_ns, now.wall_ns);
  EXPECT_EQ(x.state, trust::live);
  EXPECT_EQ(std::get<ticker>(x.body).best_bid, optional_price{1992.36_px});
}

TEST_F(session_test, events_may_come_before_the_answer) {
  at().want({ticker_of("ETH-PERP")});
  at().tested.opened(now);
  at().notify("ticker_slim.ETH-PERP.100", derive_payload("v2_ws_ticker_slim_perp.json"));
  EXPECT_THAT(events(), SizeIs(1));
}

TEST_F(session_test, a_ticker_older_than_the_last_is_dropped) {
  subscribed({ticker_of("ETH-PERP")});
  at().notify("ticker_slim.ETH-PERP.100", ticker_data(20, R"("b":"1")"));
  at().notify("ticker_slim.ETH-PERP.100", ticker_data(19, R"("b":"2")"));
  EXPECT_THAT(events(), SizeIs(1));
  EXPECT_THAT(notes(), ElementsAre(is_noted(oddity::duplicate, "ticker")));
}

TEST_F(session_test, the_interval_of_a_ticker_is_a_matter_of_configuration) {
  how.ticker_ms = 1000;
  how.tickers = {{.symbol = "ETH-P", .is_prefix = true, .interval_ms = 100}};
  at().want({ticker_of("ETH-PERP"), ticker_of("BTC-PERP")});
  at().tested.opened(now);
  EXPECT_THAT(venue_end::channels_of(at().take_one()),
              ElementsAre("ticker_slim.ETH-PERP.100", "ticker_slim.BTC-PERP.1000"));
}

TEST_F(session_test, the_spot_feed_refreshes_the_index_in_the_ticker_of_the_spot_instrument) {
  subscribed({ticker_of("ETH-USDC")});
  EXPECT_THAT(at().current, ElementsAre("ticker_slim.ETH-USDC.100", "spot_feed.ETH"));
  const auto spot = [&](std::int64_t t, std::string_view price) {
    at().notify("spot_feed.ETH", fmt::format(R"({{"timestamp":{},"feeds":{{"ETH":{{"price":"{}"}}}}}})", t, price));
  };
  spot(90, "1999");
  EXPECT_THAT(events(), IsEmpty()) << "there is no ticker yet";
  at().notify("ticker_slim.ETH-USDC.100", ticker_data(100, R"("b":"5","I":"2000")"));
  spot(99, "1998");
  EXPECT_THAT(events(), SizeIs(1)) << "older than the ticker";
  spot(110, "2001");
  ASSERT_THAT(events(), SizeIs(2));
  EXPECT_EQ(events()[1].venue_ns, 110 * ms);
  EXPECT_EQ(std::get<ticker>(events()[1].body).index, optional_double{2001});
  EXPECT_EQ(std::get<ticker>(events()[1].body).best_bid, optional_price{5_px});
  at().notify("ticker_slim.ETH-USDC.100", ticker_data(105, R"("b":"6","I":"2000.5")"));
  ASSERT_THAT(events(), SizeIs(3));
  EXPECT_EQ(events()[2].venue_ns, 110 * ms) << "time does not go back";
  EXPECT_EQ(std::get<ticker>(events()[2].body).index, optional_double{2001});
  EXPECT_EQ(std::get<ticker>(events()[2].body).best_bid, optional_price{6_px});
}

TEST_F(session_test, a_recorded_book_becomes_a_snapshot_with_its_publish_id) {
  subscribed({book_of("ETH-USDC")});
  at().notify("orderbook.ETH-USDC.1.20", derive_payload("v2_mainnet_ws_orderbook_spot.json"));
  ASSERT_THAT(events(), SizeIs(1));
  EXPECT_EQ(std::get<book_snapshot>(events()[0].body),
            (book_snapshot{9582, {{0.2_px, 45_qty}, {0.1_px, 32.9_qty}}, {}}));
  EXPECT_EQ(events()[0].venue_ns, 1779607319268 * ms);
}

TEST_F(session_test, a_book_that_differs_little_becomes_a_change_against_the_one_published_before) {
  subscribed({book_of("ETH-PERP")});
  const auto book = [&](int id, std::string_view bids, std::string_view asks) {
    at().notify("orderbook.ETH-PERP.1.20",
                fmt::format(R"({{"publish_id":{},"timestamp":{},"bids":[{}],"asks":[{}]}})", id, id, bids, asks));
  };
  book(1, R"(["9","1"],["8","1"],["7","1"])", R"(["10","1"],["11","1"])");
  book(3, R"(["9","2"],["8","1"],["7","1"])", R"(["10","1"],["11","1"])");
  book(4, R"(["12","2"],["8","1"],["7","1"])", R"(["10","1"],["11","1"])"); // crossed
  book(5, R"(["9","2"],["8","1"],["7","1"])", R"(["10","1"])");
  book(6, R"(["9","2"],["8","1"],["7","1"])", R"(["10","1"])");
  ASSERT_THAT(events(), SizeIs(4));
  EXPECT_TRUE(std::holds_alternative<book_snapshot>(events()[0].body));
  EXPECT_EQ(std::get<book_change>(events()[1].body), (book_change{3, 1, {{9_px, 2_qty}}, {}}));
  EXPECT_EQ(std::get<book_change>(events()[2].body), (book_change{5, 3, {}, {{11_px, 0_qty}}}));
  EXPECT_EQ(std::get<book_change>(events()[3].body), (book_change{6, 5, {}, {}})) << "a sign of life";
}

TEST_F(session_test, a_book_that_is_wanted_anew_begins_with_a_snapshot) {
  subscribed({book_of("ETH-PERP")});
  at().notify("orderbook.ETH-PERP.1.20", book_data(1, 1, "1", "2"));
  at().tested.unwant({book_of("ETH-PERP")}, now);
  at().want({book_of("ETH-PERP")});
  at().confirm_all(); // left, and subscribed again
  EXPECT_THAT(at().current, ElementsAre("orderbook.ETH-PERP.1.20"));
  at().notify("orderbook.ETH-PERP.1.20", book_data(2, 2, "1", "2"));
  ASSERT_THAT(events(), SizeIs(2));
  EXPECT_TRUE(std::holds_alternative<book_snapshot>(events()[1].body));
}

/// Random books: a reader that applies what is published has the venue's book after every message.
TEST(derive_book_diff, makes_the_next_book_of_the_last) {
  std::mt19937 random{7};
  const auto side = [&](std::int64_t best, std::int64_t step) {
    book_levels levels;
    for (int i = 0; i < 8; ++i)
      if (random() % 3 != 0) levels.push_back({price{best + i * step}, quantity{static_cast<int>(random() % 3) + 1}});
    return levels;
  };
  book_snapshot last{1, side(99, -1), side(100, 1)};
  order_book reader;
  reader.apply(last);
  int changes = 0;
  for (std::uint64_t id = 2; id < 20'000; ++id) {
    book_snapshot next = last;
    next.sequence = id;
    if (random() % 4 != 0 && !next.bids.empty()) next.bids[random() % next.bids.size()].size = quantity{5};
    if (random() % 4 == 0) next.asks = side(100, 1);
    if (random() % 4 == 0) next.bids = side(99, -1);
    const auto change = change_between(last, next);
    if (change) {
      ASSERT_EQ(reader.apply(*change), book_result::applied);
      ++changes;
    } else {
      reader.apply(next);
    }
    ASSERT_TRUE(std::ranges::equal(reader.bids() | std::views::reverse, next.bids)) << id;
    ASSERT_TRUE(std::ranges::equal(reader.asks() | std::views::reverse, next.asks)) << id;
    last = std::move(next);
  }
  EXPECT_GT(changes, 5'000);
  EXPECT_LT(changes, 19'998) << "some books are smaller whole";
}

TEST_F(session_test, a_book_with_an_old_id_is_dropped_until_ids_begin_anew) {
  subscribed({book_of("ETH-PERP")});
  at().notify("orderbook.ETH-PERP.1.20", book_data(7, 1000, "1", "2"));
  at().notify("orderbook.ETH-PERP.1.20", book_data(7, 1001, "1", "3"));
  at().notify("orderbook.ETH-PERP.1.20", book_data(6, 1002, "1", "3"));
  EXPECT_THAT(events(), SizeIs(1));
  EXPECT_THAT(notes(), ElementsAre(is_noted(oddity::duplicate, "book"), is_noted(oddity::duplicate, "book")));
  at().notify("orderbook.ETH-PERP.1.20", book_data(1, 11'000, "1", "3"));
  EXPECT_THAT(events(), SizeIs(2)) << "ten seconds younger: the venue counts anew";
  EXPECT_THAT(notes().back(), is_noted(oddity::gap, "publish_id began anew"));
}

TEST_F(session_test, a_crossed_book_is_dropped_and_noted) {
  subscribed({book_of("ETH-PERP")});
  at().notify("orderbook.ETH-PERP.1.20", book_data(1, 1000, "2", "2"));
  EXPECT_THAT(events(), IsEmpty());
  EXPECT_THAT(notes(), ElementsAre(is_noted(oddity::gap, "crossed book")));
}

TEST_F(session_test, the_ids_of_a_new_socket_are_its_own) {
  subscribed({book_of("ETH-PERP")});
  at().notify("orderbook.ETH-PERP.1.20", book_data(700, 1000, "1", "2"));
  venue_end next{shared(), now};
  next.want({book_of("ETH-PERP")});
  next.tested.opened(now);
  next.confirm_all();
  next.notify("orderbook.ETH-PERP.1.20", book_data(3, 1001, "1", "2"));
  EXPECT_THAT(next.port.events, SizeIs(1));
}

} // namespace strike::gateway_derive
