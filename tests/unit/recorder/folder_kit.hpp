#pragma once

#include "journal/manifest.hpp"
#include "kit/full_disk.hpp"
#include "kit/temp_folder.hpp"
#include "unit/feed/feed_kit.hpp"
#include "unit/journal/read_all.hpp"

#include <algorithm>
#include <fstream>

/// A folder of recordings as a reader finds it.
struct recordings : feed_kit::names {
  temp_folder folder;
  full_disk disk;

  static constexpr std::int64_t noon = 1'795'348'800 * strike::ns_per_s; ///< 2026-11-22T12:00:00Z

  /// By name, which is by time.
  std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> out;
    for (const auto& x : std::filesystem::directory_iterator{folder / ""})
      if (x.path().filename() != strike::journal::manifest::file_name) out.push_back(x.path());
    std::ranges::sort(out);
    return out;
  }
  std::vector<strike::journal::recorded_file> listed() const {
    std::vector<strike::journal::recorded_file> out;
    std::ifstream in{folder / strike::journal::manifest::file_name};
    for (std::string line; std::getline(in, line);) {
      auto entry = strike::journal::recorded_file_from(line);
      EXPECT_TRUE(entry) << entry.error().text;
      if (entry) out.push_back(std::move(*entry));
    }
    return out;
  }
  /// Ids are those of `instruments`.
  std::vector<strike::market_event> read(std::vector<std::filesystem::path> from) {
    auto got = read_all(std::move(from), instruments);
    EXPECT_FALSE(got.fault) << got.fault->text;
    EXPECT_EQ(got.stats.malformed_lines, 0U);
    return std::move(got.events);
  }
};
