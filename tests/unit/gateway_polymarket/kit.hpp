#pragma once

#include "base/registry.hpp"
#include "base/time.hpp"
#include "gateway-polymarket/feed.hpp"
#include "kit/polymarket_data.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strike::gateway_polymarket {

using namespace std::chrono_literals;
using gateway::moment;

inline std::string levels_text(const book_levels& bids, const book_levels& asks) {
  std::string text;
  for (const auto& x : bids) text += fmt::format(" b{}x{}", to_string(x.at), to_string(x.size));
  for (const auto& x : asks) text += fmt::format(" a{}x{}", to_string(x.at), to_string(x.size));
  return text;
}

inline std::string touch_text(optional_price at, optional_quantity size) {
  return !at ? "-" : to_string(*at) + (size ? "x" + to_string(*size) : "");
}

/// "11 book 1 b0.4x75.25 a0.44x31", "11 change 2 b0.41x120", "11 change resyncing", "11 ticker 0.4x7/0.5x8 last 0.4".
inline std::string event_text(const instrument_registry& names, const market_event& event) {
  auto text = names.at(event.instrument).symbol + " ";
  if (const auto* x = std::get_if<book_snapshot>(&event.body))
    text += fmt::format("book {}{}", x->sequence, levels_text(x->bids, x->asks));
  else if (const auto* y = std::get_if<book_change>(&event.body))
    text += y->sequence == 0 ? std::string{"change"}
                             : fmt::format("change {}<{}{}", y->sequence, y->previous, levels_text(y->bids, y->asks));
  else if (const auto* z = std::get_if<ticker>(&event.body))
    text += fmt::format("ticker {}/{}{}", touch_text(z->best_bid, z->best_bid_size),
                        touch_text(z->best_ask, z->best_ask_size), z->last ? " last " + to_string(*z->last) : "");
  else if (const auto* t = std::get_if<trade>(&event.body))
    text += fmt::format("trade {} {}x{} {}", t->aggressor ? to_text(*t->aggressor) : "?", to_string(t->at),
                        to_string(t->size), t->id);
  return event.state == trust::live ? text : fmt::format("{} {}", text, to_text(event.state));
}

/// What was recorded and not taken by the end fails the test.
class record {
public:
  explicit record(std::string what) : what_{std::move(what)} {}
  ~record() {
    for (const auto& line : lines_) ADD_FAILURE() << "unexpected " << what_ << ": " << line;
  }
  void add(std::string line) { lines_.push_back(std::move(line)); }
  std::string take() {
    std::string all;
    for (const auto& line : std::exchange(lines_, {})) all += (all.empty() ? "" : "\n") + line;
    return all;
  }

private:
  std::string what_;
  std::vector<std::string> lines_;
};

/// The gateway's side of a session.
struct fake_session_port final : gateway::session_port {
  explicit fake_session_port(const instrument_registry& x) : names{x} {}
  void send(std::string_view text) override { sent.add(std::string{text}); }
  void publish(market_event&& event) override { events.add(event_text(names, event)), last = std::move(event); }
  void give_up(std::string_view why) override { ends.add(std::string{why}); }
  void hold_off(std::chrono::nanoseconds) override { ADD_FAILURE() << "hold_off"; }
  void note(gateway::oddity what, std::string_view detail, std::string_view) override {
    notes.add(fmt::format("{}: {}", to_text(what), detail));
  }

  const instrument_registry& names;
  record sent{"frame"}, events{"event"}, ends{"end"}, notes{"note"};
  market_event last;
};

