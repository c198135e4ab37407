#pragma once

#include "gateway-derive/session.hpp"
#include "kit/derive_messages.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

namespace strike::gateway_derive {

using namespace std::chrono_literals;
using namespace strike::literals;
using feed::slot_of;
using gateway::oddity;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct noted {
  oddity what;
  std::string detail, sample;
};
inline void PrintTo(const noted& x, std::ostream* out) {
  *out << to_text(x.what) << ' ' << x.detail << ": " << x.sample;
}
MATCHER_P2(is_noted, what, detail, "") { return arg.what == what && arg.detail == detail; }

struct fake_session_port final : gateway::session_port {
  std::vector<std::string> sent;
  std::vector<market_event> events;
  std::vector<noted> notes;
  std::vector<std::string> ends;
  std::chrono::nanoseconds held{0};

  void send(std::string_view text) override {
    EXPECT_THAT(ends, IsEmpty()) << "sent after the end: " << text;
    sent.emplace_back(text);
  }
  void publish(market_event&& x) override { events.push_back(std::move(x)); }
  void give_up(std::string_view why) override { ends.emplace_back(why); }
  void hold_off(std::chrono::nanoseconds x) override { held = x; }
  void note(oddity what, std::string_view detail, std::string_view sample) override {
    notes.push_back({what, std::string{detail}, std::string{sample}});
  }
};

/// A session on a socket that the test plays. Time stands still but for `pass`.
struct venue_end {
  fake_session_port port;
  session tested;
  gateway::moment& now;

  venue_end(common& shared, gateway::moment& clock) : tested{shared, port}, now{clock} {}

  void receive(std::string text) {
    derive::pad(text);
    tested.received(text, now);
    tested.round(now);
  }
  void notify(std::string_view channel, std::string_view data) { receive(derive_notification(channel, data)); }
  void want(std::vector<feed::slot> topics) { tested.want(topics, now); }
  /// What was sent since the last call.
  std::vector<std::string> take_sent() { return std::exchange(port.sent, {}); }
  std::string take_one() {
    auto sent = take_sent();
    EXPECT_THAT(sent, SizeIs(1));
    return sent.empty() ? "" : sent.front();
  }
  static std::string id_of(std::string_view request) {
    const auto at = request.find(':') + 1;
    return std::string{request.substr(at, request.find(',') - at)};
  }
  static std::vector<std::string> channels_of(std::string_view request) {
    std::vector<std::string> all;
    for (auto at = request.find('[') + 1; request[at] == '"' || request[at] == ',';) {
      if (request[at] == ',') ++at;
      const auto end = request.find('"', at + 1);
      all.emplace_back(request.substr(at + 1, end - at - 1));
      at = end + 1;
    }
    return all;
  }
  /// Confirms a request as v2 and v3 do: all that was subscribed is current.
  void confirm(std::string_view request) {
    const bool is_subscribe = request.find("\"subscribe\"") != std::string_view::npos;
    std::string status;
    for (const auto& name : channels_of(request)) {
      status += fmt::format("{}\"{}\":\"ok\"", status.empty() ? "" : ",", name);
      std::erase(current, name);
      if (is_subscribe) current.push_back(name);
    }
    reply(request, fmt::format(R"({{"status":{{{}}},"{}_subscriptions":[{}]}})", status,
                               is_subscribe ? "current" : "remaining", quoted_current()));
  }
  void confirm_all() {
    for (auto sent = take_sent(); !sent.empty(); sent = take_sent())
      for (const auto& request : sent) confirm(request);
  }
  std::string quoted_current() const {
    std::string list;
    for (const auto& x : current) list += fmt::format("{}\"{}\"", list.empty() ? "" : ",", x);
    return list;
  }
  void reply(std::string_view request, std::string_view result) {
    receive(fmt::format(R"({{"id":{},"result":{}}})", id_of(request), result));
  }
  void refuse(std::string_view request, int code, std::string_view data = "null") {
    receive(fmt::format(R"({{"id":{},"error":{{"code":{},"message":"m","data":{}}}}})", id_of(request), code, data));
  }

  std::vector<std::string> current; ///< subscriptions at the venue
};

struct session_test : testing::Test {
  instrument_registry names;
  gateway::moment now{1'000'000'000'000, 1'794'000'000'000'000'000};
  settings how = [] {
    auto document = *config::document::from_text("", "test");
    auto x = read_settings(document.root());
    x.request_window = 5s;
    return x;
  }();
  std::optional<common> shared_;
  std::optional<venue_end> venue_;

  instrument_id id(std::string_view symbol) { return *names.intern(venue::derive, symbol); }
  feed::slot ticker_of(std::string_view symbol) { return slot_of(id(symbol), channel::ticker); }
  feed::slot book_of(std::string_view symbol) { return slot_of(id(symbol), channel::book); }
  feed::slot trades_of(std::string_view symbol) { return slot_of(id(symbol), channel::trades); }
  common& shared() {
    if (!shared_) shared_.emplace(how, names);
    return *shared_;
  }
  venue_end& at() {
    if (!venue_) venue_.emplace(shared(), now);
    return *venue_;
  }
  /// A socket that opens with these topics, all confirmed.
  void subscribed(std::vector<feed::slot> topics) {
    at().want(std::move(topics));
    at().tested.opened(now);
    at().confirm_all();
    EXPECT_TRUE(at().tested.is_settled());
  }
  void move(std::chrono::nanoseconds x) {
    now.steady_ns += x.count();
    now.wall_ns += x.count();
  }
  /// Time passes, and the session does what is due, when it asked to be called.
  void pass(std::chrono::nanoseconds x) {
    const auto end_ns = now.steady_ns + x.count();
    for (auto due_ns = at().tested.round(now); due_ns <= end_ns; due_ns = at().tested.round(now)) {
      if (due_ns <= now.steady_ns) {
        ADD_FAILURE() << "asks to be called again at once";
        break;
      }
      move(std::chrono::nanoseconds{due_ns - now.steady_ns});
    }
    move(std::chrono::nanoseconds{end_ns - now.steady_ns});
    at().tested.round(now);
  }
  const std::vector<noted>& notes() { return at().port.notes; }
  const std::vector<market_event>& events() { return at().port.events; }
};

} // namespace strike::gateway_derive
