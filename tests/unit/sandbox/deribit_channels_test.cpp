#include "deribit_fixture.hpp"

#include "book/order_book.hpp"

#include <random>

namespace {

using namespace strike;
using namespace strike::literals;
using testing::ElementsAre;
using testing::IsEmpty;

struct deribit_channels_test : deribit_test {
  deribit_channels_test() {
    happens(option, book_snapshot{.sequence = 700,
                                  .bids = {{0.0150_px, 12.5_qty}},
                                  .asks = {{0.0165_px, 20_qty}, {0.0160_px, 8_qty}}});
  }
  void change(std::uint64_t sequence, std::uint64_t previous, book_levels bids, book_levels asks) {
    happens(option, book_change{.sequence = sequence, .previous = previous, .bids = bids, .asks = asks});
  }
};
constexpr const char* book_100ms = "book.BTC-27NOV26-90000-C.100ms";

TEST_F(deribit_channels_test, what_is_unknown_is_left_out_without_an_error) {
  const auto got =
      result("public/subscribe", R"({"channels":["book.BTC-27NOV26-90000-C.100ms","book.ETH-PERPETUAL.100ms",
      "nothing","ticker.BTC-PERPETUAL","ticker.BTC-PERPETUAL.5s","book.BTC-PERPETUAL.none.7.100ms",
      "deribit_price_index.eth_usd","perpetual.BTC-27NOV26-90000-C.100ms","ticker.btc-perpetual.100ms"]})");
  EXPECT_EQ(boost::json::serialize(got), R"(["book.BTC-27NOV26-90000-C.100ms"])");
}

TEST_F(deribit_channels_test, one_raw_channel_without_login_fails_the_whole_call) {
  EXPECT_EQ(code("public/subscribe", R"({"channels":["quote.BTC-PERPETUAL","book.BTC-PERPETUAL.raw"]})"), 13778);
  EXPECT_THAT(data(), IsEmpty());
  log_in();
  EXPECT_EQ(code("public/subscribe", R"({"channels":["quote.BTC-PERPETUAL","book.BTC-PERPETUAL.raw"]})"), 0);
}

TEST_F(deribit_channels_test, five_hundred_channels_are_the_most) {
  std::string many = R"({"channels":["a")";
  for (int i = 1; i < 500; ++i) many += ",\"a\"";
  EXPECT_EQ(code("public/subscribe", many + "]}"), 0);
  EXPECT_EQ(code("public/subscribe", many + ",\"a\"]}"), -32602);
}

TEST_F(deribit_channels_test, a_book_begins_with_a_snapshot_best_first) {
  subscribe(book_100ms);
  EXPECT_THAT(data_texts(),
              ElementsAre(R"({"type":"snapshot","timestamp":1700000000000,"instrument_name":"BTC-27NOV26-90000-C",)"
                          R"("change_id":700,"bids":[["new",1.5E-2,1.25E1]],)"
                          R"("asks":[["new",1.6E-2,8E0],["new",1.65E-2,2E1]]})"));
}

TEST_F(deribit_channels_test, a_raw_book_tells_every_change_with_its_chain) {
  log_in();
  subscribe("book.BTC-27NOV26-90000-C.raw");
  data();
  change(743, 700, {{0.0150_px, 10_qty}}, {{0.0160_px, 0_qty}});
  change(760, 743, {}, {{0.0170_px, 1_qty}});
  EXPECT_THAT(client.kinds, ElementsAre(sandbox::frame_kind::book_change, sandbox::frame_kind::book_change));
  const auto got = client.taken();
  EXPECT_EQ(got.at(0), R"({"jsonrpc":"2.0","method":"subscription","params":{"channel":"book.BTC-27NOV26-90000-C.raw",)"
                       R"("data":{"type":"change","timestamp":1700000000000,"instrument_name":"BTC-27NOV26-90000-C",)"
                       R"("change_id":743,"prev_change_id":700,"bids":[["change",0.015,10.0]],)"
                       R"("asks":[["delete",0.016,0.0]]}}})");
  EXPECT_NE(got.at(1).find(R"("change_id":760,"prev_change_id":743,"bids":[],"asks":[["new",0.017,1.0]])"),
            std::string::npos);
}

