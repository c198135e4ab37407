#include "import_rows.hpp"

#include "journal/writer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::journal {

namespace {

constexpr std::size_t complaints_kept = 20;

/// Appends the events of one file.
result<void> import_file(const std::filesystem::path& file, const import_options& options,
                         instrument_registry& instruments, std::vector<market_event>& events, import_report& report) {
  auto source = byte_source::open(file);
  if (!source) return std::unexpected{source.error()};
  std::optional<row_importer> importer;
  auto read = read_csv(**source, [&](const csv_row& row) -> result<void> {
    if (!importer) {
      auto layout = csv_layout::from_header(row.fields, options.kind);
      if (!layout) return fail(ec::malformed, fmt::format("{}: {}", file.string(), layout.error().text));
      importer.emplace(std::move(*layout), options, instruments);
      return {};
    }
    ++report.rows;
    if (auto ok = importer->add(row, events); !ok && ++report.bad_rows <= complaints_kept)
      report.complaints.push_back(fmt::format("{}:{}: {}", file.string(), row.line, ok.error().text));
    return {};
  });
  if (!read) return read;
  if (!importer) return fail(ec::malformed, fmt::format("{}: no header", file.string()));
  importer->finish(events);
  return {};
}

} // namespace

result<import_report> import_csv(const std::vector<std::filesystem::path>& files, const std::filesystem::path& output,
                                 const import_options& options, instrument_registry& instruments) {
  import_report report;
  std::vector<market_event> events;
  std::error_code missing; // of a file that is not there; opening it says so
  for (const auto& file : files)
    if (std::filesystem::equivalent(file, output, missing))
      return fail(ec::io,
                  fmt::format("{} would be overwritten by its own recording; choose another output", file.string()));
  for (const auto& file : files)
    if (auto ok = import_file(file, options, instruments, events, report); !ok) return std::unexpected{ok.error()};
  if (events.empty())
    return fail(ec::malformed, report.complaints.empty() ? "the files hold no rows behind their headers"
                                                         : fmt::format("none of {} rows could be used; the first: {}",
                                                                       report.rows, report.complaints[0]));
  std::ranges::stable_sort(events, {}, &market_event::venue_ns);

  auto recording = writer::create(output, instruments);
  if (!recording) return std::unexpected{recording.error()};
  for (const auto& event : events)
    if (auto ok = (*recording)->append(event); !ok) return std::unexpected{ok.error()};
  if (auto ok = (*recording)->close(); !ok) return std::unexpected{ok.error()};
  report.events = events.size();
  return report;
}

} // namespace strike::journal
