#pragma once

#include "base/market_event.hpp"
#include "base/registry.hpp"
#include "journal/reader.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strike::journal {

/// Where a parsed chunk stands, for messages.
struct chunk_origin {
  std::string_view file;
  std::uint64_t first_line = 1;
};

/// Told of every line that is no event.
class line_fault_sink {
public:
  virtual ~line_fault_sink() = default;
  /// A line of type `order`.
  virtual void order() = 0;
  /// @param why what is wrong with it
  /// @returns whether to go on
  virtual bool malformed(std::string_view file, std::uint64_t line, std::string_view why) = 0;
};

/// Lines of text to events: plain ticker lines by `line_reader::scan`, all others, one by one, through simdjson, so
/// that every bad line is named and no good one lost.
class parser {
public:
  /// Bytes that must be readable behind a chunk.
  static constexpr std::size_t padding = 64;

  parser(const read_options& options, instrument_registry& instruments);
  ~parser();

  /// Appends the events of whole lines.
  /// @returns how many lines there were
  std::uint64_t parse(std::string_view lines, chunk_origin origin, std::vector<market_event>& out,
                      line_fault_sink& faults);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace strike::journal
