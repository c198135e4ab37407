#include "journal/line.hpp"

#include "kit/temp_folder.hpp"
#include "read_all.hpp"

#include <gtest/gtest.h>

#include <random>

using namespace strike;
using namespace strike::literals;

namespace {

struct line_test : testing::Test {
  instrument_registry instruments;
  temp_folder folder;
  instrument_id option = *instruments.intern(venue::deribit, "BTC-29MAR24-60000-C");

  market_event event(decltype(market_event::body) body) {
    return {.venue_ns = 1'700'000'000'123'000'000, .instrument = option, .body = std::move(body)};
  }
  /// What the reader makes of the line that the event is written as.
  market_event round_trip(const market_event& x) {
    std::string line;
    journal::append_line(line, x, instruments);
    const auto read = read_all({folder.write("a.jsonl", line)}, instruments);
    EXPECT_EQ(read.events.size(), 1U) << line << (read.stats.complaints.empty() ? "" : read.stats.complaints[0]);
    return read.events.empty() ? market_event{} : read.events[0];
  }
};

TEST_F(line_test, a_ticker_is_flat_and_starts_with_the_five_plain_keys) {
  std::string line;
  journal::append_line(line,
                       event(ticker{.best_bid = 100_px, .best_ask = 101.5_px, .best_bid_size = 12.5_qty, .delta = 0.6}),
                       instruments);
  EXPECT_EQ(line, "{\"timestamp\":1700000000123,\"instrument\":\"BTC-29MAR24-60000-C\",\"best_bid\":100,"
                  "\"best_ask\":101.5,\"delta\":0.6,\"best_bid_size\":12.5,\"venue\":\"deribit\"}\n");
}

TEST_F(line_test, every_field_of_a_ticker_survives) {
  const ticker full{.best_bid = 0.0155_px,
                    .best_ask = 0.016_px,
                    .last = 0.01_px,
                    .best_bid_size = 1_qty,
                    .best_ask_size = 2_qty,
                    .mark = 0.0157,
                    .index = 60000.12,
                    .underlying = 60100.5,
                    .open_interest = 1e7,
                    .funding = -1.742e-05,
                    .mark_iv = 0.65,
                    .bid_iv = 0.64,
                    .ask_iv = 0.66,
                    .delta = 0.44054,
                    .gamma = 2e-05,
                    .vega = 85.22,
                    .theta = -21.127,
                    .rho = -94.987};
  EXPECT_EQ(std::get<ticker>(round_trip(event(full)).body), full);
}

TEST_F(line_test, a_combo_may_have_a_negative_price) {
  const ticker spread{.best_bid = -0.0155_px, .best_ask = price{0}};
  EXPECT_EQ(std::get<ticker>(round_trip(event(spread)).body), spread);
}

TEST_F(line_test, a_time_finer_than_milliseconds_survives) {
  auto x = event(ticker{});
  x.venue_ns += 456'789;
  x.recv_ns = x.venue_ns + 1;
  const auto y = round_trip(x);
  EXPECT_EQ(y.venue_ns, x.venue_ns);
  EXPECT_EQ(y.recv_ns, x.recv_ns);
}

TEST_F(line_test, trust_survives) {
  auto x = event(ticker{});
  x.state = trust::resyncing;
  EXPECT_EQ(round_trip(x).state, trust::resyncing);
}

TEST_F(line_test, a_book_and_its_change_survive) {
  book_snapshot book{.sequence = 700};
  book.bids = {{1.5_px, 12.5_qty}, {1.4_px, 1_qty}};
  book.asks = {{1.6_px, 8_qty}};
  EXPECT_EQ(std::get<book_snapshot>(round_trip(event(book)).body), book);
  book_change change{.sequence = 743, .previous = 700};
  change.asks = {{1.6_px, 0_qty}};
  EXPECT_EQ(std::get<book_change>(round_trip(event(change)).body), change);
}

TEST_F(line_test, a_trade_survives_with_and_without_its_aggressor) {
  const trade sold{1.5_px, 2_qty, side::sell, "ETH-284830839"};
  EXPECT_EQ(std::get<trade>(round_trip(event(sold)).body), sold);
  const trade plain{1.5_px, 2_qty, {}, ""};
  EXPECT_EQ(std::get<trade>(round_trip(event(plain)).body), plain);
}

TEST_F(line_test, a_status_survives_with_its_rules) {
  auto rules = std::make_shared<instrument>();
  rules->symbol = "BTC-29MAR24-60000-C";
  rules->info = instruments.at(option).info;
  rules->ticks = {0.0001_px, {{0.005_px, 0.0005_px}}};
  rules->lot = 0.1_qty;
  rules->minimum = 0.1_qty;
  rules->index = "btc_usd";
  rules->outcome = "Yes, \"really\"";
  const auto y = round_trip(event(instrument_status{instrument_state::settled, 0.5, rules}));
  const auto& status = std::get<instrument_status>(y.body);
  EXPECT_EQ(status.state, instrument_state::settled);
  EXPECT_EQ(status.settlement, optional_double{0.5});
  ASSERT_TRUE(status.definition);
  EXPECT_EQ(*status.definition, *rules);
}

TEST_F(line_test, random_tickers_survive) {
  std::mt19937_64 random{7};
  const auto maybe_price = [&] {
    return random() % 3 == 0 ? optional_price{}
                             : optional_price{price{static_cast<std::int64_t>(random() >> 2) - (1LL << 61)}};
  };
  const auto maybe_double = [&] {
    return random() % 3 == 0
               ? optional_double{}
               : optional_double{std::ldexp(static_cast<double>(random() >> 11), static_cast<int>(random() % 90) - 70)};
  };
  for (int i = 0; i < 300; ++i) {
    const ticker x{.best_bid = maybe_price(),
                   .best_ask = maybe_price(),
                   .last = maybe_price(),
                   .mark = maybe_double(),
                   .index = maybe_double(),
                   .delta = maybe_double(),
                   .theta = maybe_double()};
    ASSERT_EQ(std::get<ticker>(round_trip(event(x)).body), x) << "round " << i;
  }
}

TEST_F(line_test, an_order_says_all_that_became_of_it) {
  const fill execution{.venue_ns = 1'700'000'000'123'000'000,
                       .side = side::sell,
                       .at = 0.0155_px,
                       .size = 1_qty,
                       .fee = money{-30'000},
                       .liquidity = liquidity::maker};
  const order_update update{.venue_ns = 1'700'000'000'123'456'789,
                            .order = {7},
                            .instrument = option,
                            .state = order_state::partially_filled,
                            .filled = 2_qty,
                            .remaining = 8_qty,
                            .execution = execution,
                            .reason = "said \"so\""};
  std::string line;
  journal::append_line(line,
                       {.strategy = "gamma",
                        .client_id = "g-7",
                        .venue_trade_id = "T-1",
                        .recv_ns = 1'700'000'000'200,
                        .update = update},
                       instruments);
  EXPECT_EQ(line, R"({"type":"order","timestamp":1700000000123,"instrument":"BTC-29MAR24-60000-C","strategy":"gamma",)"
                  R"("client_id":"g-7","order_id":7,"state":"partially_filled","filled":2,"remaining":8,)"
                  R"("reason":"said \"so\"","fill_price":0.0155,"fill_size":1,"fill_side":"sell","fee":-0.00003,)"
                  R"("liquidity":"maker","fill_reason":"venue","fill_ns":1700000000123000000,"trade_id":"T-1",)"
                  R"("venue":"deribit","recv_ns":1700000000200,"venue_ns":1700000000123456789})"
                  "\n");
}

TEST_F(line_test, orders_are_counted_and_passed_over_also_when_strict) {
  std::string text;
  const order_update update{.venue_ns = 1'700'000'000'123'000'000, .instrument = option};
  journal::append_line(text, event(ticker{}), instruments);
  journal::append_line(text, {.strategy = "gamma", .client_id = "g-7", .update = update}, instruments);
  journal::append_line(text, event(ticker{}), instruments);
  for (const bool sort : {false, true}) {
    const auto read = read_all({folder.write("a.jsonl", text)}, instruments, {.strict = true, .sort = sort});
    EXPECT_FALSE(read.fault);
    EXPECT_EQ(read.events.size(), 2U);
    EXPECT_EQ(read.stats.malformed_lines, 0U);
    EXPECT_EQ(read.stats.order_lines, 1U);
  }
}

} // namespace
