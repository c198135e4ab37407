#include "wire/market.hpp"

#include "hand_made.hpp"

#include <gtest/gtest.h>

namespace strike::wire {
namespace {

using namespace hand_made;

const std::string header = fixed64(1, 99) + varint(2, 5);
const std::string times = fixed64(1, 1000) + fixed64(2, 1001);
const std::string live = varint(3, 1);

struct market_of_a_newer_version : testing::Test {
  market_message decode(const std::string& events_and_more) {
    const auto message = decoder.decode(header + events_and_more, {7}, out);
    EXPECT_TRUE(message) << message.error().text;
    return message.value_or(market_message{});
  }
  market_decoder decoder;
  std::vector<market_event> out;
};

TEST_F(market_of_a_newer_version, is_read_without_its_new_fields) {
  const auto body = count(1, 42) + newer_fields() + fixed64(6, 0x3FF0000000000000);
  const auto event = part(3, times + live + newer_fields() + part(4, body));
  const auto message = decode(event + newer_fields() + event);
  EXPECT_EQ(message, (market_message{{99, 5, false}, 2, 0}));
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[1].venue_ns, 1000);
  EXPECT_EQ(out[1].recv_ns, 1001);
  EXPECT_EQ(out[1].instrument, instrument_id{7});
  EXPECT_EQ(std::get<ticker>(out[1].body), (ticker{.best_bid = price{42}, .mark = 1.0}));
}

TEST_F(market_of_a_newer_version, counts_and_skips_an_unknown_alternative_and_reads_on) {
  const auto known = part(3, times + live + part(7, count(1, 3) + count(2, 4)));
  const auto liquidation = part(3, times + live + part(900, "a body that only they know"));
  const auto message = decode(known + liquidation + known);
  EXPECT_EQ(message, (market_message{{99, 5, false}, 3, 1}));
  EXPECT_EQ(message.next_sequence(), 8u);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(std::get<trade>(out[1].body), (trade{.at = {3}, .size = {4}}));
}

struct unknown_value : market_of_a_newer_version, testing::WithParamInterface<std::pair<const char*, std::string>> {};

TEST_P(unknown_value, makes_its_event_skipped_and_no_other) {
  const auto known = part(3, times + live + part(4, ""));
  const auto message = decode(known + part(3, GetParam().second) + known);
  EXPECT_EQ(message, (market_message{{99, 5, false}, 3, 1})) << GetParam().first;
  EXPECT_EQ(out.size(), 2u);
}

std::string definition(std::uint64_t at, std::uint64_t kind, std::uint64_t right) {
  const auto sizes = count(10, 1) + count(12, 1) + count(13, 1) + count(14, 1);
  const auto made = part(1, varint(1, at) + part(2, "BTC-PERPETUAL")) + varint(2, kind) + varint(9, right) + sizes;
  return live + part(8, varint(1, 1) + part(3, made));
}

INSTANTIATE_TEST_SUITE_P(all, unknown_value,
                         testing::Values(std::pair{"trust of a ticker", varint(3, 77) + part(4, "")},
                                         std::pair{"trust of a trade", varint(3, 77) + part(7, "")},
                                         std::pair{"trust is unspecified", varint(3, 0) + part(4, "")},
                                         std::pair{"trust is missing", part(7, "")},
                                         std::pair{"trust is negative", varint(3, ~std::uint64_t{0}) + part(4, "")},
                                         std::pair{"aggressor", live + part(7, varint(3, 9))},
                                         std::pair{"state of an instrument", live + part(8, varint(1, 40))},
                                         std::pair{"state is missing", live + part(8, "")},
                                         std::pair{"body is missing", live}, std::pair{"venue", definition(50, 1, 1)},
                                         std::pair{"venue is missing", definition(0, 1, 1)},
                                         std::pair{"kind", definition(1, 50, 1)},
                                         std::pair{"kind is missing", definition(1, 0, 1)},
                                         std::pair{"option type", definition(1, 1, 50)}));

TEST_F(market_of_a_newer_version, takes_an_unspecified_option_type_or_aggressor_as_none) {
  decode(part(3, definition(1, 3, 0)) + part(3, live + part(7, varint(3, 0))));
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(std::get<instrument_status>(out[0].body).definition->info.right, std::nullopt);
  EXPECT_EQ(std::get<trade>(out[1].body).aggressor, std::nullopt);
}

TEST_F(market_of_a_newer_version, takes_nan_and_the_lowest_count_as_absent) {
  decode(part(3, live + part(4, count(1, INT64_MIN) + fixed64(6, 0x7FF8000000000000))));
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(std::get<ticker>(out[0].body), ticker{});
}

} // namespace
} // namespace strike::wire
