#pragma once

#include "gateway/venue_feed.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strike::test {

/// A protocol that no venue has, for tests of what all gateways share. Frames to the venue: "+0,4" and "-0,4" (slots).
/// Frames from it, several parted by ';' :
///
///     ok         all that is wanted is confirmed
///     t 0 100    ticker of a slot's instrument, bid 100
///     s 1 100    its whole book, best bid 100
///     c 1 100 5  a change of it: 5 at 100
///     p 2 100    a trade
///     bye 5      the session gives up, and wants no other socket within 5 s
///     throw      the session throws
///     else       noted as unknown
class made_up_session final : public gateway::session {
public:
  explicit made_up_session(gateway::session_port& port) : port_{port} {}

  void opened(const gateway::moment&) override {
    is_open_ = true;
    subscribe('+', {wanted_.begin(), wanted_.end()});
  }
  void received(std::string_view frame, const gateway::moment& now) override {
    while (!frame.empty()) {
      const auto end = std::min(frame.find(';'), frame.size());
      take(frame.substr(0, end), now);
      frame.remove_prefix(std::min(end + 1, frame.size()));
    }
  }
  void want(const std::vector<feed::slot>& topics, const gateway::moment&) override {
    wanted_.insert(topics.begin(), topics.end());
    subscribe('+', topics);
  }
  void unwant(const std::vector<feed::slot>& topics, const gateway::moment&) override {
    for (const auto x : topics) wanted_.erase(x);
    subscribe('-', topics);
  }
  bool is_settled() const override { return is_settled_; }
  std::int64_t round(const gateway::moment&) override { return INT64_MAX; }

private:
  void subscribe(char sign, const std::vector<feed::slot>& topics) {
    is_settled_ = false;
    if (is_open_) port_.send(fmt::format("{}{}", sign, fmt::join(topics, ",")));
  }
  void take(std::string_view text, const gateway::moment& now) {
    if (text == "ok") {
      is_settled_ = true;
    } else if (text == "throw") {
      throw std::runtime_error{"as the test wished"};
    } else if (text.starts_with("bye ")) {
      text.remove_prefix(4);
      port_.hold_off(std::chrono::seconds{next(text)});
      port_.give_up("the venue said goodbye");
    } else if (text.size() > 2 && text[1] == ' ' && std::string_view{"tscp"}.find(text[0]) != std::string_view::npos) {
      publish(text[0], text.substr(2), now);
    } else {
      port_.note(gateway::oddity::unknown, "message", text);
    }
  }
  void publish(char kind, std::string_view rest, const gateway::moment& now) {
    const auto id = feed::instrument_of(static_cast<feed::slot>(next(rest)));
    const price at{next(rest) * nanos_per_unit};
    const price above{at.nanos + nanos_per_unit};
    const quantity one{nanos_per_unit};
    market_event made{now.wall_ns - 1'000, now.wall_ns, id, trust::live, {}};
    if (kind == 't') made.body = ticker{.best_bid = at, .best_ask = above};
    if (kind == 's') made.body = book_snapshot{.bids = {{at, one}}, .asks = {{above, one}}};
    if (kind == 'c') made.body = book_change{.bids = {{at, quantity{next(rest) * nanos_per_unit}}}};
    if (kind == 'p') made.body = trade{.at = at, .size = one};
    port_.publish(std::move(made));
  }
  /// Takes the next number off `text`.
  static std::int64_t next(std::string_view& text) {
    std::int64_t value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value).ptr;
    text.remove_prefix(std::min(static_cast<std::size_t>(end - text.data()) + 1, text.size()));
    return value;
  }

  gateway::session_port& port_;
  std::set<feed::slot> wanted_;
  bool is_open_ = false, is_settled_ = false;
};

/// The venue of that protocol, which goes by the name and symbols of Deribit. The test that owns it lists instruments
/// through `port`.
class made_up_feed final : public gateway::venue_feed {
public:
  /// What a test sees of the feed, which the gateway owns.
  struct inside {
    gateway::feed_port* port = nullptr;
    std::vector<std::string> looked_up;
    limits limit{};
    std::string url = "ws://made.up/";
    std::function<void(gateway::feed_port&)> on_start; ///< lists what is there at the beginning
    int started = 0;
  };
  explicit made_up_feed(std::shared_ptr<inside> x) : inside_{std::move(x)} {}

  static instrument rules(std::string_view symbol) {
    return {.at = venue::deribit, .symbol = std::string{symbol}, .ticks = {.base = price{nanos_per_unit / 2}}};
  }

  venue at() const override { return venue::deribit; }
  limits limit() const override { return inside_->limit; }
  net::socket_options socket() const override { return {.url = inside_->url}; }
  void start(gateway::feed_port& port, const gateway::moment&) override {
    inside_->port = &port;
    ++inside_->started;
    if (inside_->on_start) inside_->on_start(port);
  }
  std::int64_t round(const gateway::moment&) override { return INT64_MAX; }
  void look_up(std::string_view symbol, const gateway::moment&) override { inside_->looked_up.emplace_back(symbol); }
  std::uint64_t key(feed::slot topic) const override { return feed::instrument_of(topic).index; }
  bool has_topic(feed::slot) const override { return true; }
  std::unique_ptr<gateway::session> make_session(gateway::session_port& port) override {
    return std::make_unique<made_up_session>(port);
  }

private:
  std::shared_ptr<inside> inside_;
};

} // namespace strike::test
