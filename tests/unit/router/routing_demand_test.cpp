#include "routing_kit.hpp"

using namespace routing_kit;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

struct routing_demand : routing_test {
  consumer_ptr a = make_consumer("a"), b = make_consumer("b");
};

TEST_F(routing_demand, two_consumers_of_one_instrument_are_one_subscription_upstream) {
  core.want(a, {btc_ticker});
  core.want(b, {btc_ticker});
  EXPECT_THAT(asked(), ElementsAre("+md/deribit/BTC-PERPETUAL/ticker/"));
  EXPECT_EQ(core.upstream_prefixes(), 1u);
}

TEST_F(routing_demand, the_last_one_leaving_ends_it_after_the_time_of_grace) {
  core.want(a, {btc_ticker});
  core.want(b, {btc_ticker});
  core.unwant(a, {btc_ticker}, now);
  EXPECT_EQ(core.poll(now), INT64_MAX);
  core.unwant(b, {btc_ticker}, now);
  asked();
  EXPECT_EQ(core.poll(now), 10 * second);
  EXPECT_THAT(asked(), IsEmpty());
  core.poll(10 * second);
  EXPECT_THAT(asked(), ElementsAre("-md/deribit/BTC-PERPETUAL/ticker/"));
}

TEST_F(routing_demand, asking_twice_counts_once) {
  core.want(a, {btc_ticker, btc_ticker});
  core.want(a, {btc_ticker});
  core.unwant(a, {btc_ticker}, now);
  core.unwant(a, {btc_ticker}, now);
  asked();
  core.poll(10 * second);
  EXPECT_THAT(asked(), ElementsAre("-md/deribit/BTC-PERPETUAL/ticker/"));
}

TEST_F(routing_demand, who_leaves_takes_all_its_wishes_along) {
  core.want(a, {btc_ticker, expiry});
  asked();
  core.leave(a, now);
  core.poll(10 * second);
  EXPECT_THAT(asked(), testing::UnorderedElementsAre("-md/deribit/BTC-PERPETUAL/ticker/", "-md/deribit/BTC-27NOV26-"));
  EXPECT_THAT(core.consumers(), IsEmpty());
  arrives(tick(btc, 1));
  EXPECT_THAT(got("a"), IsEmpty());
}

TEST_F(routing_demand, a_consumer_that_died_has_left) {
  core.want(a, {btc_ticker});
  core.leave(a->to.address(), now);
  EXPECT_FALSE(core.knows(a));
  core.leave(a->to.address(), now);
}

TEST_F(routing_demand, a_place_that_became_free_is_no_door_to_the_old_wishes) {
  core.want(a, {btc_ticker});
  core.leave(a, now);
  core.want(b, {eth_ticker});
  arrives(tick(btc, 1));
  arrives(tick(eth, 2));
  EXPECT_THAT(bids("b"), ElementsAre(2));
}

TEST_F(routing_demand, books_of_a_whole_expiry_are_subscribed_by_name_as_instruments_appear) {
  core.want(a, {expiry_books});
  EXPECT_THAT(asked(), ElementsAre("+md/deribit/BTC-27NOV26-"));
  arrives(status(option, instrument_state::listed));
  arrives(status(btc, instrument_state::listed));
  EXPECT_THAT(asked(), ElementsAre("+md/deribit/BTC-27NOV26-90000-C/book/"));
  core.want(b, {expiry_books});
  EXPECT_THAT(asked(), IsEmpty());
  core.leave(a, now);
  core.leave(b, now);
  core.poll(10 * second);
  EXPECT_THAT(asked(), ElementsAre("-md/deribit/BTC-27NOV26-", "-md/deribit/BTC-27NOV26-90000-C/book/"));
}

TEST_F(routing_demand, instruments_known_before_are_expanded_too) {
  core.want(a, {expiry});
  arrives(tick(option, 1));
  asked();
  core.want(b, {expiry_books});
  EXPECT_THAT(asked(), ElementsAre("+md/deribit/BTC-27NOV26-90000-C/book/"));
}

TEST_F(routing_demand, wishes_from_downstream_count_like_all_others) {
  core.want(a, {btc_ticker});
  core.want_downstream({true, "md/deribit/BTC-PERPETUAL/ticker/"}, now);
  core.want_downstream({true, "md/"}, now);
  EXPECT_THAT(asked(), ElementsAre("+md/deribit/BTC-PERPETUAL/ticker/", "+md/"));
  core.leave(a, now);
  core.poll(10 * second);
  EXPECT_THAT(asked(), IsEmpty());
  core.want_downstream({false, "md/deribit/BTC-PERPETUAL/ticker/"}, 10 * second);
  core.poll(20 * second);
  EXPECT_THAT(asked(), ElementsAre("-md/deribit/BTC-PERPETUAL/ticker/"));
}

TEST_F(routing_demand, what_ended_is_forgotten_so_that_it_greets_nobody_later) {
  core.want(a, {btc_ticker});
  arrives(tick(btc, 1));
  core.unwant(a, {btc_ticker}, now);
  core.poll(10 * second);
  core.want(b, {btc_ticker});
  EXPECT_THAT(got("b"), IsEmpty());
  take_message(snapshot(tick(btc, 5)));
  EXPECT_THAT(bids("b"), ElementsAre(5));
}

TEST_F(routing_demand, what_another_wish_still_covers_is_kept) {
  core.want(a, {expiry});
  core.want(b, {{venue::deribit, "BTC-27NOV26-90000-C", false, channel::ticker}});
  arrives(tick(option, 1));
  core.leave(a, now);
  core.poll(10 * second);
  core.want(a, {{venue::deribit, "BTC-27NOV26-90000-C", false, channel::ticker}});
  EXPECT_THAT(got("a"), testing::SizeIs(2));
}

} // namespace
