#include "unit/sandbox/derive_orders_fixture.hpp"

#include <gmock/gmock.h>

using namespace strike;
using namespace strike::sandbox;
using testing::HasSubstr;
namespace json = boost::json;

namespace {

struct derive_orders_test : derive_orders_fixture {};
struct derive_v2_orders_test : derive_orders_fixture {
  derive_v2_orders_test() : derive_orders_fixture(unlimited(derive::api::v2)) {}
};

std::string id_of(const json::value& x) { return std::string{text_at(x, "/result/order/order_id")}; }
std::string status(const json::value& x) { return std::string{text_at(x, "/result/order/order_status")}; }

} // namespace

TEST_F(derive_orders_test, rests_an_order_and_answers_with_the_recorded_keys) {
  const auto x = send(draft("buy", away(side::buy, 5)));
  ASSERT_EQ(code_of(x), 0) << json::serialize(x);
  EXPECT_EQ(status(x), "open");
  auto recorded = keys(derive_data("v2_testnet_order_response.json").at_pointer("/result/order"));
  for (const auto* key : {"algo_type", "algo_duration_sec", "algo_num_slices", "algo_slices_completed"})
    recorded.insert(key); // of v3
  EXPECT_EQ(keys(x.at_pointer("/result/order")), recorded);
  EXPECT_TRUE(x.at_pointer("/result/order/nonce").is_string());
  EXPECT_TRUE(x.at_pointer("/result/trades").as_array().empty());
  EXPECT_EQ(text_at(x, "/result/order/label"), "a-1");
}

TEST_F(derive_v2_orders_test, answers_as_recorded_with_a_number_as_nonce) {
  const auto x = send(draft("buy", away(side::buy, 5)));
  ASSERT_EQ(code_of(x), 0) << json::serialize(x);
  EXPECT_EQ(keys(x.at_pointer("/result/order")),
            keys(derive_data("v2_testnet_order_response.json").at_pointer("/result/order")));
  EXPECT_TRUE(x.at_pointer("/result/order/nonce").is_number());
}

TEST_F(derive_orders_test, fills_what_crosses_and_tells_orders_trades_and_balances) {
  subscribe();
  const auto x = send(draft("buy", away(side::sell, 5)));
  EXPECT_EQ(status(x), "filled") << json::serialize(x);
  const auto& trades = x.at_pointer("/result/trades").as_array();
  ASSERT_FALSE(trades.empty());
  EXPECT_EQ(text_at(trades[0], "/liquidity_role"), "taker");
  EXPECT_TRUE(trades[0].at("batch_status").is_null());
  const auto told = data_of("91234.trades");
  ASSERT_EQ(told.size(), trades.size());
  EXPECT_EQ(told[0].at(0), trades[0]);
  const auto last = data_of("91234.orders").back().at(0);
  EXPECT_EQ(text_at(last, "/order_status"), "filled");
  EXPECT_EQ(text_at(last, "/order_id"), id_of(x));
  const auto balances = data_of("91234.balances");
  EXPECT_EQ(text_at(balances[0].at(0), "/name"), "ETH-PERP");
  EXPECT_EQ(text_at(balances[0].at(0), "/previous_balance"), "0");
  EXPECT_EQ(text_at(balances[0].at(0), "/update_type"), "trade");
  EXPECT_EQ(text_at(balances[1].at(0), "/name"), "USDC"); // the fee
  const auto held = ask("private/get_positions", {{"subaccount_id", 91234}});
  EXPECT_EQ(text_at(held, "/result/positions/0/amount"), "1");
}

TEST_F(derive_orders_test, answers_before_it_tells_its_channels) {
  subscribe();
  const auto before = client.texts.size();
  send(draft("buy", away(side::sell, 5)));
  EXPECT_TRUE(json::parse(client.texts[before]).as_object().contains("id"));
  EXPECT_EQ(client.kinds[before], frame_kind::answer);
  EXPECT_EQ(client.kinds[before + 1], frame_kind::own_notice);
}

