#include "instrument_list.hpp"

#include "kit/made_up_venue.hpp"
#include "unit/feed/feed_kit.hpp"

using namespace feed_kit;
using namespace strike::gateway;
using strike::test::made_up_feed;
using enum strike::instrument_state;

namespace {

struct instrument_list_of : names {
  instrument_list list{venue::deribit, instruments};

  instrument_id define(std::int64_t tick_nanos) {
    auto rules = made_up_feed::rules("BTC-PERPETUAL");
    rules.ticks.base = price{tick_nanos};
    return *list.define(rules, 5, 6);
  }
  /// Takes all.
  std::vector<instrument_state> states() {
    std::vector<instrument_state> out;
    for (const auto& x : list.take(100)) {
      const auto& status = std::get<instrument_status>(x.body);
      EXPECT_NE(status.definition, nullptr) << "the last status alone must tell all";
      out.push_back(status.state);
    }
    return out;
  }
};

TEST_F(instrument_list_of, tells_rules_when_they_are_new_or_other_than_before) {
  EXPECT_EQ(define(10), btc);
  define(10);
  EXPECT_THAT(states(), testing::ElementsAre(listed));
  define(20);
  const auto got = list.take(1);
  ASSERT_EQ(got.size(), 1u);
  const auto& status = std::get<instrument_status>(got[0].body);
  EXPECT_EQ(status.state, tick_changed);
  EXPECT_EQ(status.definition->ticks.base, price{20});
  EXPECT_EQ(got[0].venue_ns, 5);
  EXPECT_EQ(got[0].recv_ns, 6);
}

TEST_F(instrument_list_of, tells_a_state_only_when_it_changes) {
  define(10);
  list.set_state(btc, resumed, {}, 1, 1);
  list.set_state(btc, halted, {}, 1, 1);
  list.set_state(btc, halted, {}, 1, 1);
  list.set_state(btc, resumed, {}, 1, 1);
  EXPECT_THAT(states(), testing::ElementsAre(listed, halted, resumed));
}

TEST_F(instrument_list_of, a_halted_instrument_whose_rules_change_is_still_halted) {
  define(10);
  list.set_state(btc, halted, {}, 1, 1);
  define(20);
  EXPECT_THAT(states(), testing::ElementsAre(listed, halted, tick_changed, halted));
}

TEST_F(instrument_list_of, an_end_is_told_once_and_settlement_after_it) {
  define(10);
  EXPECT_TRUE(list.set_state(btc, expired, {}, 1, 1));
  EXPECT_FALSE(list.set_state(btc, expired, {}, 1, 1));
  EXPECT_FALSE(list.set_state(btc, resumed, {}, 1, 1));
  EXPECT_FALSE(list.set_state(btc, settled, 42.5, 1, 1)) << "it had ended before";
  EXPECT_FALSE(list.set_state(btc, expired, {}, 1, 1));
  define(20);
  const auto got = list.take(100);
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(std::get<instrument_status>(got[2].body).settlement, optional_double{42.5});
}

TEST_F(instrument_list_of, an_outage_is_the_last_status_again_at_the_time_of_this_host) {
  define(10);
  list.set_state(btc, halted, {}, 1, 1);
  states();
  list.set_trust(btc, trust::stale, 70);
  list.set_trust(btc, trust::stale, 80);
  list.set_trust(btc, trust::live, 90);
  const auto got = list.take(100);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].state, trust::stale);
  EXPECT_EQ(got[0].venue_ns, 70);
  EXPECT_EQ(std::get<instrument_status>(got[0].body).state, halted);
  EXPECT_EQ(got[1].state, trust::live);
}

TEST_F(instrument_list_of, nothing_is_told_of_what_was_never_defined) {
  EXPECT_FALSE(list.set_state(btc, expired, {}, 1, 1));
  list.set_trust(btc, trust::stale, 1);
  EXPECT_FALSE(list.define(made_up_feed::rules("no symbol"), 1, 1));
  EXPECT_FALSE(list.has_events());
}

TEST_F(instrument_list_of, events_leave_in_portions) {
  define(10);
  list.set_state(btc, halted, {}, 1, 1);
  EXPECT_EQ(list.take(1).size(), 1u);
  list.set_state(btc, resumed, {}, 1, 1);
  EXPECT_EQ(list.take(1).size(), 1u);
  EXPECT_TRUE(list.has_events());
  EXPECT_EQ(std::get<instrument_status>(list.take(9).back().body).state, resumed);
  EXPECT_FALSE(list.has_events());
}

} // namespace
