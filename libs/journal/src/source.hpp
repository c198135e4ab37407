#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace strike::journal {

/// The text of a file, whatever its compression (plain, gzip, zstd; told by the first bytes).
class byte_source {
public:
  /// @returns `ec::not_found` or `ec::io` that names the file; `ec::malformed` for an empty or binary one
  static result<std::unique_ptr<byte_source>> open(const std::filesystem::path& file);
  virtual ~byte_source() = default;
  /// Fills as much of `into` as there is; 0 at the end.
  /// @returns `ec::io`; `ec::malformed` for compressed data that is broken or ends early
  virtual result<std::size_t> read(std::span<char> into) = 0;
  /// Bytes of the file read so far, compressed as they are.
  virtual std::uint64_t consumed() const = 0;
};

} // namespace strike::journal
