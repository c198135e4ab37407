#pragma once

#include "base/time.hpp"
#include "exec/polymarket_venue.hpp"
#include "kit/approve_all.hpp"
#include "kit/fake_network.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strike::exec::test {

using namespace strike::literals;
using namespace std::chrono_literals;
using strike::test::fake_fetch;
using strike::test::fake_network;
using strike::test::fake_socket;

/// What the adapter told, a line each.
struct told_reports final : venue_reports {
  std::vector<std::string> lines;
  std::vector<account_fact> accounts;
  std::vector<fill_fact> fills;
  std::function<void(order_id)> when_no_answer = [](order_id) {};

  void on_order(const order_fact& x) override {
    auto& last_ns = last_ns_[x.order.value];
    EXPECT_GT(x.venue_ns, last_ns) << "an order's words must each be newer than the one before";
    last_ns = x.venue_ns;
    lines.push_back(fmt::format("{} {} {}/{}@{}{}{}", x.order.value, to_text(x.state), to_string(x.filled),
                                to_string(x.size), to_string(x.limit), x.reason.empty() ? "" : ": ", x.reason));
  }
  void on_fill(const fill_fact& x) override {
    fills.push_back(x);
    lines.push_back(fmt::format("{} fill {} {} {}@{} fee {} {}", x.order.value,
                                x.trade_id.substr(0, x.trade_id.find(':')), to_text(x.what.side),
                                to_string(x.what.size), to_string(x.what.at), to_string(x.what.fee),
                                to_text(x.what.liquidity)));
  }
  void on_fill_undone(venue, std::string_view id, std::string_view why) override {
    lines.push_back(fmt::format("undone {}: {}", id.substr(0, id.find(':')), why));
  }
  void on_no_answer(order_id order, std::string_view) override {
    lines.push_back(fmt::format("{} no answer", order.value));
    when_no_answer(order);
  }
  void on_absent(order_id order, std::string_view) override { lines.push_back(fmt::format("{} absent", order.value)); }
  void on_session(venue, session_state now, std::string_view why) override {
    lines.push_back(fmt::format("{}{}{}", now == session_state::up ? "up" : "down", why.empty() ? "" : ": ", why));
  }
  void on_account(account_fact&& x) override {
    accounts.push_back(std::move(x));
    lines.emplace_back("account");
  }
  void on_account_failed(venue, std::string_view why) override {
    lines.push_back(fmt::format("account failed: {}", why));
  }
  void on_settlement(const match::settlement& x) override { lines.push_back(fmt::format("settled {}", x.delivery)); }

private:
  std::map<std::uint64_t, std::int64_t> last_ns_;
};

struct kept_keys final : order_keys {
  std::vector<std::string> keys;
  std::function<void()> check = [] {};
  bool is_broken = false;
  result<void> keep(order_id, std::string_view key) override {
    check();
    if (is_broken) return fail(ec::io, "disk full");
    keys.emplace_back(key);
    return {};
  }
};

/// The adapter on a network that only the test moves. `up` logs in; tokens 11 and 12 are the market 0xaa.
struct polymarket_kit : testing::Test {
  static constexpr auto us = "00000000-0000-4000-8000-000000000001";

  fake_network network;
  instrument_registry instruments;
  instrument_rules rules{instruments, {}};
  process::logger log{"test", process::level::error, process::log_format::text,
                      std::make_shared<spdlog::sinks::null_sink_mt>(), [] { return 0; }};
  process::metric_registry metrics;
  kept_keys keys;
  told_reports told;
  polymarket_settings how = settings();
  std::unique_ptr<polymarket_venue> venue;
  moment now{.steady_ns = 1'000 * ns_per_s, .wall_ns = 1'782'864'000 * ns_per_s};
  std::shared_ptr<fake_socket> channel;
  instrument_id yes = *instruments.intern(strike::venue::polymarket, "11");
  instrument_id no = *instruments.intern(strike::venue::polymarket, "12");
  std::uint64_t chance = 0;
  bool answers_pings = false; ///< those of a channel that is up

