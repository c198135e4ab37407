// What notifications become: every recorded market-data payload, and what the protocol page says beyond them.
#include "kit/derive_messages.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <numbers>

using namespace strike;
using namespace strike::derive;
using namespace strike::literals;
using testing::HasSubstr;

namespace {

constexpr std::int64_t ms = 1'000'000;

std::string ticker_text(std::string_view fields) {
  return derive_notification("ticker_slim.ETH-PERP.100",
                             R"({"timestamp":5,"instrument_ticker":{)" + std::string{fields} + "}}");
}
std::string book_text(std::string_view bids, std::string_view asks) {
  return derive_notification("orderbook.ETH-PERP.1.20", R"({"instrument_name":"ETH-PERP","publish_id":7,"timestamp":9,)"
                                                        R"("bids":)" +
                                                            std::string{bids} + R"(,"asks":)" + std::string{asks} +
                                                            "}");
}
/// A payload of our data, opened as what its channel sent.
struct recorded : derive_text {
  recorded(std::string_view channel, std::string_view file)
      : derive_text{derive_notification(channel, derive_payload(file))} {}
};

} // namespace

TEST(derive_ticker, of_a_recorded_perpetual) {
  recorded x{"ticker_slim.ETH-PERP.100", "v2_ws_ticker_slim_perp.json"};
  EXPECT_EQ(x.kind, message_kind::notification);
  EXPECT_EQ(x->channel(), "ticker_slim.ETH-PERP.100");
  const auto read = x->ticker();
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->venue_ns, 1779953796714 * ms);
  ticker expected{
      .best_bid = 1992.36_px, .best_ask = 1992.37_px, .best_bid_size = 1.505_qty, .best_ask_size = 1.505_qty};
  expected.index = 1991.79;
  expected.mark = 1992.49;
  expected.open_interest = 4248.342;
  expected.funding = 0.0001; // 0.0000125 an hour
  EXPECT_EQ(read->values, expected);
}

TEST(derive_ticker, of_a_recorded_option) {
  recorded x{"ticker_slim.ETH-20260612-1600-C.1000", "v2_ws_ticker_slim_option_call.json"};
  const auto read = x->ticker();
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->venue_ns, 1779953796231 * ms) << "the inner t of option_pricing is theta";
  ticker expected{.best_bid = 383_px, .best_ask = 409.8_px, .best_bid_size = 150.62_qty, .best_ask_size = 13.72_qty};
  expected.index = 1991.7;
  expected.mark = 398.1;
  expected.underlying = 1992.6;
  expected.open_interest = 0;
  expected.mark_iv = 0.67698;
  expected.ask_iv = 0.88815; // and no bid_iv, though there is a bid
  expected.delta = 0.95222;
  expected.gamma = 0.00036344;
  expected.vega = 0.40175;
  expected.theta = -0.90562;
  expected.rho = 16.38143;
  EXPECT_EQ(read->values, expected);
}

TEST(derive_ticker, of_a_recorded_spot_without_ask_has_neither_ask_nor_its_size) {
  recorded x{"ticker_slim.ETH-USDC.1000", "v2_mainnet_ws_ticker_slim_spot.json"};
  const auto read = x->ticker();
  ASSERT_TRUE(read) << read.error().text;
  ticker expected{.best_bid = 0.2_px, .best_bid_size = 45_qty};
  expected.index = expected.mark = 2122.29;
  expected.open_interest = 0;
  EXPECT_EQ(read->values, expected);
}

/// The recorded option fits Black-76 on its forward, undiscounted, with a year of 365 days.
/// Source: protocol page, section 11.2, with its tolerance of 0.2 %.
TEST(derive_ticker, greeks_of_the_recorded_option_are_those_of_its_volatility) {
  recorded x{"ticker_slim.ETH-20260612-1600-C.1000", "v2_ws_ticker_slim_option_call.json"};
  const auto read = x->ticker();
  ASSERT_TRUE(read) << read.error().text;
  const auto& t = read->values;
  const double forward = *t.underlying, sigma = *t.mark_iv, strike = 1600;
  const double years = (1781251200.0 - static_cast<double>(read->venue_ns) / 1e9) / 31'536'000;
  const double root = sigma * std::sqrt(years), d1 = std::log(forward / strike) / root + root / 2;
  const auto cdf = [](double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; };
  const double density = std::exp(-d1 * d1 / 2) / std::sqrt(2 * std::numbers::pi);
  const auto near = [](double computed, optional_double sent) {
    EXPECT_NEAR(*sent / computed, 1, 0.002) << "computed " << computed << ", sent " << *sent;
  };
  near(cdf(d1), t.delta);
  near(density / (forward * root), t.gamma);
  near(forward * density * std::sqrt(years) / 100, t.vega);
  near(-forward * density * sigma / (2 * std::sqrt(years)) / 365, t.theta);
  near(forward * cdf(d1) - strike * cdf(d1 - root), t.mark);
  near(years * *t.mark, t.rho);
}