TEST_F(derive_orders_test, refuses_a_signature_over_something_else) {
  auto x = draft("buy", away(side::buy, 5));
  trader.sign_it(x, derive::instrument_json(instrument("ETH-PERP")));
  x["amount"] = "2";
  EXPECT_EQ(code_of(ask("private/order", x)), 14014);
  x["signature"] = "0x12";
  EXPECT_EQ(code_of(ask("private/order", x)), 14013);
  EXPECT_TRUE(at.desk()->orders().empty());
}

TEST_F(derive_orders_test, refuses_a_signer_that_is_no_key_of_the_wallet) {
  trader.key = *sign::private_key::from_hex("0x4903d732f9c35c3ffad4f5a6b6c87bed4046e0ff423bd97e359a2ebfdb584dce");
  EXPECT_EQ(code_of(send(draft("buy", away(side::buy, 5)))), 14023);
  EXPECT_EQ(code_of(ask("public/login", trader.login(run.now_ns))), 14023);
}

TEST_F(derive_orders_test, refuses_a_login_over_another_time) {
  auto x = trader.login(run.now_ns);
  x["timestamp"] = std::to_string(run.now_ns / ns_per_ms + 1);
  const auto code = code_of(ask("public/login", x));
  EXPECT_TRUE(code == 14014 || code == 14023) << code; // another key's, as far as anybody can tell
  x["wallet"] = "0x0000000000000000000000000000000000000001";
  EXPECT_EQ(code_of(ask("public/login", x)), 14000);
}

TEST_F(derive_orders_test, knows_nobody_before_the_login) {
  fake_connection stranger;
  at.on_open(stranger, {.path = "/v3/ws"}, run.now_ns);
  EXPECT_EQ(code_of(ask(stranger, "private/get_open_orders", {{"subaccount_id", 91234}})), 14020);
  const auto x = ask(stranger, "subscribe", {{"channels", json::array{"91234.orders"}}});
  EXPECT_EQ(code_of(x), -32602);
  EXPECT_THAT(json::serialize(x), HasSubstr("private channel"));
}

TEST_F(derive_orders_test, keeps_the_accounts_of_others_from_a_wallet) {
  EXPECT_EQ(code_of(ask("private/get_open_orders", {{"subaccount_id", 30769}})), 14001);
  trader.subaccount = 30769;
  EXPECT_EQ(code_of(send(draft("buy", away(side::buy, 5)))), 14001);
}

TEST_F(derive_orders_test, takes_a_nonce_once_and_near_its_time) {
  auto x = draft("buy", away(side::buy, 5));
  EXPECT_EQ(code_of(send(x)), 0);
  EXPECT_EQ(code_of(send(x)), 11017);
  x["nonce"] = std::to_string(run.now_ns - 301 * ns_per_s);
  EXPECT_EQ(code_of(send(x)), 11018);
  x["nonce"] = std::to_string(run.now_ns / ns_per_ms);
  EXPECT_EQ(code_of(send(x)), 11018);
  x["nonce"] = run.now_ns;
  EXPECT_EQ(code_of(send(x)), -32602); // a number
}

TEST_F(derive_v2_orders_test, takes_nonces_of_milliseconds_within_an_hour) {
  auto x = draft("buy", away(side::buy, 5));
  x["nonce"] = run.now_ns / ns_per_ms; // no digits behind
  EXPECT_EQ(code_of(send(x)), 0);
  x["nonce"] = run.now_ns / ns_per_ms - 3'602'000;
  EXPECT_EQ(code_of(send(x)), 11018);
  x["nonce"] = run.now_ns;
  EXPECT_EQ(code_of(send(x)), 11018);
}

