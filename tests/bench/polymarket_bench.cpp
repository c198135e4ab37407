// What a frame of the market channel costs, from its bytes to the events. Items are changes of one level.

#include "base/registry.hpp"
#include "gateway-polymarket/feed.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <vector>

using namespace strike;

namespace {

const std::string yes = "18054759644013870900749170809345467324611742242067616964612696305379357034954";
const std::string no = "35599907049186982879557420969598528789434547136942253652554709047485665633870";
constexpr std::size_t padding = 64;

/// Counts what it is given, and does nothing else.
struct sink final : gateway::session_port, gateway::feed_port {
  explicit sink(instrument_registry& x) : names{x} {}
  void send(std::string_view) override {}
  void publish(market_event&& event) override { events += event.body.index() + 1; }
  void give_up(std::string_view why) override { throw std::runtime_error{std::string{why}}; }
  void hold_off(std::chrono::nanoseconds) override {}
  void note(gateway::oddity, std::string_view detail, std::string_view) override {
    throw std::runtime_error{std::string{detail}};
  }
  void fetch(net::http_request, std::function<void(result<net::http_response>, const gateway::moment&)> done) override {
    answer = std::move(done);
  }
  instrument_id define(instrument rules, std::int64_t) override {
    return *names.intern(venue::polymarket, rules.symbol);
  }
  void set_state(instrument_id, instrument_state, optional_double, std::int64_t) override {}
  void distrust(const std::vector<instrument_id>&, trust) override {}
  void publish_late(std::span<const market_event>) override {}
  void loaded() override {}

  instrument_registry& names;
  std::function<void(result<net::http_response>, const gateway::moment&)> answer;
  std::size_t events = 0;
};

std::string padded(std::string text) {
  text.reserve(text.size() + padding);
  return text;
}

/// One order of Yes as the venue shows it: in both books. The touch moves with each.
std::string price_change(int cents, int size, std::int64_t ms) {
  return padded(fmt::format(
      R"({{"market":"0x12ed4858fd4aa92e1a644c74273ca76f49735c114d6833f8a3edef4f19e5ebff", "price_changes":[{{"asset_id":"{}", "price":"0.{:02}", "size":"{}", "side":"BUY", "hash":"a3726e6f8de06a88241b74bd0205f2ad742e2fcd", "best_bid":"0.61", "best_ask":"0.66"}}, {{"asset_id":"{}", "price":"0.{:02}", "size":"{}", "side":"SELL", "hash":"22fe120392d294f201fbbee9a24300c245e99b80", "best_bid":"0.34", "best_ask":"0.39"}}], "timestamp":"{}", "event_type":"price_change"}})",
      yes, cents, size, no, 100 - cents, size, ms));
}

std::string book(const std::string& token, int best_bid, int best_ask) {
  std::string bids, asks;
  for (int i = 1; i <= best_bid; ++i)
    bids += fmt::format(R"({}{{"price":"0.{:02}","size":"30"}})", bids.empty() ? "" : ",", i);
  for (int i = 99; i >= best_ask; --i)
    asks += fmt::format(R"({}{{"price":"0.{:02}","size":"30"}})", asks.empty() ? "" : ",", i);
  return padded(fmt::format(
      R"({{"event_type":"book","market":"0xaa","asset_id":"{}","timestamp":"1790267428000","bids":[{}],"asks":[{}]}})",
      token, bids, asks));
}

struct open_session {
  open_session() {
    feed.start(port, now);
    feed.look_up(yes, now);
    feed.round(now);
    port.answer(net::http_response{.status = 200,
                                   .body = fmt::format(R"([{{"conditionId":"0xaa","outcomes":["Yes","No"],
                                     "clobTokenIds":["{}","{}"],"orderPriceMinTickSize":0.01}}])",
                                                       yes, no)},
                now);
    std::vector<feed::slot> topics;
    for (const auto& token : {yes, no})
      for (const auto what : {channel::ticker, channel::book, channel::trades})
        topics.push_back(feed::slot_of(*names.find(venue::polymarket, token), what));
    talk->want(topics, now);
    talk->opened(now);
    talk->received(book(yes, 61, 66), now);
    talk->received(book(no, 34, 39), now);
  }

  gateway::moment now{.steady_ns = 1'000'000'000, .wall_ns = 1'790'267'428'000'000'000};
  instrument_registry names;
  sink port{names};
  gateway_polymarket::polymarket_feed feed{{}, names};
  std::unique_ptr<gateway::session> talk = feed.make_session(port);
};

void read_price_change(benchmark::State& state) {
  polymarket::frame_reader reader;
  const auto frame = price_change(61, 30, 1'790'267'428'872);
  for (auto _ : state) benchmark::DoNotOptimize(reader.read(frame));
  state.SetItemsProcessed(state.iterations() * 2);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(frame.size()));
}
BENCHMARK(read_price_change);

/// 61 cents: the touch changes, and a ticker leaves with every change; below: the depth only
void receive_price_change(benchmark::State& state) {
  open_session venue;
  std::vector<std::string> frames;
  for (int i = 0; i < 64; ++i)
    frames.push_back(price_change(static_cast<int>(state.range(0)), 31 + i % 7, 1'790'267'428'872 + i));
  std::size_t next = 0;
  for (auto _ : state) venue.talk->received(frames[next++ % frames.size()], venue.now);
  state.SetItemsProcessed(state.iterations() * 2);
  benchmark::DoNotOptimize(venue.port.events);
}
BENCHMARK(receive_price_change)->ArgName("cents")->Arg(61)->Arg(40);

void receive_book(benchmark::State& state) {
  open_session venue;
  const auto frame = book(yes, 61, 66);
  for (auto _ : state) venue.talk->received(frame, venue.now);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(frame.size()));
}
BENCHMARK(receive_book);

} // namespace
