#pragma once

#include "journal/line.hpp"

#include <filesystem>
#include <memory>

namespace strike::journal {

/// Writes a recording; the name's ending chooses plain, `.gz` or `.zst`.
class writer {
public:
  /// @returns `ec::io` that names the file
  static result<std::unique_ptr<writer>> create(const std::filesystem::path& file,
                                                const instrument_registry& instruments);
  virtual ~writer() = default;
  virtual result<void> append(const market_event& event) = 0;
  /// Ends compression and closes. A writer that is destroyed unclosed leaves a truncated file.
  virtual result<void> close() = 0;
};

} // namespace strike::journal
