// Random market data and random orders against what must hold of any venue. The listener of conservation.hpp checks
// positions, cash, filled quantities and final states on its own arithmetic after every step.
#include "venue_fixture.hpp"

#include <fmt/format.h>

#include <random>

using namespace strike;
using namespace strike::match;
using namespace strike::literals;

namespace {

enum class feed { ticker_only, depth };

struct rig {
  instrument_registry registry;
  instrument_rules rules{registry, {}};
  recording_listener told;
  std::unique_ptr<exchange> venue;
  std::mt19937_64 random;
  feed kind;
  std::vector<instrument_id> ids;
  std::map<std::uint64_t, order_request> asked;            ///< as last accepted or asked for
  std::map<std::uint64_t, quantity> largest;               ///< the largest total ever asked for
  std::map<std::uint64_t, std::pair<price, price>> limits; ///< lowest and highest limit ever asked for
  std::int64_t now = 1;
  std::size_t checked = 0;

  rig(std::uint64_t seed, feed k) : random{seed}, kind{k} {
    for (const char* symbol : {"BTC_USDC-27NOV26-90000-C", "BTC-PERPETUAL", "ETH_USDC-PERPETUAL"}) {
      const auto id = *registry.intern(venue::deribit, symbol);
      auto what = rules.of(id);
      what.ticks.base = 0.5_px;
      what.lot = 0.5_qty, what.minimum = 1_qty;
      rules.define(id, what);
      told.know(id, what);
      ids.push_back(id);
    }
    exchange_config config;
    config.queue_for = [](const instrument& x) {
      return queue_model{x.info.is_inverse ? queue_rule::power : queue_rule::log2, 2.5};
    };
    config.fees_for = [](const instrument& x) {
      return fee_schedule{.rule =
                              x.info.kind == instrument_kind::option ? fee_rule::capped_premium : fee_rule::notional,
                          .maker_rate = -(0.0001_qty),
                          .taker_rate = 0.0005_qty,
                          .flat = {1000}};
    };
    venue = std::make_unique<exchange>(config, registry, rules, told);
  }

  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n)); }
  price some_price() { return {(190 + below(21)) * 500'000'000}; }
  quantity some_size() { return {(2 + below(30)) * 500'000'000}; }
  side some_side() { return below(2) == 0 ? side::buy : side::sell; }
  instrument_id some_id() { return ids[static_cast<std::size_t>(below(3))]; }

  void market_data() {
    const auto id = some_id();
    decltype(market_event::body) body;
    const auto middle = 195 + below(11);
    const auto at = [&](std::int64_t step) { return price{(middle + step) * 500'000'000}; };
    if (below(3) == 0) {
      body = trade{some_price(), some_size(), below(4) == 0 ? std::nullopt : std::optional{some_side()}, {}};
    } else if (kind == feed::ticker_only) {
      ticker t;
      if (below(10) != 0) t.best_bid = at(0), t.best_bid_size = some_size();
      if (below(10) != 0) t.best_ask = at(1 + below(3)), t.best_ask_size = some_size();
      if (below(10) == 0) t.best_ask_size = {};
      if (below(3) == 0) t.mark = 100, t.funding = 0.0001;
      body = t;
    } else if (below(5) == 0) {
      book_snapshot b{1, {}, {}};
      for (int i = 0; i < 6; ++i) b.bids.push_back({at(-i), some_size()}), b.asks.push_back({at(1 + i), some_size()});
      body = b;
    } else {
      body = book_change{below(60) == 0 ? 9U : 0U,
                         below(60) == 0 ? 7U : 0U,
                         {{at(-below(6)), {below(4) * 500'000'000}}},
                         {{at(1 + below(6)), {below(4) * 500'000'000}}}};
    }
    venue->on_market({.venue_ns = now, .instrument = id, .body = std::move(body)}, now);
  }

  void remember(order_id id, const order_request& x) {
    asked[id.value] = x;
    largest[id.value] = std::max(largest[id.value], x.size);
    auto [range, is_new] = limits.try_emplace(id.value, x.limit, x.limit);
    range->second = {std::min(range->second.first, x.limit), std::max(range->second.second, x.limit)};
  }

  void request(std::uint64_t next) {
    const auto owner = static_cast<owner_id>(below(2));
    switch (below(8)) {
    case 0:
      venue->cancel(owner, {1 + static_cast<std::uint64_t>(below(static_cast<std::int64_t>(next)))}, now);
      return;
    case 1: {
      const order_id id{next - std::min<std::uint64_t>(next - 1, static_cast<std::uint64_t>(below(20)))};
      if (!asked.contains(id.value)) return;
      auto x = asked[id.value];
      if (x.type == order_type::market) return;
      x.limit = some_price(), x.size = some_size();
      remember(id, x);
      venue->amend(owner, id, x.limit, x.size, now);
      return;
    }
    default:
      break;
    }
    order_request x{.instrument = some_id(), .side = some_side(), .limit = some_price(), .size = some_size()};
    x.tif = static_cast<time_in_force>(below(4));
    x.expire_ns = now + 1 + below(50);
    if (below(6) == 0) x.type = order_type::market;
    x.post_only = below(6) == 0;
    x.reduce_only = below(6) == 0;
    remember({next}, x);
    venue->place(owner, {next}, x, now);
  }

  void check() {
    for (; checked < told.updates.size(); ++checked) {
      const auto& u = told.updates[checked].what;
      ASSERT_LE(u.filled, largest[u.order.value]);
      if (!u.execution || asked[u.order.value].type == order_type::market) continue;
      const auto [lowest, highest] = limits[u.order.value];
      ASSERT_TRUE(u.execution->side == side::buy ? u.execution->at <= highest : u.execution->at >= lowest);
    }
    told.expect_conserved(*venue);
  }

  void run(int steps) {
    std::uint64_t next = 0;
    for (int i = 0; i < steps; ++i) {
      now += below(4);
      if (below(5) < 3)
        market_data();
      else
        request(++next);
      if (i % 8 == 0) check();
    }
    for (const owner_id owner : {0U, 1U}) venue->cancel_all(owner, now);
    check();
    for (std::uint64_t id = 1; id <= next; ++id) ASSERT_TRUE(!asked.contains(id) || told.is_finished({id})) << id;
    ASSERT_EQ(venue->open_orders(), 0U);
  }

  std::string transcript() const {
    std::string text;
    for (const auto& [owner, u] : told.updates) {
      text += fmt::format("{} {} {} {} {}", u.venue_ns, owner, u.order.value, to_text(u.state), u.reason);
      if (u.execution)
        text += fmt::format(" {}@{} {} {}", to_string(u.execution->size), to_string(u.execution->at),
                            to_string(u.execution->fee), to_text(u.execution->reason));
      text += '\n';
    }
    return text;
  }
};

