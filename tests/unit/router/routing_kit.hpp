#pragma once

#include "router/routing.hpp"
#include "unit/feed/feed_kit.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include <map>

namespace routing_kit {

using namespace feed_kit;
using namespace strike::router;

inline constexpr std::int64_t second = 1'000'000'000;

/// A routing whose sockets are lists.
struct routing_test : names, ports {
  void subscribe(std::string_view prefix) override { upstream.push_back("+" + std::string{prefix}); }
  void unsubscribe(std::string_view prefix) override { upstream.push_back("-" + std::string{prefix}); }
  void ask_again(std::string_view topic) override { upstream.push_back("?" + std::string{topic}); }
  void deliver(const consumer& to, parcel_ptr events) override {
    parcels[to.name] += 1;
    events->for_each([&](const market_event& x) { delivered[to.name].push_back(x); });
  }
  void republish(std::string_view t, std::string_view bytes) override { sent_on.emplace_back(t, bytes); }

  consumer_ptr make_consumer(std::string name, std::size_t bound = 1000) {
    return std::make_shared<consumer>(std::move(name), caf::actor_cast<caf::actor>(self), bound);
  }

  bus::message message_of(const market_event& x, wire::market_header header, std::size_t endpoint = 0) {
    std::string bytes;
    encoder.encode(bytes, header, {&x, 1});
    return text_message(topic(x.instrument, channel_of(x)), bytes, endpoint);
  }
  static bus::message text_message(std::string_view t, std::string_view bytes, std::size_t endpoint = 0) {
    return {zmq::message_t{t}, zmq::message_t{bytes}, endpoint};
  }
  /// An event as its publisher numbers it.
  bus::message next(const market_event& x, std::size_t endpoint = 0) {
    return message_of(x, {.epoch = 1, .sequence = ++sequence[slot_of(x)]}, endpoint);
  }
  bus::message snapshot(const market_event& x, std::size_t endpoint = 0) {
    return message_of(x, {.epoch = 1, .sequence = sequence[slot_of(x)], .is_snapshot = true}, endpoint);
  }
  /// One batch.
  void take(const std::vector<market_event>& events, std::size_t endpoint = 0) {
    std::vector<bus::message> batch;
    for (const auto& x : events) batch.push_back(next(x, endpoint));
    core.take(batch, now);
  }
  void take_message(bus::message x) { core.take({&x, 1}, now); }
  void arrives(const market_event& x) { take({x}); }
  std::vector<std::string> asked() { return std::exchange(upstream, {}); }
  std::vector<market_event> got(const std::string& name) { return std::exchange(delivered[name], {}); }
  /// Best bids of all tickers and book snapshots that came.
  std::vector<std::int64_t> bids(const std::string& name) {
    std::vector<std::int64_t> out;
    for (const auto& x : got(name)) out.push_back(best_bid(x));
    return out;
  }

  caf::actor_system_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  std::vector<std::string> upstream;
  std::map<std::string, std::vector<market_event>> delivered;
  std::map<std::string, int> parcels;
  std::vector<std::pair<std::string, std::string>> sent_on;
  std::map<slot, std::uint64_t> sequence;
  wire::market_encoder encoder;
  std::int64_t now = 0;
  routing core{*this, instruments, std::chrono::seconds{10}};

  const subscription btc_ticker{venue::deribit, "BTC-PERPETUAL", false, channel::ticker};
  const subscription btc_book{venue::deribit, "BTC-PERPETUAL", false, channel::book};
  const subscription btc_trades{venue::deribit, "BTC-PERPETUAL", false, channel::trades};
  const subscription eth_ticker{venue::deribit, "ETH-PERPETUAL", false, channel::ticker};
  const subscription expiry{venue::deribit, "BTC-27NOV26-", true, channel::ticker};
  const subscription expiry_books{venue::deribit, "BTC-27NOV26-", true, channel::book};
};

} // namespace routing_kit
