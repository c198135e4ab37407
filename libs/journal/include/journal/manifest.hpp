#pragma once

#include "journal/disk.hpp"
#include "journal/recording_file.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace strike::journal {

/// What the manifest says of one file, when nothing is written to it any more.
struct recorded_file {
  std::string file; ///< its name, without the folder
  /// Closed by who wrote it. Else it was left behind by a process that died, and what it holds was counted later.
  bool complete = true;
  recording_counts counts;
  /// How often something was lost on the way into the file or before its first line, and how many events that were, as
  /// far as the sequence numbers tell. None if the one who knew died.
  std::optional<std::uint64_t> gaps, lost;
  std::uint64_t bytes = 0;
  std::string hash;  ///< see `recording_file::hash`
  std::string fault; ///< why it cannot be read to its end; empty: it can
  bool operator==(const recorded_file&) const = default;
};

/// One line with its newline:
///
///     {"file":"md-20261122T214448Z-000001.jsonl.zst","complete":true,"first_ns":1795383888000000000,
///      "last_ns":1795387200000000000,"events":1234567,"channels":{"ticker":1000000,"book":200000,"trades":34000,
///      "status":567},"orders":0,"gaps":0,"lost":0,"bytes":23456789,"xxh3_128":"99aa06d3014798d86001c324468d497f"}
///
/// `gaps` and `lost` are null where they are not known, `fault` is there if there is one.
std::string to_line(const recorded_file& x);
/// @returns `ec::malformed`
result<recorded_file> recorded_file_from(std::string_view line);

/// `manifest.jsonl`, the list of the finished recordings of a folder. While it is open, the folder is this process's.
class manifest {
public:
  static constexpr const char* file_name = "manifest.jsonl";

  /// A last line without its newline, left by a process that died while it wrote it, is cut off.
  /// @returns `ec::io`, also if another process holds it; `ec::malformed` for a line that is none, with its number
  static result<manifest> open(disk& on, const std::filesystem::path& folder);

  bool lists(std::string_view file) const { return names_.contains(file); }
  /// Appended and durable, or not there.
  /// @returns `ec::io`
  result<void> append(const recorded_file& x);

private:
  std::unique_ptr<disk_file> out_;
  std::uint64_t bytes_ = 0;
  std::set<std::string, std::less<>> names_;
};

/// Mends and counts a recording that a process left behind when it died: a torn tail, which no reader could use, is cut
/// off. One in which nothing is whole is removed.
/// @returns what is to be listed; nothing for one that was removed; `ec::io`
result<std::optional<recorded_file>> recover(const std::filesystem::path& file);

} // namespace strike::journal
