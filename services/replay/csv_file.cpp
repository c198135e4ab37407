#include "replay/csv_file.hpp"

#include <cerrno>
#include <cstring>

namespace strike::replay {

namespace {
constexpr std::size_t block_bytes = 1 << 16;
}

result<void> csv_file::open(const std::filesystem::path& file, std::string_view header) {
  name_ = file.string();
  file_.reset(std::fopen(name_.c_str(), "wb"));
  if (!file_) return fail(ec::io, name_ + ": " + std::strerror(errno));
  pending_ = header;
  end_line();
  return {};
}

void csv_file::end_line() {
  pending_ += '\n';
  if (pending_.size() >= block_bytes) flush();
}

void csv_file::flush() {
  if (file_ && fault_.empty() && std::fwrite(pending_.data(), 1, pending_.size(), file_.get()) != pending_.size())
    fault_ = name_ + ": " + std::strerror(errno) + "; the run went on without it";
  pending_.clear();
}

result<void> csv_file::close() {
  if (!file_) return {};
  flush();
  if (std::fclose(file_.release()) != 0 && fault_.empty()) fault_ = name_ + ": " + std::strerror(errno);
  if (!fault_.empty()) return fail(ec::io, fault_);
  return {};
}

std::string csv_file::in_quotes(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{text};
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

} // namespace strike::replay