TEST_F(deribit_channels_test, an_interval_merges_changes_into_one_that_chains) {
  subscribe(book_100ms);
  data();
  change(743, 700, {{0.0150_px, 10_qty}}, {{0.0160_px, 0_qty}, {0.0170_px, 1_qty}});
  advance(0);
  EXPECT_EQ(data().size(), 1U); // nothing was sent for 100 ms: at once
  change(750, 743, {{0.0150_px, 11_qty}, {0.0140_px, 1_qty}}, {});
  change(760, 750, {{0.0150_px, 10_qty}, {0.0140_px, 2_qty}}, {{0.0170_px, 0_qty}});
  advance(100 * ns_per_ms - 1);
  EXPECT_THAT(data(), IsEmpty());
  advance(1);
  const auto got = data();
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].at("change_id"), 760);
  EXPECT_EQ(got[0].at("prev_change_id"), 743);
  EXPECT_EQ(boost::json::serialize(got[0].at("bids")), R"([["new",1.4E-2,2E0]])"); // 0.015 is as it was
  EXPECT_EQ(boost::json::serialize(got[0].at("asks")), R"([["delete",1.7E-2,0E0]])");
}

TEST_F(deribit_channels_test, a_second_subscriber_between_two_messages_gets_a_snapshot_that_chains) {
  fake_connection other{2};
  open(other);
  subscribe(book_100ms);
  change(743, 700, {{0.0150_px, 10_qty}}, {});
  advance(0);
  change(750, 743, {{0.0150_px, 11_qty}}, {});
  notices.clear();
  ask(other, "public/subscribe", R"({"channels":["book.BTC-27NOV26-90000-C.100ms"]})");
  EXPECT_EQ(notices.at(0)["params"].at("data").at("change_id"), 750);
  change(755, 750, {{0.0150_px, 12_qty}}, {});
  advance(100 * ns_per_ms);
  EXPECT_EQ(parsed(other.taken().at(0))["params"].at("data").at("prev_change_id"), 750);
}

TEST_F(deribit_channels_test, subscribing_again_brings_no_snapshot_but_after_unsubscribing_it_does) {
  subscribe(book_100ms);
  EXPECT_EQ(data().size(), 1U);
  EXPECT_EQ(boost::json::serialize(subscribe(book_100ms)), R"(["book.BTC-27NOV26-90000-C.100ms"])");
  EXPECT_THAT(data(), IsEmpty());
  EXPECT_EQ(boost::json::serialize(subscribe(book_100ms, "public/unsubscribe")),
            R"(["book.BTC-27NOV26-90000-C.100ms"])");
  change(743, 700, {{0.0150_px, 10_qty}}, {});
  advance(ns_per_s);
  EXPECT_THAT(data(), IsEmpty());
  subscribe(book_100ms);
  EXPECT_EQ(data().size(), 1U);
  result("public/unsubscribe_all");
  change(744, 743, {{0.0150_px, 11_qty}}, {});
  advance(ns_per_s);
  EXPECT_THAT(data(), IsEmpty());
}

/// Reads the notifications as the venue page tells to.
struct reader {
  order_book book;
  static book_levels levels(const boost::json::value& x) {
    book_levels made;
    for (const auto& level : x.as_array())
      made.push_back({*nearest_decimal<price>(level.at(1).to_number<double>()),
                      *nearest_decimal<quantity>(level.at(2).to_number<double>())});
    return made;
  }
  void take(const boost::json::value& x) {
    const auto id = x.at("change_id").to_number<std::uint64_t>();
    if (x.at("type") == "snapshot") return book.apply(book_snapshot{id, levels(x.at("bids")), levels(x.at("asks"))});
    const auto previous = x.at("prev_change_id").to_number<std::uint64_t>();
    for (const char* side_name : {"bids", "asks"})
      for (const auto& level : x.at(side_name).as_array()) {
        const auto at = *nearest_decimal<price>(level.at(1).to_number<double>());
        const auto before = side_name[0] == 'b' ? book.bid_size_at(at) : book.ask_size_at(at);
        EXPECT_EQ(level.at(0) == "new", before.nanos == 0) << boost::json::serialize(level);
      }
    EXPECT_EQ(book.apply(book_change{id, previous, levels(x.at("bids")), levels(x.at("asks"))}), book_result::applied);
  }
};

