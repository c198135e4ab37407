#pragma once

#include "sandbox/polymarket_venue.hpp"
#include "sign/key.hpp"
#include "unit/sandbox/venue_kit.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace strike::sandbox {

/// A published test key. Source: tests/data/sign/polymarket_signing.json.
struct polymarket_trader {
  sign::private_key key =
      *sign::private_key::from_hex("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
  std::string id, secret, passphrase;
  std::uint64_t salt = 0;

  std::string address() const { return hex_of(key.address()); }
  std::string signature_of(const word& digest) const { return sign::to_hex(sign::sign_digest(key, digest)); }
  headers proof(std::int64_t now_ns, std::uint64_t nonce = 0) const {
    const auto time = std::to_string(now_ns / ns_per_s);
    return {{"poly_address", address()},
            {"poly_timestamp", time},
            {"poly_nonce", std::to_string(nonce)},
            {"poly_signature", signature_of(polymarket::clob_auth_digest(key.address(), time, nonce, 137))}};
  }
  headers signed_request(const std::string& method, const std::string& path, const std::string& body,
                         std::int64_t now_ns) const {
    const auto time = std::to_string(now_ns / ns_per_s);
    return {{"poly_address", address()},
            {"poly_timestamp", time},
            {"poly_api_key", id},
            {"poly_passphrase", passphrase},
            {"poly_signature", polymarket::request_signature(secret, time, method, path, body)}};
  }
};

/// A Polymarket with a client that has its API key and listens at the user channel.
struct polymarket_orders_fixture : testing::Test {
  market_run run;
  polymarket::polymarket_venue at;
  polymarket_trader trader;
  fake_connection user;
  const binary_market* market = nullptr; ///< an ordinary one, quoted on both sides, near the middle

  explicit polymarket_orders_fixture(polymarket::settings how = {}) : at{std::move(how), run.market, run.view} {
    pass(ns_per_s);
    const auto made = boost::json::parse(send("POST", "/auth/api-key", "", trader.proof(run.now_ns)).body);
    trader.id = made.at("apiKey").as_string();
    trader.secret = made.at("secret").as_string();
    trader.passphrase = made.at("passphrase").as_string();
    at.on_open(user, {.path = "/ws/user"}, run.now_ns);
    at.on_text(user, hello(), run.now_ns);
    for (const auto& x : run.market.markets())
      if (!x.is_neg_risk && !x.is_closed && is_in_the_middle(x)) market = &x;
  }
  std::string hello() const {
    return boost::json::serialize(boost::json::object{
        {"type", "user"},
        {"auth", {{"apiKey", trader.id}, {"secret", trader.secret}, {"passphrase", trader.passphrase}}}});
  }
  bool is_in_the_middle(const binary_market& x) const {
    const auto& book = run.view.find(venue::polymarket, x.outcomes[0].token)->book;
    return book.best_bid() && book.best_ask() && to_double(book.best_bid()->at) > 0.2 &&
           to_double(book.best_ask()->at) < 0.8;
  }
  void pass(std::int64_t ns) { run.advance(at, venue::polymarket, ns); }

  http_response send(const std::string& method, const std::string& path, const std::string& body, headers extra,
                     headers query = {}) {
    return at.on_http({.method = method,
                       .path = path,
                       .query = std::move(query),
                       .extra = std::move(extra),
                       .body = body,
                       .remote = "127.0.0.1"},
                      run.now_ns);
  }
  http_response call(const std::string& method, const std::string& path, const std::string& body = "",
                     headers query = {}) {
    return send(method, path, body, trader.signed_request(method, path, body, run.now_ns), std::move(query));
  }
  boost::json::value ask(const std::string& method, const std::string& path, const std::string& body = "",
                         headers query = {}) {
    const auto x = call(method, path, body, std::move(query));
    EXPECT_EQ(x.status, 200) << path << ' ' << x.body;
    return boost::json::parse(x.body);
  }

  const std::string& token() const { return market->outcomes[0].token; }
  price touch(side of) const {
    const auto& book = run.view.find(venue::polymarket, token())->book;
    return of == side::buy ? book.best_bid()->at : book.best_ask()->at;
  }

  /// An order of the amounts, in millionths.
  polymarket::signed_order draft(side which, std::uint64_t maker, std::uint64_t taker) {
    return {.salt = ++trader.salt,
            .maker = trader.key.address(),
            .signer = trader.key.address(),
            .token = *word_of_decimal(token()),
            .maker_amount = maker,
            .taker_amount = taker,
            .is_sell = which == side::sell,
            .timestamp_ms = static_cast<std::uint64_t>(run.now_ns / ns_per_ms)};
  }
  /// So many shares at a price.
  polymarket::signed_order limit(side which, price p, std::uint64_t shares) {
    const auto micro = shares * 1'000'000;
    const auto dollars = static_cast<std::uint64_t>(int128{micro} * p.nanos / nanos_per_unit);
    return which == side::buy ? draft(which, dollars, micro) : draft(which, micro, dollars);
  }
  boost::json::object body_of(const polymarket::signed_order& x, std::string_view type = "GTC",
                              std::string_view expiration = "0") const {
    const auto digest = polymarket::digest_of(x, polymarket::domain_of({.is_neg_risk = market->is_neg_risk}));
    return {{"order",
             {{"salt", x.salt},
              {"maker", hex_of(x.maker)},
              {"signer", hex_of(x.signer)},
              {"tokenId", token()},
              {"makerAmount", std::to_string(x.maker_amount)},
              {"takerAmount", std::to_string(x.taker_amount)},
              {"side", x.is_sell ? "SELL" : "BUY"},
              {"signatureType", x.signature_type},
              {"timestamp", std::to_string(x.timestamp_ms)},
              {"expiration", expiration},
              {"metadata", hex_of(x.metadata)},
              {"builder", hex_of(x.builder)},
              {"signature", trader.signature_of(digest)}}},
            {"owner", trader.id},
            {"orderType", type},
            {"deferExec", false},
            {"postOnly", false}};
  }
  http_response post(const boost::json::object& body) { return call("POST", "/order", boost::json::serialize(body)); }
  boost::json::value place(const boost::json::object& body) {
    return ask("POST", "/order", boost::json::serialize(body));
  }
  /// The refusal's text.
  std::string refused(const boost::json::object& body, int status = 400) {
    const auto x = post(body);
    EXPECT_EQ(x.status, status) << x.body;
    const auto y = boost::json::parse(x.body);
    const auto* text = y.as_object().if_contains("error");
    return text != nullptr ? std::string{std::string_view{text->as_string()}} : x.body;
  }

  /// What the user channel said, of a type.
  std::vector<boost::json::value> events(std::string_view type) const {
    std::vector<boost::json::value> found;
    for (const auto& text : user.texts)
      if (auto x = boost::json::parse(text); text_at(x, "/event_type") == type) found.push_back(std::move(x));
    return found;
  }
};

inline boost::json::value polymarket_data(const std::string& file) {
  std::ifstream in{std::string{STRIKE_TEST_DATA "/polymarket/"} + file};
  return boost::json::parse(in);
}

} // namespace strike::sandbox