  static polymarket_settings settings() {
    auto document = *config::document::from_text("", "strike.toml");
    auto made = read_polymarket_settings(document.root());
    EXPECT_TRUE(document.finish());
    return made;
  }
  void make() {
    auto key = *sign::private_key::from_hex("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
    const auto funder = key.address();
    venue = std::make_unique<polymarket_venue>(how, std::make_shared<const polymarket_account>(std::move(key), funder),
                                               venue_tools{network, instruments, rules, log, metrics, keys}, told,
                                               [this] { return ++chance; });
  }
  /// In steps, so that the channel is answered in time.
  void round(std::chrono::nanoseconds later = 0ns) {
    for (; later > 10s; later -= 10s) round(10s);
    now.steady_ns += later.count();
    now.wall_ns += later.count();
    for (int i = 0; i < 10 && venue->round(now) <= now.steady_ns; ++i) {
    }
    if (answers_pings && std::erase(channel->sent, "PING") != 0) deliver("PONG");
  }
  /// The next request, which must be this one.
  std::shared_ptr<fake_fetch> request(std::string_view method, std::string_view part) {
    auto made = network.take_fetch();
    EXPECT_EQ(made->request.method, method);
    EXPECT_THAT(made->request.url, testing::HasSubstr(part));
    return made;
  }
  void answer(std::string_view method, std::string_view part, std::string body, int status = 200) {
    request(method, part)->answer(status, std::move(body));
    round();
  }
  std::vector<std::string> take() { return std::exchange(told.lines, {}); }

  void log_in(std::string closed_only = "false") {
    round();
    answer("GET", "/time", std::to_string(now.wall_ns / ns_per_s));
    answer("GET", "/version", R"({"version":2})");
    answer("GET", "/api/geoblock", R"({"blocked":false,"country":"CH"})");
    answer("POST", "/auth/api-key",
           fmt::format(R"({{"apiKey":"{}","secret":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","passphrase":"pp"}})",
                       us));
    answer("GET", "/auth/ban-status/closed-only", R"({"closed_only":)" + closed_only + "}");
    connect();
  }
  void connect() {
    channel = network.take_socket();
    channel->open();
    round();
    EXPECT_THAT(channel->take_sent(), testing::HasSubstr(R"("type":"user")"));
    EXPECT_EQ(channel->take_sent(), "PING");
    deliver("PONG");
    answers_pings = true;
  }
  void up() {
    make();
    log_in();
    EXPECT_THAT(take(), testing::ElementsAre("up"));
  }
  void deliver(std::string_view text) {
    channel->deliver(text);
    round();
  }
  static std::string market(std::string_view more = "") {
    return fmt::format(
        R"([{{"conditionId":"0xaa","outcomes":"[\"Yes\",\"No\"]","clobTokenIds":"[\"11\",\"12\"]","active":true,)"
        R"("closed":false,"acceptingOrders":true,"enableOrderBook":true,"orderPriceMinTickSize":0.01,"orderMinSize":5,)"
        R"("feesEnabled":true,"feeSchedule":{{"exponent":1,"rate":0.05}}{}}}])",
        more);
  }
  /// Market and balances are known from now on.
  void warm(std::string market_row = market()) {
    how_order(1'000'000, {.instrument = yes, .limit = 0.5_px, .size = 5_qty});
    answer("GET", "gamma-api.polymarket.com/markets", std::move(market_row));
    answer("GET", "asset_type=COLLATERAL", R"({"balance":"1000000000"})");
    answer("POST", "/order", R"({"success":true,"orderID":")" + digest() + R"(","status":"live"})");
    order(digest(), "CANCELLATION", "CANCELED", "5", "0");
    how_order(1'000'001, {.instrument = yes, .side = side::sell, .limit = 0.5_px, .size = 5_qty});
    answer("GET", "token_id=11", R"({"balance":"1000000000"})");
    answer("POST", "/order", R"({"success":true,"orderID":")" + digest() + R"(","status":"live"})");
    order(digest(), "CANCELLATION", "CANCELED", "5", "0", "SELL");
    take();
  }
  void how_order(std::uint64_t id, order_request what) {
    venue->place(risk_gate::pass({.id = {id}, .label = fmt::format("s-{}", id), .request = what}), now);
    round();
  }
  /// A GTC buy of Yes.
  void buy(std::uint64_t id, price limit, quantity size) {
    how_order(id, {.instrument = yes, .limit = limit, .size = size});
  }
  /// And the venue takes it.
  void buy_rests(std::uint64_t id, price limit, quantity size) {
    buy(id, limit, size);
    accept();
    take();
  }
  void accept() {
    answer("POST", "/order", R"({"success":true,"errorMsg":"","orderID":")" + digest() + R"(","status":"live"})");
  }
  /// Of what was signed last.
  std::string digest(std::size_t before = 0) const {
    const auto& key = keys.keys.at(keys.keys.size() - 1 - before);
    return key.substr(0, key.find(' '));
  }
  std::string order_json(std::string_view id, std::string_view type, std::string_view status, std::string_view size,
                         std::string_view matched, std::string_view on = "BUY") const {
    return fmt::format(
        R"({{"event_type":"order","type":"{}","id":"{}","owner":"{}","market":"0xaa","asset_id":"11","side":"{}",)"
        R"("original_size":"{}","size_matched":"{}","price":"0.5","status":"{}","timestamp":"{}"}})",
        type, id, us, on, size, matched, status, now.wall_ns / ns_per_ms);
  }
  /// An event of the user channel.
  void order(std::string_view id, std::string_view type, std::string_view status, std::string_view size,
             std::string_view matched, std::string_view on = "BUY") {
    deliver(order_json(id, type, status, size, matched, on));
  }
  /// What GET /data/order answers.
  std::string order_row(std::string_view id, std::string_view status, std::string_view size,
                        std::string_view matched) const {
    return fmt::format(R"({{"id":"{}","status":"{}","owner":"{}","market":"0xaa","asset_id":"11","side":"BUY",)"
                       R"("original_size":"{}","size_matched":"{}","price":"0.5","associate_trades":[]}})",
                       id, status, us, size, matched);
  }
  std::string maker_trade(std::string_view trade, std::string_view id, std::string_view size,
                          std::string_view status) const {
    return fmt::format(
        R"({{"event_type":"trade","type":"TRADE","id":"{}","taker_order_id":"0x99","market":"0xaa","asset_id":"11",)"
        R"("side":"SELL","size":"{}","price":"0.5","status":"{}","trader_side":"MAKER","owner":"them",)"
        R"("match_time":"{}","maker_orders":[{{"order_id":"{}","owner":"{}","matched_amount":"{}","price":"0.5",)"
        R"("asset_id":"11"}}]}})",
        trade, size, status, now.wall_ns / ns_per_s, id, us, size);
  }
  std::string taker_trade(std::string_view trade, std::string_view id, std::string_view size,
                          std::string_view status) const {
    return fmt::format(
        R"({{"event_type":"trade","type":"TRADE","id":"{}","taker_order_id":"{}","market":"0xaa","asset_id":"11",)"
        R"("side":"BUY","size":"{}","price":"0.5","status":"{}","trader_side":"TAKER","owner":"{}","match_time":"{}",)"
        R"("maker_orders":[{{"order_id":"0x98","owner":"them","matched_amount":"{}","price":"0.5","asset_id":"11"}}]}})",
        trade, id, size, status, us, now.wall_ns / ns_per_s, size);
  }
  static std::string page(std::string_view rows, std::string_view cursor = "LTE=") {
    return fmt::format(R"({{"limit":100,"count":1,"next_cursor":"{}","data":[{}]}})", cursor, rows);
  }
};

} // namespace strike::exec::test
