#include "journal/reader.hpp"

#include "journal/writer.hpp"
#include "kit/temp_folder.hpp"
#include "read_all.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

using namespace strike;
using namespace strike::literals;

namespace {

constexpr std::string_view three_lines =
    R"({"timestamp":1700000000,"instrument":"BTC-29MAR24-60000-C","best_bid":100.0,"best_ask":101.0,"delta":0.6}
{"timestamp":1700000001,"instrument":"ETH-29MAR24-4000-C","best_bid":50.0,"best_ask":51.0,"delta":0.3}
{"timestamp":1700000002,"instrument":"BTC-29MAR24-60000-C","best_bid":102.0,"best_ask":103.0,"delta":0.7}
)";

struct reader_test : testing::Test {
  instrument_registry instruments;
  temp_folder folder;

  std::string line(std::int64_t ms, int price_units) {
    return fmt::format("{{\"timestamp\":{},\"instrument\":\"BTC-PERPETUAL\",\"best_bid\":{}}}\n", ms, price_units);
  }
  static std::vector<std::int64_t> bids(const recording_contents& x) {
    std::vector<std::int64_t> out;
    for (const auto& event : x.events) out.push_back((*std::get<ticker>(event.body).best_bid).nanos / nanos_per_unit);
    return out;
  }
};

