#include "polymarket/amounts.hpp"

#include "kit/polymarket_data.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

using namespace strike;
using namespace strike::literals;
using namespace strike::polymarket;
namespace json = boost::json;

namespace {

std::string text_of(const json::object& from, const char* key) { return std::string{from.at(key).as_string()}; }
price price_of(const json::object& from, const char* key) { return *parse_decimal<price>(text_of(from, key)); }
quantity size_of(const json::object& from, const char* key) { return *parse_decimal<quantity>(text_of(from, key)); }
money money_of(const json::object& from, const char* key) { return {size_of(from, key).nanos}; }
side side_of(const json::object& from) { return text_of(from, "side") == "BUY" ? side::buy : side::sell; }

void expect_amounts(const result<amounts>& got, const json::object& expected) {
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(std::to_string(got->maker), text_of(expected, "maker_amount"));
  EXPECT_EQ(std::to_string(got->taker), text_of(expected, "taker_amount"));
}

void check_limit(const json::object& in, const json::object& expected) {
  expect_amounts(limit_amounts(side_of(in), price_of(in, "price"), size_of(in, "size"), price_of(in, "tick_size")),
                 expected);
}

quantity amount_of(const json::object& in) { return size_of(in, in.contains("size") ? "size" : "amount_quote"); }

void check_market(const json::object& in, const json::object& expected) {
  expect_amounts(market_amounts(side_of(in), price_of(in, "price"), amount_of(in), price_of(in, "tick_size")),
                 expected);
}

void check_shares_up(const json::object& in, const json::object& expected) {
  expect_amounts(
      market_amounts(side_of(in), price_of(in, "price"), amount_of(in), price_of(in, "tick_size"), share_rounding::up),
      expected);
}

void check_market_price(const json::object& in, const json::object& expected) {
  std::vector<book_level> levels;
  for (const auto& x : in.at("levels_best_last").as_array())
    levels.push_back({price_of(x.as_object(), "price"), size_of(x.as_object(), "size")});
  std::ranges::reverse(levels);
  const auto found = worst_price(levels, amount_of(in), in.contains("amount_quote"));
  const bool is_fok = text_of(in, "order_type") == "FOK";
  if (expected.contains("error")) {
    EXPECT_TRUE(!found.worst || (is_fok && !found.is_complete));
    return;
  }
  ASSERT_TRUE(found.worst);
  EXPECT_TRUE(found.is_complete || !is_fok);
  EXPECT_EQ(*found.worst, price_of(expected, "price"));
}

fee_terms terms_of(const json::object& in) {
  return {price_of(in, "rate"), static_cast<int>(in.at("exponent").as_int64())};
}

void check_fee(const json::object& in, const json::object& expected) {
  const auto exact = taker_fee(size_of(in, "shares"), price_of(in, "price"), terms_of(in));
  EXPECT_EQ(exact, money_of(expected, "fee_exact"));
  EXPECT_EQ(round_fee(exact, fee_rounding::cut), money_of(expected, "fee_5dp_down"));
  EXPECT_EQ(round_fee(exact, fee_rounding::up), money_of(expected, "fee_5dp_up"));
}

void check_reserve(const json::object& in, const json::object& expected) {
  const price slippage{price_of(in, "fee_slippage_percent").nanos / 100};
  EXPECT_EQ(affordable(money_of(in, "amount_quote"), price_of(in, "price"), money_of(in, "balance"), terms_of(in),
                       price_of(in, "builder_taker_rate"), slippage),
            money_of(expected, "adjusted_amount"));
}

} // namespace

TEST(polymarket_amounts, every_vector_is_reproduced) {
  const std::map<std::string, void (*)(const json::object&, const json::object&)> checks = {
      {"limit_amounts", check_limit}, {"market_amounts", check_market},     {"market_buy_shares_up", check_shares_up},
      {"taker_fee", check_fee},       {"market_price", check_market_price}, {"buy_spend_reserve", check_reserve}};
  const auto file = json::parse(test::polymarket_data("vectors/polymarket_amounts.json"));
  std::size_t checked = 0;
  for (const auto& x : file.at("vectors").as_array()) {
    const auto& vector = x.as_object();
    SCOPED_TRACE(text_of(vector, "id"));
    const auto check = checks.find(text_of(vector, "kind"));
    ASSERT_NE(check, checks.end());
    check->second(vector.at("input").as_object(), vector.at("expected").as_object());
    ++checked;
  }
  EXPECT_EQ(checked, 85u);
}

TEST(polymarket_amounts, a_tick_the_venue_does_not_have_is_an_error) {
  const auto made = limit_amounts(side::buy, 0.5_px, 10_qty, 0.02_px);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ec::malformed);
  EXPECT_NE(made.error().text.find("0.02"), std::string::npos);
}

TEST(polymarket_amounts, a_price_of_one_or_nothing_and_a_size_of_less_than_a_hundredth_are_refused) {
  EXPECT_FALSE(limit_amounts(side::buy, 1_px, 10_qty, 0.01_px));
  EXPECT_FALSE(limit_amounts(side::sell, 0_px, 10_qty, 0.01_px));
  EXPECT_FALSE(limit_amounts(side::buy, 0.5_px, 0.009_qty, 0.01_px));
  EXPECT_FALSE(market_amounts(side::buy, 0.009_px, 10_qty, 0.01_px)); // cut to 0
}

TEST(polymarket_amounts, the_largest_orders_do_not_overflow) {
  const auto most = quantity{INT64_MAX};
  const auto made = limit_amounts(side::buy, 0.9999_px, most, 0.0001_px);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->taker, static_cast<std::uint64_t>(most.nanos / 10'000'000) * 10'000);
  EXPECT_FALSE(market_amounts(side::buy, 0.0001_px, most, 0.0001_px)); // more shares than the venue can count here
}

TEST(polymarket_amounts, a_valid_price_lies_on_the_tick_and_a_tick_inside) {
  EXPECT_TRUE(is_valid_price(0.005_px, 0.005_px));
  EXPECT_TRUE(is_valid_price(0.995_px, 0.005_px));
  EXPECT_FALSE(is_valid_price(0.999_px, 0.005_px)); // three decimals, but between the ticks
  EXPECT_FALSE(is_valid_price(1_px, 0.005_px));
  EXPECT_FALSE(is_valid_price(0_px, 0.005_px));
}

TEST(polymarket_amounts, a_size_of_whole_cents_is_the_largest_below) {
  EXPECT_EQ(whole_cents_size(0.56_px, 21.04_qty), 21_qty); // steps of 0.25
  EXPECT_EQ(whole_cents_size(0.5_px, 21.04_qty), 21.04_qty);
  EXPECT_EQ(whole_cents_size(0.577_px, 25_qty), 20_qty);
  EXPECT_EQ(whole_cents_size(0.577_px, 9_qty), 0_qty);
  for (int cents = 1; cents < 100; ++cents) { // against the definition
    const price at{cents * 10'000'000};
    const auto size = whole_cents_size(at, 7.77_qty);
    EXPECT_EQ(notional(at, size).nanos % 10'000'000, 0) << cents;
    for (quantity x = size + 0.01_qty; x <= 7.77_qty; x += 0.01_qty)
      EXPECT_NE(notional(at, x).nanos % 10'000'000, 0) << cents << ' ' << to_string(x);
  }
}