TEST(derive_ticker, keys_mean_something_else_in_each_object_whatever_their_order) {
  derive_text x{R"({"params":{"data":{"instrument_ticker":{"option_pricing":{"f":"7","t":"-1","m":"9"},"f":null,)"
                R"("M":"3","t":4},"timestamp":5},"channel":"ticker_slim.A.100"},"method":"subscription"})"};
  ASSERT_EQ(x.kind, message_kind::notification);
  EXPECT_EQ(x->channel(), "ticker_slim.A.100");
  const auto read = x->ticker();
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->venue_ns, 4 * ms);
  ticker expected;
  expected.mark = 3;
  expected.underlying = 7;
  expected.theta = -1;
  EXPECT_EQ(read->values, expected);
}

TEST(derive_ticker, takes_numbers_for_texts_and_any_number_of_places_in_a_mark_price) {
  derive_text x{ticker_text(R"("b":1992.5,"B":2,"a":1.9935e3,"M":"2052.725120183155512345678901234567890")")};
  const auto read = x->ticker();
  ASSERT_TRUE(read) << read.error().text;
  ticker expected{.best_bid = 1992.5_px, .best_ask = 1993.5_px, .best_bid_size = 2_qty};
  expected.mark = 2052.7251201831555;
  EXPECT_EQ(read->values, expected);
}

/// However it is read, a number becomes the nearest double.
TEST(derive_ticker, analytics_are_the_nearest_doubles) {
  for (const auto* text : {"0.1", "-0.90562", "1992.123456789", "9007199.254740991", "9007199.254740993", "123456789.1",
                           "0.000000001", "0.0000000001", "2052.7251201831555", "1e-7"}) {
    derive_text x{ticker_text(R"("option_pricing":{"d":")" + std::string{text} + "\"}")};
    const auto read = x->ticker();
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->values.delta, optional_double{std::strtod(text, nullptr)}) << text;
  }
}

TEST(derive_ticker, with_a_price_of_more_than_nine_places_is_malformed) {
  derive_text x{ticker_text(R"("b":"1992.1234567891")")};
  const auto read = x->ticker();
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().text, HasSubstr("b '1992.1234567891' has more than nine decimals"));
}

TEST(derive_book, of_a_recorded_spot_is_one_sided) {
  recorded x{"orderbook.ETH-USDC.1.10", "v2_mainnet_ws_orderbook_spot.json"};
  const auto read = x->book();
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->publish_id, 9582u);
  EXPECT_EQ(read->venue_ns, 1779607319268 * ms);
  EXPECT_EQ(read->bids, (book_levels{{0.2_px, 45_qty}, {0.1_px, 32.9_qty}}));
  EXPECT_TRUE(read->asks.empty());
}

TEST(derive_book, takes_levels_as_objects_as_the_schema_of_v3_writes_them) {
  derive_text x{book_text(R"([{"price":"3","amount":"1"},{"amount":2,"price":2.5}])", R"([["4","0"],["5","6","7"]])")};
  const auto read = x->book();
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->bids, (book_levels{{3_px, 1_qty}, {2.5_px, 2_qty}}));
  EXPECT_EQ(read->asks, (book_levels{{5_px, 6_qty}})) << "a level of size 0 is none";
}

TEST(derive_book, with_levels_out_of_order_or_twice_is_malformed) {
  for (const auto* asks : {R"([["5","1"],["4","1"]])", R"([["5","1"],["5","2"]])"}) {
    derive_text x{book_text("[]", asks)};
    const auto read = x->book();
    ASSERT_FALSE(read) << asks;
    EXPECT_THAT(read.error().text, HasSubstr("asks are not best first"));
  }
}

TEST(derive_trades, are_several_in_a_message_and_say_which_were_negotiated) {
  derive_text x{derive_notification(
      "trades.ETH-PERP",
      R"([{"trade_id":"a1","instrument_name":"ETH-PERP","timestamp":1794000000123,"trade_price":"3000.1",)"
      R"("trade_amount":"0.5","mark_price":"3000.123456789012345","index_price":"1","direction":"sell",)"
      R"("quote_id":null,"rfq_id":null},)"
      R"({"trade_id":"a2","instrument_name":"ETH-PERP","timestamp":1794000000124,"trade_price":"3001",)"
      R"("trade_amount":"2","direction":"buy","quote_id":"q","rfq_id":"r","liquidity":"new field"}])")};
  const auto read = x->trades();
  ASSERT_TRUE(read) << read.error().text;
  ASSERT_EQ(read->size(), 2u);
  const auto &first = read->front(), &second = read->back();
  EXPECT_EQ(first.symbol, "ETH-PERP");
  EXPECT_EQ(first.venue_ns, 1794000000123 * ms);
  EXPECT_EQ(first.what, (trade{3000.1_px, 0.5_qty, side::sell, "a1"}));
  EXPECT_FALSE(first.is_rfq);
  EXPECT_EQ(second.what, (trade{3001_px, 2_qty, side::buy, "a2"}));
  EXPECT_TRUE(second.is_rfq);
}

TEST(derive_spot_feed, gives_prices_by_currency) {
  derive_text x{derive_notification("spot_feed.ETH", R"({"timestamp":1794000000000,"feeds":{"ETH":{"price":"3000.12",)"
                                                     R"("confidence":"1","price_prev_daily":"2950"}}})")};
  const auto read = x->spot();
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->venue_ns, 1794000000000 * ms);
  EXPECT_EQ(read->prices, (std::map<std::string, double, std::less<>>{{"ETH", 3000.12}}));
}
