#pragma once

#include "base/time.hpp"
#include "exec/derive_venue.hpp"
#include "kit/approve_all.hpp"
#include "kit/fake_network.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <spdlog/sinks/null_sink.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace strike::exec::test {

namespace json = boost::json;

/// What a venue tells, one line each.
struct told_lines final : venue_reports {
  std::vector<std::string> lines;
  std::vector<fill_fact> fills;
  std::vector<account_fact> accounts;
  std::vector<match::settlement> settlements;

  void on_order(const order_fact& x) override {
    auto line = fmt::format("order {} {} {}", x.order.value, to_text(x.state), to_string(x.filled));
    if (x.size.nanos != 0) line += " of " + to_string(x.size);
    if (x.limit.nanos != 0) line += " at " + to_string(x.limit);
    if (!x.venue_id.empty()) line += " as " + x.venue_id;
    lines.push_back(line + (x.reason.empty() ? "" : ": " + x.reason));
  }
  void on_fill(const fill_fact& x) override {
    lines.push_back(fmt::format("fill {} of {}: {} {} at {}", x.trade_id, x.order.value, to_text(x.what.side),
                                to_string(x.what.size), to_string(x.what.at)));
    fills.push_back(x);
  }
  void on_fill_undone(venue, std::string_view trade_id, std::string_view why) override {
    lines.push_back(fmt::format("undone {}: {}", trade_id, why));
  }
  void on_no_answer(order_id order, std::string_view why) override {
    lines.push_back(fmt::format("no answer {}: {}", order.value, why));
  }
  void on_absent(order_id order, std::string_view) override { lines.push_back(fmt::format("absent {}", order.value)); }
  void on_session(venue, session_state now, std::string_view) override {
    lines.push_back(now == session_state::up ? "up" : "down");
  }
  void on_account(account_fact&& x) override {
    lines.push_back("account");
    accounts.push_back(std::move(x));
  }
  void on_account_failed(venue, std::string_view why) override {
    lines.push_back(fmt::format("account failed: {}", why));
  }
  void on_settlement(const match::settlement& x) override { settlements.push_back(x); }

  std::vector<std::string> take() { return std::exchange(lines, {}); }
};

struct kept_keys final : order_keys {
  std::map<order_id, std::vector<std::string>> by_order;
  bool is_full = false;
  result<void> keep(order_id order, std::string_view key) override {
    if (is_full) return fail(ec::io, "exec.db: no space left");
    by_order[order].emplace_back(key);
    return {};
  }
};

/// A request that the venue got.
struct asked {
  std::uint64_t id = 0;
  std::string method;
  json::object params;
  std::string text(std::string_view key) const { return json::value_to<std::string>(params.at(key)); }
};

/// Derive's adapter on a network and a clock that only the test moves. What it asks about instruments is answered by
/// itself; all else is the test's.
struct derive_kit : testing::Test {
  static constexpr std::int64_t ms = ns_per_ms, second = ns_per_s, start_ns = 1'794'000'000 * ns_per_s;
  static constexpr std::string_view log_in_ok = "[91234]";

  strike::test::fake_network network;
  instrument_registry instruments;
  instrument_id perp = *instruments.intern(venue::derive, "ETH-PERP");
  instrument_id option = *instruments.intern(venue::derive, "ETH-20261225-4000-C");
  instrument_id spot = *instruments.intern(venue::derive, "ETH-USDC");
  instrument_rules rules{instruments, {}};
  process::logger log{"test", process::level::error, process::log_format::text,
                      std::make_shared<spdlog::sinks::null_sink_mt>(), [] { return 0; }};
  process::metric_registry metrics;
  kept_keys keys;
  told_lines told;
  moment now{.steady_ns = 1000 * second, .wall_ns = start_ns};
  std::unique_ptr<derive_venue> venue_;
  std::shared_ptr<strike::test::fake_socket> socket;
  std::deque<asked> requests; ///< sent, and not yet taken
  bool answers_markets = true;
  std::string_view ticker = R"({{"t":{},"I":"3000","minp":"2900.5","maxp":"3100.5"}})"; ///< with its time in ms

  explicit derive_kit(std::string_view toml = "") { make(toml); }

