#pragma once

#include "base/error.hpp"
#include "difference.hpp"
#include "journal/disk.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace strike::catalog {

/// The newest list of a venue, as the first line of its cache file holds it.
struct snapshot {
  std::int64_t refreshed_ns = 0; ///< when the venue was last asked; 0: never
  std::int64_t since_ns = 0;     ///< when this list was first seen
  market_list markets;
};

/// Reads a cache file from its first line on.
///
///     {"type":"current","format":1,"timestamp":<refreshed_ns>,"since":<since_ns>,"items":[<market>,...]}
///     {"type":"diff","format":1,"timestamp":<at_ns>,"since":<since_ns>,"added":["<id>",...],"removed":[...],
///      "changed":[...]}
///     ... the newest difference first
class cache_reader {
public:
  /// @returns `ec::not_found` if there is no such file
  static result<cache_reader> open(const std::filesystem::path& file);

  /// The first line. @param with_activity false leaves volume and liquidity out
  /// @returns `ec::malformed` with the line, if it is torn or of another format
  result<snapshot> read_current(bool with_activity);
  /// Only when the venue was last asked.
  result<std::int64_t> read_refreshed_ns();
  /// The next older difference; none at the end. After `read_current`.
  result<std::optional<difference>> next();
  /// The next difference as it is written, with its time.
  struct raw_line {
    std::int64_t at_ns;
    std::string text;
  };
  result<std::optional<raw_line>> next_raw();

private:
  explicit cache_reader(std::ifstream in, std::string name) : in_{std::move(in)}, name_{std::move(name)} {}
  result<std::optional<std::string>> next_line();
  std::unexpected<error> damaged(std::string_view what) const;

  std::ifstream in_;
  std::string name_;
  std::size_t line_ = 0;
};

/// How much history a cache file keeps.
struct history_bounds {
  static constexpr std::size_t most_differences = 1'000;
  std::int64_t oldest_ns = 0; ///< differences from before are dropped
};

/// Replaces a cache file: written beside it, synced, renamed. The differences of the old file are kept behind `newest`.
/// @param newest null if nothing has changed
/// @returns `ec::io`; the old file is then as it was. What is damaged in the old file ends its history, and is told in
/// `lost`
result<void> replace_cache(const std::filesystem::path& file, const snapshot& current, const difference* newest,
                           history_bounds bounds, journal::disk& on, std::string& lost);

/// Renames a damaged file to "<file>.damaged", over an older one.
result<std::filesystem::path> move_aside(const std::filesystem::path& file);

} // namespace strike::catalog