struct any_feed : testing::TestWithParam<feed> {};

TEST_P(any_feed, keeps_the_laws_of_a_venue) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    rig x{seed, GetParam()};
    x.run(6000);
    if (HasFailure()) FAIL() << "seed " << seed;
    EXPECT_NE(x.transcript().find("cross"), std::string::npos);
    EXPECT_NE(x.transcript().find("queue"), std::string::npos);
  }
}

TEST_P(any_feed, gives_the_same_reports_for_the_same_calls) {
  rig a{11, GetParam()}, b{11, GetParam()};
  a.run(3000), b.run(3000);
  EXPECT_EQ(a.transcript(), b.transcript());
}

INSTANTIATE_TEST_SUITE_P(data, any_feed, testing::Values(feed::ticker_only, feed::depth),
                         [](const auto& x) { return x.param == feed::depth ? "depth" : "ticker_only"; });

struct one_display : venue_fixture, testing::WithParamInterface<int> {};

TEST_P(one_display, never_fills_takers_beyond_what_it_shows) {
  std::mt19937_64 random{static_cast<std::uint64_t>(GetParam())};
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  for (int round = 0; round < 50; ++round) {
    book_levels asks;
    std::map<price, quantity> left;
    for (std::int64_t i = 0; i < 4; ++i) {
      asks.push_back({{(1000 + i) * 10'000'000}, {(1 + below(20)) * nanos_per_unit}});
      left[asks.back().at] = asks.back().size;
    }
    book({}, {}); // the old levels go, and with them what was used up
    book({}, asks);
    told.updates.clear();
    for (int i = 0; i < 12; ++i)
      place(limit(side::buy, {(1000 + below(4)) * 10'000'000}, {(1 + below(15)) * nanos_per_unit}, time_in_force::ioc));
    for (const auto& x : told.updates)
      if (x.what.execution) left[x.what.execution->at] -= x.what.execution->size;
    for (const auto& [at, rest] : left) ASSERT_GE(rest, quantity{}) << to_string(at);
  }
}

INSTANTIATE_TEST_SUITE_P(seeds, one_display, testing::Range(1, 5));

} // namespace
