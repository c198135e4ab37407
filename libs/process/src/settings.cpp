#include "settings.hpp"

#include "base/time.hpp"
#include "process/version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <optional>

namespace strike::process {

namespace {

constexpr const char* default_file = "strike.toml";
constexpr int cannot_start = 2;

/// One strike.toml serves all programs. These tables may be another's, which checks what is in them; any other name is
/// a mistake.
constexpr const char* tables_of_strike_toml[] = {
    "process", "bus",       "gateway", "router",  "strategies", "strategy",   "exec",  "recorder",
    "replay",  "dashboard", "sandbox", "catalog", "simulator",  "instrument", "venue", "risk"};

/// The command line as it was written; empty is not given.
struct arguments {
  std::string config, log_level, health;
};

result<config::document> document_from(const std::string& file, const std::string& fallback) {
  if (!file.empty()) return config::document::from_file(file);
  if (std::filesystem::exists(default_file)) return config::document::from_file(default_file);
  return config::document::from_text(fallback, "built-in defaults");
}

result<settings> settings_of(const arguments& x, const std::string& fallback) {
  auto document = document_from(x.config, fallback);
  if (!document) return std::unexpected{document.error()};
  settings made{.document = *document};
  auto root = document->root();
  for (const auto* name : tables_of_strike_toml) root.has(name);
  auto table = root.table("process");
  made.log_level = table.choice("log_level", made.log_level);
  made.format = table.choice("log_format", made.format);
  made.health = table.text("health", made.health);
  made.stop_timeout = std::chrono::nanoseconds{table.duration_ns("stop_timeout", made.stop_timeout.count())};
  if (made.stop_timeout <= std::chrono::nanoseconds{0}) table.reject("stop_timeout", "must be above 0, as \"5s\"");
  if (!x.health.empty()) made.health = x.health;
  if (!x.log_level.empty()) {
    const auto given = from_text<level>(x.log_level);
    if (!given) return fail(ec::invalid_config, "--log-level: " + given.error().text);
    made.log_level = *given;
  }
  return made;
}

/// As the user typed it: services are called strike-<name>.
std::string command_of(const service_description& what) {
  return what.name.starts_with("strike") ? what.name : "strike-" + what.name;
}

} // namespace

std::expected<settings, int> settings_from(int argc, char** argv, const service_description& what) {
  CLI::App app{what.help, command_of(what)};
  arguments given;
  app.set_version_flag("--version", fmt::format("{} {}", command_of(what), version));
  app.add_option("--config", given.config, "configuration; default: strike.toml in this folder, if it is there")
      ->type_name("FILE");
  app.add_option("--log-level", given.log_level, "debug, info, warning or error; default: info")->type_name("LEVEL");
  app.add_option("--health", given.health,
                 fmt::format("where /healthz, /readyz and /metrics are served; default: {}", default_health))
      ->type_name("HOST:PORT");
  if (what.add_options) what.add_options(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& fault) {
    return std::unexpected{app.exit(fault) == 0 ? 0 : cannot_start};
  }
  auto made = settings_of(given, what.default_config);
  if (made) return *std::move(made);
  fmt::print(stderr, "{}\n", made.error().text);
  return std::unexpected{cannot_start};
}

} // namespace strike::process