  void make(std::string_view toml) {
    auto document = *config::document::from_text(toml, "strike.toml");
    auto how = read_derive_settings(document.root());
    const auto verdict = document.finish();
    if (!verdict) ADD_FAILURE() << verdict.error().text;
    // keys of the protocol page's worked example, made for it
    auto key = sign::private_key::from_hex("0x761bfa4710765bc968673e2d12a706dc8ed3d193ca2e3dfcade44ad485972a3c");
    auto who = std::make_shared<const derive_keys>(
        sign::parse_address("0x374DaEF6100B14f4d78813d8177CB93dF139BC29").value(), 91234, std::move(*key));
    venue_ = std::make_unique<derive_venue>(std::move(how), std::move(who),
                                            venue_tools{network, instruments, rules, log, metrics, keys}, told,
                                            [] { return 0.5; });
  }

  /// As exec's loop does: again while something is due.
  std::int64_t round() {
    for (int i = 0; i < 50; ++i)
      if (const auto due = venue_->round(now); due > now.steady_ns) return due;
    ADD_FAILURE() << "the venue is never done";
    return INT64_MAX;
  }
  void advance(std::int64_t ns) {
    now.steady_ns += ns;
    now.wall_ns += ns;
    round();
  }
  /// Reads what was sent; answers questions about instruments.
  void collect() {
    while (socket && !socket->sent.empty()) {
      const auto text = socket->take_sent();
      const auto whole = json::parse(text).as_object();
      asked x{whole.at("id").to_number<std::uint64_t>(), json::value_to<std::string>(whole.at("method")),
              whole.at("params").as_object()};
      if (answers_markets && answer_market(x)) continue;
      requests.push_back(std::move(x));
    }
  }
  asked take(std::string_view method) {
    collect();
    if (requests.empty()) {
      ADD_FAILURE() << "nothing was asked, though " << method << " should be";
      throw std::logic_error{"nothing to take"};
    }
    auto x = std::move(requests.front());
    requests.pop_front();
    EXPECT_EQ(x.method, method);
    return x;
  }
  bool is_quiet() {
    collect();
    return requests.empty();
  }
  void TearDown() override {
    collect();
    for (const auto& x : requests) ADD_FAILURE() << "a request that the test did not expect: " << x.method;
  }

  void deliver(std::string_view text) {
    socket->deliver(text);
    round();
  }
  void answer(const asked& x, std::string_view result) {
    deliver(fmt::format(R"({{"id":{},"result":{}}})", x.id, result));
  }
  void refuse(const asked& x, int code, std::string_view data = "null") {
    deliver(fmt::format(R"({{"id":{},"error":{{"code":{},"message":"m","data":{}}}}})", x.id, code, data));
  }
  void notify(std::string_view channel, std::string_view data) {
    deliver(fmt::format(R"({{"method":"subscription","params":{{"channel":"91234.{}","data":{}}}}})", channel, data));
  }

  bool answer_market(const asked& x) {
    if (x.method == "public/get_instrument") {
      const auto symbol = x.text("instrument_name");
      answer(x, fmt::format(
                    R"({{"instrument_name":"{}","instrument_type":"perp","base_currency":"ETH","is_active":true,)"
                    R"("base_asset_address":"0xAf65752C4643E25C02F693f9D4FE19cF23a095E3","base_asset_sub_id":"0",)"
                    R"("maker_fee_rate":"0.0001","taker_fee_rate":"0.0003","base_fee":"0.1","minimum_amount":"0.1"}})",
                    symbol));
      return true;
    }
    if (x.method == "public/get_ticker") {
      answer(x, fmt::format(fmt::runtime(ticker), now.wall_ns / ms));
      return true;
    }
    if (x.method != "subscribe") return false;
    const auto channel = json::value_to<std::string>(x.params.at("channels").as_array().at(0));
    if (!channel.starts_with("ticker_slim.") && !channel.ends_with("Error")) return false;
    answer(x, fmt::format(R"({{"status":{{"{}":"ok"}},"current_subscriptions":["{}"]}})", channel, channel));
    return true;
  }

