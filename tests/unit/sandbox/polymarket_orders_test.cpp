#include "sign/hash.hpp"
#include "unit/sandbox/polymarket_orders_fixture.hpp"

#include <gmock/gmock.h>

using namespace strike;
using namespace strike::literals;
using namespace strike::sandbox;
using testing::EndsWith;
using testing::HasSubstr;
namespace json = boost::json;

namespace {

struct polymarket_orders_test : polymarket_orders_fixture {
  http_response get(const std::string& path) { return send("GET", path, "", {}); }
  /// The body of an order that a deposit wallet has signed. Source: Polymarket, deposit-wallet signature.
  json::object wrapped(const polymarket::signed_order& x) const {
    const std::string type =
        "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 "
        "takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 "
        "builder)";
    const auto contents = packed_words{}
                              .add(sign::keccak256(type))
                              .add(x.salt)
                              .add(x.maker)
                              .add(x.signer)
                              .add(x.token)
                              .add(x.maker_amount)
                              .add(x.taker_amount)
                              .add(0)
                              .add(3)
                              .add(x.timestamp_ms)
                              .add(x.metadata)
                              .add(x.builder)
                              .hash();
    const auto wrapper = packed_words{}
                             .add(sign::keccak256("TypedDataSign(Order contents,string name,string version,uint256 "
                                                  "chainId,address verifyingContract,bytes32 salt)" +
                                                  type))
                             .add(contents)
                             .add(sign::keccak256("DepositWallet"))
                             .add(sign::keccak256("1"))
                             .add(137)
                             .add(x.maker)
                             .add(0)
                             .hash();
    const auto domain = polymarket::domain_of({});
    auto body = body_of(x);
    body["order"].as_object()["signature"] = trader.signature_of(typed_data_hash(domain, wrapper)) +
                                             hex_of(domain).substr(2) + hex_of(contents).substr(2) +
                                             hex_of(type).substr(2) + "00ba";
    return body;
  }
  price below(int ticks) const { return price{touch(side::buy).nanos - ticks * 10'000'000}; }
};

} // namespace

TEST_F(polymarket_orders_test, makes_a_key_once_for_a_nonce_and_derives_the_same) {
  EXPECT_EQ(send("POST", "/auth/api-key", "", trader.proof(run.now_ns)).status, 400);
  const auto again = json::parse(send("GET", "/auth/derive-api-key", "", trader.proof(run.now_ns)).body);
  EXPECT_EQ(text_at(again, "/apiKey"), trader.id);
  EXPECT_EQ(text_at(again, "/secret"), trader.secret);
  EXPECT_EQ(send("GET", "/auth/derive-api-key", "", trader.proof(run.now_ns, 5)).status, 400);
  EXPECT_EQ(text_at(ask("GET", "/auth/api-keys"), "/apiKeys/0"), trader.id);
}

TEST_F(polymarket_orders_test, refuses_a_proof_by_another_key_or_of_another_time) {
  auto with = trader.proof(run.now_ns);
  with[0].second = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
  const auto x = send("POST", "/auth/api-key", "", with);
  EXPECT_EQ(x.status, 401);
  EXPECT_THAT(x.body, HasSubstr("Invalid L1 Request headers"));
  EXPECT_EQ(send("POST", "/auth/api-key", "", trader.proof(run.now_ns - 120 * ns_per_s, 1)).status, 401);
}

TEST_F(polymarket_orders_test, refuses_a_request_whose_signature_is_over_something_else) {
  EXPECT_EQ(call("GET", "/data/orders").status, 200);
  auto with = trader.signed_request("GET", "/data/orders", "", run.now_ns);
  EXPECT_EQ(send("GET", "/data/trades", "", with).status, 401);
  EXPECT_EQ(send("GET", "/data/orders", "x", with).status, 401);
  with[3].second = "0";
  EXPECT_EQ(send("GET", "/data/orders", "", with).status, 401);
  EXPECT_EQ(send("GET", "/data/orders", "", {}).status, 401);
  EXPECT_EQ(get("/data/order/0x12").status, 401);
}

