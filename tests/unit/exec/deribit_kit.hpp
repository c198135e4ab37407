#pragma once

#include "base/time.hpp"
#include "deribit/order.hpp"
#include "exec/deribit_venue.hpp"
#include "kit/approve_all.hpp"
#include "kit/fake_network.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace strike::exec::test {

using namespace std::chrono_literals;
using namespace strike::literals;

/// What a venue told, a line each.
struct heard_reports final : venue_reports {
  std::vector<std::string> lines;
  std::vector<account_fact> accounts;
  std::vector<fill_fact> fills;
  std::vector<order_fact> orders;

  void on_order(const order_fact& x) override {
    orders.push_back(x);
    lines.push_back(fmt::format("order {} {} {}{}", x.order.value, to_text(x.state), to_string(x.filled),
                                x.reason.empty() ? "" : ": " + x.reason));
  }
  void on_fill(const fill_fact& x) override {
    fills.push_back(x);
    lines.push_back(fmt::format("fill {} {} {} {} @ {} fee {} {}", x.order.value, x.trade_id,
                                x.what.side == side::buy ? "buy" : "sell", to_string(x.what.size), to_string(x.what.at),
                                to_string(x.what.fee), to_text(x.what.liquidity)));
  }
  void on_fill_undone(venue, std::string_view trade_id, std::string_view) override {
    ADD_FAILURE() << "Deribit takes no fill back: " << trade_id;
  }
  void on_no_answer(order_id x, std::string_view why) override {
    lines.push_back(fmt::format("no answer {}: {}", x.value, why));
  }
  void on_absent(order_id x, std::string_view) override { lines.push_back(fmt::format("absent {}", x.value)); }
  void on_session(venue, session_state x, std::string_view why) override {
    lines.push_back(x == session_state::up ? "up" : fmt::format("down: {}", why));
  }
  void on_account(account_fact&& x) override {
    accounts.push_back(std::move(x));
    lines.emplace_back("account");
  }
  void on_account_failed(venue, std::string_view why) override {
    lines.push_back(fmt::format("account failed: {}", why));
  }
  void on_settlement(const match::settlement&) override { ADD_FAILURE() << "settlements are not told by this adapter"; }
};

struct no_keys final : order_keys {
  result<void> keep(order_id, std::string_view key) override {
    ADD_FAILURE() << "a label finds every order again, yet this was kept: " << key;
    return {};
  }
};

/// A request as it left.
struct request {
  std::uint64_t id = 0;
  std::string method;
  boost::json::object params;

  explicit request(const std::string& text) {
    const auto all = boost::json::parse(text).as_object();
    id = all.at("id").to_number<std::uint64_t>();
    method = all.at("method").as_string().c_str();
    params = all.at("params").as_object();
  }
  std::string text(std::string_view key) const { return params.at({key.data(), key.size()}).as_string().c_str(); }
  double number(std::string_view key) const { return params.at({key.data(), key.size()}).to_number<double>(); }
};

/// An order object as the venue writes it.
struct order_json {
  std::string label = "o-1", id = "55501", state = "open", reason = {}, stop_id = {};
  std::string symbol = "BTC-PERPETUAL", side = "buy", price = "50000.0", amount = "100.0", filled = "0.0";
  std::int64_t updated_ms = 1'700'000'000'100;

  operator std::string() const { // NOLINT: handed over as text everywhere
    auto more = reason.empty() ? std::string{} : fmt::format(R"(,"cancel_reason":"{}")", reason);
    if (!stop_id.empty()) more += fmt::format(R"(,"trigger_order_id":"{}")", stop_id);
    return fmt::format(
        R"({{"order_id":"{}","order_state":"{}","label":"{}","instrument_name":"{}","direction":"{}","price":{},)"
        R"("amount":{},"filled_amount":{},"average_price":0.0,"order_type":"limit","contracts":10,)"
        R"("time_in_force":"good_til_cancelled","last_update_timestamp":{}{}}})",
        id, state, label, symbol, side, price, amount, filled, updated_ms, more);
  }
};

struct trade_json {
  std::string id = "t1", label = "o-1", order = "55501", symbol = "BTC-PERPETUAL", side = "buy", amount = "100.0";
  std::string price = "50000.0", fee = "1.0E-6", currency = "BTC", liquidity = "T";
  std::int64_t time_ms = 1'700'000'000'100;

  operator std::string() const { // NOLINT
    return fmt::format(
        R"({{"trade_id":"{}","trade_seq":1,"label":"{}","order_id":"{}","instrument_name":"{}","direction":"{}",)"
        R"("amount":{},"price":{},"fee":{},"fee_currency":"{}","liquidity":"{}","timestamp":{},"state":"filled"}})",
        id, label, order, symbol, side, amount, price, fee, currency, liquidity, time_ms);
  }
};

