#pragma once

#include "base/time.hpp"
#include "deribit/message.hpp"
#include "gateway-deribit/feed.hpp"
#include "gateway-deribit/session.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace strike::gateway_deribit::test {

using namespace std::chrono_literals;
using namespace strike::literals;
using gateway::moment;
using gateway::oddity;
using strike::feed::slot_of;

struct fake_session_port final : gateway::session_port {
  std::vector<std::string> sent, ends;
  std::vector<market_event> events;
  std::vector<std::string> notes; ///< "gap prev_change_id"
  std::chrono::nanoseconds held{0};

  void send(std::string_view text) override {
    EXPECT_TRUE(ends.empty()) << "sent after the end: " << text;
    sent.emplace_back(text);
  }
  void publish(market_event&& x) override { events.push_back(std::move(x)); }
  void give_up(std::string_view why) override { ends.emplace_back(why); }
  void hold_off(std::chrono::nanoseconds x) override { held = x; }
  void note(oddity what, std::string_view detail, std::string_view) override {
    notes.push_back(fmt::format("{} {}", static_cast<int>(what), detail));
  }
};

inline std::string noted(oddity what, std::string_view detail) {
  return fmt::format("{} {}", static_cast<int>(what), detail);
}

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
  std::vector<std::string> channels() const {
    std::vector<std::string> all;
    for (const auto& x : params.at("channels").as_array()) all.emplace_back(x.as_string().c_str());
    return all;
  }
};

inline std::string trade_text(std::uint64_t sequence) {
  return fmt::format(
      R"({{"instrument_name":"BTC-PERPETUAL","timestamp":1700000000000,"trade_seq":{0},"trade_id":"t{0}",)"
      R"("price":5,"amount":10,"direction":"buy"}})",
      sequence);
}
/// A notification of one.
inline std::string trade_frame(std::uint64_t sequence) {
  auto text = R"({"jsonrpc":"2.0","method":"subscription","params":{"channel":"trades.BTC-PERPETUAL.100ms","data":[)" +
              trade_text(sequence) + "]}}";
  deribit::pad(text);
  return text;
}

/// A session whose venue is the test. Time stands still but for `pass`.
struct session_kit : testing::Test {
  instrument_registry names;
  instrument_id btc = *names.intern(venue::deribit, "BTC-PERPETUAL");
  instrument_id eth = *names.intern(venue::deribit, "ETH-PERPETUAL");
  settings how;
  std::unique_ptr<common> shared;
  fake_session_port port;
  std::unique_ptr<session> tested;
  moment now{1'000 * ns_per_s, 1'700'000'000 * ns_per_s};
  std::vector<std::string> heard; ///< by the feed

  void open() {
    shared = std::make_unique<common>(how, names);
    shared->on_state = [this](deribit::state_message&& x, const moment&) { heard.push_back(x.symbol + " " + x.state); };
    shared->on_created = [this](deribit::listing&& x, const moment&) { heard.push_back("created " + x.rules.symbol); };
    shared->on_platform = [this](deribit::platform_message&& x, const moment&) {
      heard.push_back("platform " + x.index + (x.is_down ? " down" : " up"));
    };
    shared->on_missed_trades = [this](instrument_id of, std::uint64_t first, std::uint64_t last) {
      heard.push_back(fmt::format("{} missed {} to {}", names.at(of).symbol, first, last));
    };
    tested = std::make_unique<session>(*shared, port);
    tested->opened(now);
  }
  void pass(std::chrono::nanoseconds time) {
    now.steady_ns += time.count();
    now.wall_ns += time.count();
    tested->round(now);
  }
  void receive(std::string text) {
    deribit::pad(text);
    tested->received(text, now);
    if (port.ends.empty()) tested->round(now);
  }
  void notify(const std::string& channel, const std::string& data) {
    receive(fmt::format(R"({{"jsonrpc":"2.0","method":"subscription","params":{{"channel":"{}","data":{}}}}})", channel,
                        data));
  }
  void reply(std::uint64_t id, const std::string& result) {
    receive(fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{},"usIn":1,"testnet":false}})", id, result));
  }
  void refuse(std::uint64_t id, int code) {
    receive(
        fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{{"code":{},"message":"m"}},"testnet":false}})", id, code));
  }
  /// What was sent since the last call.
  std::vector<request> take() {
    std::vector<request> all;
    for (const auto& x : std::exchange(port.sent, {})) all.emplace_back(x);
    return all;
  }
  /// The request of that method; the others that were sent are answered.
  request take(const std::string& method) {
    std::optional<request> found;
    for (auto& x : take()) {
      if (!found && x.method == method)
        found = x;
      else
        answer(x);
    }
    EXPECT_TRUE(found) << "no " << method;
    return found ? *found : request{R"({"id":0,"method":"","params":{}})"};
  }
  void answer(const request& x) {
    if (x.params.contains("channels"))
      accept(x);
    else
      reply(x.id, "\"ok\"");
  }
  void accept(const request& x) { reply(x.id, boost::json::serialize(x.params.at("channels"))); }
  /// Opens, and answers everything that is due at the start.
  void open_ready() {
    open();
    settle();
    port.notes.clear();
  }
  /// Accepts all channels until nothing more is asked.
  void settle() {
    for (auto all = take(); !all.empty(); all = take())
      for (const auto& x : all) answer(x);
  }
  static std::string book(const std::string& type, std::uint64_t id, std::uint64_t previous, const std::string& bids,
                          const std::string& asks = "[]") {
    return fmt::format(
        R"({{"type":"{}","timestamp":1700000000000,"change_id":{},"prev_change_id":{},"bids":{},"asks":{}}})", type, id,
        previous, bids, asks);
  }
};

} // namespace strike::gateway_deribit::test
