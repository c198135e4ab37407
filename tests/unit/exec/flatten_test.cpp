// What a kill that flattens closes at a real venue, whose part the test plays.
#include "desk_kit.hpp"
#include "exec/risk_control.hpp"

#include <gmock/gmock.h>

using namespace strike;
using namespace strike::literals;
using namespace strike::exec;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

namespace {

/// A strategy holds 10 of what the account holds.
struct flatten : exec::test::at_a_venue {
  risk_control control{{.instruments = instruments,
                        .rules = rules,
                        .gate = *risk,
                        .desk = *desk,
                        .store = *store,
                        .log = log,
                        .metrics = registry}};

  flatten() {
    const auto id = placed("c1");
    desk->on_fill(bought("t1", id, 10_qty));
    fact(id, order_state::filled, 10_qty);
    sent.clear();
  }
  void kill(const risk_scope& where) {
    const auto reply =
        control.answer({.request_id = 1, .body = wire::kill_trading{where, true, "a test", "me"}}, now());
    EXPECT_TRUE(std::holds_alternative<wire::control_done>(reply.outcome));
  }
  /// The kill asks, and the venue says what it holds.
  /// @returns what is ordered then
  std::vector<std::string> say(quantity held) {
    now_ns += 2 * ns_per_s;
    control.round(now());
    std::erase(deribit->calls, "cancel everything");
    EXPECT_THAT(deribit->take(), ElementsAre("ask account"));
    auto found = holding(held);
    if (held == quantity{}) found.positions.clear();
    found.asked_ns = deribit->asked_ns;
    now_ns += ms;
    desk->on_account(account_fact{found});
    control.on_account(found, now());
    return deribit->take();
  }
  /// The order is filled as it was sent.
  void fill_order(order_id id, const std::string& trade_id) {
    const auto size = desk->find(id)->what.request.size;
    auto sold = bought(trade_id, id, size);
    sold.what.side = side::sell;
    desk->on_fill(sold);
    fact(id, order_state::filled, size);
  }
  kill_report report() {
    const auto reply = control.answer({.request_id = 2, .body = wire::ask_risk{}}, now());
    return std::get<wire::risk_report>(reply.outcome).kills.back();
  }
  /// "account 30", "s -10": what changed positions, by whose they are.
  std::vector<std::string> bookings() {
    std::vector<std::string> all;
    EXPECT_TRUE(store->read().bookings({}, [&](booking&& x) {
      const auto whose = x.owner ? std::string{"s "} : std::string{"account "};
      if (const auto* made = std::get_if<adoption>(&x.what)) all.push_back(whose + to_string(made->size));
      if (const auto* made = std::get_if<fill>(&x.what))
        all.push_back(whose + to_string(made->side == side::buy ? made->size : -made->size));
    }));
    return all;
  }
};

TEST_F(flatten, a_kill_of_all_closes_what_others_made_too) {
  desk->on_fill(bought("x1", {}, 30_qty)); // by hand, on the venue's page
  kill({});
  EXPECT_THAT(say(40_qty), testing::AllOf(SizeIs(2), Each(StartsWith("place kill-"))));
  const auto last = deribit->last;
  EXPECT_EQ(desk->find(last)->what.request.size, 30_qty);
  fill_order({last.value - 1}, "k1");
  fill_order(last, "k2");
  EXPECT_THAT(take_changes(), ElementsAre(HasSubstr("filled 10/0"))) << "the strategy is told of its own alone";
  EXPECT_THAT(say({}), SizeIs(0));
  EXPECT_TRUE(report().is_clean) << report().lines.back();
  EXPECT_THAT(bookings(), ElementsAre("s 10", "account 30", "s -10", "account -30"));
  EXPECT_EQ(metrics.differences.value(), 0U);
}

TEST_F(flatten, what_others_made_is_still_the_accounts_after_a_restart) {
  desk->on_fill(bought("x1", {}, 30_qty));
  kill({});
  say(40_qty);
  const auto last = deribit->last;
  fill_order({last.value - 1}, "k1");
  restart();
  connect();
  EXPECT_THAT(deribit->take(), ElementsAre(StartsWith("restore kill-")));
  fill_order(last, "k2");
  EXPECT_THAT(bookings(), ElementsAre("s 10", "account 30", "s -10", "account -30"));
}

TEST_F(flatten, a_strategys_kill_closes_its_own_alone) {
  desk->on_fill(bought("x1", {}, 30_qty));
  kill({scope_kind::strategy, "s"});
  EXPECT_THAT(say(40_qty), SizeIs(1));
  fill_order(deribit->last, "k1");
  EXPECT_THAT(say(30_qty), SizeIs(0));
  EXPECT_TRUE(report().is_clean) << report().lines.back();
}

TEST_F(flatten, a_kill_of_a_venue_closes_what_exec_cannot_explain) {
  kill({scope_kind::venue, "deribit"});
  EXPECT_THAT(say(40_qty), SizeIs(1)) << "seen once, it may be on its way";
  fill_order(deribit->last, "k1");
  EXPECT_THAT(say(30_qty), SizeIs(0));
  EXPECT_FALSE(report().is_over);
  EXPECT_THAT(say(30_qty), SizeIs(1));
  fill_order(deribit->last, "k2");
  EXPECT_THAT(say({}), SizeIs(0));
  EXPECT_TRUE(report().is_clean) << report().lines.back();
  EXPECT_THAT(bookings(), ElementsAre("s 10", "s -10", "account 30", "account -30"));
}

TEST_F(flatten, strategies_that_hold_against_each_other_are_left_as_they_are) {
  desk->on_fill([&] {
    auto sold = bought("x1", {}, 10_qty); // against the strategy's
    sold.what.side = side::sell;
    return sold;
  }());
  kill({});
  EXPECT_THAT(say({}), SizeIs(0));
  EXPECT_TRUE(report().is_clean);
}

TEST_F(flatten, no_strategy_orders_in_the_name_of_the_account) {
  request(wire::ask_account{}, "(account)");
  EXPECT_THAT(sent, SizeIs(0));
}

} // namespace