TEST_F(polymarket_orders_test, rests_an_order_under_the_id_that_its_hash_is) {
  const auto order = limit(side::buy, below(5), 10);
  const auto x = place(body_of(order));
  const auto id = hex_of(polymarket::digest_of(order, polymarket::domain_of({})));
  EXPECT_EQ(text_at(x, "/orderID"), id);
  EXPECT_EQ(text_at(x, "/status"), "live");
  EXPECT_TRUE(x.at("success").as_bool());
  const auto told = events("order");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(text_at(told[0], "/type"), "PLACEMENT");
  EXPECT_EQ(text_at(told[0], "/status"), "LIVE");
  EXPECT_EQ(keys(told[0]), keys(polymarket_data("ws/user_order_placement.json")));
  const auto listed = ask("GET", "/data/orders");
  EXPECT_EQ(text_at(listed, "/data/0/id"), id);
  EXPECT_EQ(text_at(listed, "/next_cursor"), "LTE=");
  EXPECT_EQ(text_at(ask("GET", "/data/order/" + id), "/original_size"), "10");
}

TEST_F(polymarket_orders_test, matches_what_crosses_and_tells_the_trade_as_recorded) {
  const auto x = place(body_of(limit(side::buy, touch(side::sell), 10)));
  EXPECT_EQ(text_at(x, "/status"), "matched");
  EXPECT_EQ(text_at(x, "/takingAmount"), "10");
  EXPECT_EQ(x.at("tradeIDs").as_array().size(), events("trade").size());
  const auto trade = events("trade").at(0);
  auto recorded = keys(polymarket_data("ws/user_trade_taker_matched.json"));
  EXPECT_EQ(keys(trade), recorded);
  EXPECT_EQ(text_at(trade, "/trader_side"), "TAKER");
  EXPECT_EQ(text_at(trade, "/taker_order_id"), text_at(x, "/orderID"));
  EXPECT_EQ(text_at(events("order").back(), "/type"), "UPDATE");
  EXPECT_EQ(text_at(events("order").back(), "/status"), "MATCHED");
  const auto row = ask("GET", "/data/trades").at_pointer("/data/0");
  EXPECT_EQ(keys(row), keys(polymarket_data("http/clob_trade_confirmed.json")));
  const auto held = ask("GET", "/positions", "", {{"user", trader.address()}});
  EXPECT_EQ(text_at(held, "/0/asset"), token());
  EXPECT_EQ(held.at_pointer("/0/size").to_number<double>(), 10);
  const auto left = ask("GET", "/balance-allowance", "", {{"asset_type", "CONDITIONAL"}, {"token_id", token()}});
  EXPECT_EQ(text_at(left, "/balance"), "10000000");
}

TEST_F(polymarket_orders_test, charges_takers_by_the_curve) {
  const auto p = touch(side::sell);
  place(body_of(limit(side::buy, p, 10)));
  const auto& fill = at.desk()->fills().at(0);
  const double at_price = to_double(fill.what.at), expected = 10 * 0.07 * at_price * (1 - at_price);
  EXPECT_NEAR(to_double(fill.what.fee), expected, 0.000005);
}

TEST_F(polymarket_orders_test, brings_a_trade_to_the_chain) {
  place(body_of(limit(side::buy, touch(side::sell), 10)));
  pass(6 * ns_per_s);
  std::vector<std::string> told;
  for (const auto& x : events("trade")) told.emplace_back(text_at(x, "/status"));
  EXPECT_EQ(told, (std::vector<std::string>{"MATCHED", "MINED", "CONFIRMED"}));
  EXPECT_EQ(text_at(events("trade")[0], "/transaction_hash"), "");
  EXPECT_EQ(text_at(events("trade")[2], "/transaction_hash").size(), 66U);
}

