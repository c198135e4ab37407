// What becomes of a recording whose writer died.
#include "fault_log.hpp"
#include "hash.hpp"
#include "journal/manifest.hpp"
#include "line_chunks.hpp"

#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace strike::journal {

namespace {

/// A file's bytes, without reading them into memory of our own.
class mapped_file {
public:
  static result<mapped_file> open(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat about {};
    mapped_file made;
    bool ok = fd >= 0 && ::fstat(fd, &about) == 0;
    if (ok && about.st_size > 0) {
      made.size_ = static_cast<std::size_t>(about.st_size);
      made.at_ = ::mmap(nullptr, made.size_, PROT_READ, MAP_PRIVATE, fd, 0);
      ok = made.at_ != MAP_FAILED;
      if (!ok) made.size_ = 0;
    }
    const int number = errno;
    if (fd >= 0) ::close(fd);
    if (!ok) return fail(ec::io, fmt::format("{}: {}", file.string(), std::strerror(number)));
    return made;
  }
  mapped_file(mapped_file&& x) noexcept : at_{x.at_}, size_{std::exchange(x.size_, 0)} {}
  mapped_file& operator=(mapped_file&&) = delete;
  ~mapped_file() {
    if (size_ > 0) ::munmap(at_, size_);
  }
  std::string_view bytes() const { return {static_cast<const char*>(at_), size_}; }

private:
  mapped_file() = default;
  void* at_ = nullptr;
  std::size_t size_ = 0;
};

/// Bytes up to the end of the last whole zstd frame or, of a plain recording, line.
std::size_t whole_size(std::string_view bytes) {
  constexpr std::string_view zstd_magic = "\x28\xB5\x2F\xFD";
  if (!bytes.starts_with(zstd_magic.substr(0, std::min(bytes.size(), zstd_magic.size()))))
    return bytes.rfind('\n') + 1; // 0 if there is none
  std::size_t whole = 0;
  while (whole < bytes.size()) {
    const auto size = ZSTD_findFrameCompressedSize(bytes.data() + whole, bytes.size() - whole);
    if (ZSTD_isError(size) != 0) break;
    whole += size;
  }
  return whole;
}

/// Counts lines; what cannot be read becomes the entry's `fault`.
void count_lines(const std::filesystem::path& file, recorded_file& into) {
  const read_options options;
  instrument_registry instruments;
  parser lines_to_events{options, instruments};
  fault_log faults{false};
  std::vector<market_event> events;
  auto text = line_chunks::open(file, options.max_line_bytes);
  while (text) {
    auto chunk = text->next();
    if (!chunk) {
      into.fault = chunk.error().text;
      break;
    }
    if (chunk->oversized_line != 0)
      faults.malformed(into.file, chunk->oversized_line, line_too_long(options));
    else if (chunk->lines.empty())
      break;
    events.clear();
    text->count(lines_to_events.parse(chunk->lines, {into.file, chunk->first_line}, events, faults));
    for (const auto& event : events) into.counts.add(event);
  }
  if (!text) into.fault = text.error().text;
  into.counts.orders = faults.order_lines();
  if (faults.count() > 0 && into.fault.empty())
    into.fault = fmt::format("{} malformed lines; the first: {}", faults.count(), faults.complaints().front());
}

} // namespace

result<std::optional<recorded_file>> recover(const std::filesystem::path& file) {
  recorded_file found{.file = file.filename().string(), .complete = false};
  {
    const auto map = mapped_file::open(file);
    if (!map) return std::unexpected{map.error()};
    found.bytes = whole_size(map->bytes());
    found.hash = hash_text(XXH3_128bits(map->bytes().data(), found.bytes));
  }
  std::error_code fault;
  if (found.bytes == 0)
    std::filesystem::remove(file, fault);
  else
    std::filesystem::resize_file(file, found.bytes, fault);
  if (fault) return fail(ec::io, fmt::format("{}: {}", file.string(), fault.message()));
  if (found.bytes == 0) return std::nullopt;
  count_lines(file, found);
  return found;
}

} // namespace strike::journal