TEST_F(derive_orders_test, takes_signatures_that_live_long_enough_and_not_for_ever) {
  const auto with_life = [&](std::int64_t seconds) {
    auto x = draft("buy", away(side::buy, 5));
    x["signature_expiry_sec"] = run.now_ns / ns_per_s + seconds;
    return code_of(send(x));
  };
  EXPECT_EQ(with_life(299), 11011);
  EXPECT_EQ(with_life(300), 0);
  EXPECT_EQ(with_life(120 * 86'400), 0);
  EXPECT_EQ(with_life(120 * 86'400 + 1), 11011);
}

TEST_F(derive_orders_test, ends_an_order_with_its_signature) {
  subscribe();
  const auto x = send(draft("buy", away(side::buy, 20'000)));
  ASSERT_EQ(status(x), "open");
  pass(601 * ns_per_s);
  EXPECT_EQ(text_at(data_of("91234.orders").back().at(0), "/order_status"), "expired");
  EXPECT_EQ(code_of(ask("private/cancel",
                        {{"subaccount_id", 91234}, {"instrument_name", "ETH-PERP"}, {"order_id", id_of(x)}})),
            11005);
}

TEST_F(derive_orders_test, says_which_fee_would_do) {
  auto x = draft("buy", away(side::buy, 5));
  x["max_fee"] = "0.5";
  const auto refused = send(x);
  EXPECT_EQ(code_of(refused), 11023);
  std::string least{text_at(refused, "/error/data")};
  least.erase(0, std::string{"must be at least "}.size());
  auto again = draft("buy", away(side::buy, 5));
  again["max_fee"] = to_string(quantity{parse_decimal<quantity>(least)->nanos + 1'000'000'000});
  EXPECT_EQ(code_of(send(again)), 0);
}

TEST_F(derive_orders_test, refuses_sizes_and_prices_off_the_grid) {
  EXPECT_EQ(code_of(send(draft("buy", away(side::buy, 5), "0.0001"))), 11012);
  EXPECT_EQ(code_of(send(draft("buy", away(side::buy, 5), "0.1005"))), 11012);
  EXPECT_EQ(code_of(send(draft("buy", away(side::buy, 5), "10001"))), 11012);
  EXPECT_EQ(code_of(send(draft("buy", away(side::buy, 5) + "5"))), 11013);
  EXPECT_EQ(code_of(send(draft("buy", "99999"))), 11013); // beyond the band, and it would match
  EXPECT_EQ(code_of(send(draft("buy", "0.0000000000001"))), -32602);
  auto unknown = draft("buy", "1");
  unknown["instrument_name"] = "DOGE-PERP";
  unknown["signature"] = "0x" + std::string(130, '0');
  EXPECT_EQ(code_of(ask("private/order", unknown)), 12001);
}

TEST_F(derive_orders_test, refuses_or_reprices_a_post_only_order_that_would_take) {
  auto x = draft("buy", touch(side::sell));
  x["time_in_force"] = "post_only";
  EXPECT_EQ(code_of(send(x)), 11008);
  x = draft("buy", touch(side::sell));
  x["time_in_force"] = "post_only";
  x["reject_post_only"] = false;
  const auto made = send(x);
  EXPECT_EQ(status(made), "open") << json::serialize(made);
  EXPECT_EQ(text_at(made, "/result/order/signed_limit_price"), touch(side::sell));
  EXPECT_NE(text_at(made, "/result/order/limit_price"), touch(side::sell));
  x = draft("buy", touch(side::buy));
  x["time_in_force"] = "post_only";
  x["order_type"] = "market";
  EXPECT_EQ(code_of(send(x)), 11010);
}

TEST_F(derive_orders_test, fills_or_kills_and_drops_the_rest_of_immediate_orders) {
  auto x = draft("buy", touch(side::sell), "9999");
  x["time_in_force"] = "fok";
  subscribe();
  EXPECT_EQ(code_of(send(x)), 11000); // more than the account can margin
  x = draft("buy", touch(side::sell), "900");
  x["time_in_force"] = "fok";
  EXPECT_EQ(code_of(send(x)), 11014);
  EXPECT_TRUE(data_of("91234.orders").empty()); // it was never there
  x = draft("buy", touch(side::sell), "900");
  x["time_in_force"] = "ioc";
  const auto made = send(x);
  EXPECT_EQ(status(made), "cancelled") << json::serialize(made);
  EXPECT_EQ(text_at(made, "/result/order/cancel_reason"), "ioc_or_market_partial_fill");
  EXPECT_NE(text_at(made, "/result/order/filled_amount"), "0");
}

TEST_F(derive_orders_test, matches_a_market_order_down_to_its_worst_price) {
  auto x = draft("sell", "1");
  x["order_type"] = "market";
  EXPECT_EQ(status(send(x)), "filled");
  x = draft("buy", "1");
  x["order_type"] = "market";
  EXPECT_EQ(code_of(send(x)), 11009);
}

TEST_F(derive_orders_test, reduces_only_what_there_is_and_only_at_once) {
  auto x = draft("sell", away(side::buy, 5));
  x["reduce_only"] = true;
  EXPECT_EQ(code_of(send(x)), 11024);
  x = draft("sell", away(side::buy, 5));
  x["reduce_only"] = true;
  x["time_in_force"] = "ioc";
  EXPECT_EQ(code_of(send(x)), 11025);
  send(draft("buy", away(side::sell, 5)));
  x = draft("sell", away(side::buy, 50), "5");
  x["reduce_only"] = true;
  x["time_in_force"] = "ioc";
  const auto made = send(x);
  EXPECT_EQ(text_at(made, "/result/order/filled_amount"), "1") << json::serialize(made);
}

TEST_F(derive_orders_test, refuses_to_cross_an_order_of_the_same_account) {
  ASSERT_EQ(status(send(draft("buy", touch(side::buy)))), "open");
  EXPECT_EQ(code_of(send(draft("sell", touch(side::buy)))), 11007);
}

TEST_F(derive_orders_test, cancels_by_id_nonce_label_instrument_and_all) {
  const json::object account{{"subaccount_id", 91234}};
  const auto with = [&](json::object more) {
    for (const auto& x : account) more[x.key()] = x.value();
    return more;
  };
  const auto place = [&] { return send(draft("buy", away(side::buy, 50))); };
  const auto by_id = id_of(place());
  const json::object id{{"instrument_name", "ETH-PERP"}, {"order_id", by_id}};
  EXPECT_EQ(text_at(ask("private/cancel", with(id)), "/result/cancel_reason"), "user_request");
  EXPECT_EQ(code_of(ask("private/cancel", with(id))), 11003);
  EXPECT_EQ(code_of(ask("private/cancel", with({{"instrument_name", "ETH-PERP"}, {"order_id", "no"}}))), 11006);

  const auto by_nonce = place();
  const auto nonce = std::stoull(std::string{text_at(by_nonce, "/result/order/nonce")});
  EXPECT_EQ(code_of(ask("private/cancel_by_nonce",
                        with({{"instrument_name", "ETH-PERP"}, {"nonce", std::to_string(nonce)}}))),
            -32602);
  EXPECT_EQ(text_at(ask("private/cancel_by_nonce", with({{"instrument_name", "ETH-PERP"}, {"nonce", nonce}})),
                    "/result/order_status"),
            "cancelled");

  const std::string label{text_at(place(), "/result/order/label")};
  EXPECT_EQ(ask("private/cancel_by_label", with({{"label", label}, {"instrument_name", "BTC-PERP"}}))
                .at_pointer("/result/cancelled_orders")
                .as_int64(),
            0);
  EXPECT_EQ(ask("private/cancel_by_label", with({{"label", label}})).at_pointer("/result/cancelled_orders").as_int64(),
            -1);
  place();
  place();
  EXPECT_EQ(ask("private/cancel_by_instrument", with({{"instrument_name", "ETH-PERP"}}))
                .at_pointer("/result/cancelled_orders")
                .as_int64(),
            2);
  place();
  EXPECT_EQ(text_at(ask("private/cancel_all", account), "/result"), "ok");
  EXPECT_TRUE(ask("private/get_open_orders", account).at_pointer("/result/orders").as_array().empty());
}

TEST_F(derive_v2_orders_test, burns_a_nonce_that_did_not_come_yet) {
  auto late = draft("buy", away(side::buy, 5));
  const auto x = ask("private/cancel_by_nonce",
                     {{"subaccount_id", 91234}, {"instrument_name", "ETH-PERP"}, {"nonce", late["nonce"]}});
  EXPECT_EQ(x.at_pointer("/result/cancelled_orders").as_int64(), 0);
  EXPECT_EQ(code_of(send(late)), 11017);
}

TEST_F(derive_orders_test, replaces_an_order) {
  const auto old = id_of(send(draft("buy", away(side::buy, 50))));
  auto x = draft("buy", away(side::buy, 40), "2");
  x["order_id_to_cancel"] = old;
  x["expected_filled_amount"] = "0";
  const auto made = send(x, "private/replace");
  EXPECT_EQ(text_at(made, "/result/cancelled_order/order_status"), "cancelled") << json::serialize(made);
  EXPECT_EQ(text_at(made, "/result/order/replaced_order_id"), old);
  EXPECT_EQ(text_at(made, "/result/order/amount"), "2");
  EXPECT_TRUE(made.at_pointer("/result/create_order_error").is_null());
}

TEST_F(derive_orders_test, cancels_the_old_order_even_if_the_new_one_is_refused) {
  const auto old = id_of(send(draft("buy", away(side::buy, 50))));
  auto x = draft("buy", touch(side::sell));
  x["time_in_force"] = "post_only";
  x["order_id_to_cancel"] = old;
  const auto made = send(x, "private/replace");
  EXPECT_EQ(text_at(made, "/result/cancelled_order/order_status"), "cancelled");
  EXPECT_TRUE(made.at_pointer("/result/order").is_null());
  EXPECT_EQ(made.at_pointer("/result/create_order_error/code").as_int64(), 11008);
}

TEST_F(derive_orders_test, leaves_all_as_it_was_if_a_replacement_is_not_what_was_meant) {
  const auto old = id_of(send(draft("buy", away(side::buy, 50))));
  auto x = draft("buy", away(side::buy, 40));
  x["order_id_to_cancel"] = old;
  x["expected_filled_amount"] = "1";
  EXPECT_EQ(code_of(send(x, "private/replace")), 11028);
  x["expected_filled_amount"] = "0";
  x["signature"] = "0x" + std::string(130, '1');
  EXPECT_EQ(code_of(ask("private/replace", x)), 14014);
  EXPECT_EQ(text_at(ask("private/get_order", {{"subaccount_id", 91234}, {"order_id", old}}), "/result/order_status"),
            "open");
}

TEST_F(derive_orders_test, cancels_with_the_connection_for_the_whole_wallet_and_all_later_connections) {
  EXPECT_EQ(text_at(ask("private/set_cancel_on_disconnect", {{"enabled", true}}), "/result"), "ok");
  fake_connection later;
  open(later);
  EXPECT_TRUE(ask(later, "private/get_account", {{"wallet", trader.wallet}})
                  .at_pointer("/result/cancel_on_disconnect")
                  .as_bool());
  const auto id = id_of(send(draft("buy", away(side::buy, 50))));
  at.on_close(later);
  const auto x = ask("private/get_order", {{"subaccount_id", 91234}, {"order_id", id}});
  EXPECT_EQ(text_at(x, "/result/order_status"), "cancelled");
  EXPECT_EQ(text_at(x, "/result/cancel_reason"), "cancel_on_disconnect");
}

TEST_F(derive_orders_test, keeps_orders_of_a_wallet_without_cancel_on_disconnect) {
  fake_connection other;
  open(other);
  const auto id = id_of(send(draft("buy", away(side::buy, 50))));
  at.on_close(other);
  EXPECT_EQ(text_at(ask("private/get_order", {{"subaccount_id", 91234}, {"order_id", id}}), "/result/order_status"),
            "open");
}

TEST_F(derive_orders_test, lists_histories_in_pages) {
  const auto open_id = id_of(send(draft("buy", away(side::buy, 50))));
  for (int n = 0; n < 3; ++n) send(draft("buy", away(side::sell, 5), "0.1"));
  const auto done = ask("private/get_order_history", {{"subaccount_id", 91234}, {"page_size", 2}});
  EXPECT_EQ(done.at_pointer("/result/pagination/count").as_int64(), 3); // v3: finished ones only
  EXPECT_EQ(done.at_pointer("/result/pagination/num_pages").as_int64(), 2);
  const auto trades = ask("private/get_trade_history", {{"wallet", trader.wallet}});
  EXPECT_GE(trades.at_pointer("/result/trades").as_array().size(), 3U);
  EXPECT_EQ(code_of(ask("private/get_trade_history", {{"wallet", trader.wallet}, {"subaccount_id", 91234}})), -32602);
  const auto open = ask("private/get_open_orders", {{"subaccount_id", 91234}});
  EXPECT_EQ(text_at(open, "/result/orders/0/order_id"), open_id);
}

TEST_F(derive_orders_test, shows_a_subaccount_with_the_recorded_keys) {
  send(draft("buy", away(side::buy, 50)));
  const auto x = ask("private/get_subaccount", {{"subaccount_id", 91234}}).at("result");
  const auto recorded = derive_data("v3_http_subaccount_pm2.json");
  EXPECT_EQ(keys(x), keys(recorded));
  EXPECT_EQ(keys(x.at_pointer("/collaterals/0")), keys(recorded.at_pointer("/collaterals/0")));
  EXPECT_EQ(x.at("open_orders").as_array().size(), 1U);
  EXPECT_EQ(text_at(x, "/collaterals_value"), "100000");
  EXPECT_TRUE(text_at(x, "/open_orders_margin").starts_with("-"));
}

TEST_F(derive_orders_test, lists_the_keys_and_limits_of_a_wallet) {
  const auto x = ask("private/session_keys", {{"wallet", trader.wallet}});
  EXPECT_EQ(text_at(x, "/result/public_session_keys/0/public_session_key"), trader.signer());
  EXPECT_EQ(text_at(x, "/result/public_session_keys/0/protocol_scopes/0"), "trade:all");
  EXPECT_EQ(code_of(ask("private/get_account", {{"wallet", "0x8772185a1516f0d61fC1c2524926BfC69F95d698"}})), 14000);
}

TEST_F(derive_orders_test, answers_rest_with_headers_for_authentication) {
  const auto login = trader.login(run.now_ns);
  const auto text = [&](const char* key) { return std::string{std::string_view{login.at(key).as_string()}}; };
  http_request x{.method = "POST",
                 .path = "/v3/private/get_positions",
                 .extra = {{"user-agent", "test"},
                           {"x-derivewallet", text("wallet")},
                           {"x-derivetimestamp", text("timestamp")},
                           {"x-derivesignature", text("signature")}},
                 .body = R"({"subaccount_id":91234})"};
  EXPECT_EQ(json::parse(at.on_http(x, run.now_ns).body).at_pointer("/result/subaccount_id").as_int64(), 91234);
  EXPECT_TRUE(at.is_order(http_request{.path = "/v3/private/order"}));
  EXPECT_FALSE(at.is_order(x));
  x.extra.pop_back();
  EXPECT_EQ(code_of(json::parse(at.on_http(x, run.now_ns).body)), 14020);
  x.path = "/v3/private/set_cancel_on_disconnect";
  x.extra.emplace_back("x-derivesignature", text("signature"));
  EXPECT_EQ(code_of(json::parse(at.on_http(x, run.now_ns).body)), -32601);
}
