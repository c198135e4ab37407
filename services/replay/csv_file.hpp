#pragma once

#include "base/error.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace strike::replay {

/// A table on disk, written in blocks. One that was never opened swallows what it is given.
class csv_file {
public:
  /// @returns `ec::io` that names the file
  result<void> open(const std::filesystem::path& file, std::string_view header);
  bool is_open() const { return file_ != nullptr; }
  /// Appends to the line under way; `end_line` ends it.
  std::string& line() { return pending_; }
  void end_line();
  /// @returns the first write that failed
  result<void> close();
  /// A free text as a field: quoted where it must be (RFC 4180).
  static std::string in_quotes(std::string_view text);

private:
  void flush();
  struct close_file {
    void operator()(std::FILE* x) const { std::fclose(x); }
  };
  std::unique_ptr<std::FILE, close_file> file_;
  std::string name_, pending_;
  std::string fault_;
};

} // namespace strike::replay
