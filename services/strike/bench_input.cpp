#include "strike/bench_input.hpp"

#include <fmt/format.h>
#include <simdjson.h>
#include <xxhash.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <unistd.h>
#include <utility>
#include <vector>

namespace strike::bench {

namespace ondemand = simdjson::ondemand;

namespace {

struct close_file {
  void operator()(std::FILE* x) const { std::fclose(x); }
};
using file_handle = std::unique_ptr<std::FILE, close_file>;

/// splitmix64
std::uint64_t next_random(std::uint64_t& state) {
  auto z = state += 0x9E37'79B9'7F4A'7C15;
  z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
  z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
  return z ^ (z >> 31);
}

std::unexpected<error> io_error(const std::filesystem::path& file) {
  return fail(ec::io, fmt::format("{}: {}; free some space or set TMPDIR", file.string(), std::strerror(errno)));
}

/// Prices in steps of 0.0005 that wander, deltas that follow them.
void append_line(std::string& out, std::uint64_t i, std::uint64_t& random, std::int64_t& time_ms,
                 std::vector<int>& steps) {
  const auto draw = next_random(random);
  const auto which = i % steps.size();
  time_ms += static_cast<std::int64_t>(draw % 4);
  steps[which] += static_cast<int>((draw >> 8) % 3) - 1;
  steps[which] = std::clamp(steps[which], 20, 400);
  const int bid = steps[which] * 5;
  fmt::format_to(std::back_inserter(out),
                 "{{\"timestamp\":{},\"instrument\":\"BTC-29MAR24-{}-C\",\"best_bid\":0.{:04},\"best_ask\":0.{:04},"
                 "\"delta\":0.{:05}}}\n",
                 time_ms, 20000 + which * 500, bid, bid + 5, 10000 + (draw >> 16) % 80000);
}

} // namespace

void input::swap(input& other) noexcept {
  std::swap(file, other.file);
  std::swap(lines, other.lines);
  std::swap(bytes, other.bytes);
  std::swap(checksum, other.checksum);
  std::swap(is_ours, other.is_ours);
}

input::~input() {
  std::error_code ignored;
  if (is_ours) std::filesystem::remove(file, ignored);
}

result<input> make_input(std::uint64_t lines) {
  constexpr std::size_t instruments = 100, block = 1 << 20;
  std::error_code fault;
  auto name = (std::filesystem::temp_directory_path(fault) / "strike-bench-XXXXXX").string();
  const int descriptor = mkstemp(name.data());
  if (descriptor < 0) return io_error(name);
  const file_handle to{fdopen(descriptor, "wb")};
  input made;
  made.file = name;
  made.is_ours = true;
  made.lines = lines;
  auto* hash = XXH3_createState();
  XXH3_64bits_reset(hash);
  std::uint64_t random = 1;
  std::int64_t time_ms = 1'700'000'000'000;
  std::vector<int> steps(instruments, 200);
  std::string text;
  bool written = true;
  for (std::uint64_t i = 0; i < lines && written; ++i) {
    append_line(text, i, random, time_ms, steps);
    if (text.size() < block && i + 1 < lines) continue;
    XXH3_64bits_update(hash, text.data(), text.size());
    written = std::fwrite(text.data(), 1, text.size(), to.get()) == text.size();
    made.bytes += text.size();
    text.clear();
  }
  made.checksum = fmt::format("{:016x}", XXH3_64bits_digest(hash));
  XXH3_freeState(hash);
  if (!written || std::fflush(to.get()) != 0) return io_error(made.file);
  return made;
}

result<input> measure_input(const std::filesystem::path& file) {
  const file_handle from{std::fopen(file.c_str(), "rb")};
  if (!from) return fail(ec::io, fmt::format("{}: {}", file.string(), std::strerror(errno)));
  input made;
  made.file = file;
  auto* hash = XXH3_createState();
  XXH3_64bits_reset(hash);
  std::vector<char> block(1 << 20);
  while (const auto count = std::fread(block.data(), 1, block.size(), from.get())) {
    XXH3_64bits_update(hash, block.data(), count);
    made.bytes += count;
    made.lines += static_cast<std::uint64_t>(std::count(block.data(), block.data() + count, '\n'));
  }
  made.checksum = fmt::format("{:016x}", XXH3_64bits_digest(hash));
  XXH3_freeState(hash);
  return made;
}

namespace {

double sum_of(ondemand::object& line) {
  std::int64_t time = 0;
  std::string_view instrument;
  double bid = 0, ask = 0, delta = 0;
  if (line["timestamp"].get(time) != simdjson::SUCCESS || line["instrument"].get(instrument) != simdjson::SUCCESS)
    return 0;
  (void)line["best_bid"].get(bid);
  (void)line["best_ask"].get(ask);
  (void)line["delta"].get(delta);
  return static_cast<double>(time % 1000) + static_cast<double>(instrument.size()) + bid + ask + delta;
}

/// Calls `each` with whole lines, a megabyte at a time, padded as simdjson wants it.
template <class F> bare_result over_chunks(const std::filesystem::path& file, F each) {
  const auto started = std::chrono::steady_clock::now();
  bare_result out;
  const file_handle from{std::fopen(file.c_str(), "rb")};
  constexpr std::size_t chunk = 1 << 20;
  std::vector<char> buffer(chunk + simdjson::SIMDJSON_PADDING);
  std::size_t kept = 0;
  while (const auto count = std::fread(buffer.data() + kept, 1, chunk - kept, from.get())) {
    const auto size = kept + count;
    const auto* newline = static_cast<const char*>(memrchr(buffer.data(), '\n', size));
    if (newline == nullptr) break;
    const auto whole = static_cast<std::size_t>(newline - buffer.data()) + 1;
    each(buffer.data(), whole, out);
    kept = size - whole;
    std::memmove(buffer.data(), buffer.data() + whole, kept);
  }
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return out;
}

} // namespace

bare_result bare_loop(const std::filesystem::path& file) {
  ondemand::parser parser;
  return over_chunks(file, [&](const char* data, std::size_t size, bare_result& out) {
    for (const char *line = data, *const end = data + size; line < end;) {
      const auto* newline = static_cast<const char*>(std::memchr(line, '\n', static_cast<std::size_t>(end - line)));
      const auto length = static_cast<std::size_t>(newline - line);
      ondemand::document document;
      ondemand::object object;
      if (parser.iterate(line, length, length + simdjson::SIMDJSON_PADDING).get(document) == simdjson::SUCCESS &&
          document.get_object().get(object) == simdjson::SUCCESS)
        out.sum += sum_of(object);
      ++out.lines;
      line = newline + 1;
    }
  });
}

bare_result bare_stream(const std::filesystem::path& file) {
  ondemand::parser parser;
#ifdef SIMDJSON_THREADS_ENABLED
  parser.threaded = false;
#endif
  return over_chunks(file, [&](const char* data, std::size_t size, bare_result& out) {
    ondemand::document_stream stream;
    if (parser.iterate_many(data, size, size).get(stream) != simdjson::SUCCESS) return;
    for (auto document : stream) {
      ondemand::object object;
      if (document.get_object().get(object) == simdjson::SUCCESS) out.sum += sum_of(object);
      ++out.lines;
    }
  });
}

} // namespace strike::bench