TEST_F(deribit_channels_test, raw_and_merged_books_end_where_the_market_is) {
  log_in();
  reader raw, merged;
  std::mt19937 chance{5};
  const auto pick = [&](unsigned below) { return static_cast<std::int64_t>(chance() % below); };
  subscribe("book.BTC-27NOV26-90000-C.raw");
  raw.take(data().at(0));
  subscribe(book_100ms);
  merged.take(data().at(0));
  std::uint64_t sequence = 700;
  for (int i = 0; i < 3'000; ++i) {
    const auto previous = std::exchange(sequence, sequence + 1 + static_cast<std::uint64_t>(pick(40)));
    book_levels bids, asks;
    for (std::int64_t step = 0; step < 10; ++step) { // each level once
      if (pick(4) == 0) bids.push_back({{(140 + step) * 100'000}, {pick(4) * nanos_per_unit}});
      if (pick(4) == 0) asks.push_back({{(160 + step) * 100'000}, {pick(4) * nanos_per_unit}});
    }
    change(sequence, previous, bids, asks);
    advance(pick(30) * ns_per_ms);
    for (const auto& text : client.taken()) {
      const auto notice = parsed(text);
      (notice.at("params").at("channel") == book_100ms ? merged : raw).take(notice.at("params").at("data"));
    }
  }
  advance(100 * ns_per_ms);
  for (const auto& x : data()) merged.take(x);
  const auto& truth = view.at(option).book;
  for (const auto* x : {&raw.book, &merged.book}) {
    EXPECT_EQ(x->sequence(), truth.sequence());
    EXPECT_THAT(x->bids(), testing::ElementsAreArray(truth.bids()));
    EXPECT_THAT(x->asks(), testing::ElementsAreArray(truth.asks()));
  }
}

TEST_F(deribit_channels_test, a_grouped_book_is_whole_each_time_and_rounds_away_from_the_middle) {
  happens(perpetual, book_snapshot{.sequence = 800,
                                   .bids = {{99.5_px, 10_qty}, {98_px, 20_qty}, {93_px, 5_qty}},
                                   .asks = {{100.5_px, 1_qty}, {104.5_px, 2_qty}, {111_px, 3_qty}}});
  subscribe("book.BTC-PERPETUAL.5.10.100ms");
  EXPECT_THAT(data_texts(),
              ElementsAre(R"({"instrument_name":"BTC-PERPETUAL","timestamp":1700000000000,"change_id":800,)"
                          R"("bids":[[9.5E1,3E1],[9E1,5E0]],"asks":[[1.05E2,3E0],[1.15E2,3E0]]})"));
}

TEST_F(deribit_channels_test, a_ticker_is_pushed_when_it_changes_at_most_once_an_interval) {
  subscribe("ticker.BTC-PERPETUAL.100ms");
  EXPECT_EQ(data().size(), 1U);
  happens(perpetual, ticker{.best_bid = 100_px, .best_bid_size = 10_qty, .mark = 100.25});
  happens(perpetual, ticker{.best_bid = 101_px, .best_bid_size = 10_qty, .mark = 100.5});
  advance(100 * ns_per_ms);
  const auto got = data();
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].at("best_bid_price"), 101.0);
  EXPECT_EQ(got[0].at("best_ask_price"), 0.0);
  EXPECT_EQ(got[0].at("best_ask_amount"), 0.0);
  advance(ns_per_s);
  EXPECT_THAT(data(), IsEmpty());
}

TEST_F(deribit_channels_test, volatilities_are_percent_but_for_the_mark_price_channel) {
  subscribe("markprice.options.btc_usd");
  data();
  happens(option, ticker{.mark = 0.01523456, .mark_iv = 0.8002, .bid_iv = 0.79, .delta = -0.42256, .gamma = 0.00002});
  const auto got = result("public/ticker", R"({"instrument_name":"BTC-27NOV26-90000-C"})");
  EXPECT_EQ(got.at("mark_iv"), 80.02);
  EXPECT_EQ(got.at("bid_iv"), 79.0);
  EXPECT_EQ(got.at("ask_iv"), 0.0);
  EXPECT_EQ(got.at("mark_price"), 0.0152);
  EXPECT_EQ(got.at("greeks").at("delta"), -0.42256);
  advance(ns_per_s);
  EXPECT_THAT(data_texts(), ElementsAre(R"([{"instrument_name":"BTC-27NOV26-90000-C","mark_price":1.523456E-2,)"
                                        R"("iv":8.002E-1,"timestamp":1700000000000}])"));
}

TEST_F(deribit_channels_test, an_incremental_ticker_tells_what_changed) {
  happens(perpetual, ticker{.best_bid = 100_px, .best_bid_size = 10_qty, .mark = 100.25, .index = 100.0});
  subscribe("incremental_ticker.BTC-PERPETUAL");
  EXPECT_EQ(data().at(0).at("type"), "snapshot");
  advance(ns_per_s);
  happens(perpetual, ticker{.best_bid = 100_px, .best_bid_size = 11_qty, .index = 100.0});
  advance(ns_per_s);
  EXPECT_THAT(data_texts(),
              ElementsAre(R"({"type":"change","timestamp":1700000001000,"instrument_name":"BTC-PERPETUAL",)"
                          R"("best_bid_amount":1.1E1,"mark_price":null,"min_price":null,"max_price":null})"));
}

TEST_F(deribit_channels_test, quotes_tell_changes_of_the_best_levels_only) {
  happens(perpetual, ticker{.best_bid = 100_px, .best_bid_size = 10_qty});
  subscribe("quote.BTC-PERPETUAL");
  EXPECT_EQ(data().at(0).at("best_bid_price"), 100.0);
  happens(perpetual, ticker{.best_bid = 100_px, .best_bid_size = 10_qty, .mark = 7});
  advance(1);
  EXPECT_THAT(data(), IsEmpty());
  happens(perpetual, ticker{.best_bid = 100_px, .best_ask = 101_px, .best_bid_size = 10_qty, .best_ask_size = 1_qty});
  advance(1);
  EXPECT_EQ(data().at(0).at("best_ask_price"), 101.0);
}

TEST_F(deribit_channels_test, trades_come_in_arrays_by_instrument_and_by_kind) {
  log_in();
  subscribe("trades.BTC-PERPETUAL.raw");
  subscribe("trades.future.BTC.100ms");
  subscribe("trades.option.any.100ms");
  happens(perpetual, ticker{.mark = 100.25, .index = 100.0});
  happens(perpetual, trade{.at = 100.5_px, .size = 50_qty, .aggressor = side::sell, .id = "9001"});
  happens(perpetual, trade{.at = 101_px, .size = 10_qty, .aggressor = side::buy});
  EXPECT_THAT(data_texts(),
              ElementsAre(R"([{"trade_id":"9001","trade_seq":1,"timestamp":1700000000000,)"
                          R"("instrument_name":"BTC-PERPETUAL","price":1.005E2,"amount":5E1,"contracts":5E0,)"
                          R"("direction":"sell","tick_direction":1,"index_price":1E2,"mark_price":1.0025E2}])",
                          testing::HasSubstr(R"("trade_seq":2)")));
  advance(100 * ns_per_ms);
  const auto merged = data();
  ASSERT_EQ(merged.size(), 1U);
  EXPECT_EQ(merged[0].as_array().size(), 2U);
}

TEST_F(deribit_channels_test, an_index_is_told_once_a_second) {
  happens(perpetual, ticker{.index = 60'000.25});
  subscribe("deribit_price_index.btc_usd");
  EXPECT_EQ(data().at(0).at("price"), 60'000.25);
  advance(0);
  data();
  advance(999 * ns_per_ms);
  EXPECT_THAT(data(), IsEmpty());
  advance(ns_per_ms);
  EXPECT_THAT(data_texts(), ElementsAre(R"({"index_name":"btc_usd","price":6.000025E4,"timestamp":1700000001000})"));
}

TEST_F(deribit_channels_test, the_life_of_an_instrument_is_told_by_kind) {
  subscribe("instrument.state.option.BTC");
  subscribe("instrument.creation.any.any");
  subscribe("instrument.state.future.any");
  EXPECT_THAT(data(), IsEmpty());
  const auto made = source.add("BTC-27NOV26-95000-P", now_ns);
  happens(made, instrument_status{.state = instrument_state::listed});
  const auto born = data();
  ASSERT_EQ(born.size(), 2U);
  EXPECT_EQ(boost::json::serialize(born[0]),
            R"({"timestamp":1700000000000,"state":"open","instrument_name":"BTC-27NOV26-95000-P"})");
  EXPECT_EQ(born[1].at("strike"), 95'000.0);
  happens(made, instrument_status{.state = instrument_state::expired});
  happens(made, instrument_status{.state = instrument_state::settled, .settlement = 91'000.0});
  const auto died = data();
  ASSERT_EQ(died.size(), 2U);
  EXPECT_EQ(died[0].at("state"), "settlement");
  EXPECT_EQ(died[1].at("state"), "delivered");
  EXPECT_EQ(boost::json::serialize(subscribe("ticker.BTC-27NOV26-95000-P.100ms")), "[]");
}

TEST_F(deribit_channels_test, platform_state_comes_for_every_index_at_once) {
  subscribe("platform_state");
  subscribe("platform_state.public_methods_state");
  EXPECT_THAT(data_texts(), ElementsAre(R"({"price_index":"btc_usd","locked":false})",
                                        R"({"allow_unauthenticated_public_requests":true})"));
}

TEST_F(deribit_channels_test, a_label_comes_back_with_every_notification) {
  log_in();
  EXPECT_EQ(code("private/subscribe", R"({"channels":["platform_state"],"label":"12345678901234567"})"), -32602);
  result("private/subscribe", R"({"channels":["platform_state"],"label":"mine"})");
  EXPECT_EQ(notices.at(0)["params"].at("label"), "mine");
}

TEST_F(deribit_channels_test, who_is_gone_is_sent_nothing) {
  subscribe(book_100ms);
  data();
  change(743, 700, {{0.0150_px, 10_qty}}, {});
  server.on_close(client);
  advance(ns_per_s);
  EXPECT_TRUE(client.texts.empty());
}

} // namespace