  // ---- the log-in, step by step
  void connect() {
    round();
    socket = network.take_socket();
    socket->open();
    round();
    answer(take("public/get_time"), std::to_string(now.wall_ns / ms));
  }
  void answer_account(std::string_view account = R"({"cancel_on_disconnect":true})") {
    answer(take("private/get_account"), account);
  }
  void answer_session_keys(std::int64_t expiry_s = 2'000'000'000) {
    answer(
        take("private/session_keys"),
        fmt::format(R"({{"public_session_keys":[{{"public_session_key":"0x84fc9bc4afc40d60fef7afc68961d8fe48c3af97",)"
                    R"("expiry_sec":{}}}]}})",
                    expiry_s));
  }
  void answer_subscribe() {
    answer(take("subscribe"), R"({"status":{"91234.orders":"ok","91234.trades":"ok","91234.balances":"ok"},)"
                              R"("current_subscriptions":[]})");
  }
  void log_in(std::string_view account = R"({"cancel_on_disconnect":true})") {
    connect();
    answer(take("public/login"), log_in_ok);
    answer_account(account);
    answer_session_keys();
    answer_subscribe();
    EXPECT_THAT(told.take(), testing::ElementsAre("up"));
    EXPECT_TRUE(is_quiet());
  }
  /// The connection ends; the next one is opened, and not yet logged in.
  void cut() {
    socket->close();
    round();
    advance(60 * second);
    socket = network.take_socket();
    socket->open();
    round();
    answer(take("public/get_time"), std::to_string(now.wall_ns / ms));
  }
  void come_back() {
    answer(take("public/login"), log_in_ok);
    answer_account();
    answer_session_keys();
    answer_subscribe();
    EXPECT_TRUE(is_quiet());
  }

  // ---- orders
  order_request limit_order(std::string_view limit = "3000", std::string_view size = "1") const {
    return {.instrument = perp, .limit = *parse_decimal<price>(limit), .size = *parse_decimal<quantity>(size)};
  }
  void place(std::uint64_t id, const order_request& what) {
    venue_->place(risk_gate::pass({.id = {id}, .label = fmt::format("a-{}", id), .request = what}), now);
    round();
    collect();
    round();
  }
  std::string row(std::uint64_t order, std::string_view id, std::string_view status, const asked& from,
                  std::string_view filled = "0", std::string_view more = "") const {
    return fmt::format(R"({{"order_id":"{}","label":"a-{}","instrument_name":"{}","subaccount_id":91234,)"
                       R"("direction":"{}","order_status":"{}","amount":"{}","filled_amount":"{}","limit_price":"{}",)"
                       R"("nonce":{},"creation_timestamp":{},"last_update_timestamp":{},"cancel_reason":"",)"
                       R"("signature_expiry_sec":{}{}}})",
                       id, order, from.text("instrument_name"), from.text("direction"), status, from.text("amount"),
                       filled, from.text("limit_price"), json::serialize(from.params.at("nonce")), start_ns / ms,
                       now.wall_ns / ms, from.params.at("signature_expiry_sec").to_number<std::int64_t>(), more);
  }
  std::string trade(std::uint64_t order, std::string_view id, std::string_view venue_id, std::string_view size,
                    std::string_view more = "") const {
    return fmt::format(R"({{"trade_id":"{}","order_id":"{}","label":"a-{}","subaccount_id":91234,)"
                       R"("instrument_name":"ETH-PERP","direction":"buy","trade_price":"3000","trade_amount":"{}",)"
                       R"("trade_fee":"0.9","liquidity_role":"taker","timestamp":{},"batch_status":null{}}})",
                       id, venue_id, order, size, now.wall_ns / ms, more);
  }
  static std::string list(const std::string& rows) { return "[" + rows + "]"; }
  static std::string placed(const std::string& order, const std::string& trades = "") {
    return R"({"order":)" + order + R"(,"trades":[)" + trades + "]}";
  }
  /// An order that rests as "o-<id>".
  asked place_open(std::uint64_t id, const order_request& what) {
    place(id, what);
    const auto sent = take("private/order");
    answer(sent, placed(row(id, fmt::format("o-{}", id), "open", sent)));
    told.take();
    return sent;
  }
  /// Answers a survey of orders. Each is a list of rows.
  void answer_survey(const std::string& open, const std::string& history, const std::string& trades) {
    answer(take("private/get_open_orders"), R"({"subaccount_id":91234,"orders":[)" + open + "]}");
    answer(take("private/get_trigger_orders"), R"({"subaccount_id":91234,"orders":[]})");
    answer(take("private/get_order_history"),
           R"({"orders":[)" + history + R"(],"pagination":{"count":1,"num_pages":1}})");
    answer(take("private/get_trade_history"),
           R"({"trades":[)" + trades + R"(],"pagination":{"count":1,"num_pages":1}})");
  }
};

} // namespace strike::exec::test
