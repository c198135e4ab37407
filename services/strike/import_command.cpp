#include "import_command.hpp"

#include "journal/import.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace strike {

namespace {

struct arguments {
  std::vector<std::filesystem::path> files;
  std::filesystem::path output;
  journal::import_options options;
};

template <class T> std::string choices() {
  std::string text;
  for (const auto& row : enum_names<T>::table) text += (text.empty() ? "" : ", ") + std::string{row.text};
  return text;
}

/// An option of a type of ours, refused with the words of its own parser.
template <class F> void add_parsed(CLI::App& app, const std::string& name, const std::string& help, F parse) {
  app.add_option_function<std::string>(
      name,
      [name, parse](const std::string& text) {
        if (auto ok = parse(text); !ok) throw CLI::ValidationError{name, ok.error().text};
      },
      help);
}

int run(const arguments& x) {
  instrument_registry instruments;
  const auto report = journal::import_csv(x.files, x.output, x.options, instruments);
  if (!report) return fmt::print(stderr, "strike import: {}\n", report.error().text), 1;
  for (const auto& complaint : report->complaints) fmt::print(stderr, "{}\n", complaint);
  if (report->bad_rows > report->complaints.size())
    fmt::print(stderr, "... and {} more bad rows\n", report->bad_rows - report->complaints.size());
  fmt::print("{} rows, {} bad: {} events of {} instruments written to {}\n", report->rows, report->bad_rows,
             report->events, instruments.size(), x.output.string());
  return 0;
}

} // namespace

void add_import_command(CLI::App& app, int& exit_code) {
  auto& command = *app.add_subcommand("import", "Turn CSV files into a recording that backtests read");
  const auto x = std::make_shared<arguments>();
  command.add_option("files", x->files, "CSV files, plain, .gz or .zst; several are merged by time")
      ->required()
      ->check(CLI::ExistingFile);
  command.add_option("-o,--out", x->output, "The recording to write: .jsonl, .jsonl.gz or .jsonl.zst")->required();
  add_parsed(command, "--kind", "What the files hold, else told by their headers: " + choices<journal::import_kind>(),
             [x](const std::string& text) -> result<void> {
               const auto kind = from_text<journal::import_kind>(text);
               if (!kind) return std::unexpected{kind.error()};
               x->options.kind = *kind;
               return {};
             });
  add_parsed(command, "--venue", "Venue of rows that name none, else told by the symbol: " + choices<venue>(),
             [x](const std::string& text) -> result<void> {
               const auto at = from_text<venue>(text);
               if (!at) return std::unexpected{at.error()};
               x->options.default_venue = *at;
               return {};
             });
  add_parsed(command, "--perp-spread",
             "Perpetuals without a quoted touch get bid and ask this far apart around their price, for example 0.5; "
             "without it they have no touch",
             [x](const std::string& text) -> result<void> {
               const auto spread = parse_decimal<price>(text);
               if (!spread) return std::unexpected{spread.error()};
               if (spread->nanos <= 0) return fail(ec::malformed, "must be above 0");
               x->options.perpetual_spread = *spread;
               return {};
             });
  command.callback([x, &exit_code] { exit_code = run(*x); });
}

} // namespace strike
