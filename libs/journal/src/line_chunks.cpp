#include "line_chunks.hpp"

#include "parser.hpp"

#include <cstring>

namespace strike::journal {

namespace {
constexpr std::size_t chunk_bytes = 64 << 10; ///< with its events it stays inside a core's second-level cache
}

line_chunks::line_chunks(std::unique_ptr<byte_source> source, std::size_t max_line_bytes)
    : source_{std::move(source)}, max_line_bytes_{max_line_bytes}, buffer_(chunk_bytes + parser::padding) {}

result<line_chunks> line_chunks::open(const std::filesystem::path& file, std::size_t max_line_bytes) {
  auto source = byte_source::open(file);
  if (!source) return std::unexpected{source.error()};
  return line_chunks{std::move(*source), max_line_bytes};
}

result<line_chunks::chunk> line_chunks::next() {
  for (;;) {
    const auto capacity = buffer_.size() - parser::padding;
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (!at_end_) {
      auto count = source_->read({buffer_.data() + end_, capacity - end_});
      if (!count) return std::unexpected{count.error()};
      at_end_ = *count == 0;
      end_ += *count;
    }
    const auto* newline = static_cast<const char*>(memrchr(buffer_.data(), '\n', end_));
    if (newline != nullptr || at_end_) {
      const auto size = newline != nullptr ? static_cast<std::size_t>(newline - buffer_.data()) + 1 : end_;
      begin_ = size;
      return chunk{{buffer_.data(), size}, line_, 0};
    }
    if (end_ < capacity) continue;
    if (capacity >= max_line_bytes_) return skip_line();
    buffer_.resize(std::min(capacity * 2, max_line_bytes_) + parser::padding);
  }
}

result<line_chunks::chunk> line_chunks::skip_line() {
  const chunk skipped{{}, line_, line_};
  for (;;) {
    auto count = source_->read({buffer_.data(), buffer_.size() - parser::padding});
    if (!count) return std::unexpected{count.error()};
    const auto* newline = static_cast<const char*>(std::memchr(buffer_.data(), '\n', *count));
    at_end_ = *count == 0;
    begin_ = newline != nullptr ? static_cast<std::size_t>(newline - buffer_.data()) + 1 : *count;
    end_ = *count;
    if (newline != nullptr || at_end_) break;
  }
  ++line_;
  return skipped;
}

} // namespace strike::journal
