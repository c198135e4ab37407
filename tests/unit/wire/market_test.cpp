#include "wire/market.hpp"

#include "hand_made.hpp"
#include "samples.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace strike::wire {
namespace {

constexpr instrument_id some{7};

struct market_wire : testing::Test {
  std::string encoded(const market_header& header, const std::vector<market_event>& events) {
    std::string bytes = "left from before";
    encoder.encode(bytes, header, events);
    return bytes;
  }
  market_encoder encoder;
  market_decoder decoder;
  std::vector<market_event> out;
};

TEST_F(market_wire, brings_back_every_event_exactly) {
  samples random{1};
  for (int round = 0; round < 20'000; ++round) {
    const market_header header{random.any_unsigned() | 1, random.any_unsigned() | 1, random.coin()};
    const auto alternative = random.below(5);
    std::vector<market_event> events;
    for (auto n = random.below(4); n > 0; --n) events.push_back(random.event(alternative, some));
    const auto bytes = encoded(header, events);
    out.clear();
    const auto message = decoder.decode(bytes, some, out);
    ASSERT_TRUE(message) << message.error().text;
    ASSERT_EQ(*message, (market_message{header, events.size(), 0}));
    ASSERT_TRUE(equal(out, events)) << "round " << round << ", alternative " << alternative;
  }
}

TEST_F(market_wire, brings_back_a_ticker_without_any_field_and_one_with_all) {
  ticker all;
  double n = 1;
  for (auto* to : {&all.best_bid, &all.best_ask, &all.last}) *to = price{std::int64_t(n++)};
  for (auto* to : {&all.best_bid_size, &all.best_ask_size}) *to = quantity{std::int64_t(n++)};
  for (auto* to : {&all.mark, &all.index, &all.underlying, &all.open_interest, &all.funding, &all.mark_iv, &all.bid_iv,
                   &all.ask_iv, &all.delta, &all.gamma, &all.vega, &all.theta, &all.rho})
    *to = n++;
  ASSERT_TRUE(decoder.decode(encoded({1, 1, false}, {{.body = ticker{}}, {.body = all}}), some, out));
  EXPECT_EQ(std::get<ticker>(out.at(0).body), ticker{});
  EXPECT_EQ(std::get<ticker>(out.at(1).body), all);
}

TEST_F(market_wire, appends_to_what_is_there) {
  out.resize(2);
  ASSERT_TRUE(decoder.decode(encoded({1, 1, false}, {{.venue_ns = 3, .body = trade{}}}), some, out));
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(out[2].venue_ns, 3);
}

TEST_F(market_wire, leaves_the_output_alone_on_an_error) {
  out.resize(2);
  auto bytes = encoded({1, 1, false}, {{.body = ticker{}}, {.body = ticker{}}});
  bytes.pop_back();
  EXPECT_EQ(decoder.decode(bytes, some, out).error().code, ec::malformed);
  EXPECT_EQ(out.size(), 2u);
}

TEST_F(market_wire, names_the_message_type_of_malformed_bytes) {
  const auto message = decoder.decode("\x08", some, out);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code, ec::malformed);
  EXPECT_EQ(message.error().text, "1 bytes that are no MarketMessage");
}

TEST_F(market_wire, refuses_a_message_without_epoch_or_sequence) {
  using namespace hand_made;
  EXPECT_EQ(decoder.decode(varint(2, 1), some, out).error().text, "MarketMessage: epoch is missing");
  EXPECT_EQ(decoder.decode(fixed64(1, 1), some, out).error().text, "MarketMessage: sequence is missing");
  EXPECT_TRUE(decoder.decode(fixed64(1, 1) + varint(4, 1), some, out)) << "a snapshot of nothing has sequence 0";
}

TEST_F(market_wire, expects_the_sequence_behind_the_events_or_behind_the_snapshot) {
  EXPECT_EQ((market_message{{1, 10, false}, 3, 0}).next_sequence(), 13u);
  EXPECT_EQ((market_message{{1, 10, false}, 3, 2}).next_sequence(), 13u) << "what was skipped counts";
  EXPECT_EQ((market_message{{1, 10, true}, 3, 0}).next_sequence(), 11u);
}

TEST_F(market_wire, refuses_a_book_whose_lists_differ_in_length) {
  using namespace hand_made;
  const auto book = count(2, 60'000) + count(3, 1) + count(4, 60'001); // an ask without its size
  for (unsigned alternative : {5u, 6u}) {
    const auto event = varint(3, 1) + part(alternative, book);
    const auto message = decoder.decode(fixed64(1, 1) + varint(2, 1) + part(3, event), some, out);
    ASSERT_FALSE(message);
    EXPECT_NE(message.error().text.find("ask_prices and ask_sizes differ in length"), std::string::npos);
  }
}

struct bad_rule {
  const char* names;
  std::function<void(instrument&)> breaks;
};
struct market_wire_rules : market_wire, testing::WithParamInterface<bad_rule> {};

TEST_P(market_wire_rules, that_cannot_be_applied_are_refused) {
  instrument rules{.symbol = "BTC-PERPETUAL"};
  rules.ticks.steps = {{{5}, {1}}, {{10}, {2}}};
  const auto status = [&] {
    return market_event{.body = instrument_status{.definition = std::make_shared<const instrument>(rules)}};
  };
  ASSERT_TRUE(decoder.decode(encoded({1, 1, false}, {status()}), some, out));
  GetParam().breaks(rules);
  const auto message = decoder.decode(encoded({1, 1, false}, {status()}), some, out);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().text, std::string{"InstrumentDefinition: "} + GetParam().names);
}
INSTANTIATE_TEST_SUITE_P(
    all, market_wire_rules,
    testing::Values(bad_rule{"tick must be > 0", [](auto& x) { x.ticks.base = {0}; }},
                    bad_rule{"lot must be > 0", [](auto& x) { x.lot = {0}; }},
                    bad_rule{"minimum must be > 0", [](auto& x) { x.minimum = {-1}; }},
                    bad_rule{"multiplier must be > 0", [](auto& x) { x.multiplier = {0}; }},
                    bad_rule{"tick of every tick_steps must be > 0", [](auto& x) { x.ticks.steps[1].tick = {0}; }},
                    bad_rule{"tick_steps must ascend", [](auto& x) { x.ticks.steps[1].above = {5}; }}));

} // namespace
} // namespace strike::wire
