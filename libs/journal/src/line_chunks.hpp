#pragma once

#include "source.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace strike::journal {

/// A file as chunks of whole lines. Memory is one chunk, or one line where that is longer, up to the limit.
class line_chunks {
public:
  struct chunk {
    std::string_view lines; ///< whole lines; the last of a file may lack its newline. Empty at the end
    std::uint64_t first_line = 1;
    std::uint64_t oversized_line = 0; ///< not 0: this line was above the limit and left out; `lines` is empty then
  };

  static result<line_chunks> open(const std::filesystem::path& file, std::size_t max_line_bytes);

  /// The chunk is valid until the next call, and `parser::padding` bytes behind it are readable.
  result<chunk> next();
  /// The number of lines of the chunk, told by whoever counted them.
  void count(std::uint64_t lines) { line_ += lines; }
  std::uint64_t consumed() const { return source_->consumed(); }

private:
  line_chunks(std::unique_ptr<byte_source> source, std::size_t max_line_bytes);
  result<chunk> skip_line();

  std::unique_ptr<byte_source> source_;
  std::size_t max_line_bytes_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0; ///< what is read and not yet handed out
  std::uint64_t line_ = 1;
  bool at_end_ = false;
};

} // namespace strike::journal