TEST_F(polymarket_orders_test, takes_a_failed_match_back) {
  at.set_reverts([] { return true; });
  place(body_of(limit(side::buy, touch(side::sell), 10)));
  EXPECT_EQ(ask("GET", "/positions", "", {{"user", trader.address()}}).as_array().size(), 1U);
  pass(6 * ns_per_s);
  EXPECT_EQ(text_at(events("trade").at(1), "/status"), "RETRYING");
  EXPECT_EQ(text_at(events("trade").at(2), "/status"), "FAILED");
  EXPECT_TRUE(ask("GET", "/positions", "", {{"user", trader.address()}}).as_array().empty());
  const auto money = ask("GET", "/balance-allowance", "", {{"asset_type", "COLLATERAL"}});
  EXPECT_EQ(text_at(money, "/balance"), "10000000000");
  EXPECT_TRUE(at.desk()->fills().at(0).is_reversed);
}

TEST_F(polymarket_orders_test, fills_a_resting_order_as_maker) {
  place(body_of(limit(side::buy, touch(side::buy), 5)));
  for (int n = 0; n < 600 && at.desk()->fills().empty(); ++n) pass(ns_per_s);
  ASSERT_FALSE(at.desk()->fills().empty());
  const auto trade = events("trade").at(0);
  EXPECT_EQ(text_at(trade, "/trader_side"), "MAKER");
  EXPECT_EQ(text_at(trade, "/maker_orders/0/order_id"), at.desk()->orders().at(0).name);
  EXPECT_EQ(text_at(trade, "/maker_orders/0/side"), "BUY");
  EXPECT_EQ(keys(trade.at_pointer("/maker_orders/0")),
            keys(polymarket_data("ws/user_trade_maker_two_own_orders.json").at_pointer("/maker_orders/0")));
  EXPECT_EQ(at.desk()->fills().at(0).what.fee, money{});
}

TEST_F(polymarket_orders_test, refuses_a_signature_that_is_not_over_the_order) {
  auto body = body_of(limit(side::buy, below(5), 10));
  body["order"].as_object()["makerAmount"] = "1";
  EXPECT_EQ(refused(body), "invalid signature");
  auto order = limit(side::buy, below(5), 10);
  body = body_of(order);
  const auto wrong = polymarket::digest_of(order, polymarket::domain_of({.is_neg_risk = true}));
  body["order"].as_object()["signature"] = trader.signature_of(wrong);
  EXPECT_EQ(refused(body), "invalid signature");
  EXPECT_TRUE(at.desk()->orders().empty());
}

