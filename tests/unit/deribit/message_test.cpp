#include "deribit/message.hpp"

#include "base/time.hpp"
#include "book/order_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <random>
#include <sstream>

using namespace strike;
using namespace strike::literals;
using namespace strike::deribit;
using testing::HasSubstr;

namespace {

std::string file(const std::string& name) {
  std::ifstream in{std::string{STRIKE_TEST_DATA} + "/deribit/" + name};
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

std::vector<std::string> lines(const std::string& name) {
  std::istringstream in{file(name)};
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

struct message_test : testing::Test {
  message_reader read;
  std::string text;

  result<message_kind> open(std::string x) {
    text = std::move(x);
    pad(text);
    return read.open(text);
  }
  ticker_message ticker_of(std::string x) {
    EXPECT_TRUE(open(std::move(x)));
    ticker_message made;
    const auto ok = read.ticker(made);
    EXPECT_TRUE(ok) << ok.error().text;
    return made;
  }
  result<book_message> book_of(std::string x) {
    EXPECT_TRUE(open(std::move(x)));
    book_message made;
    if (const auto ok = read.book(made); !ok) return std::unexpected{ok.error()};
    return made;
  }
  static std::string notification(const std::string& channel, const std::string& data) {
    return R"({"jsonrpc":"2.0","method":"subscription","params":{"channel":")" + channel + R"(","data":)" + data + "}}";
  }
};

TEST_F(message_test, reads_the_ticker_of_an_option) {
  const auto x = ticker_of(lines("ws_session_2021_btc_options.jsonl").front());
  EXPECT_EQ(read.channel(), "ticker.BTC-31DEC21-34000-P.raw");
  EXPECT_EQ(x.venue_ns, 1'626'993'722'933 * ns_per_ms);
  EXPECT_EQ(x.values, (ticker{.best_bid = 0.2325_px,
                              .best_ask = 0.236_px,
                              .last = 0.229_px,
                              .best_bid_size = 0.8_qty,
                              .best_ask_size = 4.8_qty,
                              .mark = 0.2335098,
                              .index = 32201.67,
                              .underlying = 32744.81,
                              .open_interest = 4.6,
                              .mark_iv = 80.02 * 0.01,
                              .bid_iv = 79.63 * 0.01,
                              .ask_iv = 80.98 * 0.01,
                              .delta = -0.42256,
                              .gamma = 0.00002,
                              .vega = 85.22269,
                              .theta = -21.12703,
                              .rho = -94.98694}));
}

TEST_F(message_test, reads_the_ticker_of_a_perpetual) {
  const auto x = ticker_of(file("ws_ticker.json"));
  EXPECT_EQ(read.channel(), "ticker.BTC-PERPETUAL.100ms");
  EXPECT_EQ(x.venue_ns, 1'765'541'474'086 * ns_per_ms);
  EXPECT_EQ(x.values.best_bid, 92'283.5_px);
  EXPECT_EQ(x.values.best_bid_size, 117'660_qty);
  EXPECT_EQ(x.values.best_ask, 92'284_px);
  EXPECT_EQ(x.values.best_ask_size, 186'520_qty);
  EXPECT_EQ(x.values.mark, 92281.78);
  EXPECT_EQ(x.values.open_interest, 1132329370.0);
  EXPECT_TRUE(x.values.funding);
  EXPECT_FALSE(x.values.mark_iv);
  EXPECT_FALSE(x.values.delta);
}

TEST_F(message_test, an_empty_side_is_none_however_it_is_written) {
  for (const auto* side : {R"("best_bid_price":0.0,"best_bid_amount":0.0)", R"("best_bid_price":null)",
                           R"("best_bid_amount":5.0)", R"("best_bid_price":1.0,"best_bid_amount":0)"}) {
    const auto x = ticker_of(notification(
        "ticker.A.100ms", std::string{R"({"timestamp":1700000000000,"bid_iv":500.0,"mark_iv":null,)"} + side + "}"));
    EXPECT_FALSE(x.values.best_bid) << side;
    EXPECT_FALSE(x.values.best_bid_size) << side;
    EXPECT_FALSE(x.values.bid_iv) << side;
    EXPECT_FALSE(x.values.mark_iv) << side;
  }
}

TEST_F(message_test, combos_may_have_negative_prices) {
  const auto x = ticker_of(notification(
      "ticker.A.100ms",
      R"({"best_bid_amount":2.0e0,"best_bid_price":-1.0E-4,"timestamp":1700000000000,"mark_iv":-2.5,"bid_iv":0.0})"));
  EXPECT_EQ(x.values.best_bid, price{-100'000});
  EXPECT_EQ(x.values.best_bid_size, 2_qty);
  EXPECT_FALSE(x.values.bid_iv);
  EXPECT_DOUBLE_EQ(*x.values.mark_iv, -0.025);
}

TEST_F(message_test, reads_the_ticker_within_an_order_book) {
  const auto x = ticker_of(file("http_get_order_book.json"));
  EXPECT_TRUE(x.values.best_bid && x.values.best_ask && x.values.mark);
}

/// What tests/data/README tells of the recording, after all its lines.
TEST_F(message_test, books_of_a_recorded_session_end_as_they_should) {
  std::map<std::string, order_book, std::less<>> books;
  int changes = 0;
  for (const auto& line : lines("ws_session_2021_btc_options.jsonl")) {
    ASSERT_TRUE(open(line));
    const std::string channel{read.channel()};
    if (!channel.starts_with("book.")) continue;
    const auto x = book_of(line);
    ASSERT_TRUE(x) << x.error().text;
    auto& book = books[channel.substr(5, channel.rfind('.') - 5)];
    if (x->is_snapshot) {
      book.apply(book_snapshot{x->change_id, x->bids, x->asks});
    } else {
      ++changes;
      EXPECT_EQ(book.apply(book_change{x->change_id, x->previous, x->bids, x->asks}), book_result::applied);
    }
  }
  EXPECT_EQ(changes, 5);
  struct end {
    const char* symbol;
    std::uint64_t change_id;
    book_level bid, ask;
    std::size_t bids, asks;
  };
  for (const auto& x : {end{"BTC-31DEC21-34000-P", 33195896887, {0.2325_px, 1.5_qty}, {0.236_px, 8.4_qty}, 8, 4},
                        end{"BTC-31DEC21-300000-C", 33195896452, {0.005_px, 2.1_qty}, {0.0055_px, 4_qty}, 8, 19},
                        end{"BTC-24SEP21-34000-P", 33195897416, {0.1555_px, 0.8_qty}, {0.1585_px, 11.2_qty}, 7, 6},
                        end{"BTC-30JUL21-24000-P", 33195892239, {0.002_px, 91.6_qty}, {0.0025_px, 13.7_qty}, 4, 7},
                        end{"BTC-25MAR22-30000-C", 33195873383, {0.274_px, 8_qty}, {0.316_px, 8_qty}, 4, 1},
                        end{"BTC-24JUN22-15000-C", 33190041117, {0.583_px, 9_qty}, {0.6235_px, 9_qty}, 2, 1}}) {
    const auto& book = books[x.symbol];
    EXPECT_EQ(book.sequence(), x.change_id) << x.symbol;
    EXPECT_EQ(*book.best_bid(), x.bid) << x.symbol;
    EXPECT_EQ(*book.best_ask(), x.ask) << x.symbol;
    EXPECT_EQ(book.bids().size(), x.bids) << x.symbol;
    EXPECT_EQ(book.asks().size(), x.asks) << x.symbol;
  }
}

TEST_F(message_test, tells_snapshots_from_changes) {
  const auto is_snapshot = [&](const std::string& fields) {
    const auto x = book_of(notification("book.A.raw", R"({"timestamp":1700000000000,"change_id":9,)" + fields + "}"));
    return x ? (x->is_snapshot ? "snapshot" : "change") : "malformed";
  };
  EXPECT_STREQ(is_snapshot(R"("type":"snapshot","prev_change_id":5)"), "snapshot");
  EXPECT_STREQ(is_snapshot(R"("type":"snapshot")"), "snapshot");
  EXPECT_STREQ(is_snapshot(R"("bids":[])"), "snapshot");
  EXPECT_STREQ(is_snapshot(R"("prev_change_id":null)"), "snapshot");
  EXPECT_STREQ(is_snapshot(R"("prev_change_id":0)"), "snapshot");
  EXPECT_STREQ(is_snapshot(R"("prev_change_id":5)"), "change");
  EXPECT_STREQ(is_snapshot(R"("type":"change","prev_change_id":5)"), "change");
  EXPECT_STREQ(is_snapshot(R"("type":"change","prev_change_id":0)"), "snapshot");
  EXPECT_STREQ(is_snapshot(R"("type":"change")"), "change") << "and it follows nothing";
}

TEST_F(message_test, a_size_is_the_new_total_and_nothing_with_delete) {
  const auto x = book_of(notification(
      "book.A.raw",
      R"({"change_id":9,"prev_change_id":8,"timestamp":1700000000000,"asks":[],"bids":[["delete",1.5,7],["new",-2,3]]})"));
  ASSERT_TRUE(x);
  EXPECT_EQ(x->bids, (book_levels{{1.5_px, 0_qty}, {price{-2 * nanos_per_unit}, 3_qty}}));
}

TEST_F(message_test, a_grouped_book_is_not_taken_for_a_whole_one) {
  const auto x = book_of(file("ws_book_grouped_snapshot.json"));
  ASSERT_FALSE(x);
  EXPECT_THAT(x.error().text, HasSubstr("without an action"));
}

TEST_F(message_test, reads_trades) {
  std::vector<trade_message> all;
  ASSERT_TRUE(open(lines("ws_trades_perpetual_agg2.jsonl").front()));
  ASSERT_TRUE(read.trades(all));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].symbol, "BTC-PERPETUAL");
  EXPECT_EQ(all[0].venue_ns, 1'742'627'465'811 * ns_per_ms);
  EXPECT_EQ(all[0].sequence, 242'126'092U);
  EXPECT_FALSE(all[0].is_block);
  EXPECT_EQ(all[0].what, (trade{84'295.5_px, 8'430_qty, side::buy, "356130997"}));
}

TEST_F(message_test, reads_the_trades_of_a_request) {
  std::vector<trade_message> all;
  for (const auto* name : {"http_get_last_trades.json", "http_get_last_trades_perpetual_with_combo_tags.json"}) {
    ASSERT_TRUE(open(file(name)));
    ASSERT_TRUE(read.trades(all)) << name;
    ASSERT_FALSE(all.empty());
    for (const auto& x : all) EXPECT_TRUE(x.sequence != 0 && x.what.size > quantity{} && x.what.aggressor);
  }
  EXPECT_EQ(all[0].what, (trade{77'315.5_px, 20_qty, side::buy, "244343036"}));
}

TEST_F(message_test, a_block_trade_is_marked) {
  std::vector<trade_message> all;
  ASSERT_TRUE(open(notification(
      "trades.A.raw",
      R"([{"instrument_name":"A","timestamp":1700000000000,"trade_seq":4,"trade_id":"ETH-1","price":-0.01,"amount":1,)"
      R"("direction":"sell","block_trade_id":"B-7","legs":[{"price":9}]}])")));
  ASSERT_TRUE(read.trades(all));
  EXPECT_TRUE(all[0].is_block);
  EXPECT_EQ(all[0].what, (trade{price{-10'000'000}, 1_qty, side::sell, "ETH-1"}));
}

TEST_F(message_test, keys_may_stand_in_any_order) {
  const std::string reordered =
      R"({"params":{"data":{"timestamp":1700000000000,"mark_price":5},"channel":"ticker.A.100ms"},)"
      R"("method":"subscription","jsonrpc":"2.0"})";
  const auto x = ticker_of(reordered);
  EXPECT_EQ(read.channel(), "ticker.A.100ms");
  EXPECT_EQ(x.values.mark, 5);
}

TEST_F(message_test, tells_what_a_message_is) {
  EXPECT_EQ(open(R"({"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}})"),
            message_kind::test_request);
  EXPECT_EQ(open(R"({"jsonrpc":"2.0","method":"heartbeat","params":{"type":"heartbeat"}})"), message_kind::heartbeat);
  EXPECT_EQ(open(R"({"result":"ok","usIn":1,"testnet":true,"id":17,"jsonrpc":"2.0"})"), message_kind::reply);
  EXPECT_EQ(read.id(), 17U);
  EXPECT_EQ(read.testnet(), true);
  EXPECT_EQ(open(R"({"error":{"message":"bad_request","data":"invalid json","code":11050},"jsonrpc":"2.0"})"),
            message_kind::complaint);
  EXPECT_EQ(open(R"({"id":3,"error":{"code":10028,"message":"too_many_requests","data":null},"testnet":false})"),
            message_kind::reply);
  EXPECT_EQ(to_string(*read.refused()), "10028 too_many_requests");
  for (const auto* broken : {"", "{", "[]", "pong", R"({"jsonrpc":"2.0"})", R"({"method":"news","params":{}})"})
    EXPECT_FALSE(open(broken)) << broken;
}

TEST_F(message_test, reads_accepted_channels_logins_and_delivery_prices) {
  ASSERT_TRUE(open(R"({"id":1,"result":["book.B.raw","book.A.raw"]})"));
  EXPECT_EQ(*read.channels(), (std::vector<std::string>{"book.B.raw", "book.A.raw"}));
  ASSERT_TRUE(open(R"({"id":1,"result":{"expires_in":31536000,"refresh_token":"r","scope":"trade:read","x":1}})"));
  const auto login = read.logged_in();
  EXPECT_EQ(login->expires_in_s, 31'536'000);
  EXPECT_EQ(login->refresh_token, "r");
  ASSERT_TRUE(open(R"({"result":{"data":[{"date":"2026-11-25","delivery_price":91234.5}],"records_total":1}})"));
  const auto all = read.deliveries();
  ASSERT_TRUE(all) << all.error().text;
  EXPECT_EQ(all->at(0).date_ns, *ns_from_date(2026, 11, 25));
  EXPECT_EQ(all->at(0).price, 91234.5);
}

TEST_F(message_test, reads_states) {
  ASSERT_TRUE(
      open(notification("instrument.state.any.any",
                        R"({"timestamp":1700000000000,"state":"settlement","instrument_name":"BTC-PERPETUAL"})")));
  const auto x = read.state();
  ASSERT_TRUE(x);
  EXPECT_EQ(x->symbol, "BTC-PERPETUAL");
  EXPECT_EQ(state_of(x->state), instrument_state::halted);
  EXPECT_EQ(state_of("archivized"), instrument_state::expired);
  EXPECT_EQ(state_of("open"), instrument_state::resumed);
  EXPECT_EQ(state_of("asleep"), std::nullopt);
  ASSERT_TRUE(open(notification("platform_state", R"({"price_index":"sol_usdc","locked":true})")));
  const auto platform = read.platform();
  EXPECT_EQ(platform->index, "sol_usdc");
  EXPECT_TRUE(platform->is_down);
}

TEST_F(message_test, a_changed_recording_is_read_or_refused_and_never_more) {
  const auto recorded = lines("ws_session_2021_btc_options.jsonl");
  std::mt19937_64 random{11};
  std::size_t refused = 0;
  ticker_message values;
  book_message book;
  std::vector<trade_message> all;
  for (int round = 0; round < 20'000; ++round) {
    auto x = recorded[random() % recorded.size()];
    for (auto n = 1 + random() % 4; n > 0; --n) {
      const auto at = random() % x.size();
      if (random() % 2 == 0)
        x[at] = static_cast<char>(random() % 256);
      else
        x.erase(at, 1 + random() % 9);
    }
    const auto kind = open(x);
    if (!kind) {
      ++refused;
      continue;
    }
    refused += !read.ticker(values);
    refused += !open(x) || !read.book(book);
    refused += !open(x) || !read.trades(all);
    refused += !open(x) || !read.state();
    refused += !open(x) || !read.listings();
  }
  EXPECT_GT(refused, 1'000U);
}

} // namespace
