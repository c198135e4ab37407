#pragma once

#include "fake_connection.hpp"
#include "sandbox/deribit_venue.hpp"
#include "sandbox/market_view.hpp"
#include "test_market.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

/// A sandbox Deribit without a network: a client's texts go in, what it would receive comes out. Time moves by hand.
struct deribit_test : testing::Test {
  using market_event = strike::market_event;
  static constexpr std::int64_t start_ns = 1'700'000'000 * strike::ns_per_s;

  test_market source;
  strike::sandbox::market_view view{source};
  strike::instrument_id perpetual = source.add("BTC-PERPETUAL"), option = source.add("BTC-27NOV26-90000-C");
  strike::sandbox::deribit::settings how;
  strike::sandbox::deribit::deribit_venue server{source, view, how};
  fake_connection client;
  std::int64_t now_ns = start_ns;

  explicit deribit_test(strike::sandbox::deribit::settings x = {}) : how{std::move(x)} { open(client); }

  void open(fake_connection& which) {
    server.on_open(which, {.method = "GET", .path = "/ws/api/v2", .remote = "127.0.0.1"}, now_ns);
  }
  void advance(std::int64_t by_ns) {
    now_ns += by_ns;
    server.round(now_ns);
  }
  void happens(strike::instrument_id id, decltype(market_event::body) what) {
    const market_event x{.venue_ns = now_ns, .instrument = id, .body = std::move(what)};
    server.on_event(x, now_ns);
    view.apply(x);
  }

  static boost::json::object parsed(const std::string& text) { return boost::json::parse(text).as_object(); }
  /// Sends a request and takes its reply, and what else came into `notices`.
  boost::json::object ask(fake_connection& from, std::string_view method, std::string_view params = "{}") {
    server.on_text(from,
                   R"({"jsonrpc":"2.0","id":7,"method":")" + std::string{method} + R"(","params":)" +
                       std::string{params} + "}",
                   now_ns);
    boost::json::object reply;
    for (const auto& text : from.taken()) {
      auto x = parsed(text);
      if (x.contains("id"))
        reply = std::move(x);
      else
        notices.push_back(std::move(x));
    }
    return reply;
  }
  boost::json::object ask(std::string_view method, std::string_view params = "{}") {
    return ask(client, method, params);
  }
  boost::json::value result(std::string_view method, std::string_view params = "{}") {
    auto reply = ask(method, params);
    EXPECT_TRUE(reply.contains("result")) << boost::json::serialize(reply);
    return reply["result"];
  }
  std::int64_t code(std::string_view method, std::string_view params = "{}") {
    auto reply = ask(method, params);
    return reply.contains("error") ? reply["error"].at("code").as_int64() : 0;
  }
  void log_in() {
    EXPECT_EQ(code("public/auth", R"({"grant_type":"client_credentials","client_id":"sandbox-key",)"
                                  R"("client_secret":"sandbox-secret"})"),
              0);
  }
  boost::json::value subscribe(std::string_view channel, std::string_view method = "public/subscribe") {
    return result(method, R"({"channels":[")" + std::string{channel} + R"("]})");
  }
  /// The data of all notifications since the last call.
  std::vector<boost::json::value> data() {
    for (const auto& text : client.taken()) notices.push_back(parsed(text));
    std::vector<boost::json::value> made;
    for (auto& x : std::exchange(notices, {}))
      if (x["method"] == "subscription") made.push_back(x["params"].at("data"));
    return made;
  }
  std::vector<std::string> data_texts() {
    std::vector<std::string> made;
    for (const auto& x : data()) made.push_back(boost::json::serialize(x));
    return made;
  }

  std::vector<boost::json::object> notices;
};