TEST_F(reader_test, the_three_plain_lines_are_a_recording) {
  const auto read = read_all({folder.write("a.jsonl", three_lines)}, instruments);
  ASSERT_EQ(read.events.size(), 3U);
  EXPECT_EQ(read.stats.malformed_lines, 0U);
  EXPECT_EQ(read.events[2].venue_ns, 1'700'000'002 * ns_per_s);
  EXPECT_EQ(read.events[2].instrument, read.events[0].instrument);
  EXPECT_EQ(instruments.at(read.events[1].instrument).symbol, "ETH-29MAR24-4000-C");
  EXPECT_EQ(std::get<ticker>(read.events[2].body), (ticker{.best_bid = 102_px, .best_ask = 103_px, .delta = 0.7}));
}

TEST_F(reader_test, a_last_line_without_newline_and_windows_line_ends_are_fine) {
  std::string text{three_lines};
  text.pop_back();
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.replace(at, 1, "\r\n");
  EXPECT_EQ(read_all({folder.write("a.jsonl", text)}, instruments).events.size(), 3U);
}

TEST_F(reader_test, keys_may_come_in_any_order_and_unknown_ones_are_ignored) {
  const auto read = read_all(
      {folder.write(
          "a.jsonl",
          R"({"x":{"best_bid":[1,"}"]},"delta":-0.5,"venue":"derive","best_ask":null,"instrument":"ETH-PERP","best_bid":7,"timestamp":1700000000000}
)")},
      instruments);
  ASSERT_EQ(read.events.size(), 1U);
  EXPECT_EQ(std::get<ticker>(read.events[0].body), (ticker{.best_bid = 7_px, .delta = -0.5}));
  EXPECT_EQ(instruments.at(read.events[0].instrument).at, venue::derive);
}

TEST_F(reader_test, the_unit_of_a_timestamp_is_told_by_its_magnitude) {
  std::string text;
  for (const auto* time : {"1700000000", "1700000000000", "1700000000000000", "1700000000000000000", "1700000000.5"})
    text += fmt::format("{{\"timestamp\":{},\"instrument\":\"BTC-PERPETUAL\"}}\n", time);
  const auto read = read_all({folder.write("a.jsonl", text)}, instruments);
  ASSERT_EQ(read.events.size(), 5U);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(read.events[static_cast<std::size_t>(i)].venue_ns, 1'700'000'000 * ns_per_s);
  EXPECT_EQ(read.events[4].venue_ns, 1'700'000'000 * ns_per_s + ns_per_s / 2);
}

TEST_F(reader_test, a_forced_unit_wins_over_the_magnitude) {
  const auto read =
      read_all({folder.write("a.jsonl", line(5000, 1))}, instruments, {.timestamp_unit = time_unit::milliseconds});
  ASSERT_EQ(read.events.size(), 1U);
  EXPECT_EQ(read.events[0].venue_ns, 5 * ns_per_s);
}

TEST_F(reader_test, compressed_files_read_like_plain_ones) {
  const auto plain = read_all({folder.write("a.jsonl", three_lines)}, instruments);
  for (const auto* name : {"b.jsonl.zst", "b.jsonl.gz"}) {
    auto to = journal::writer::create(folder / name, instruments);
    ASSERT_TRUE(to);
    for (const auto& event : plain.events) ASSERT_TRUE((*to)->append(event));
    ASSERT_TRUE((*to)->close());
    const auto read = read_all({folder / name}, instruments);
    ASSERT_EQ(read.events.size(), 3U) << name;
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_EQ(std::get<ticker>(read.events[i].body), std::get<ticker>(plain.events[i].body)) << name;
  }
}

TEST_F(reader_test, files_are_merged_by_time_and_ties_keep_the_order_of_the_files) {
  const auto a = folder.write("a.jsonl", line(1000, 1) + line(3000, 3) + line(3000, 4));
  const auto b = folder.write("b.jsonl", line(2000, 2) + line(3000, 5) + line(4000, 6));
  EXPECT_EQ(bids(read_all({a, b}, instruments)), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(bids(read_all({b, a}, instruments)), (std::vector<std::int64_t>{1, 2, 5, 3, 4, 6}));
}

TEST_F(reader_test, a_merge_of_many_long_files_equals_a_stable_sort) {
  std::mt19937 random{3};
  std::vector<std::filesystem::path> files;
  std::vector<std::pair<std::int64_t, std::int64_t>> expected; // time, bid
  int number = 0;
  for (int file = 0; file < 5; ++file) {
    std::string text;
    std::int64_t ms = 1'700'000'000'000;
    for (int i = 0; i < 4000; ++i) {
      ms += random() % 3;
      expected.emplace_back(ms, ++number);
      text += line(ms, number);
    }
    files.push_back(folder.write(fmt::format("{}.jsonl", file), text));
  }
  std::ranges::stable_sort(expected, {}, &std::pair<std::int64_t, std::int64_t>::first);
  std::vector<std::int64_t> wanted;
  for (const auto& [time, bid] : expected) wanted.push_back(bid);
  EXPECT_EQ(bids(read_all(files, instruments)), wanted);
}

TEST_F(reader_test, lines_keep_their_order_when_time_goes_back_and_are_counted) {
  const auto file = folder.write("a.jsonl", line(3000, 3) + line(1000, 1) + line(2000, 2));
  const auto read = read_all({file}, instruments);
  EXPECT_EQ(bids(read), (std::vector<std::int64_t>{3, 1, 2}));
  EXPECT_EQ(read.stats.time_went_back, 1U);
}

TEST_F(reader_test, sort_puts_several_files_into_time_order_with_stable_ties) {
  const auto a = folder.write("a.jsonl", line(3000, 1) + line(1000, 2) + line(2000, 3));
  const auto b = folder.write("b.jsonl", line(2000, 4) + "nonsense\n" + line(1000, 5));
  const auto read = read_all({a, b}, instruments, {.sort = true});
  EXPECT_EQ(bids(read), (std::vector<std::int64_t>{2, 5, 3, 4, 1}));
  EXPECT_EQ(read.stats.time_went_back, 2U);
  EXPECT_EQ(read.stats.malformed_lines, 1U);
}

TEST_F(reader_test, from_and_to_cut_a_part_out) {
  std::string text;
  for (int i = 0; i < 10; ++i) text += line(1'700'000'000'000 + i * 1000, i);
  const auto read = read_all({folder.write("a.jsonl", text)}, instruments,
                             {.from_ns = 1'700'000'003 * ns_per_s, .to_ns = 1'700'000'006 * ns_per_s});
  EXPECT_EQ(bids(read), (std::vector<std::int64_t>{3, 4, 5}));
}

TEST_F(reader_test, a_venue_can_be_supplied_and_else_the_symbol_tells_it) {
  const auto file = folder.write("a.jsonl", "{\"timestamp\":1700000000,\"instrument\":\"ETH-USDC\"}\n"
                                            "{\"timestamp\":1700000000,\"instrument\":\"1234567890\"}\n");
  const auto read = read_all({file}, instruments);
  ASSERT_EQ(read.events.size(), 2U);
  EXPECT_EQ(instruments.at(read.events[0].instrument).at, venue::derive);
  EXPECT_EQ(instruments.at(read.events[1].instrument).at, venue::polymarket);
  instrument_registry others;
  EXPECT_EQ(read_all({file}, others, {.default_venue = venue::polymarket}).stats.malformed_lines, 1U);
}

TEST_F(reader_test, a_reader_that_is_dropped_half_way_ends_its_thread) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += line(1'700'000'000'000 + i, 1);
  auto from = journal::reader::open({folder.write("a.jsonl", text)}, {}, instruments);
  ASSERT_TRUE(from);
  ASSERT_TRUE((*from)->next());
}

} // namespace
