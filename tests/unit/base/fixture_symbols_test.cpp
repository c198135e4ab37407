// Every instrument name of the recorded listings agrees with the fields that the venue sent beside it.

#include "base/symbol.hpp"
#include "base/time.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace strike {
namespace {

namespace json = boost::json;

json::value load(const std::string& file) {
  std::ifstream in{std::string{STRIKE_TEST_DATA} + "/" + file};
  EXPECT_TRUE(in) << file;
  std::ostringstream text;
  text << in.rdbuf();
  return json::parse(text.str());
}

std::string text_of(const json::object& x, std::string_view key) {
  const auto* value = x.if_contains(key);
  return value != nullptr && value->is_string() ? std::string{value->as_string()} : std::string{};
}

void check_deribit(const json::object& x) {
  const auto symbol = text_of(x, "instrument_name");
  const auto info = parse_symbol(venue::deribit, symbol);
  ASSERT_TRUE(info) << info.error().text;
  // perpetuals are of kind "future" at Deribit, told apart by their settlement period
  const bool perpetual = text_of(x, "settlement_period") == "perpetual";
  EXPECT_EQ(to_text(info->kind), perpetual ? "perpetual" : text_of(x, "kind")) << symbol;
  EXPECT_EQ(info->base, text_of(x, "base_currency")) << symbol;
  const auto quote = text_of(x, "quote_currency");
  EXPECT_EQ(info->quote, quote == info->base ? "USD" : quote) << symbol; // options are quoted in their coin
  if (x.contains("settlement_currency")) {
    EXPECT_EQ(info->settlement, text_of(x, "settlement_currency")) << symbol;
  }
  if (x.contains("instrument_type")) {
    EXPECT_EQ(info->is_inverse, text_of(x, "instrument_type") == "reversed") << symbol;
  }
  const bool expires = !perpetual && text_of(x, "kind") != "spot";
  EXPECT_EQ(info->expiry_ns, expires ? x.at("expiration_timestamp").as_int64() * ns_per_ms : 0) << symbol;
  EXPECT_EQ(info->right ? to_text(*info->right) : "", text_of(x, "option_type")) << symbol;
  EXPECT_EQ(info->strike.has_value(), x.contains("strike")) << symbol;
  if (info->strike) {
    EXPECT_EQ(to_double(*info->strike), x.at("strike").to_number<double>()) << symbol;
  }
  if (info->kind != instrument_kind::option_combo) {
    EXPECT_EQ(print_symbol(venue::deribit, *info), symbol);
  }
  EXPECT_EQ(infer_venue(symbol), venue::deribit) << symbol;
}

struct deribit_listing : testing::TestWithParam<std::pair<const char*, std::size_t>> {};

TEST_P(deribit_listing, agrees_with_the_names) {
  const auto& [file, count] = GetParam();
  const auto listing = load(std::string{"deribit/"} + file);
  const auto& instruments = listing.at("result").as_array();
  EXPECT_EQ(instruments.size(), count);
  for (const auto& x : instruments) check_deribit(x.as_object());
}

INSTANTIATE_TEST_SUITE_P(recorded, deribit_listing,
                         testing::Values(std::pair{"http_get_instruments_btc_2021.json", 398UL},
                                         std::pair{"http_get_instruments_usdc_2022.json", 16UL},
                                         std::pair{"http_get_instruments_spot_and_linear_2025.json", 4UL},
                                         std::pair{"http_get_instruments_option_combo.json", 6UL}),
                         [](const auto& x) {
                           const std::string file = x.param.first;
                           return file.substr(0, file.find('.'));
                         });

TEST(deribit_combos, parse_as_do_their_legs) {
  const auto combos = load("deribit/http_get_combos.json");
  ASSERT_FALSE(combos.at("result").as_array().empty());
  for (const auto& combo : combos.at("result").as_array()) {
    const auto id = text_of(combo.as_object(), "id");
    const auto info = parse_symbol(venue::deribit, id);
    ASSERT_TRUE(info) << info.error().text;
    auto first_expiry = INT64_MAX;
    for (const auto& leg : combo.at("legs").as_array()) {
      const auto part = parse_symbol(venue::deribit, text_of(leg.as_object(), "instrument_name"));
      ASSERT_TRUE(part) << part.error().text;
      EXPECT_EQ(part->base, info->base) << id;
      if (part->expiry_ns != 0) first_expiry = std::min(first_expiry, part->expiry_ns);
    }
    EXPECT_EQ(info->expiry_ns, first_expiry) << id;
  }
}

void check_derive_spot(const json::object& x) {
  const auto symbol = text_of(x, "instrument_name");
  const auto info = parse_symbol(venue::derive, symbol);
  ASSERT_TRUE(info) << info.error().text;
  ASSERT_EQ(text_of(x, "instrument_type"), "erc20");
  EXPECT_EQ(info->kind, instrument_kind::spot);
  EXPECT_EQ(info->base, text_of(x, "base_currency"));
  EXPECT_EQ(info->quote, text_of(x, "quote_currency"));
  EXPECT_EQ(info->expiry_ns, 0);
  EXPECT_EQ(print_symbol(venue::derive, *info), symbol);
}

TEST(derive_listing, agrees_with_the_names) {
  check_derive_spot(load("derive/v2_mainnet_instrument_spot.json").as_object());
  const auto testnet = load("derive/v2_testnet_http_get_instruments_spot.json");
  const auto& instruments = testnet.at("result").as_array();
  EXPECT_EQ(instruments.size(), 1U);
  for (const auto& x : instruments) check_derive_spot(x.as_object());
}

} // namespace
} // namespace strike
