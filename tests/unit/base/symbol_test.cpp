#include "base/symbol.hpp"
#include "base/time.hpp"

#include <gtest/gtest.h>

namespace strike {
namespace {

using namespace literals;

symbol_info parsed(venue at, std::string_view symbol) {
  const auto info = parse_symbol(at, symbol);
  EXPECT_TRUE(info) << symbol << ": " << (info ? "" : info.error().text);
  return info.value_or(symbol_info{});
}

std::int64_t eight_utc(int year, unsigned month, unsigned day) {
  return ns_from_date(year, month, day).value() + 8 * 3600 * ns_per_s;
}

const symbol_info btc_call{.kind = instrument_kind::option,
                           .base = "BTC",
                           .quote = "USD",
                           .settlement = "BTC",
                           .is_inverse = true,
                           .expiry_ns = eight_utc(2026, 11, 27),
                           .strike = 90'000_px,
                           .right = option_type::call};

TEST(deribit_symbol, reads_an_inverse_option) { EXPECT_EQ(parsed(venue::deribit, "BTC-27NOV26-90000-C"), btc_call); }

TEST(deribit_symbol, reads_a_linear_option_with_a_decimal_strike_and_a_one_digit_day) {
  const symbol_info expected{.kind = instrument_kind::option,
                             .base = "XRP",
                             .quote = "USDC",
                             .settlement = "USDC",
                             .expiry_ns = eight_utc(2026, 1, 3),
                             .strike = 1.02_px,
                             .right = option_type::put};
  EXPECT_EQ(parsed(venue::deribit, "XRP_USDC-3JAN26-1d02-P"), expected);
}

TEST(deribit_symbol, reads_perpetuals) {
  const symbol_info inverse{
      .kind = instrument_kind::perpetual, .base = "BTC", .quote = "USD", .settlement = "BTC", .is_inverse = true};
  const symbol_info linear{
      .kind = instrument_kind::perpetual, .base = "SOL", .quote = "USDC", .settlement = "USDC", .is_inverse = false};
  EXPECT_EQ(parsed(venue::deribit, "BTC-PERPETUAL"), inverse);
  EXPECT_EQ(parsed(venue::deribit, "SOL_USDC-PERPETUAL"), linear);
}

TEST(deribit_symbol, reads_futures_and_spot) {
  const auto future = parsed(venue::deribit, "ETH-25DEC26");
  EXPECT_EQ(future.kind, instrument_kind::future);
  EXPECT_EQ(future.expiry_ns, eight_utc(2026, 12, 25));
  EXPECT_TRUE(future.is_inverse);
  EXPECT_EQ(parsed(venue::deribit, "BTC_USDC-25DEC26").quote, "USDC");
  const auto spot = parsed(venue::deribit, "XRP_USDC");
  EXPECT_EQ(spot.kind, instrument_kind::spot);
  EXPECT_EQ(spot.base, "XRP");
  EXPECT_EQ(spot.quote, "USDC");
  EXPECT_EQ(spot.expiry_ns, 0);
}

TEST(deribit_symbol, reads_future_spreads_by_the_leg_that_ends_first) {
  const auto to_perpetual = parsed(venue::deribit, "BTC-FS-25DEC26_PERP");
  EXPECT_EQ(to_perpetual.kind, instrument_kind::future_combo);
  EXPECT_EQ(to_perpetual.base, "BTC");
  EXPECT_EQ(to_perpetual.expiry_ns, eight_utc(2026, 12, 25));
  EXPECT_EQ(parsed(venue::deribit, "BTC-FS-26MAR27_25DEC26").expiry_ns, eight_utc(2026, 12, 25));
}

TEST(deribit_symbol, reads_option_combos) {
  for (const auto* symbol :
       {"BTC-CS-19MAY26-70000_75000", "BTC-STRD-29MAY26-77000", "BTC-CSR12-19MAY26-70000_75000",
        "BTC-PCAL-29MAY26_5JUN26-70000", "XRP_USDC-CS-26JUN26-1d02_1d1", "ETH-ICOND-5JUN26-2000_2100_2900_3000"})
    EXPECT_EQ(parsed(venue::deribit, symbol).kind, instrument_kind::option_combo) << symbol;
  EXPECT_EQ(parsed(venue::deribit, "BTC-PCAL-5JUN26_29MAY26-70000").expiry_ns, eight_utc(2026, 5, 29));
}

TEST(deribit_symbol, refuses_and_says_which_part_does_not_fit) {
  const struct {
    const char *symbol, *hint;
  } wrong[] = {{"", "COIN"},
               {"btc-PERPETUAL", "COIN"},
               {"BTC", "BASE_QUOTE"},
               {"BTC_", "COIN"},
               {"_USDC", "COIN"},
               {"BTC_USDC_X", "COIN"},
               {"BTC-PERP", "date"},
               {"BTC-03JAN26", "date"},
               {"BTC-31NOV26", "date"},
               {"BTC-0JAN26", "date"},
               {"BTC-3jan26", "date"},
               {"BTC-3JAN2026", "date"},
               {"BTC-29FEB26", "date"},
               {"BTC-27NOV26-90000", "COIN-DATE-STRIKE"},
               {"BTC-27NOV26-90000-X", "C or P"},
               {"BTC-27NOV26-90000-c", "C or P"},
               {"BTC-27NOV26--C", "strike"},
               {"BTC-27NOV26-0-C", "strike"},
               {"BTC-27NOV26-090000-C", "strike"},
               {"BTC-27NOV26--90000-C", "COIN-DATE-STRIKE"},
               {"BTC-27NOV26-1D02-C", "strike"},
               {"BTC-27NOV26-1d0d2-C", "strike"},
               {"BTC-27NOV26-1.02-C", "strike"},
               {"BTC-27NOV26-1d-C", "strike"},
               {"BTC-27NOV26-d5-C", "strike"},
               {"BTC-27NOV26-1e5-C", "strike"},
               {"BTC-27NOV26-99999999999-C", "strike"},
               {"BTC-27NOV26-90000-C-", "COIN-DATE-STRIKE"},
               {"BTC-FS-25DEC26", "FAR_NEAR"},
               {"BTC-FS-PERP_25DEC26", "dates"},
               {"BTC-CS-19MAY26-70000_x", "COIN-CODE"},
               {"BTC-CS-19MAY-70000", "COIN-CODE"}};
  for (const auto& x : wrong) {
    const auto info = parse_symbol(venue::deribit, x.symbol);
    ASSERT_FALSE(info) << x.symbol;
    EXPECT_EQ(info.error().code, ec::malformed);
    EXPECT_NE(info.error().text.find(x.symbol), std::string::npos) << info.error().text;
    EXPECT_NE(info.error().text.find("deribit"), std::string::npos) << info.error().text;
    EXPECT_NE(info.error().text.find(x.hint), std::string::npos) << info.error().text;
  }
}

TEST(derive_symbol, reads_options_perpetuals_and_spot) {
  const auto option = parsed(venue::derive, "ETH-20261127-3000-C");
  EXPECT_EQ(option.kind, instrument_kind::option);
  EXPECT_EQ(option.expiry_ns, eight_utc(2026, 11, 27));
  EXPECT_EQ(option.strike, optional_price{3000_px});
  EXPECT_EQ(option.right, option_type::call);
  EXPECT_EQ(option.settlement, "USDC");
  EXPECT_FALSE(option.is_inverse);
  EXPECT_EQ(parsed(venue::derive, "ETH-20261127-0_25-P").strike, optional_price{0.25_px});
  EXPECT_EQ(parsed(venue::derive, "ETH-PERP").kind, instrument_kind::perpetual);
  EXPECT_EQ(parsed(venue::derive, "ETH-USDC").kind, instrument_kind::spot);
  EXPECT_EQ(parsed(venue::derive, "ETH-USDC").quote, "USDC");
}

TEST(derive_symbol, refuses_the_words_of_other_venues) {
  for (const auto* symbol : {"", "ETH", "ETH-PERPETUAL", "ETH_USDC", "ETH-27NOV26-3000-C", "ETH-20261131-3000-C",
                             "ETH-20261127-3000", "ETH-20261127-3000-X", "ETH-20261127-0-C", "ETH-2026112-3000-C",
                             "ETH-00000000-3000-C", "ETH-99991231-3000-C", "-PERP", "ETH-"})
    EXPECT_FALSE(parse_symbol(venue::derive, symbol)) << symbol;
}

constexpr std::string_view largest_token =
    "115792089237316195423570985008687907853269984665640564039457584007913129639935"; // 2^256 - 1

TEST(polymarket_symbol, reads_token_ids_up_to_256_bits) {
  const auto info = parsed(venue::polymarket, largest_token);
  EXPECT_EQ(info.kind, instrument_kind::binary);
  EXPECT_EQ(info.expiry_ns, 0);
  token_id all_ones;
  all_ones.fill(0xFF);
  EXPECT_EQ(parse_token_id(largest_token), all_ones);
  EXPECT_EQ(to_string(all_ones), largest_token);
  EXPECT_EQ(parse_token_id("0"), token_id{});
  EXPECT_EQ(to_string(token_id{}), "0");
  EXPECT_EQ(parse_token_id("258")->at(30), 1);
  EXPECT_EQ(parse_token_id("258")->at(31), 2);
}

TEST(polymarket_symbol, refuses_256_bits_and_one) {
  for (std::string symbol :
       {std::string{largest_token.substr(0, 77)} + "6", "9" + std::string(77, '0'), "1" + std::string(78, '0')})
    EXPECT_FALSE(parse_token_id(symbol)) << symbol;
}

TEST(polymarket_symbol, refuses_anything_but_digits_without_a_leading_zero) {
  for (const auto* symbol : {"", "01", "-1", "+1", "1 ", " 1", "0x10", "1e5", "1.0", "abc"}) {
    EXPECT_FALSE(parse_token_id(symbol)) << symbol;
    EXPECT_FALSE(parse_symbol(venue::polymarket, symbol)) << symbol;
  }
}

TEST(print_symbol, prints_what_it_was_told) {
  EXPECT_EQ(print_symbol(venue::deribit, btc_call), "BTC-27NOV26-90000-C");
  auto at_derive = btc_call;
  at_derive.is_inverse = false;
  EXPECT_EQ(print_symbol(venue::derive, at_derive), "BTC-20261127-90000-C");
}

TEST(print_symbol, refuses_what_has_no_symbol_at_that_venue) {
  EXPECT_FALSE(print_symbol(venue::derive, parsed(venue::deribit, "ETH-25DEC26"))); // Derive has no dated futures
  EXPECT_FALSE(print_symbol(venue::polymarket, btc_call));
  EXPECT_FALSE(print_symbol(venue::deribit, parsed(venue::deribit, "BTC-CS-19MAY26-70000_75000")));
  auto without_strike = btc_call;
  without_strike.strike.reset();
  EXPECT_FALSE(print_symbol(venue::deribit, without_strike));
}

TEST(infer_venue, tells_the_venue_by_the_grammar) {
  for (const auto* symbol : {"BTC-27NOV26-90000-C", "BTC-PERPETUAL", "BTC_USDC", "BTC-FS-25DEC26_PERP"})
    EXPECT_EQ(infer_venue(symbol), venue::deribit) << symbol;
  for (const auto* symbol : {"ETH-20261127-3000-C", "ETH-PERP", "ETH-USDC"})
    EXPECT_EQ(infer_venue(symbol), venue::derive) << symbol;
  EXPECT_EQ(infer_venue(largest_token), venue::polymarket);
  EXPECT_EQ(infer_venue("nothing at all"), std::nullopt);
}

TEST(qualified_symbol, may_leave_the_venue_out) {
  const auto named = parse_qualified_symbol("deribit:BTC-PERPETUAL");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->at, venue::deribit);
  EXPECT_EQ(named->symbol, "BTC-PERPETUAL");
  const auto bare = parse_qualified_symbol("ETH-PERP");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->at, venue::derive);
}

TEST(qualified_symbol, refuses_an_unknown_venue_and_a_symbol_of_another) {
  EXPECT_NE(parse_qualified_symbol("binance:BTCUSDT").error().text.find("binance"), std::string::npos);
  EXPECT_FALSE(parse_qualified_symbol("derive:BTC-PERPETUAL"));
  EXPECT_FALSE(parse_qualified_symbol(""));
  EXPECT_FALSE(parse_qualified_symbol(":"));
}

} // namespace
} // namespace strike
