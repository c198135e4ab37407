#include "strike/catalog_command.hpp"

#include "base/time.hpp"
#include "catalog/market_catalog.hpp"
#include "strategies/catalog_link.hpp"
#include "strike/market_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>

namespace strike {

namespace {

struct arguments {
  std::string config, folder, query, as_of;
  std::string currency, kind, expiry;
  std::vector<std::string> venues;
  std::size_t limit = 20;
  bool json = false;
};

void complain(std::string_view line) { fmt::print(stderr, "strike catalog: {}\n", line); }

std::int64_t system_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// `[catalog]` alone; what else is in the file is for others to check.
result<catalog::settings> settings_of(const arguments& x) {
  const std::string file = !x.config.empty() || !std::filesystem::exists("strike.toml") ? x.config : "strike.toml";
  auto document =
      file.empty() ? config::document::from_text("", "built-in defaults") : config::document::from_file(file);
  if (!document) return std::unexpected{document.error()};
  auto root = document->root();
  for (const auto& key : root.keys()) root.has(key);
  auto how = catalog::read_settings(root);
  if (auto done = document->finish(); !done) return std::unexpected{done.error()};
  if (!x.folder.empty()) how.folder = x.folder;
  if (x.venues.empty()) return how;
  how.venues.clear();
  for (const auto& name : x.venues) {
    const auto at = from_text<venue>(name);
    if (!at) return fail(ec::invalid_config, "--venue: " + at.error().text);
    how.venues.push_back(*at);
  }
  return how;
}

result<std::unique_ptr<catalog::market_catalog>> open(const catalog::settings& how) {
  return catalog::market_catalog::open(
      how, {.fetch = strategies::http_fetch(how.ca_file, {}), .wall_ns = system_ns, .report = complain});
}

/// The past from the caches; the present from the venues where a cache is stale.
result<catalog::view_ptr> markets_for(const arguments& x) {
  const auto how = settings_of(x);
  if (!how) return std::unexpected{how.error()};
  if (!x.as_of.empty()) {
    const auto at_ns = ns_from_text(x.as_of);
    if (!at_ns) return fail(ec::malformed, "--as-of: " + at_ns.error().text);
    auto past = catalog::history::open(catalog::cache_files(*how));
    if (!past) return std::unexpected{past.error()};
    auto shown = (*past)->as_of(*at_ns);
    if (shown)
      for (const auto& gap : (*past)->gaps()) complain(gap);
    return shown;
  }
  auto opened = open(*how);
  if (!opened) return std::unexpected{opened.error()};
  auto& markets = **opened;
  for (const auto at : how->venues) {
    if (!markets.is_stale(at)) continue;
    const auto last_ns = markets.last_updated(at);
    if (last_ns == 0) complain(fmt::format("fetching the list of {} for the first time", to_text(at)));
    const auto done = markets.freshen(at);
    if (done) continue;
    const auto file = catalog::cache_file_of(how->folder, at).string();
    complain(last_ns == 0 ? fmt::format("{}: no such cache, and it cannot be fetched: {}", file, done.error().text)
                          : fmt::format("showing the list of {} of {}: {}", to_text(at), iso_from_ns(last_ns),
                                        done.error().text));
  }
  return markets.current();
}

int search(const arguments& x) {
  const auto markets = markets_for(x);
  if (!markets) return complain(markets.error().text), 1;
  const auto found = (*markets)->search(x.query, x.limit);
  if (found.empty() && !x.json) return complain(fmt::format("nothing among {} markets", (*markets)->all().size())), 1;
  fmt::print("{}", x.json ? search_json(found) : search_table(found));
  return found.empty() ? 1 : 0;
}

int show(const arguments& x) {
  const auto markets = markets_for(x);
  if (!markets) return complain(markets.error().text), 1;
  const auto* found = (*markets)->get(x.query);
  if (!found) found = (*markets)->find_by_token_id(x.query);
  if (!found) found = (*markets)->find_by_slug(x.query);
  if (!found)
    return complain(fmt::format("'{}' is no id, token or slug of {} markets; try strike catalog search", x.query,
                                (*markets)->all().size())),
           1;
  std::string json;
  append_json(json, *found);
  fmt::print("{}", x.json ? json + "\n" : market_page(*found));
  return 0;
}

int refresh(const arguments& x) {
  const auto how = settings_of(x);
  if (!how) return complain(how.error().text), 1;
  const auto markets = open(*how);
  if (!markets) return complain(markets.error().text), 1;
  int exit_code = 0;
  for (const auto at : how->venues) {
    const auto done = (*markets)->refresh(at);
    if (!done) {
      complain(fmt::format("{}: {}", to_text(at), done.error().text));
      exit_code = 1;
      continue;
    }
    fmt::print("{}: {} markets, {} new, {} gone, {} changed; {} rows skipped, {} faulty\n", to_text(at), done->listed,
               done->added, done->removed, done->changed, done->skipped, done->faulty);
  }
  return exit_code;
}

int instruments(const arguments& x) {
  std::int64_t day_ns = 0;
  if (!x.expiry.empty()) {
    const auto at_ns = ns_from_text(x.expiry);
    if (!at_ns) return complain("--expiry: " + at_ns.error().text), 1;
    day_ns = *at_ns / ns_per_day * ns_per_day;
  }
  const auto markets = markets_for(x);
  if (!markets) return complain(markets.error().text), 1;
  std::vector<const catalog::market*> found;
  for (const auto& market : (*markets)->all()) {
    const bool has_base = x.currency.empty() || market->info.base == x.currency;
    const bool has_kind = x.kind.empty() || to_text(market->info.kind) == x.kind;
    const bool has_expiry = x.expiry.empty() || market->end_ns / ns_per_day * ns_per_day == day_ns;
    if (has_base && has_kind && has_expiry) found.push_back(market.get());
  }
  std::ranges::sort(found, {}, [](const catalog::market* m) {
    return std::tuple{m->info.kind, m->end_ns, m->info.strike.value_or({}).nanos, m->id};
  });
  if (found.empty() && !x.json) return complain(fmt::format("none of {} instruments", (*markets)->all().size())), 1;
  fmt::print("{}", x.json ? markets_json(found) : instrument_table(found));
  return found.empty() ? 1 : 0;
}

std::vector<std::string> venue_names() {
  std::vector<std::string> names;
  for (const auto& row : enum_names<venue>::table) names.emplace_back(row.text);
  return names;
}

void add_common(CLI::App& to, arguments& x) {
  to.add_option("--config", x.config, "default: strike.toml in this folder, if it is there")->type_name("FILE");
  to.add_option("--folder", x.folder, "of the caches; default: [catalog] folder")->type_name("FOLDER");
}
void add_choice(CLI::App& to, arguments& x) {
  add_common(to, x);
  to.add_option("--as-of", x.as_of, "as it was known then: 2026-07-01, 2026-07-01T07:18Z, or a Unix time");
  to.add_flag("--json", x.json, "for programs");
}

void add_instruments_command(CLI::App& app, const std::shared_ptr<arguments>& x, int& exit_code) {
  auto* command = app.add_subcommand("instruments", "List the instruments of Deribit or Derive");
  command->add_option("venue", x->venues, "deribit or derive")
      ->required()
      ->expected(1)
      ->check(CLI::IsMember({"deribit", "derive"}));
  command->add_option("--currency", x->currency, "the base: BTC");
  std::vector<std::string> kinds;
  for (const auto& row : enum_names<instrument_kind>::table) kinds.emplace_back(row.text);
  command->add_option("--kind", x->kind, "option, future, perpetual, spot, ...")->check(CLI::IsMember(kinds));
  command->add_option("--expiry", x->expiry, "the day: 2026-11-27");
  add_choice(*command, *x);
  command->callback([x, &exit_code] { exit_code = instruments(*x); });
}

} // namespace

void add_catalog_commands(CLI::App& app, int& exit_code) {
  const auto x = std::make_shared<arguments>();
  auto* command = app.add_subcommand("catalog", "Find markets of all venues; the lists are cached");
  command->require_subcommand(1);

  auto* searching = command->add_subcommand("search", "Find markets by the words of slug, question, tags, description");
  searching->add_option("query", x->query, "words, in quotes if several; all count")->required();
  searching->add_option("--limit", x->limit, "how many")->capture_default_str();
  auto* showing = command->add_subcommand("show", "Show all that is known of one market");
  showing->add_option("market", x->query, "its slug, condition id, token or symbol")->required();
  auto* refreshing = command->add_subcommand("refresh", "Ask the venues now");
  add_choice(*searching, *x);
  add_choice(*showing, *x);
  add_common(*refreshing, *x);
  for (auto* each : {searching, showing, refreshing})
    each->add_option("--venue", x->venues, "only these")->delimiter(',')->check(CLI::IsMember(venue_names()));
  searching->callback([x, &exit_code] { exit_code = search(*x); });
  showing->callback([x, &exit_code] { exit_code = show(*x); });
  refreshing->callback([x, &exit_code] { exit_code = refresh(*x); });
  add_instruments_command(app, x, exit_code);
}

} // namespace strike
