#include "deribit_fixture.hpp"

#include "sandbox/deribit_json.hpp"

#include <fstream>
#include <iterator>
#include <set>

namespace {

using namespace strike;
using namespace strike::literals;
using boost::json::serialize;
using testing::ElementsAre;
using testing::IsEmpty;

boost::json::value recorded(const std::string& file) {
  std::ifstream in{STRIKE_TEST_DATA "/deribit/" + file};
  return boost::json::parse(std::string{std::istreambuf_iterator<char>{in}, {}});
}

/// The names of all members, those of nested objects as "stats.high".
std::set<std::string> names_of(const boost::json::value& x, const std::string& prefix = {}) {
  std::set<std::string> made;
  for (const auto& [key, value] : x.as_object()) {
    const auto name = prefix + std::string{key};
    made.insert(name);
    if (value.is_object()) made.merge(names_of(value, name + "."));
  }
  return made;
}

std::vector<std::string> not_in(const std::set<std::string>& known, const std::set<std::string>& x) {
  std::vector<std::string> made;
  std::ranges::set_difference(x, known, std::back_inserter(made));
  return made;
}

const ticker quote_of_perpetual{.best_bid = 100_px,
                                .best_ask = 100.5_px,
                                .last = 100_px,
                                .best_bid_size = 10_qty,
                                .best_ask_size = 20_qty,
                                .mark = 100.25,
                                .index = 100.125,
                                .open_interest = 1'000'000.0,
                                .funding = 0.00001742};

struct deribit_market_test : deribit_test {
  deribit_market_test() {
    happens(perpetual, book_snapshot{.sequence = 700, .bids = {{100_px, 10_qty}}, .asks = {{100.5_px, 20_qty}}});
    happens(perpetual, quote_of_perpetual);
  }
};

TEST(deribit_numbers, are_printed_as_the_venue_prints_them) {
  using strike::sandbox::deribit::number;
  EXPECT_EQ(number(93'612_px), "93612.0");
  EXPECT_EQ(number(0.0055_px), "0.0055");
  EXPECT_EQ(number(0.0001_px), "1.0E-4");
  EXPECT_EQ(number(0.00025_px), "2.5E-4");
  EXPECT_EQ(number(-0.000000001_px), "-1.0E-9");
  EXPECT_EQ(number(0_px), "0.0");
  EXPECT_EQ(number(0.00001742, 8), "1.742E-5");
  EXPECT_EQ(number(2.5e10, 2), "25000000000.0");
  EXPECT_EQ(number(optional_double{}, 2), "null");
}

TEST_F(deribit_market_test, a_ticker_has_the_members_of_a_recorded_one) {
  happens(perpetual, trade{.at = 100_px, .size = 50_qty, .aggressor = side::buy});
  const auto got = names_of(result("public/ticker", R"({"instrument_name":"BTC-PERPETUAL"})"));
  const auto wanted = names_of(recorded("ws_ticker.json").at("params").at("data"));
  EXPECT_THAT(not_in(wanted, got), IsEmpty());
  EXPECT_THAT(not_in(got, wanted), ElementsAre("settlement_price", "stats.volume_notional"));
}

TEST_F(deribit_market_test, an_option_ticker_has_the_members_of_a_recorded_one) {
  happens(option, ticker{.best_bid = 0.015_px,
                         .best_bid_size = 1_qty,
                         .mark = 0.0152,
                         .index = 100.0,
                         .underlying = 101.0,
                         .open_interest = 4.6,
                         .mark_iv = 0.8,
                         .bid_iv = 0.79,
                         .ask_iv = 0.81,
                         .delta = 0.4,
                         .gamma = 0.0,
                         .vega = 8.0,
                         .theta = -1.0,
                         .rho = 2.0});
  std::ifstream in{STRIKE_TEST_DATA "/deribit/ws_session_2021_btc_options.jsonl"};
  std::string line;
  while (std::getline(in, line) && line.find("\"ticker.") == std::string::npos) {
  }
  const auto wanted = names_of(boost::json::parse(line).at("params").at("data"));
  const auto reply = result("public/ticker", R"({"instrument_name":"BTC-27NOV26-90000-C"})");
  EXPECT_THAT(not_in(wanted, names_of(reply)), ElementsAre("stats.volume_usd"));
  EXPECT_THAT(not_in(names_of(reply), wanted), ElementsAre("settlement_price"));
  EXPECT_EQ(reply.at("underlying_index"), "SYN.BTC-27NOV26");
}

TEST_F(deribit_market_test, the_underlying_of_an_option_is_the_future_of_its_expiry_where_there_is_one) {
  source.add("BTC-27NOV26");
  happens(option, ticker{.mark = 0.0152});
  EXPECT_EQ(result("public/ticker", R"({"instrument_name":"BTC-27NOV26-90000-C"})").at("underlying_index"),
            "BTC-27NOV26");
}

TEST_F(deribit_market_test, an_order_book_is_a_ticker_with_pairs) {
  const auto got = result("public/get_order_book", R"({"instrument_name":"BTC-PERPETUAL","depth":1})");
  EXPECT_THAT(not_in(names_of(recorded("http_get_order_book.json").at("result")), names_of(got)), IsEmpty());
  EXPECT_EQ(got.at("change_id"), 700);
  EXPECT_EQ(serialize(got.at("bids")), "[[1E2,1E1]]");
  EXPECT_EQ(code("public/get_order_book", R"({"instrument_name":"BTC-PERPETUAL","depth":7})"), -32602);
  EXPECT_EQ(code("public/get_order_book", R"({"instrument_name":"BTC-1JAN30"})"), 13020);
}

TEST_F(deribit_market_test, an_instrument_has_the_members_of_a_recorded_one) {
  const auto got = names_of(result("public/get_instrument", R"({"instrument_name":"BTC-PERPETUAL"})"));
  auto wanted = names_of(recorded("http_get_instrument.json").at("result"));
  wanted.insert("state"); // of newer servers
  EXPECT_THAT(not_in(wanted, got), IsEmpty());
  EXPECT_THAT(not_in(got, wanted), ElementsAre("block_trade_min_trade_amount", "block_trade_tick_size", "max_leverage",
                                               "max_liquidation_commission", "max_non_default_leverage"));
}

TEST_F(deribit_market_test, an_inverse_option_is_listed_with_all_its_terms) {
  auto got = result("public/get_instrument", R"({"instrument_name":"BTC-27NOV26-90000-C"})").as_object();
  EXPECT_EQ(got["kind"], "option");
  EXPECT_EQ(got["instrument_type"], "reversed");
  EXPECT_EQ(got["quote_currency"], "BTC");
  EXPECT_EQ(got["counter_currency"], "USD");
  EXPECT_EQ(got["settlement_currency"], "BTC");
  EXPECT_EQ(got["settlement_period"], "month"); // the last Friday
  EXPECT_EQ(got["strike"], 90'000.0);
  EXPECT_EQ(got["option_type"], "call");
  EXPECT_EQ(got["expiration_timestamp"], 1'795'766'400'000);
  EXPECT_EQ(serialize(got["tick_size_steps"]), R"([{"above_price":5E-3,"tick_size":5E-4}])");
  EXPECT_EQ(got["contract_size"], 1.0);
  EXPECT_EQ(got["price_index"], "btc_usd");
}

TEST_F(deribit_market_test, a_perpetual_is_a_future_without_end) {
  auto got = result("public/get_instrument", R"({"instrument_name":"BTC-PERPETUAL"})").as_object();
  EXPECT_EQ(got["kind"], "future");
  EXPECT_EQ(got["settlement_period"], "perpetual");
  EXPECT_EQ(got["expiration_timestamp"], 32'503'708'800'000);
}

TEST_F(deribit_market_test, linear_and_spot_are_listed_as_such) {
  source.add("XRP_USDC-27NOV26-1d02-C");
  source.add("XRP_USDC");
  auto linear = result("public/get_instrument", R"({"instrument_name":"XRP_USDC-27NOV26-1d02-C"})").as_object();
  EXPECT_EQ(linear["instrument_type"], "linear");
  EXPECT_EQ(linear["quote_currency"], "USDC");
  EXPECT_EQ(linear["strike"], 1.02);
  const auto spot = result("public/get_instrument", R"({"instrument_name":"XRP_USDC"})").as_object();
  EXPECT_FALSE(spot.contains("settlement_currency"));
  EXPECT_FALSE(spot.contains("settlement_period"));
}

TEST_F(deribit_market_test, a_listing_is_by_currency_kind_and_life) {
  source.add("ETH-PERPETUAL");
  const auto count = [&](std::string_view params) {
    return result("public/get_instruments", params).as_array().size();
  };
  EXPECT_EQ(count(R"({"currency":"any"})"), 3U);
  EXPECT_EQ(count(R"({"currency":"BTC"})"), 2U);
  EXPECT_EQ(count(R"({"currency":"BTC","kind":"option"})"), 1U);
  happens(option, instrument_status{.state = instrument_state::settled, .settlement = 91'000.0});
  EXPECT_EQ(count(R"({"currency":"BTC"})"), 1U);
  EXPECT_EQ(count(R"({"currency":"BTC","expired":true})"), 1U);
  EXPECT_EQ(code("public/get_instruments"), -32602);
}

TEST_F(deribit_market_test, summaries_have_null_for_an_empty_side) {
  const auto got = result("public/get_book_summary_by_currency", R"({"currency":"BTC"})").as_array();
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0].at("mid_price"), 100.25);
  EXPECT_TRUE(got[1].at("bid_price").is_null());
  EXPECT_TRUE(got[1].at("mid_price").is_null());
  EXPECT_EQ(result("public/get_book_summary_by_instrument", R"({"instrument_name":"BTC-PERPETUAL"})").as_array().size(),
            1U);
}

TEST_F(deribit_market_test, trades_are_paged_by_sequence) {
  for (int i = 0; i < 5; ++i) happens(perpetual, trade{.at = {(100 + i) * nanos_per_unit}, .size = 10_qty});
  const auto page = [&](const std::string& more) {
    const auto got =
        result("public/get_last_trades_by_instrument", R"({"instrument_name":"BTC-PERPETUAL")" + more + "}");
    std::string text;
    for (const auto& x : got.at("trades").as_array()) text += serialize(x.at("trade_seq")) + " ";
    return text + (got.at("has_more").as_bool() ? "more" : "all");
  };
  EXPECT_EQ(page(""), "5 4 3 2 1 all");
  EXPECT_EQ(page(R"(,"count":2)"), "5 4 more");
  EXPECT_EQ(page(R"(,"start_seq":2,"count":2)"), "2 3 more");
  EXPECT_EQ(page(R"(,"start_seq":4,"end_seq":5)"), "4 5 all");
  const auto got = result("public/get_last_trades_by_instrument", R"({"instrument_name":"BTC-PERPETUAL"})");
  EXPECT_THAT(not_in(names_of(recorded("http_get_last_trades.json").at("result").at("trades").at(0)),
                     names_of(got.at("trades").at(0))),
              IsEmpty());
}

TEST_F(deribit_market_test, trade_ids_have_a_prefix_outside_bitcoin) {
  const auto ether = source.add("ETH-PERPETUAL");
  happens(ether, trade{.at = 3'000_px, .size = 1_qty, .id = "5"});
  const auto got = result("public/get_last_trades_by_instrument", R"({"instrument_name":"ETH-PERPETUAL"})");
  EXPECT_EQ(got.at("trades").at(0).at("trade_id"), "ETH-5");
}

TEST_F(deribit_market_test, tick_directions_follow_the_prices) {
  for (const auto at : {10_px, 11_px, 11_px, 10_px, 10_px, 11_px}) happens(perpetual, trade{.at = at, .size = 10_qty});
  const auto got =
      result("public/get_last_trades_by_instrument", R"({"instrument_name":"BTC-PERPETUAL","start_seq":1})");
  std::string directions;
  for (const auto& x : got.at("trades").as_array()) directions += serialize(x.at("tick_direction"));
  EXPECT_EQ(directions, "101230");
}

TEST_F(deribit_market_test, the_index_and_its_deliveries_are_told) {
  EXPECT_EQ(result("public/get_index_price", R"({"index_name":"btc_usd"})").at("index_price"), 100.125);
  EXPECT_EQ(code("public/get_index_price", R"({"index_name":"eth_usd"})"), -32602);
  EXPECT_EQ(serialize(result("public/get_index_price_names")), R"(["btc_usd"])");
  const auto other = source.add("BTC-28NOV26-90000-C");
  happens(option, instrument_status{.state = instrument_state::settled, .settlement = 91'000.5});
  happens(other, instrument_status{.state = instrument_state::settled, .settlement = 92'000.0});
  EXPECT_EQ(serialize(result("public/get_delivery_prices", R"({"index_name":"btc_usd","count":1})")),
            R"({"data":[{"date":"2026-11-28","delivery_price":9.2E4}],"records_total":2})");
  EXPECT_EQ(serialize(result("public/get_delivery_prices", R"({"index_name":"btc_usd","offset":1})").at("data")),
            R"([{"date":"2026-11-27","delivery_price":9.10005E4}])");
}

TEST_F(deribit_market_test, expirations_are_flat_for_any_and_keyed_for_a_currency) {
  source.add("BTC-5JUN26-90000-C");
  source.add("BTC-25DEC26");
  EXPECT_EQ(serialize(result("public/get_expirations", R"({"currency":"any"})")),
            R"({"future":["25DEC26","PERPETUAL"],"option":["5JUN26","27NOV26"]})");
  EXPECT_EQ(serialize(result("public/get_expirations", R"({"currency":"BTC","kind":"option"})")),
            R"({"btc":{"option":["5JUN26","27NOV26"]}})");
}

TEST_F(deribit_market_test, currencies_have_tiny_numbers) {
  server.on_text(client, R"({"id":1,"method":"public/get_currencies"})", now_ns);
  EXPECT_NE(client.taken().at(0).find(R"("withdrawal_fee":1.0E-4,"min_withdrawal_fee":7.0E-8)"), std::string::npos);
}

TEST_F(deribit_market_test, the_contract_size_is_the_lot_of_a_future) {
  EXPECT_EQ(result("public/get_contract_size", R"({"instrument_name":"BTC-PERPETUAL"})").at("contract_size"), 10.0);
}

} // namespace
