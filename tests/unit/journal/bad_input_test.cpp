// Bad input of every kind, with the message it must give.
#include "journal/writer.hpp"
#include "kit/temp_folder.hpp"
#include "read_all.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

using namespace strike;
using testing::HasSubstr;

namespace {

constexpr std::string_view good = "{\"timestamp\":1700000000,\"instrument\":\"BTC-PERPETUAL\",\"best_bid\":1}\n";

struct bad_input_test : testing::Test {
  instrument_registry instruments;
  temp_folder folder;

  std::string fault_of(const std::filesystem::path& file) {
    const auto read = read_all({file}, instruments);
    return read.fault ? read.fault->text : "no fault";
  }
  /// The complaint about one bad line between two good ones, which must survive.
  std::string complaint_of(std::string_view bad) {
    const auto read = read_all(
        {folder.write("bad.jsonl", std::string{good} + std::string{bad} + "\n" + std::string{good})}, instruments);
    EXPECT_EQ(read.events.size(), 2U) << bad;
    EXPECT_EQ(read.stats.malformed_lines, 1U) << bad;
    return read.stats.complaints.empty() ? "no complaint" : read.stats.complaints[0];
  }
};

TEST_F(bad_input_test, a_missing_file_is_named) {
  EXPECT_THAT(fault_of(folder / "none.jsonl"), HasSubstr("none.jsonl: no such file"));
}
TEST_F(bad_input_test, a_folder_is_no_recording) { EXPECT_THAT(fault_of(folder / ""), HasSubstr("is a directory")); }
TEST_F(bad_input_test, a_pipe_or_device_is_refused) {
  EXPECT_THAT(fault_of("/dev/null"), HasSubstr("is no regular file"));
}
TEST_F(bad_input_test, an_empty_file_is_named) {
  EXPECT_THAT(fault_of(folder.write("a.jsonl", "")), HasSubstr("a.jsonl: the file is empty"));
}
TEST_F(bad_input_test, a_binary_file_is_refused_at_once) {
  EXPECT_THAT(fault_of(folder.write("a.bin", std::string_view{"\x7f"
                                                              "ELF\0\1\2\3",
                                                              8})),
              HasSubstr("a.bin: a binary file (byte 4 is 0x00)"));
}

TEST_F(bad_input_test, a_truncated_zst_gives_what_came_before_and_then_says_so) {
  auto to = journal::writer::create(folder / "a.jsonl.zst", instruments);
  const auto id = *instruments.intern(venue::deribit, "BTC-PERPETUAL");
  std::mt19937_64 random{1};
  for (int i = 0; i < 50'000; ++i)
    ASSERT_TRUE((*to)->append({.venue_ns = ns_per_s * (1'700'000'000 + i),
                               .instrument = id,
                               .body = ticker{.best_bid = price{static_cast<std::int64_t>(random() >> 8)}}}));
  ASSERT_TRUE((*to)->close());
  std::filesystem::resize_file(folder / "a.jsonl.zst", std::filesystem::file_size(folder / "a.jsonl.zst") / 2);
  const auto read = read_all({folder / "a.jsonl.zst"}, instruments);
  EXPECT_GT(read.events.size(), 10'000U);
  ASSERT_TRUE(read.fault);
  EXPECT_THAT(read.fault->text, HasSubstr("a.jsonl.zst: the compressed data ends early"));
}

TEST_F(bad_input_test, a_broken_gz_says_so) {
  std::string text{"\x1f\x8b\x08\0\0\0\0\0\0\3 this is not deflate", 30};
  EXPECT_THAT(fault_of(folder.write("a.gz", text)), HasSubstr("a.gz: broken gzip data"));
}

TEST_F(bad_input_test, a_line_of_ten_megabytes_is_skipped_and_named) {
  EXPECT_THAT(complaint_of("{\"timestamp\":1700000000,\"x\":\"" + std::string(10'000'000, 'y') + "\"}"),
              HasSubstr("bad.jsonl:2: the line is longer than 1048576 bytes"));
}
TEST_F(bad_input_test, a_line_of_half_a_megabyte_is_read) {
  const auto file = folder.write("a.jsonl", "{\"x\":\"" + std::string(500'000, 'y') +
                                                "\",\"timestamp\":1700000000,\"instrument\":\"BTC-PERPETUAL\"}\n");
  EXPECT_EQ(read_all({file}, instruments).events.size(), 1U);
}

TEST_F(bad_input_test, each_malformed_line_is_named_with_its_reason) {
  const auto with = [](std::string_view rest) {
    return fmt::format("{{\"timestamp\":1700000000,\"instrument\":\"BTC-PERPETUAL\",{}}}", rest);
  };
  const std::pair<std::string, std::string> cases[] = {
      {"hello", "bad.jsonl:2: not a JSON object"},
      {"[1,2]", "bad.jsonl:2: not a JSON object"},
      {"{\"timestamp\":1700000000", "bad.jsonl:2: not a JSON object"},
      {"\"", "bad.jsonl:2: not a JSON object"},
      {"{\"instrument\":\"BTC-PERPETUAL\"}", "bad.jsonl:2: no timestamp"},
      {"{\"timestamp\":1700000000}", "bad.jsonl:2: no instrument"},
      {"{\"timestamp\":\"today\",\"instrument\":\"BTC-PERPETUAL\"}", "timestamp \"today\" is not a time"},
      {"{\"timestamp\":-5,\"instrument\":\"BTC-PERPETUAL\"}", "timestamp -5 is outside the years"},
      {"{\"timestamp\":1700000000,\"instrument\":\"btc?\"}", "instrument 'btc?' fits no venue's symbols"},
      {"{\"timestamp\":1700000000,\"instrument\":7}", "instrument 7 is not a text"},
      {with("\"venue\":\"binance\""), "unknown venue 'binance'; known: deribit, derive, polymarket"},
      {with("\"best_bid\":1e30"), "best_bid 1e30 is beyond +-9.2e9"},
      {with("\"best_bid\":0.12345678901"), "best_bid 0.12345678901 has more than nine decimals"},
      {with("\"best_bid\":\"x\""), "best_bid \"x\" is not a number"},
      {with("\"delta\":true"), "delta true is not a number"},
      {with("\"type\":\"candle\""), "unknown type 'candle'"},
      {with("\"type\":\"trade\",\"price\":1"), "a trade needs price and size"},
      {with("\"type\":\"trade\",\"price\":1,\"size\":0"), "a trade's size must be above 0"},
      {with("\"type\":\"trade\",\"price\":1,\"size\":1,\"side\":\"up\""), "unknown side 'up'"},
      {with("\"type\":\"book\",\"bids\":[[1]]"), "bids"},
      {with("\"type\":\"book\",\"bids\":[[1,-2]]"), "sizes of at least 0"},
      {with("\"type\":\"status\",\"state\":\"gone\""), "unknown instrument state 'gone'"},
      {with("\"best_bid\":1") + with("\"best_bid\":2"), "bad.jsonl:2: more than one JSON value on the line"},
      {"{\"timestamp\":1700000000,\"instrument\":\"\xff\xfe\"}", "bad.jsonl:2:"},
  };
  for (const auto& [line, why] : cases) EXPECT_THAT(complaint_of(line), HasSubstr(why)) << line;
}

TEST_F(bad_input_test, an_object_over_two_lines_is_two_malformed_lines) {
  const auto read = read_all(
      {folder.write("a.jsonl", std::string{good} + "{\"timestamp\":1700000000,\n\"instrument\":\"BTC-PERPETUAL\"}\n" +
                                   std::string{good})},
      instruments);
  EXPECT_EQ(read.events.size(), 2U);
  EXPECT_EQ(read.stats.malformed_lines, 2U);
}

TEST_F(bad_input_test, line_numbers_are_right_deep_in_a_file) {
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += good;
  text += "oops\n\n\n";
  for (int i = 0; i < 5'000; ++i) text += good;
  text += "{}\n";
  const auto read = read_all({folder.write("a.jsonl", text)}, instruments);
  EXPECT_EQ(read.events.size(), 10'000U);
  ASSERT_EQ(read.stats.complaints.size(), 2U);
  EXPECT_THAT(read.stats.complaints[0], HasSubstr("a.jsonl:5001: "));
  EXPECT_THAT(read.stats.complaints[1], HasSubstr("a.jsonl:10004: no timestamp"));
}

TEST_F(bad_input_test, strict_stops_at_the_first_malformed_line_and_keeps_what_came_before) {
  const auto read = read_all({folder.write("a.jsonl", std::string{good} + "oops\n" + std::string{good})}, instruments,
                             {.strict = true});
  EXPECT_EQ(read.events.size(), 1U);
  ASSERT_TRUE(read.fault);
  EXPECT_THAT(read.fault->text, HasSubstr("a.jsonl:2: not a JSON object"));
}

TEST_F(bad_input_test, mutated_lines_never_crash_and_never_hide_the_good_ones) {
  std::mt19937 random{11};
  for (int round = 0; round < 400; ++round) {
    std::string bad{good};
    bad.pop_back();
    for (int i = 0; i < 3; ++i) bad[random() % bad.size()] = static_cast<char>(random() % 256);
    std::erase(bad, '\n');
    std::erase(bad, '\r');
    const auto file = folder.write("a.jsonl", std::string{good} + bad + "\n" + std::string{good});
    instrument_registry fresh;
    const auto read = read_all({file}, fresh);
    if (read.fault) continue; // taken for a binary file
    ASSERT_EQ(read.events.size() + read.stats.malformed_lines, 3U) << bad;
    ASSERT_GE(read.events.size(), 2U) << bad;
  }
}

} // namespace
