// Recordings whose writer may end at any instant.
#include "journal/recording_file.hpp"

#include "kit/full_disk.hpp"
#include "kit/temp_folder.hpp"
#include "read_all.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <algorithm>
#include <fstream>
#include <memory>

using namespace strike;
using testing::HasSubstr;

namespace {

struct recording_file_test : testing::Test {
  instrument_registry instruments;
  temp_folder folder;
  full_disk disk;
  instrument_id btc = *instruments.intern(venue::deribit, "BTC-PERPETUAL");
  std::filesystem::path zst = folder / "a.jsonl.zst", plain = folder / "a.jsonl";

  static std::int64_t at(std::int64_t second) { return (1'700'000'000 + second) * ns_per_s; }
  market_event tick(std::int64_t second) const {
    return {.venue_ns = at(second), .instrument = btc, .body = ticker{.best_bid = price{second}}};
  }
  journal::recording_file create(const std::filesystem::path& file) {
    auto made = journal::recording_file::create(disk, file, file.extension() == ".zst" ? 3 : 0, instruments);
    EXPECT_TRUE(made) << made.error().text;
    return std::move(*made);
  }
  static void append(const std::filesystem::path& file, std::string_view bytes) {
    std::ofstream{file, std::ios::binary | std::ios::app} << bytes;
  }
};

TEST_F(recording_file_test, each_flush_makes_what_came_before_readable_and_nothing_else) {
  for (const auto& name : {zst, plain}) {
    auto file = create(name);
    for (std::int64_t i = 1; i <= 30; ++i) {
      file.append(tick(i));
      if (i % 10 != 0) continue;
      ASSERT_TRUE(file.flush(true));
    }
    file.append(tick(31));
    EXPECT_GT(file.pending_bytes(), 0U);
    EXPECT_EQ(file.appended().events, 31U);
    EXPECT_EQ(file.written().events, 30U);
    EXPECT_EQ(file.written().last_ns, at(30));
    EXPECT_EQ(file.bytes(), std::filesystem::file_size(name));
    const auto read = read_all({name}, instruments); // of zst: three frames, one after the other
    EXPECT_FALSE(read.fault) << read.fault->text;
    ASSERT_EQ(read.events.size(), 30U);
    EXPECT_EQ(read.events[29].venue_ns, at(30));
  }
}

TEST_F(recording_file_test, an_existing_file_is_never_written_to) {
  folder.write("a.jsonl", "kept");
  const auto made = journal::recording_file::create(disk, plain, 0, instruments);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().text, HasSubstr("a.jsonl: File exists"));
}

TEST_F(recording_file_test, a_torn_frame_is_told_after_everything_before_it) {
  auto file = create(zst);
  file.append(tick(1));
  ASSERT_TRUE(file.flush(false));
  const auto whole = file.bytes();
  file.append(tick(2));
  ASSERT_TRUE(file.flush(false));
  std::filesystem::resize_file(zst, file.bytes() - 3);
  const auto read = read_all({zst}, instruments);
  ASSERT_GE(read.events.size(), 1U);
  ASSERT_TRUE(read.fault);
  EXPECT_THAT(read.fault->text,
              HasSubstr(fmt::format("a.jsonl.zst: the compressed data ends early: its last {} of {} bytes are torn",
                                    file.bytes() - 3 - whole, file.bytes() - 3)));
}

TEST_F(recording_file_test, a_full_disk_leaves_the_file_as_the_last_flush_left_it) {
  for (const auto& name : {zst, plain}) {
    disk.room = UINT64_MAX;
    auto file = create(name);
    file.append(tick(1));
    ASSERT_TRUE(file.flush(false));
    const auto bytes = file.bytes();
    const auto hash = file.hash();
    disk.room = 10;
    for (std::int64_t i = 2; i < 100; ++i) file.append(tick(i));
    const auto done = file.flush(false);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ec::io);
    EXPECT_EQ(std::filesystem::file_size(name), bytes);
    EXPECT_EQ(file.written().events, 1U);
    EXPECT_EQ(file.hash(), hash);
    EXPECT_EQ(read_all({name}, instruments).events.size(), 1U);
  }
}

TEST_F(recording_file_test, of_a_torn_frame_all_that_can_be_decoded_is_read) {
  std::string text;
  for (std::int64_t i = 1; i <= 20'000; ++i) journal::append_line(text, tick(i * 7'919 % 20'000), instruments);
  std::string frame(ZSTD_compressBound(text.size()), '\0');
  frame.resize(ZSTD_compress(frame.data(), frame.size(), text.data(), text.size(), 3));
  frame.resize(frame.size() * 2 / 3);
  append(zst, frame);

  const std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream{ZSTD_createDStream(), ZSTD_freeDStream};
  std::string decoded(text.size(), '\0');
  ZSTD_outBuffer to{decoded.data(), decoded.size(), 0};
  ZSTD_inBuffer from{frame.data(), frame.size(), 0};
  while (from.pos < from.size) ASSERT_FALSE(ZSTD_isError(ZSTD_decompressStream(stream.get(), &to, &from)));
  const auto lines = std::count(decoded.begin(), decoded.begin() + static_cast<std::ptrdiff_t>(to.pos), '\n');

  const auto read = read_all({zst}, instruments);
  EXPECT_TRUE(read.fault);
  EXPECT_GT(lines, 1'000);
  EXPECT_EQ(read.events.size(), static_cast<std::size_t>(lines));
}

} // namespace
