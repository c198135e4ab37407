#pragma once

#include "deribit_fixture.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <set>

/// A sandbox Deribit with a market to trade in, two accounts, and a key that may only read.
struct deribit_order_test : deribit_test {
  using json = boost::json::value;

  static strike::sandbox::deribit::settings usual() {
    strike::sandbox::deribit::settings x;
    x.keys.push_back({"other-key", "other-secret", "other", {}});
    x.keys.push_back({"reader-key", "reader-secret", "sandbox-key", "trade:read account:read"});
    x.trading_rate = x.trading_burst = 1'000;
    return x;
  }
  explicit deribit_order_test(strike::sandbox::deribit::settings x = usual()) : deribit_test{std::move(x)} {
    using namespace strike;
    using namespace strike::literals;
    happens(perpetual, book_snapshot{.sequence = 1,
                                     .bids = {{90'000_px, 1000_qty}, {89'990_px, 1000_qty}},
                                     .asks = {{90'010_px, 1000_qty}, {90'020_px, 1000_qty}}});
    happens(perpetual, ticker{.last = 90'005_px, .mark = 90'005.0, .index = 90'000.0});
    happens(option, book_snapshot{.sequence = 2, .bids = {{0.01_px, 5_qty}}, .asks = {{0.011_px, 5_qty}}});
    happens(option, ticker{.mark = 0.0105, .index = 90'000.0, .underlying = 90'100.0, .mark_iv = 0.5, .delta = 0.5});
    log_in(client, "sandbox");
  }

  using deribit_test::log_in;
  boost::json::object log_in(fake_connection& which, const std::string& name, const std::string& scope = "") {
    auto reply = ask(which, "public/auth",
                     fmt::format(R"({{"grant_type":"client_credentials","client_id":"{0}-key",)"
                                 R"("client_secret":"{0}-secret","scope":"{1}"}})",
                                 name, scope));
    EXPECT_TRUE(reply.contains("result")) << boost::json::serialize(reply);
    return reply;
  }
  /// The parameters of a limit order in the perpetual.
  static std::string limit(std::string_view price, std::string_view amount, std::string_view more = "") {
    return fmt::format(R"({{"instrument_name":"BTC-PERPETUAL","price":{},"amount":{}{}}})", price, amount, more);
  }
  json order(std::string_view method, const std::string& params) { return result(method, params).at("order"); }
  /// Its id; the order rests.
  std::string rests(std::string_view price = "89000", std::string_view amount = "100", std::string_view more = "") {
    const auto made = order("private/buy", limit(price, amount, more));
    EXPECT_EQ(made.at("order_state"), "open");
    return std::string{made.at("order_id").as_string()};
  }
  json state(const std::string& id) { return result("private/get_order_state", R"({"order_id":")" + id + "\"}"); }
  void trades_at(strike::price at, strike::quantity size, strike::side aggressor = strike::side::sell) {
    happens(perpetual, strike::trade{.at = at, .size = size, .aggressor = aggressor});
  }

  static json fixture(const std::string& name) {
    std::ifstream in{STRIKE_TEST_DATA "/deribit/" + name};
    EXPECT_TRUE(in) << name;
    return boost::json::parse(std::string{std::istreambuf_iterator<char>{in}, {}});
  }
  static std::set<std::string> keys(const json& x) {
    std::set<std::string> made;
    for (const auto& [key, value] : x.as_object()) made.emplace(key);
    return made;
  }
};
