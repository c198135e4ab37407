#pragma once

#include "source.hpp"

#include <functional>
#include <string>
#include <vector>

namespace strike::journal {

struct csv_row {
  std::uint64_t line = 0; ///< on which its first field ends, from 1
  std::vector<std::string> fields;
};

/// Reads comma-separated values as RFC 4180 has them (quotes, line breaks within quotes, CRLF); blanks around fields
/// and empty lines are skipped, a byte order mark is dropped. The row is valid during the call.
/// @returns the first error of the source or of `on_row`
result<void> read_csv(byte_source& source, const std::function<result<void>(const csv_row&)>& on_row);

} // namespace strike::journal
