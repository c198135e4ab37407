#include "sandbox/deribit_venue.hpp"

#include "kit/tls_client.hpp"
#include "server_thread.hpp"
#include "test_market.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace {

using namespace strike;

/// A chain of 5,000 options behind the real server.
struct deribit_network_test : testing::Test {
  test_market source;
  sandbox::market_view view{source};
  sandbox::deribit::deribit_venue venue{source, view, {}};

  deribit_network_test() {
    for (int i = 0; i < 2'500; ++i)
      for (const char right : {'C', 'P'}) source.add(fmt::format("BTC-27NOV26-{}-{}", 10'000 + 50 * i, right));
  }
};

TEST_F(deribit_network_test, lists_five_thousand_instruments_over_https) {
  server_thread server{venue};
  const auto got = https_get(server.address(), server.ca(), "/api/v2/public/get_instruments?currency=any&kind=option");
  EXPECT_EQ(got.status, 200U);
  EXPECT_EQ(got.content_type, "application/json");
  EXPECT_EQ(boost::json::parse(got.body).at("result").as_array().size(), 5'000U);
}

TEST_F(deribit_network_test, lists_five_thousand_instruments_over_a_deflated_websocket) {
  server_thread server{venue};
  websocket_client client{server.address(), server.ca(), "/ws/api/v2", true};
  client.send(R"({"id":1,"method":"public/get_instruments","params":{"currency":"any"}})");
  EXPECT_EQ(boost::json::parse(*client.read()).at("result").as_array().size(), 5'000U);
}

} // namespace
