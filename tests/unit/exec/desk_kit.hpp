#pragma once

#include "exec_kit.hpp"
#include "fake_venue.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace strike::exec::test {

using namespace strike::literals;

/// A desk and a fake Deribit, compared with and open for orders.
struct at_a_venue : exec_kit {
  std::unique_ptr<fake_venue> deribit = std::make_unique<fake_venue>();

  at_a_venue() {
    home = {venue::deribit, "testnet"};
    begin();
  }
  /// Up, compared, and with data of the perpetual.
  void begin(const account_fact& found = {}) {
    connect();
    answer(found);
    see_data();
  }
  void connect() {
    desk->attach(home, *deribit, false);
    ASSERT_TRUE(desk->restore([](const booking&) {}));
    desk->on_session(venue::deribit, session_state::up, "logged in");
  }
  void answer(account_fact found = {}) {
    desk->round(now());
    const auto asked = std::ranges::find(deribit->calls, "ask account");
    ASSERT_NE(asked, deribit->calls.end());
    deribit->calls.erase(asked);
    found.asked_ns = deribit->asked_ns;
    now_ns += ms;
    desk->on_account(std::move(found));
  }
  void see_data() {
    desk->on_market({.venue_ns = now_ns,
                     .recv_ns = now_ns,
                     .instrument = perpetual,
                     .body = ticker{.mark = 60'000.0, .index = 60'000.0}},
                    now());
  }
  /// Kill -9, and another exec.
  void restart() {
    desk.reset();
    store.reset();
    deribit = std::make_unique<fake_venue>();
    store = *order_store::open(folder / "exec.db", instruments);
    risk = make_risk();
    desk = make_desk();
  }
  order_id place(const std::string& client_id, quantity size = 10_qty, bool is_reduce_only = false) {
    request(wire::place_order{
        client_id,
        {1},
        {.instrument = perpetual, .side = side::buy, .limit = 60'000_px, .size = size, .reduce_only = is_reduce_only}});
    return deribit->last;
  }
  order_id placed(const std::string& client_id, quantity size = 10_qty) {
    const auto id = place(client_id, size);
    EXPECT_THAT(deribit->take(), testing::ElementsAre("place " + client_id));
    return id;
  }
  void fact(order_id id, order_state state, quantity filled = {}, const std::string& reason = {}) {
    desk->on_order(
        {.venue_ns = now_ns, .order = id, .state = state, .filled = filled, .venue_id = "v1", .reason = reason});
  }
  fill_fact bought(const std::string& trade_id, order_id id, quantity size) {
    return {.trade_id = trade_id,
            .order = id,
            .what = {.venue_ns = now_ns, .instrument = perpetual, .side = side::buy, .at = 60'000_px, .size = size}};
  }
  account_fact holding(quantity size) { return {.at = venue::deribit, .positions = {{perpetual, size}}}; }
  /// What the only message says that was sent since the last call.
  std::string reason() {
    EXPECT_EQ(sent.size(), 1U);
    const auto text = sent.empty() ? std::string{} : std::get<wire::order_change>(sent[0].message.body).update.reason;
    sent.clear();
    return text;
  }
};

} // namespace strike::exec::test
