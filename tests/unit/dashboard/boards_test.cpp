// Market data and services as the page is told of them, and the sections that all of it makes.
#include "dashboard/boards.hpp"

#include "bus/topic.hpp"
#include "wire/market.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace strike::dashboard {
namespace {

namespace json = boost::json;
using namespace strike::literals;
using testing::HasSubstr;

constexpr std::int64_t second = 1'000'000'000;

struct boards_test : testing::Test {
  boards all;
  wire::market_encoder encoder;
  std::map<std::string, std::uint64_t> sequences;
  std::string bytes;
  std::int64_t now_ns = 10 * second;
  const name_function no_name = [](instrument_id) { return std::string{}; };

  instrument_id id_of(venue at, const std::string& symbol) { return all.names.intern(at, symbol).value(); }
  void tell(venue at, const std::string& symbol, channel on, decltype(market_event::body) body,
            trust state = trust::live, std::uint64_t skip = 0) {
    const auto topic = bus::market_topic(at, symbol, on).value();
    const market_event event{.venue_ns = now_ns - 20'000'000,
                             .recv_ns = now_ns,
                             .instrument = id_of(at, symbol),
                             .state = state,
                             .body = std::move(body)};
    encoder.encode(bytes, {.epoch = 7, .sequence = sequences[topic] += 1 + skip}, std::span{&event, 1});
    all.markets.take(topic, bytes, 0, now_ns, now_ns);
  }
  void quote(venue at, const std::string& symbol, double mark, double delta = 0, double iv = 0) {
    ticker made;
    made.best_bid = 1_px, made.best_ask = 2_px, made.mark = mark;
    if (delta != 0) made.delta = delta, made.gamma = 0.1, made.vega = 2.0, made.theta = -1.0;
    if (iv != 0) made.mark_iv = iv, made.underlying = 90'000.0;
    tell(at, symbol, channel::ticker, made);
  }
  void hold(const std::string& strategy, instrument_id instrument, side at, price price_of, quantity size) {
    wire::order_update_message made;
    made.header.epoch = 1;
    made.header.sequence = ++sequences[strategy];
    made.header.strategy = strategy;
    wire::order_change change;
    change.client_id = std::to_string(sequences[strategy]);
    change.update.instrument = instrument;
    change.update.state = order_state::filled;
    change.update.execution = fill{.side = at, .at = price_of, .size = size};
    made.body = std::move(change);
    all.trades.take(made, now_ns);
  }
  json::object feed() {
    all.markets.poll(now_ns);
    return json::parse(all.markets.feeds_json()).at(0).as_object();
  }
};

TEST_F(boards_test, counts_what_a_feed_brings_and_loses) {
  quote(venue::deribit, "BTC-PERPETUAL", 90'000);
  tell(venue::deribit, "BTC-PERPETUAL", channel::ticker, ticker{}, trust::live, 3);
  const auto row = feed();
  EXPECT_EQ(row.at("venue"), "deribit");
  EXPECT_EQ(row.at("events"), 2);
  EXPECT_EQ(row.at("gaps"), 1);
  EXPECT_EQ(row.at("lost"), 3);
  EXPECT_EQ(row.at("newest_ms"), 10'000);
  EXPECT_EQ(row.at("live"), 1);
}

TEST_F(boards_test, tells_trust_apart) {
  quote(venue::deribit, "BTC-PERPETUAL", 90'000);
  tell(venue::deribit, "ETH-PERPETUAL", channel::ticker, ticker{}, trust::stale);
  tell(venue::deribit, "ETH-PERPETUAL", channel::book,
       book_snapshot{.sequence = 1, .bids = {{1_px, 1_qty}}, .asks = {}});
  EXPECT_EQ(feed().at("live"), 2);
  EXPECT_EQ(feed().at("stale"), 1);
  all.markets.disconnected(0);
  EXPECT_EQ(feed().at("live"), 0);
  EXPECT_EQ(feed().at("stale"), 3);
}

TEST_F(boards_test, follows_the_rate_of_a_feed) {
  all.markets.poll(now_ns);
  for (int i = 0; i < 60; ++i) {
    for (int k = 0; k < 5; ++k) quote(venue::derive, "BTC-PERP", 90'000);
    now_ns += second / 2;
    all.markets.poll(now_ns);
  }
  EXPECT_NEAR(json::parse(all.markets.feeds_json()).at(0).at("rate").to_number<double>(), 10, 0.5);
}

TEST_F(boards_test, finds_quotes_by_words_and_venue) {
  quote(venue::deribit, "BTC-PERPETUAL", 90'000);
  quote(venue::deribit, "BTC-27NOV26-90000-C", 0.05);
  quote(venue::derive, "BTC-PERP", 90'000);
  const auto found = [&](const quote_filter& what) {
    return json::parse(quotes_json(all.markets, what, no_name)).at("total").as_int64();
  };
  EXPECT_EQ(found({}), 3);
  EXPECT_EQ(found({.at = venue::derive}), 1);
  EXPECT_EQ(found({.text = "btc perp"}), 2);
  EXPECT_EQ(found({.text = "90000 c"}), 1);
  EXPECT_EQ(found({.text = "btc call"}), 1);
  EXPECT_EQ(found({.text = "btc put"}), 0);
  EXPECT_EQ(found({.text = "perpetual"}), 2);
  EXPECT_EQ(found({.text = "doge"}), 0);
  EXPECT_EQ(json::parse(quotes_json(all.markets, {.most = 1}, no_name)).at("quotes").as_array().size(), 1U);
}

TEST_F(boards_test, lays_a_chain_out_by_strike) {
  quote(venue::deribit, "BTC-27NOV26-95000-C", 0.03, 0.4, 0.6);
  quote(venue::deribit, "BTC-27NOV26-90000-C", 0.05, 0.5, 0.55);
  quote(venue::deribit, "BTC-27NOV26-90000-P", 0.04, -0.5, 0.56);
  quote(venue::deribit, "BTC-25DEC26-90000-P", 0.04, -0.5, 0.56);
  const auto list = json::parse(chains_json(all.markets)).at("chains").at(0).as_object();
  EXPECT_EQ(list.at("base"), "BTC");
  ASSERT_EQ(list.at("expiries").as_array().size(), 2U);
  EXPECT_EQ(list.at("expiries").at(0).at("count"), 3);
  const auto at_ms = list.at("expiries").at(0).at("at_ms").to_number<std::int64_t>();
  const auto chain = json::parse(chain_json(all.markets, venue::deribit, "BTC", at_ms * 1'000'000));
  ASSERT_EQ(chain.at("strikes").as_array().size(), 2U);
  const auto& first = chain.at("strikes").at(0).as_object();
  EXPECT_EQ(first.at("strike"), 90'000);
  EXPECT_EQ(first.at("put").at("iv"), 0.56);
  EXPECT_TRUE(chain.at("strikes").at(1).at("put").is_null());
  EXPECT_EQ(chain.at("underlying").to_number<double>(), 90'000.0);
}

TEST_F(boards_test, shows_a_book_best_first) {
  tell(venue::deribit, "BTC-PERPETUAL", channel::book,
       book_snapshot{.sequence = 5, .bids = {{1_px, 1_qty}, {2_px, 2_qty}}, .asks = {{4_px, 4_qty}, {3_px, 3_qty}}});
  tell(venue::deribit, "BTC-PERPETUAL", channel::book,
       book_change{.sequence = 6, .previous = 5, .bids = {{2_px, 0_qty}}, .asks = {{3.5_px, 1_qty}}});
  const auto text = market_json(all.markets, id_of(venue::deribit, "BTC-PERPETUAL"), 2, no_name);
  EXPECT_THAT(text, HasSubstr(R"("bids":[[1,1]],"asks":[[3,3],[3.5,1]],"bid_levels":1,"ask_levels":3)"));
  EXPECT_THAT(text, HasSubstr(R"("trade":null)"));
}

TEST_F(boards_test, nets_exposure_over_venues_and_kinds) {
  const auto call = id_of(venue::deribit, "BTC-27NOV26-90000-C"), coin = id_of(venue::deribit, "BTC-PERPETUAL"),
             linear = id_of(venue::derive, "BTC-PERP"), dark = id_of(venue::deribit, "BTC-27NOV26-80000-P"),
             token = id_of(venue::polymarket, "77");
  quote(venue::deribit, "BTC-27NOV26-90000-C", 0.05, 0.5, 0.6);
  quote(venue::deribit, "BTC-PERPETUAL", 90'000);
  quote(venue::polymarket, "77", 0.4);
  hold("a", call, side::buy, 0.04_px, 4_qty);
  hold("a", linear, side::buy, 90'000_px, 1.5_qty);
  hold("b", coin, side::sell, 90'000_px, 45'000_qty);
  hold("b", dark, side::buy, 0.04_px, 1_qty);
  hold("b", token, side::buy, 0.3_px, 100_qty);
  const auto rows = json::parse(exposure_json(all.trades, all.markets)).as_array();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].at("underlying"), "BTC");
  EXPECT_NEAR(rows[0].at("delta").to_number<double>(), 2 + 1.5 - 0.5, 1e-9);
  EXPECT_NEAR(rows[0].at("vega").to_number<double>(), 8, 1e-9);
  EXPECT_EQ(rows[0].at("positions"), 4);
  EXPECT_EQ(rows[0].at("unknown"), 1) << "the put has no greeks";
  EXPECT_EQ(rows[0].at("venues").as_array().size(), 2U);
  EXPECT_EQ(rows[1].at("underlying"), "binaries");
  EXPECT_NEAR(rows[1].at("notional").to_number<double>(), 40, 1e-9);
}

TEST_F(boards_test, tells_viewers_of_a_section_only_when_it_changed) {
  all.poll(now_ns, now_ns);
  const auto seen = all.strategies.revision();
  all.poll(now_ns, now_ns);
  EXPECT_EQ(all.strategies.revision(), seen);
  hold("a", id_of(venue::derive, "BTC-PERP"), side::buy, 90'000_px, 1_qty);
  all.poll(now_ns, now_ns);
  const auto news = json::parse(all.strategies.update_since(seen, now_ns)).at("sections").as_object();
  EXPECT_TRUE(news.contains("positions"));
  EXPECT_TRUE(news.contains("fills"));
  EXPECT_FALSE(news.contains("orders"));
  EXPECT_FALSE(news.contains("services"));
}

TEST_F(boards_test, tells_cash_and_profit_apart) {
  all.cash = {{venue::derive, "USDC", 1'000}};
  quote(venue::derive, "BTC-PERP", 90'500);
  hold("a", id_of(venue::derive, "BTC-PERP"), side::buy, 90'000_px, 1_qty);
  const auto row = json::parse(equity_json(all.trades, all.markets, all.cash)).at(0).as_object();
  EXPECT_EQ(row.at("currency"), "USDC");
  EXPECT_EQ(row.at("pnl"), 500);
  EXPECT_EQ(row.at("equity"), 1'500);
}

TEST_F(boards_test, tells_what_money_is_worth_in_dollars_where_that_is_known) {
  all.cash = {{venue::deribit, "BTC", 2}, {venue::deribit, "ETH", 2}, {venue::derive, "USDC", 1'000}};
  tell(venue::deribit, "BTC-PERPETUAL", channel::ticker, ticker{.index = 90'000.0});
  const auto rows = json::parse(equity_json(all.trades, all.markets, all.cash)).as_array();
  ASSERT_EQ(rows.size(), 3U); // by venue and currency
  EXPECT_EQ(rows[0].at("dollars"), 90'000);
  EXPECT_TRUE(rows[1].at("dollars").is_null());
  EXPECT_EQ(rows[2].at("dollars"), 1);
}

TEST(service_board, tells_who_fell_silent_and_who_took_over) {
  service_board board;
  EXPECT_TRUE(board.take({.service = "exec", .instance = "1", .epoch = 1, .at_ns = 1, .ready = true}, 0));
  EXPECT_THAT(board.services_json(second), HasSubstr(R"("late":false)"));
  EXPECT_THAT(board.services_json(6 * second), HasSubstr(R"("late":true)"));
  board.take({.service = "exec", .instance = "2", .epoch = 2, .ready = true, .counters = {{"a\"b", 3}}}, 6 * second);
  const auto rows = json::parse(board.services_json(6 * second)).as_array();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].at("instance"), "2");
  EXPECT_EQ(rows[0].at("counters").at("a\"b"), 3);
}

TEST(service_board, lists_two_of_a_kind_and_forgets_of_them_only_who_was_followed) {
  service_board board;
  std::map<std::string, std::uint64_t> started;
  const auto beat = [&](const std::string& instance, std::int64_t at_s) {
    const auto at_ns = at_s * second;
    const auto epoch = started.try_emplace(instance, at_ns - second / 2).first->second;
    board.take({.service = "router", .instance = instance, .epoch = epoch, .at_ns = at_ns}, at_ns);
  };
  const auto shown = [&](std::int64_t at_s) {
    std::string text;
    const auto rows = json::parse(board.services_json(at_s * second));
    for (const auto& x : rows.as_array())
      text += std::string{x.at("instance").as_string()} + (x.at("late").as_bool() ? " silent " : " ");
    return text;
  };
  beat("root", 1), beat("leaf", 1);
  EXPECT_EQ(shown(2), "leaf root ");
  EXPECT_EQ(shown(7), "leaf silent root silent ");
  beat("root2", 8);
  EXPECT_EQ(shown(8), "root silent root2 ") << "one is back; which of the two it was, nobody can tell";
  beat("leaf2", 9);
  EXPECT_EQ(shown(9), "leaf2 root2 ");
  for (int at_s = 10; at_s <= 12; ++at_s) beat("leaf2", at_s), beat("root" + std::to_string(at_s), at_s);
  EXPECT_EQ(shown(12), "leaf2 root10 root11 root12 root2 ") << "started three times in a moment";
  beat("leaf2", 20), beat("root12", 20);
  EXPECT_EQ(shown(20), "leaf2 root12 ");
}

TEST(service_board, has_room_for_so_many_and_forgets_the_dead) {
  service_board board;
  for (std::size_t i = 0; i < service_board::most_services; ++i)
    EXPECT_TRUE(board.take({.service = "s" + std::to_string(i), .epoch = 1}, 0));
  EXPECT_FALSE(board.take({.service = "one more", .epoch = 1}, 0));
  EXPECT_EQ(board.services_json(service_board::forgotten_after_ns + 1), "[]");
}

TEST(service_board, knows_where_a_replay_stands) {
  service_board board;
  EXPECT_EQ(board.replay_json(0), "null");
  board.take({.service = "replay",
              .epoch = 1,
              .replay = wire::replay_position{.is_paused = true, .speed = 2, .position_ns = second, .fraction = 0.5}},
             0);
  EXPECT_EQ(board.replay_json(0),
            R"({"is_paused":true,"is_over":false,"speed":2,"position_ms":1000,"first_ms":0,"fraction":0.5})");
  EXPECT_EQ(board.replay_json(6 * second), "null") << "it is gone";
}

} // namespace
} // namespace strike::dashboard