/// The gateway's side of a feed, and the REST servers behind it.
struct fake_feed_port final : gateway::feed_port {
  using answer = std::function<void(result<net::http_response>, const moment&)>;
  explicit fake_feed_port(instrument_registry& x) : names{x} {}
  ~fake_feed_port() override {
    for (const auto& x : requests) ADD_FAILURE() << "unexpected request: " << x.first.url << " " << x.first.body;
  }
  void fetch(net::http_request what, answer done) override { requests.emplace_back(std::move(what), std::move(done)); }
  instrument_id define(instrument rules, std::int64_t) override {
    const auto id = *names.intern(venue::polymarket, rules.symbol);
    if (id.index >= defined.size()) defined.resize(id.index + 1);
    if (defined[id.index] == rules) return id;
    states.add(fmt::format("{} {} tick {}", rules.symbol, defined[id.index].symbol.empty() ? "listed" : "tick_changed",
                           to_string(rules.ticks.base)));
    defined[id.index] = std::move(rules);
    return id;
  }
  void set_state(instrument_id which, instrument_state state, optional_double settlement, std::int64_t) override {
    states.add(fmt::format("{} {}{}", names.at(which).symbol, to_text(state),
                           settlement ? fmt::format(" {}", *settlement) : ""));
  }
  void distrust(const std::vector<instrument_id>&, trust) override { ADD_FAILURE() << "distrust"; }
  void publish_late(std::span<const market_event>) override { ADD_FAILURE() << "nothing is asked for late"; }
  void loaded() override { states.add("loaded"); }
  void note(gateway::oddity what, std::string_view detail, std::string_view) override {
    notes.add(fmt::format("{}: {}", to_text(what), detail));
  }

  instrument_registry& names;
  std::vector<instrument> defined;
  std::deque<std::pair<net::http_request, answer>> requests;
  record states{"state"}, notes{"note of the feed"};
};

/// A feed and a session of it, with the time in the test's hands.
struct venue_kit {
  explicit venue_kit(settings x = {}) : how{std::move(x)} { feed.start(port, now); }

  void advance(std::chrono::nanoseconds x) {
    now.steady_ns += x.count();
    now.wall_ns += x.count();
    round();
  }
  /// As the gateway: the feed, then its sessions.
  void round() {
    feed.round(now);
    if (talk) talk->round(now);
  }
  std::string next_url() {
    if (port.requests.empty()) return "none";
    const auto& what = port.requests.front().first;
    auto text = what.method + " " + what.url;
    return what.body.empty() ? text : text + " " + what.body;
  }
  /// To the oldest request.
  void answer(std::string body, int status = 200) {
    ASSERT_FALSE(port.requests.empty());
    auto done = std::move(port.requests.front().second);
    port.requests.pop_front();
    done(net::http_response{.status = status, .body = std::move(body)}, now);
    round();
  }
  void fail_request() {
    ASSERT_FALSE(port.requests.empty());
    auto done = std::move(port.requests.front().second);
    port.requests.pop_front();
    done(fail(ec::io, "no route"), now);
    round();
  }

  /// Market 0xaa with tokens 11 and 12 is known, and both are defined.
  void learn_market() {
    feed.look_up("11", now);
    round();
    answer(market_row(R"("active":true)"));
    port.states.take();
  }
  static std::string market_row(std::string_view more, std::string_view tick = "0.01") {
    return fmt::format(R"([{{"conditionId":"0xaa","outcomes":"[\"Yes\", \"No\"]","clobTokenIds":"[\"11\", \"12\"]",
                            "orderPriceMinTickSize":{},"orderMinSize":5,"endDate":"2026-12-31T00:00:00Z",{}}}])",
                       tick, more);
  }
  feed::slot slot(std::string_view token, channel what) {
    return feed::slot_of(*names.find(venue::polymarket, token), what);
  }
  /// Opens a session that wants these.
  void open(const std::vector<feed::slot>& topics) {
    talk = feed.make_session(socket);
    talk->want(topics, now);
    talk->opened(now);
    socket.sent.take();
  }
  void say(std::string_view frame) {
    const test::padded input{frame};
    talk->received(input.text(), now);
  }
  std::string events() { return socket.events.take(); }
  std::string notes() { return socket.notes.take(); }
  std::string sent() { return socket.sent.take(); }
  std::string states() { return port.states.take(); }

  settings how;
  instrument_registry names;
  fake_feed_port port{names};
  fake_session_port socket{names};
  polymarket_feed feed{how, names};
  std::unique_ptr<gateway::session> talk;
  moment now{.steady_ns = 1'000 * ns_per_s, .wall_ns = 1'782'864'000 * ns_per_s}; // 2026-07-01T00:00:00Z
};

} // namespace strike::gateway_polymarket
