#include "server_thread.hpp"
#include "unit/sandbox/derive_orders_fixture.hpp"
#include "unit/sandbox/polymarket_orders_fixture.hpp"

#include "kit/tls_client.hpp"

using namespace strike;
using namespace strike::sandbox;
namespace json = boost::json;

namespace {

/// The names of Polymarket's headers have underscores; its DELETEs have bodies.
struct polymarket_network_test : testing::Test {
  market_run run{{}, wall_ns()};
  polymarket::polymarket_venue at{{}, run.market, run.view};
  polymarket_trader trader;
};

struct derive_network_test : testing::Test {
  market_run run{{}, wall_ns()};
  derive::derive_venue at{{}, run.market, run.view};
  derive_trader trader;
};

} // namespace

TEST_F(polymarket_network_test, signs_in_and_cancels_over_https) {
  run.advance(at, venue::polymarket, ns_per_s);
  server_thread server{at, {}, polymarket::kept_headers};
  const auto upper = [](headers x) { // as clients write them
    for (auto& [name, value] : x)
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return x;
  };
  const auto made = https(server.address(), server.ca(), "POST", "/auth/api-key", "", upper(trader.proof(wall_ns())));
  ASSERT_EQ(made.status, 200U) << made.body;
  const auto key = json::parse(made.body);
  trader.id = key.at("apiKey").as_string();
  trader.secret = key.at("secret").as_string();
  trader.passphrase = key.at("passphrase").as_string();
  const std::string body = R"(["0x12"])";
  const auto cancelled = https(server.address(), server.ca(), "DELETE", "/orders", body,
                               upper(trader.signed_request("DELETE", "/orders", body, wall_ns())));
  ASSERT_EQ(cancelled.status, 200U) << cancelled.body;
  EXPECT_TRUE(json::parse(cancelled.body).at("not_canceled").as_object().contains("0x12"));
  const auto listed = https(server.address(), server.ca(), "GET", "/data/orders?market=0xaa", "",
                            upper(trader.signed_request("GET", "/data/orders", "", wall_ns())));
  EXPECT_EQ(listed.status, 200U) << listed.body;
}

TEST_F(derive_network_test, reads_an_account_over_https) {
  run.advance(at, venue::derive, ns_per_s);
  server_thread server{at, {}, derive::kept_headers};
  const auto login = trader.login(wall_ns());
  const auto text = [&](const char* key) { return std::string{std::string_view{login.at(key).as_string()}}; };
  const auto got =
      https(server.address(), server.ca(), "POST", "/v3/private/get_account", R"({"wallet":")" + trader.wallet + "\"}",
            {{"User-Agent", "test"},
             {"X-DeriveWallet", text("wallet")},
             {"X-DeriveTimestamp", text("timestamp")},
             {"X-DeriveSignature", text("signature")}});
  ASSERT_EQ(got.status, 200U) << got.body;
  EXPECT_EQ(json::parse(got.body).at_pointer("/result/subaccount_ids/0").as_int64(), 91234);
}
