#pragma once

#include "conservation.hpp"

#include <fmt/format.h>

#include <string_view>

namespace strike::match {

/// A venue with one linear option whose tick is 0.01 and lot 1, driven second by second; conservation is checked after
/// every step.
struct venue_fixture : testing::Test {
  instrument_registry registry;
  instrument_rules rules{registry, {}};
  exchange_config config;
  recording_listener told;
  std::unique_ptr<exchange> made;
  std::int64_t now = 1'000;
  std::uint64_t next_id = 1;
  instrument_id main = define(venue::deribit, "BTC_USDC-27NOV26-90000-C");

  instrument_id define(venue at, std::string_view symbol, price tick = {10'000'000}, quantity lot = {nanos_per_unit}) {
    const auto id = *registry.intern(at, symbol);
    auto what = rules.of(id);
    what.ticks.base = tick;
    what.lot = what.minimum = lot;
    redefine(id, what);
    return id;
  }
  void redefine(instrument_id id, const instrument& what) {
    rules.define(id, what);
    told.know(id, what);
  }
  exchange& sim() {
    if (!made) made = std::make_unique<exchange>(config, registry, rules, told);
    return *made;
  }
  void TearDown() override { sane(); }
  void sane() { told.expect_conserved(sim()); }

  template <class Body> void send(instrument_id id, const Body& body, trust state = trust::live) {
    market_event event{.venue_ns = now, .instrument = id, .state = state};
    event.body = body;
    sim().on_market(event, now);
    sane();
  }
  static ticker touch(optional_price bid, optional_quantity bid_size, optional_price ask, optional_quantity ask_size) {
    ticker t;
    t.best_bid = bid, t.best_bid_size = bid_size, t.best_ask = ask, t.best_ask_size = ask_size;
    return t;
  }
  void book(const book_levels& bids, const book_levels& asks) {
    book_snapshot all{.sequence = 1};
    all.bids = bids, all.asks = asks;
    send(main, all);
  }
  void bid_level(price at, quantity size) {
    book_change one;
    one.bids.push_back({at, size});
    send(main, one);
  }
  void ask_level(price at, quantity size) {
    book_change one;
    one.asks.push_back({at, size});
    send(main, one);
  }
  void print(price at, quantity size, std::optional<side> aggressor) { send(main, trade{at, size, aggressor, {}}); }

  order_request limit(side of, price at, quantity size, time_in_force tif = time_in_force::gtc) const {
    return {.instrument = main, .side = of, .limit = at, .size = size, .tif = tif};
  }
  order_request market(side of, quantity size) const {
    return {.instrument = main, .side = of, .type = order_type::market, .size = size, .tif = time_in_force::ioc};
  }
  order_id place(const order_request& x, owner_id owner = 0) {
    const order_id id{next_id++};
    sim().place(owner, id, x, now);
    sane();
    return id;
  }
  void amend(order_id id, price at, quantity size) { sim().amend(0, id, at, size, now), sane(); }
  void cancel(order_id id) { sim().cancel(0, id, now), sane(); }

  /// "30@10 70@10.01": the fills of an order, in order.
  std::string fills(order_id id) const {
    std::string text;
    for (const auto& x : told.updates)
      if (x.what.order == id && x.what.execution)
        text += fmt::format("{}{}@{}", text.empty() ? "" : " ", to_string(x.what.execution->size),
                            to_string(x.what.execution->at));
    return text;
  }
  const order_update& last(order_id id) const {
    static const order_update none;
    for (auto x = told.updates.rbegin(); x != told.updates.rend(); ++x)
      if (x->what.order == id) return x->what;
    return none;
  }
  order_state state(order_id id) const { return last(id).state; }
  const fill& last_fill(order_id id) const {
    static const fill none;
    for (auto x = told.updates.rbegin(); x != told.updates.rend(); ++x)
      if (x->what.order == id && x->what.execution) return *x->what.execution;
    return none;
  }
  double ahead(order_id id) { return *sim().queue_ahead(id); }
  bool warned(warning kind) const {
    for (const auto& x : told.warnings)
      if (x.first == kind) return true;
    return false;
  }
};

} // namespace strike::match
