#include "journal/manifest.hpp"

#include "kit/full_disk.hpp"
#include "kit/temp_folder.hpp"
#include "read_all.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

using namespace strike;
using journal::manifest;
using journal::recorded_file;
using testing::HasSubstr;

namespace {

recorded_file sample(std::string name) {
  return {.file = std::move(name),
          .counts = {.first_ns = 1'795'383'888'123'456'789,
                     .last_ns = 1'795'387'200'000'000'001,
                     .events = 10,
                     .channels = {1, 2, 3, 4},
                     .orders = 5},
          .gaps = 6,
          .lost = 7,
          .bytes = 8,
          .hash = "99aa06d3014798d86001c324468d497f"};
}

struct manifest_test : testing::Test {
  temp_folder folder;
  full_disk disk;

  std::string text() const {
    std::ostringstream out;
    out << std::ifstream{folder / manifest::file_name}.rdbuf();
    return out.str();
  }
};

TEST_F(manifest_test, a_line_comes_back_as_it_was) {
  auto x = sample("a \"b\".jsonl");
  EXPECT_EQ(journal::recorded_file_from(journal::to_line(x)).value(), x);
  x.complete = false;
  x.gaps.reset();
  x.lost.reset();
  x.fault = "broken";
  EXPECT_EQ(journal::recorded_file_from(journal::to_line(x)).value(), x);
}

TEST_F(manifest_test, a_line_is_as_documented) {
  EXPECT_EQ(journal::to_line(sample("a.jsonl")),
            R"({"file":"a.jsonl","complete":true,"first_ns":1795383888123456789,"last_ns":1795387200000000001,)"
            R"("events":10,"channels":{"ticker":1,"book":2,"trades":3,"status":4},"orders":5,"gaps":6,"lost":7,)"
            R"("bytes":8,"xxh3_128":"99aa06d3014798d86001c324468d497f"})"
            "\n");
}

TEST_F(manifest_test, what_was_appended_is_listed_when_it_is_opened_again) {
  {
    auto list = manifest::open(disk, folder / "");
    ASSERT_TRUE(list) << list.error().text;
    ASSERT_TRUE(list->append(sample("a.jsonl")));
    EXPECT_TRUE(list->lists("a.jsonl"));
  }
  const auto list = manifest::open(disk, folder / "");
  ASSERT_TRUE(list) << list.error().text;
  EXPECT_TRUE(list->lists("a.jsonl"));
  EXPECT_FALSE(list->lists("b.jsonl"));
}

TEST_F(manifest_test, a_torn_last_line_is_cut_off_and_can_be_written_again) {
  const auto first = journal::to_line(sample("a.jsonl")), second = journal::to_line(sample("b.jsonl"));
  for (std::size_t size = 0; size < second.size(); ++size) {
    folder.write(manifest::file_name, first + second.substr(0, size));
    auto list = manifest::open(disk, folder / "");
    ASSERT_TRUE(list) << list.error().text;
    EXPECT_FALSE(list->lists("b.jsonl"));
    ASSERT_TRUE(list->append(sample("b.jsonl")));
    ASSERT_EQ(text(), first + second);
  }
}

TEST_F(manifest_test, a_full_disk_leaves_it_as_it_was) {
  auto list = manifest::open(disk, folder / "");
  ASSERT_TRUE(list->append(sample("a.jsonl")));
  disk.room = 20;
  EXPECT_FALSE(list->append(sample("b.jsonl")));
  EXPECT_FALSE(list->lists("b.jsonl"));
  EXPECT_EQ(text(), journal::to_line(sample("a.jsonl")));
}

TEST_F(manifest_test, a_foreign_line_is_named) {
  folder.write(manifest::file_name, journal::to_line(sample("a.jsonl")) + "{\"file\":\"b.jsonl\"}\n");
  const auto list = manifest::open(disk, folder / "");
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().code, ec::malformed);
  EXPECT_THAT(list.error().text, HasSubstr("manifest.jsonl:2: not a line of a manifest: no complete"));
}