TEST_F(polymarket_orders_test, refuses_orders_of_others) {
  auto order = limit(side::buy, below(5), 10);
  auto body = body_of(order);
  body["owner"] = "00000000-0000-4000-8000-000000000001";
  EXPECT_EQ(refused(body), "the order owner has to be the owner of the API KEY");
  order.signer = *address_of_hex("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
  EXPECT_EQ(refused(body_of(order)), "the order signer address has to be the address of the API KEY");
  order.signer = trader.key.address();
  order.maker = *address_of_hex("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
  EXPECT_THAT(refused(body_of(order)), HasSubstr("deposit wallet flow"));
}

TEST_F(polymarket_orders_test, wants_deposit_wallets_to_sign_in_their_own_way) {
  trader.key = *sign::private_key::from_hex("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
  const auto made = json::parse(send("POST", "/auth/api-key", "", trader.proof(run.now_ns)).body);
  trader.id = made.at("apiKey").as_string();
  trader.secret = made.at("secret").as_string();
  trader.passphrase = made.at("passphrase").as_string();
  auto order = limit(side::buy, below(5), 10);
  EXPECT_THAT(refused(body_of(order)), HasSubstr("deposit wallet flow"));
  order.signature_type = 3;
  order.maker = order.signer = *address_of_hex("0x4Fe2CC4925607a473264FA89e7138075695A5F8e");
  EXPECT_EQ(refused(body_of(order)), "invalid signature"); // a plain one
  EXPECT_EQ(text_at(place(wrapped(order)), "/status"), "live");
}

TEST_F(polymarket_orders_test, refuses_what_is_no_order_in_the_venues_words) {
  EXPECT_EQ(refused({{"order", 1}}), "Invalid order payload");
  auto body = body_of(limit(side::buy, below(5), 10));
  body["order"].as_object()["side"] = "HOLD";
  EXPECT_EQ(refused(body), "Invalid side");
  body = body_of(limit(side::buy, below(5), 10));
  body["order"].as_object()["salt"] = "1";
  EXPECT_EQ(refused(body), "Invalid order payload");
  body = body_of(limit(side::buy, below(5), 10));
  body["order"].as_object()["tokenId"] = "12";
  EXPECT_EQ(refused(body), "Invalid token id");
  body["order"].as_object().erase("timestamp");
  body["order"].as_object()["feeRateBps"] = "0";
  EXPECT_EQ(refused(body), "order_version_mismatch");
}

TEST_F(polymarket_orders_test, refuses_the_same_order_again) {
  const auto body = body_of(limit(side::buy, below(5), 10));
  place(body);
  EXPECT_THAT(refused(body), EndsWith("is invalid. Duplicated. Same order has already been placed"));
}

TEST_F(polymarket_orders_test, checks_ticks_sizes_and_money) {
  EXPECT_THAT(refused(body_of(draft(side::buy, 4'255'000, 10'000'000))),
              HasSubstr("Price (0.4255) breaks minimum tick size rule: 0.01"));
  EXPECT_THAT(refused(body_of(draft(side::buy, 10'000'000, 10'000'000))), HasSubstr("breaks minimum tick size rule"));
  EXPECT_THAT(refused(body_of(limit(side::buy, 0.1_px, 4))), HasSubstr("Size (4) lower than the minimum: 5"));
  EXPECT_THAT(refused(body_of(draft(side::buy, 500'100, 5'001'000))), HasSubstr("invalid amounts"));
  EXPECT_EQ(refused(body_of(limit(side::buy, 0.1_px, 200'000))), "not enough balance / allowance");
  EXPECT_EQ(refused(body_of(limit(side::sell, 0.9_px, 10))), "not enough balance / allowance");
  // Open orders reserve.
  place(body_of(limit(side::buy, 0.1_px, 60'000)));
  EXPECT_EQ(refused(body_of(limit(side::buy, 0.1_px, 60'000))), "not enough balance / allowance");
}

TEST_F(polymarket_orders_test, wants_a_dollar_and_whole_cents_of_market_buys) {
  EXPECT_EQ(refused(body_of(draft(side::buy, 700'000, 1'000'000), "FAK")),
            "invalid amount for a marketable BUY order ($0.7), min size: $1");
  EXPECT_THAT(refused(body_of(draft(side::buy, 1'001'000, 1'300'000), "FOK")),
              HasSubstr("max accuracy of 2 decimals, taker amount a max of 4 decimals"));
  const auto ask_price = touch(side::sell);
  const auto shares = static_cast<std::uint64_t>(int128{2'000'000} * nanos_per_unit / ask_price.nanos / 100 * 100);
  const auto x = place(body_of(draft(side::buy, 2'000'000, shares), "FOK")); // below the minimum of limit orders
  EXPECT_EQ(text_at(x, "/status"), "matched");
}

TEST_F(polymarket_orders_test, kills_what_cannot_be_filled_at_once) {
  EXPECT_THAT(refused(body_of(limit(side::buy, below(1), 10), "FOK")), HasSubstr("fully filled or killed"));
  EXPECT_THAT(refused(body_of(limit(side::buy, below(1), 10), "FAK")), HasSubstr("no orders found to match"));
  EXPECT_TRUE(events("order").empty());
}

TEST_F(polymarket_orders_test, refuses_a_post_only_order_that_would_take) {
  auto body = body_of(limit(side::buy, touch(side::sell), 10));
  body["postOnly"] = true;
  EXPECT_EQ(refused(body), "invalid post-only order: order crosses book");
  body = body_of(limit(side::buy, below(1), 10), "FOK");
  body["postOnly"] = true;
  EXPECT_EQ(refused(body), "Invalid order payload");
}

TEST_F(polymarket_orders_test, drops_a_dated_order_a_minute_early) {
  const auto in = [&](std::int64_t s) { return std::to_string(run.now_ns / ns_per_s + s); };
  EXPECT_EQ(refused(body_of(limit(side::buy, 0.1_px, 10), "GTD", in(179))), "invalid expiration");
  EXPECT_EQ(refused(body_of(limit(side::buy, 0.1_px, 10), "GTC", in(600))), "invalid expiration");
  place(body_of(limit(side::buy, 0.1_px, 10), "GTD", in(180)));
  pass(118 * ns_per_s);
  EXPECT_EQ(events("order").size(), 1U);
  pass(3 * ns_per_s);
  EXPECT_EQ(text_at(events("order").back(), "/type"), "CANCELLATION");
  EXPECT_EQ(text_at(events("order").back(), "/status"), "CANCELED");
}

TEST_F(polymarket_orders_test, cancels_one_some_all_and_those_of_a_market) {
  const auto place_one = [&] { return std::string{text_at(place(body_of(limit(side::buy, 0.1_px, 10))), "/orderID")}; };
  const auto one = place_one();
  const auto x = ask("DELETE", "/order", R"({"orderID":")" + one + "\"}");
  EXPECT_EQ(text_at(x, "/canceled/0"), one);
  const auto again = ask("DELETE", "/order", R"({"orderID":")" + one + "\"}");
  EXPECT_EQ(text_at(again, "/not_canceled/" + one), "already canceled or matched");
  const auto two = place_one();
  const auto some = ask("DELETE", "/orders", R"(["0x12",")" + two + "\",\"" + two + "\"]");
  EXPECT_EQ(some.at("canceled").as_array().size(), 1U);
  EXPECT_EQ(text_at(some, "/not_canceled/0x12"), "Order not found or already canceled");
  place_one();
  EXPECT_TRUE(
      ask("DELETE", "/cancel-market-orders", R"({"market":"0xaa","asset_id":""})").at("canceled").as_array().empty());
  EXPECT_EQ(ask("DELETE", "/cancel-market-orders", R"({"market":")" + market->condition_id + R"(","asset_id":""})")
                .at("canceled")
                .as_array()
                .size(),
            1U);
  place_one();
  EXPECT_EQ(ask("DELETE", "/cancel-all").at("canceled").as_array().size(), 1U);
  EXPECT_TRUE(ask("GET", "/data/orders").at("data").as_array().empty());
}

TEST_F(polymarket_orders_test, takes_a_batch_whose_orders_stand_for_themselves) {
  json::array batch{body_of(limit(side::buy, 0.1_px, 10)), body_of(limit(side::buy, 0.1_px, 1))};
  const auto x = ask("POST", "/orders", json::serialize(batch));
  EXPECT_EQ(text_at(x, "/0/status"), "live");
  EXPECT_EQ(text_at(x, "/1/orderID"), "");
  EXPECT_THAT(std::string{text_at(x, "/1/errorMsg")}, HasSubstr("lower than the minimum"));
  while (batch.size() < 16) batch.push_back(body_of(limit(side::buy, 0.1_px, 10)));
  const auto many = call("POST", "/orders", json::serialize(batch));
  EXPECT_EQ(many.status, 400);
  EXPECT_THAT(many.body, HasSubstr("Too many orders in payload: 16, max allowed: 15"));
}

TEST_F(polymarket_orders_test, cancels_all_orders_of_a_key_whose_heart_stops) {
  place(body_of(limit(side::buy, 0.1_px, 10)));
  pass(30 * ns_per_s);
  EXPECT_EQ(ask("GET", "/data/orders").at("data").as_array().size(), 1U); // it never beat
  const auto first = ask("POST", "/v1/heartbeats", R"({"heartbeat_id":""})");
  const std::string id{text_at(first, "/heartbeat_id")};
  const auto wrong = call("POST", "/v1/heartbeats", R"({"heartbeat_id":""})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(text_at(json::parse(wrong.body), "/heartbeat_id"), id);
  pass(9 * ns_per_s);
  ask("POST", "/v1/heartbeats", R"({"heartbeat_id":")" + id + "\"}");
  pass(9 * ns_per_s);
  EXPECT_EQ(ask("GET", "/data/orders").at("data").as_array().size(), 1U);
  pass(2 * ns_per_s);
  EXPECT_TRUE(ask("GET", "/data/orders").at("data").as_array().empty());
  EXPECT_EQ(text_at(events("order").back(), "/type"), "CANCELLATION");
}

TEST_F(polymarket_orders_test, tells_only_the_key_and_the_markets_that_were_asked_for) {
  fake_connection stranger, elsewhere;
  at.on_open(stranger, {.path = "/ws/user"}, run.now_ns);
  at.on_text(stranger, R"({"type":"user","auth":{"apiKey":"a","secret":"b","passphrase":"c"}})", run.now_ns);
  EXPECT_FALSE(stranger.is_open);
  at.on_open(elsewhere, {.path = "/ws/user"}, run.now_ns);
  auto hello_elsewhere = json::parse(hello()).as_object();
  hello_elsewhere["markets"] = json::array{"0xaa"};
  at.on_text(elsewhere, json::serialize(hello_elsewhere), run.now_ns);
  at.on_text(user, "PING", run.now_ns);
  EXPECT_EQ(user.texts.back(), "PONG");
  user.texts.clear();
  place(body_of(limit(side::buy, 0.1_px, 10)));
  EXPECT_EQ(user.texts.size(), 1U);
  EXPECT_TRUE(elsewhere.texts.empty());
  at.on_text(elsewhere, R"({"operation":"subscribe","markets":[")" + market->condition_id + R"("]})", run.now_ns);
  place(body_of(limit(side::buy, 0.1_px, 10)));
  EXPECT_EQ(elsewhere.texts.size(), 1U);
}

TEST_F(polymarket_orders_test, signs_neg_risk_markets_for_their_own_contract) {
  for (const auto& x : run.market.markets())
    if (x.is_neg_risk && !x.is_closed) market = &x;
  ASSERT_TRUE(market->is_neg_risk);
  EXPECT_EQ(text_at(place(body_of(limit(side::buy, 0.01_px, 100))), "/status"), "live");
}

TEST_F(polymarket_orders_test, answers_the_questions_before_trading) {
  EXPECT_EQ(json::parse(get("/version").body).at("version").as_int64(), 2);
  EXPECT_FALSE(ask("GET", "/auth/ban-status/closed-only").at("closed_only").as_bool());
  EXPECT_FALSE(json::parse(get("/api/geoblock").body).at("blocked").as_bool());
  EXPECT_TRUE(at.is_order(http_request{.method = "DELETE", .path = "/cancel-all"}));
  EXPECT_TRUE(at.is_order(http_request{.method = "POST", .path = "/order"}));
  EXPECT_FALSE(at.is_order(http_request{.method = "GET", .path = "/data/orders"}));
}

namespace {

struct polymarket_rules_test : polymarket_orders_fixture {
  polymarket_rules_test() : polymarket_orders_fixture({.orders = {.taker_delay_ns = 250 * ns_per_ms}}) {}
};
struct polymarket_blocked_test : polymarket_orders_fixture {
  polymarket_blocked_test() : polymarket_orders_fixture({.orders = {.is_geoblocked = true}}) {}
};

} // namespace

TEST_F(polymarket_rules_test, holds_takers_back_before_it_matches_them) {
  const auto x = place(body_of(limit(side::buy, touch(side::sell), 10)));
  EXPECT_EQ(text_at(x, "/status"), "delayed");
  const std::string id{text_at(x, "/orderID")};
  EXPECT_FALSE(ask("DELETE", "/order", R"({"orderID":")" + id + "\"}").at("not_canceled").as_object().empty());
  EXPECT_TRUE(events("trade").empty());
  pass(500 * ns_per_ms);
  EXPECT_NE(text_at(ask("GET", "/data/order/" + id), "/status"), "");
  EXPECT_EQ(text_at(place(body_of(limit(side::buy, 0.1_px, 10))), "/status"), "live"); // makers are not held back
}

TEST_F(polymarket_blocked_test, takes_no_orders_from_where_it_may_not) {
  EXPECT_EQ(refused(body_of(limit(side::buy, 0.1_px, 10)), 403), "Trading restricted in your region");
  EXPECT_EQ(call("DELETE", "/cancel-all").status, 200);
}
