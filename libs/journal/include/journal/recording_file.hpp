#pragma once

#include "base/market_event.hpp"
#include "base/registry.hpp"
#include "journal/disk.hpp"
#include "journal/line.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <string>

namespace strike::journal {

/// What a recording holds.
struct recording_counts {
  std::int64_t first_ns = 0, last_ns = 0; ///< venue time, the earliest and the latest; both 0 without events
  std::uint64_t events = 0;               ///< of the market
  std::array<std::uint64_t, enum_names<channel>::table.size()> channels{}; ///< the same by channel
  std::uint64_t orders = 0;                                                ///< lines of orders

  void add(const market_event& x) {
    first_ns = events == 0 ? x.venue_ns : std::min(first_ns, x.venue_ns);
    last_ns = events == 0 ? x.venue_ns : std::max(last_ns, x.venue_ns);
    ++events;
    ++channels[static_cast<std::size_t>(channel_of(x))];
  }
  std::uint64_t lines() const { return events + orders; }
  bool operator==(const recording_counts&) const = default;
};

/// A recording that is being made and may end at any instant. Lines are kept in memory until `flush`, which writes them
/// as one piece that can be read by itself: a zstd frame, or plain lines. What has been flushed is readable, whatever
/// happens then.
class recording_file {
public:
  /// @param compression level of zstd, 1 to 19; 0: plain
  /// @returns `ec::io` that names the file
  static result<recording_file> create(disk& on, std::filesystem::path file, int compression,
                                       const instrument_registry& instruments);
  recording_file(recording_file&&) noexcept;
  recording_file& operator=(recording_file&&) noexcept;
  ~recording_file(); ///< what was not flushed is gone

  void append(const market_event& event);
  void append(const order_line& order);
  /// Bytes of text that wait for `flush`.
  std::size_t pending_bytes() const;

  /// @param durable it also survives a power failure
  /// @returns `ec::io` that names the file: the file then ends with the flush before, as far as the
  ///          disk lets it be cut, and is of no further use
  result<void> flush(bool durable);

  /// Of what was appended.
  const recording_counts& appended() const;
  /// Of what is in the file.
  const recording_counts& written() const;
  std::uint64_t bytes() const; ///< of the file
  /// XXH3-128 of the file's bytes, in its canonical form, as 32 hex digits.
  std::string hash() const;
  const std::filesystem::path& path() const;

private:
  struct impl;
  explicit recording_file(std::unique_ptr<impl> x);
  std::unique_ptr<impl> impl_;
};

} // namespace strike::journal
