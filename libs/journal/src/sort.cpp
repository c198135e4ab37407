#include "sort.hpp"

#include "journal/writer.hpp"
#include "line_chunks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace strike::journal {

namespace {
constexpr std::size_t run_events = 200'000; ///< about 40 MB in memory

/// Sorts what is pending and writes it as the next run.
result<void> write_run(std::vector<market_event>& pending, const std::filesystem::path& folder,
                       const instrument_registry& instruments, std::vector<std::filesystem::path>& runs) {
  if (pending.empty()) return {};
  std::ranges::stable_sort(pending, {}, &market_event::venue_ns);
  const auto file = folder / fmt::format("run-{:06}.jsonl", runs.size());
  auto to = writer::create(file, instruments);
  if (!to) return std::unexpected{to.error()};
  for (const auto& event : pending)
    if (auto done = (*to)->append(event); !done) return done;
  if (auto done = (*to)->close(); !done) return done;
  runs.push_back(file);
  pending.clear();
  return {};
}

} // namespace

result<scratch_folder> scratch_folder::create() {
  std::error_code fault;
  auto pattern = (std::filesystem::temp_directory_path(fault) / "strike-sort-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr)
    return fail(ec::io, fmt::format("{}: {}; --sort needs room for a copy of the recording there, or set TMPDIR",
                                    pattern, std::strerror(errno)));
  return scratch_folder{pattern};
}

scratch_folder::~scratch_folder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

result<std::vector<std::filesystem::path>>
sort_into_runs(const std::vector<std::filesystem::path>& files, const std::filesystem::path& folder,
               const read_options& options, parser& lines_to_events, const instrument_registry& instruments,
               fault_log& faults, std::uint64_t& time_went_back, const std::function<bool()>& stopped) {
  std::vector<std::filesystem::path> runs;
  std::vector<market_event> pending;
  for (const auto& file : files) {
    auto text = line_chunks::open(file, options.max_line_bytes);
    if (!text) return std::unexpected{text.error()};
    const auto name = file.string();
    auto last_ns = INT64_MIN;
    for (;;) {
      auto chunk = text->next();
      if (!chunk) return std::unexpected{chunk.error()};
      if (chunk->oversized_line != 0)
        faults.malformed(name, chunk->oversized_line, line_too_long(options));
      else if (chunk->lines.empty())
        break;
      const auto before = pending.size();
      text->count(lines_to_events.parse(chunk->lines, {name, chunk->first_line}, pending, faults));
      if (faults.fatal()) return std::unexpected{*faults.fatal()};
      for (auto i = before; i < pending.size(); ++i) {
        time_went_back += pending[i].venue_ns < last_ns ? 1 : 0;
        last_ns = pending[i].venue_ns;
      }
      if (stopped()) return runs;
      if (pending.size() >= run_events)
        if (auto done = write_run(pending, folder, instruments, runs); !done) return std::unexpected{done.error()};
    }
    // a run never spans two files, so that ties keep the order of the files
    if (auto done = write_run(pending, folder, instruments, runs); !done) return std::unexpected{done.error()};
  }
  return runs;
}

} // namespace strike::journal