/// The adapter, whose venue is the test. Time stands still but for `pass`.
struct deribit_kit : testing::Test {
  strike::test::fake_network network;
  instrument_registry instruments;
  instrument_id btc = *instruments.intern(venue::deribit, "BTC-PERPETUAL");
  instrument_rules rules{instruments, {}};
  process::logger log{"test", process::level::debug, process::log_format::text,
                      std::make_shared<spdlog::sinks::null_sink_mt>(), [] { return 0; }};
  process::metric_registry metrics;
  no_keys keys;
  heard_reports heard;
  deribit_settings how;
  moment now{1'000 * ns_per_s, 1'700'000'000 * ns_per_s};
  std::shared_ptr<strike::test::fake_socket> socket;
  std::unique_ptr<deribit_venue> tested;
  std::int64_t due_ns = 0; ///< as of the last round

  deribit_kit() {
    auto key = std::make_shared<deribit_key>();
    key->id = "me";
    key->secret = process::secret_text{"s3cret"};
    how.key = std::move(key);
  }

  void make() {
    tested = std::make_unique<deribit_venue>(how, venue_tools{network, instruments, rules, log, metrics, keys}, heard,
                                             [] { return 0.5; });
  }
  void round() { due_ns = tested->round(now); }
  void pass(std::chrono::nanoseconds time) {
    now.steady_ns += time.count();
    now.wall_ns += time.count();
    round();
  }
  /// Opens the next connection.
  void open_socket() {
    round();
    socket = network.take_socket();
    socket->open();
    round();
  }
  /// Opens it and answers all until orders can be sent.
  void connect() {
    if (!tested) make();
    open_socket();
    answer_start();
    ASSERT_FALSE(heard.lines.empty());
    EXPECT_EQ(heard.lines.back(), "up");
    heard.lines.clear();
  }
  void answer_start() {
    reply(take("public/auth"), login());
    while (!socket->sent.empty()) answer(take());
  }
  static std::string login(std::string_view scope = "connection trade:read_write mainaccount account:read_write") {
    return fmt::format(R"({{"access_token":"a","refresh_token":"r1","expires_in":900,"scope":"{}"}})", scope);
  }
  /// As a venue that is content.
  void answer(const request& x) {
    if (x.method.ends_with("/subscribe")) return reply(x, boost::json::serialize(x.params.at("channels")));
    if (x.method == "private/get_cancel_on_disconnect")
      return reply(x, fmt::format(R"({{"scope":"connection","enabled":{}}})", how.cancel_on_disconnect));
    if (x.method == "public/status") return reply(x, R"({"locked":"false","locked_indices":[]})");
    if (x.method == "private/get_account_summary") return reply(x, R"({"currency":"BTC"})");
    reply(x, "\"ok\"");
  }

  request take() { return request{socket->take_sent()}; }
  request take(std::string_view method) {
    auto x = take();
    EXPECT_EQ(x.method, method);
    return x;
  }
  void receive(const std::string& text) {
    socket->deliver(text);
    round();
  }
  void reply(const request& x, const std::string& result) {
    receive(fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{},"usIn":{},"usOut":{},"testnet":false}})", x.id, result,
                        now.wall_ns / 1'000, now.wall_ns / 1'000));
  }
  void refuse(const request& x, int code, std::string_view message = "words") {
    receive(fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{{"code":{},"message":"{}"}},"testnet":false}})", x.id,
                        code, message));
  }
  void notify(std::string_view channel, const std::string& data) {
    receive(fmt::format(R"({{"jsonrpc":"2.0","method":"subscription","params":{{"channel":"{}","data":{}}}}})", channel,
                        data));
  }
  void changes(const std::string& order, const std::string& trade = "") {
    notify("user.changes.any.any.raw",
           fmt::format(R"({{"instrument_name":"BTC-PERPETUAL","orders":[{}],"trades":[{}],"positions":[]}})", order,
                       trade));
  }
  static std::string placed(const std::string& order, const std::string& trades = "") {
    return fmt::format(R"({{"order":{},"trades":[{}]}})", order, trades);
  }

  order_request limit_order() const {
    return {.instrument = btc, .side = side::buy, .type = order_type::limit, .limit = 50'000_px, .size = 100_qty};
  }
  void place(std::uint64_t id, const order_request& what) {
    tested->place(risk_gate::pass({.id = {id}, .label = fmt::format("o-{}", id), .request = what}), now);
  }
  /// An order that rests: number 1, "55501".
  void place_open(const order_request& what) {
    place(1, what);
    reply(take("private/buy"), placed(order_json{}));
    EXPECT_EQ(take_heard(), std::vector<std::string>{"order 1 open 0"});
  }
  std::vector<std::string> take_heard() {
    round();
    return std::exchange(heard.lines, {});
  }
  void cut() {
    socket->close();
    round();
  }
};

} // namespace strike::exec::test
