#pragma once

#include "sandbox/derive_venue.hpp"
#include "sign/key.hpp"
#include "unit/sandbox/venue_kit.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

namespace strike::sandbox {

/// A wallet's published test key, and orders that are signed with it. Source: tests/data/sign/derive_signing.json.
struct derive_trader {
  derive::api version = derive::api::v3;
  std::string wallet = "0x374DaEF6100B14f4d78813d8177CB93dF139BC29";
  std::uint64_t subaccount = 91234;
  sign::private_key key =
      *sign::private_key::from_hex("0x761bfa4710765bc968673e2d12a706dc8ed3d193ca2e3dfcade44ad485972a3c");
  std::uint64_t nonces = 0;

  std::string signer() const { return hex_of(key.address()); }
  std::string signature_of(const word& digest) const { return sign::to_hex(sign::sign_digest(key, digest)); }

  boost::json::object login(std::int64_t now_ns) const {
    const auto time = std::to_string(now_ns / ns_per_ms);
    return {{"wallet", wallet}, {"timestamp", time}, {"signature", signature_of(sign::personal_digest(time))}};
  }

  std::uint64_t next_nonce(std::int64_t now_ns) {
    ++nonces;
    return version == derive::api::v3 ? static_cast<std::uint64_t>(now_ns) + nonces
                                      : static_cast<std::uint64_t>(now_ns / ns_per_ms) * 1000 + nonces;
  }

  /// Parameters of an order, unsigned.
  boost::json::object order(std::string_view instrument, std::string_view direction, std::string_view price,
                            std::string_view amount, std::int64_t now_ns) {
    const auto nonce = next_nonce(now_ns);
    return {
        {"subaccount_id", subaccount},
        {"instrument_name", instrument},
        {"direction", direction},
        {"limit_price", price},
        {"amount", amount},
        {"max_fee", "1000"},
        {"nonce", version == derive::api::v3 ? boost::json::value(std::to_string(nonce)) : boost::json::value(nonce)},
        {"signature_expiry_sec", now_ns / ns_per_s + 600},
        {"signer", signer()},
        {"label", "a-" + std::to_string(nonces)}};
  }

  /// Adds the signature to parameters of an order.
  void sign_it(boost::json::object& x, const boost::json::object& instrument) const {
    const auto text = [&](const char* name) {
      return x[name].is_string() ? std::string{std::string_view{x[name].get_string()}}
                                 : boost::json::serialize(x[name]);
    };
    const auto hashes = derive::hashes_of({.asset = *address_of_hex(instrument.at("base_asset_address").as_string()),
                                           .sub_id = *word_of_decimal(instrument.at("base_asset_sub_id").as_string()),
                                           .limit_price = text("limit_price"),
                                           .amount = text("amount"),
                                           .max_fee = text("max_fee"),
                                           .subaccount = subaccount,
                                           .is_bid = text("direction") == "buy",
                                           .nonce = std::stoull(text("nonce")),
                                           .expiry_s = std::stoull(text("signature_expiry_sec")),
                                           .owner = *address_of_hex(wallet),
                                           .signer = key.address()},
                                          derive::terms_of(version, derive::network::mainnet));
    x["signature"] = signature_of(hashes ? hashes->typed_data_hash : word{});
  }
};

/// Without limits of rates.
inline derive::settings unlimited(derive::api version = derive::api::v3) {
  return {.orders = {.version = version}, .limits = {.requests = 0, .matching = 0, .others = 0, .cancel_all = 0}};
}

/// A Derive with a logged-in client.
struct derive_orders_fixture : testing::Test {
  market_run run;
  derive::derive_venue at;
  derive_trader trader;
  fake_connection client;

  explicit derive_orders_fixture(derive::settings how = unlimited())
      : at{how, run.market, run.view}, trader{.version = how.orders.version} {
    pass(ns_per_s);
    open(client);
  }
  void open(fake_connection& x) {
    at.on_open(x, {.path = "/v3/ws", .remote = "127.0.0.1"}, run.now_ns);
    EXPECT_TRUE(ask(x, "public/login", trader.login(run.now_ns)).at("result").is_array());
  }
  void pass(std::int64_t ns) { run.advance(at, venue::derive, ns); }

  /// The answer, which comes before what the request leads to.
  boost::json::value ask(fake_connection& from, std::string_view method, boost::json::object params) {
    const auto before = from.texts.size();
    at.on_text(
        from, boost::json::serialize(boost::json::object{{"id", 7}, {"method", method}, {"params", std::move(params)}}),
        run.now_ns);
    return from.texts.size() > before ? boost::json::parse(from.texts[before]) : boost::json::value(nullptr);
  }
  boost::json::value ask(std::string_view method, boost::json::object params) {
    return ask(client, method, std::move(params));
  }
  std::int64_t code_of(const boost::json::value& x) {
    const auto* error = x.as_object().if_contains("error");
    return error == nullptr ? 0 : error->at("code").as_int64();
  }

  const instrument_view& instrument(std::string_view name) const { return *run.view.find(venue::derive, name); }
  std::string touch(side of, std::string_view name = "ETH-PERP") const {
    const auto& book = instrument(name).book;
    return to_string(of == side::buy ? book.best_bid()->at : book.best_ask()->at);
  }
  /// So many ticks below the best bid, or above the best ask.
  std::string away(side of, int ticks, std::string_view name = "ETH-PERP") const {
    const auto& x = instrument(name);
    const auto step = x.listing->rules.ticks.base.nanos * ticks;
    return to_string(of == side::buy ? price{x.book.best_bid()->at.nanos - step}
                                     : price{x.book.best_ask()->at.nanos + step});
  }

  boost::json::object draft(std::string_view direction, std::string_view limit, std::string_view amount = "1",
                            std::string_view name = "ETH-PERP") {
    return trader.order(name, direction, limit, amount, run.now_ns);
  }
  boost::json::value send(boost::json::object params, std::string_view method = "private/order") {
    trader.sign_it(params, derive::instrument_json(instrument(params["instrument_name"].as_string())));
    return ask(method, std::move(params));
  }
  /// The data of a channel's messages, oldest first.
  std::vector<boost::json::value> data_of(const std::string& channel) const {
    std::vector<boost::json::value> found;
    for (const auto& text : client.texts)
      if (const auto x = boost::json::parse(text);
          x.as_object().contains("params") && text_at(x, "/params/channel") == channel)
        found.push_back(x.at_pointer("/params/data"));
    return found;
  }
  void subscribe() {
    ask("subscribe", {{"channels", boost::json::array{"91234.orders", "91234.trades", "91234.balances"}}});
  }
};

inline boost::json::value derive_data(const std::string& file) {
  std::ifstream in{std::string{STRIKE_TEST_DATA "/derive/"} + file};
  return boost::json::parse(in);
}

} // namespace strike::sandbox