TEST_F(manifest_test, a_folder_has_one_owner) {
  const auto first = manifest::open(disk, folder / "");
  const auto second = manifest::open(disk, folder / "");
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text, HasSubstr("manifest.jsonl: another process writes it"));
}

struct recover_test : manifest_test {
  instrument_registry instruments;
  instrument_id btc = *instruments.intern(venue::deribit, "BTC-PERPETUAL");
  std::uint64_t bytes_of_first_flush = 0;
  std::string hash_of_first_flush;

  static std::int64_t at(std::int64_t second) { return (1'700'000'000 + second) * ns_per_s; }
  /// Two flushes of two events and an order each; the second one torn by so many bytes.
  std::filesystem::path torn_recording(std::string_view name, std::uint64_t torn) {
    const auto path = folder / name;
    auto file = journal::recording_file::create(disk, path, path.extension() == ".zst" ? 3 : 0, instruments);
    const order_update update{.instrument = btc};
    for (std::int64_t i = 1; i <= 2; ++i) {
      file->append({.venue_ns = at(i), .instrument = btc, .body = ticker{}});
      file->append({.venue_ns = at(i) + 1, .instrument = btc, .body = trade{price{1}, quantity{1}, {}, ""}});
      file->append({.strategy = "s", .client_id = "c", .update = update});
      EXPECT_TRUE(file->flush(false));
      if (i > 1) continue;
      bytes_of_first_flush = file->bytes();
      hash_of_first_flush = file->hash();
    }
    std::filesystem::resize_file(path, file->bytes() - torn);
    return path;
  }
};

TEST_F(recover_test, a_torn_frame_is_cut_off_and_the_rest_counted) {
  const auto path = torn_recording("a.jsonl.zst", 1);
  const auto found = journal::recover(path);
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(**found,
            (recorded_file{
                .file = "a.jsonl.zst",
                .complete = false,
                .counts = {.first_ns = at(1), .last_ns = at(1) + 1, .events = 2, .channels = {1, 0, 1, 0}, .orders = 1},
                .bytes = bytes_of_first_flush,
                .hash = hash_of_first_flush}));
  EXPECT_EQ(std::filesystem::file_size(path), bytes_of_first_flush);
  const auto read = read_all({path}, instruments);
  EXPECT_FALSE(read.fault);
  EXPECT_EQ(read.events.size(), 2U);
}

TEST_F(recover_test, a_torn_line_of_a_plain_recording_is_cut_off) {
  const auto found = journal::recover(torn_recording("a.jsonl", 1));
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ((*found)->counts.events, 4U); // the order at the end is the torn line
  EXPECT_EQ((*found)->counts.orders, 1U);
  EXPECT_EQ((*found)->fault, "");
}

TEST_F(recover_test, a_recording_that_is_whole_stays_as_it_is) {
  const auto path = torn_recording("a.jsonl.zst", 0);
  const auto bytes = std::filesystem::file_size(path);
  const auto found = journal::recover(path);
  EXPECT_EQ((*found)->counts.events, 4U);
  EXPECT_EQ((*found)->bytes, bytes);
}

TEST_F(recover_test, one_without_anything_whole_is_removed) {
  for (const auto* bytes : {"", "\x28\xB5", "\x28\xB5\x2F\xFD\x24", "{\"timestamp\":17"}) {
    const auto path = folder.write("a.jsonl.zst", bytes);
    const auto found = journal::recover(path);
    ASSERT_TRUE(found) << found.error().text;
    EXPECT_FALSE(*found);
    EXPECT_FALSE(std::filesystem::exists(path));
  }
}

TEST_F(recover_test, damage_in_the_middle_is_told_and_nothing_is_cut) {
  const auto path = torn_recording("a.jsonl.zst", 0);
  const auto bytes = std::filesystem::file_size(path);
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(static_cast<std::streamoff>(bytes_of_first_flush - 2)); // in the checksum of the first frame
  file.put('\0');
  file.put('\1');
  file.close();
  const auto found = journal::recover(path);
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ((*found)->bytes, bytes);
  EXPECT_THAT((*found)->fault, HasSubstr("broken zstd data"));
}

} // namespace
