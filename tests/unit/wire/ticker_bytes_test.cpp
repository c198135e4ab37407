#include "ticker_bytes.hpp"

#include "market_event.hpp"
#include "samples.hpp"

#include <gtest/gtest.h>

namespace strike::wire {
namespace {

constexpr instrument_id some{7};

std::string by_generated_code(const market_header& header, const std::vector<market_event>& events) {
  v1::MarketMessage message;
  message.set_epoch(header.epoch);
  message.set_sequence(header.sequence);
  message.set_is_snapshot(header.is_snapshot);
  for (const auto& event : events) write_event(*message.add_events(), event);
  return message.SerializeAsString();
}

std::vector<market_event> tickers(samples& random) {
  std::vector<market_event> made;
  for (auto n = random.below(4); n > 0; --n) made.push_back(random.event(0, some));
  return made;
}

TEST(ticker_bytes, are_those_that_the_generated_code_writes) {
  samples random{2};
  std::string out;
  for (int round = 0; round < 20'000; ++round) {
    const market_header header{random.any_unsigned() | 1, random.any_unsigned(), random.coin()};
    const auto events = tickers(random);
    write_tickers(out, header, events);
    ASSERT_EQ(out, by_generated_code(header, events)) << "round " << round;
  }
}

TEST(ticker_bytes, of_intact_messages_are_read_without_the_generated_code) {
  samples random{3};
  std::string bytes;
  for (int round = 0; round < 1'000; ++round) {
    const auto events = tickers(random);
    write_tickers(bytes, {1, 1, false}, events);
    std::vector<market_event> out;
    market_message made;
    ASSERT_TRUE(read_tickers(bytes, some, made, out));
    ASSERT_TRUE(equal(out, events));
  }
}

/// Changes, removes, repeats or inserts a few bytes, half of them near a length or a tag of the start.
void damage(std::string& bytes, samples& random) {
  for (auto n = 1 + random.below(3); n > 0 && !bytes.empty(); --n) {
    const auto at = random.below(random.coin() ? bytes.size() : std::min<std::uint64_t>(bytes.size(), 40));
    switch (random.below(4)) {
    case 0:
      bytes[at] = static_cast<char>(random.below(256));
      break;
    case 1:
      bytes.erase(at, 1 + random.below(3));
      break;
    case 2:
      bytes.insert(at, 1, static_cast<char>(random.below(256)));
      break;
    default:
      bytes.insert(at, bytes.substr(random.below(bytes.size()), random.below(30)));
      break;
    }
  }
}

TEST(ticker_bytes, that_are_read_mean_the_same_to_the_generated_code) {
  samples random{4};
  std::string bytes;
  int read = 0;
  for (int round = 0; round < 200'000; ++round) {
    write_tickers(bytes, {random.any_unsigned() | 1, random.any_unsigned(), random.coin()}, tickers(random));
    damage(bytes, random);
    std::vector<market_event> out;
    market_message made;
    if (!read_tickers(bytes, some, made, out)) continue;
    ++read;
    v1::MarketMessage message;
    ASSERT_TRUE(message.ParseFromString(bytes)) << "round " << round;
    ASSERT_EQ(made.header, (market_header{message.epoch(), message.sequence(), message.is_snapshot()}));
    ASSERT_EQ(static_cast<int>(out.size()), message.events_size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      market_event expected{.instrument = some, .body = {}};
      ASSERT_EQ(read_event(expected, message.events(static_cast<int>(i))).value(), reading::done);
      ASSERT_TRUE(equal(out[i], expected)) << "round " << round;
    }
  }
  EXPECT_GT(read, 10'000) << "damage that is never readable tests nothing";
}

} // namespace
} // namespace strike::wire
