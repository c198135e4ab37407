#include "strike/doctor_command.hpp"

#include "dashboard/dashboard.hpp"
#include "exec/settings.hpp"
#include "gateway/gateway.hpp"
#include "recorder/settings.hpp"
#include "router/router.hpp"
#include "strategies/host_settings.hpp"
#include "strategies/register_all.hpp"
#include "strike/bundled.hpp"
#include "strike/doctor.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

namespace strike {

namespace {

struct arguments {
  std::string config;
  std::vector<std::string> venues{"deribit", "derive", "polymarket"};
};

void print(const finding& x) {
  fmt::print("{:<8} {:<22} {}{}\n", to_text(x.how), x.what, x.detail, x.advice.empty() ? "" : "; " + x.advice);
  std::fflush(stdout);
}

/// What every service reads, so that every mistake is found.
void read_all(config::section root) {
  auto types = std::make_shared<strategy_registry>();
  register_all_strategies(*types);
  strategies::read_settings(root, types);
  exec::read_settings(root);
  router::read_settings(root, root.table("router"), {});
  recorder::read_settings(root);
  dashboard::read_settings(root, "", "");
}

int examine(const arguments& given) {
  const std::string file = !given.config.empty()                    ? given.config
                           : std::filesystem::exists("strike.toml") ? "strike.toml"
                                                                    : "";
  auto document = file.empty() ? config::document::from_text(bundled_live_config(), "built-in defaults")
                               : config::document::from_file(file);
  if (!document) {
    print({health::failed, "configuration", document.error().text, "mend the file"});
    return 1;
  }
  auto root = document->root();
  for (const auto* name : {"process", "bus", "replay", "sandbox", "catalog"}) root.has(name); // read by others
  read_all(root);
  const auto sites = sites_of(root);
  const auto recorder = recorder::read_settings(root);
  std::vector<std::string> ca_files;
  for (const auto& site : sites) ca_files.push_back(gateway::read_settings(root, site.at, "tcp://127.0.0.1:0").ca_file);
  if (const auto ok = document->finish(); !ok) {
    print({health::failed, "configuration", ok.error().text, "mend what it names"});
    return 1;
  }
  bool has_failed = false;
  const auto tell = [&](const finding& x) {
    has_failed |= x.how == health::failed;
    print(x);
  };
  tell({health::ok, "configuration", file.empty() ? "none; the built-in one is used" : file, ""});
  tell(look_at_disk(recorder.tape.folder.string(), recorder.tape.min_free_bytes));
  for (const auto& x : look_at_keys()) tell(x);
  for (std::size_t i = 0; i < sites.size(); ++i) {
    if (std::ranges::find(given.venues, to_text(sites[i].at)) == given.venues.end()) continue;
    auto loop = net::loop::open({.ca_file = ca_files[i], .on_warning = {}});
    if (!loop) {
      tell({health::failed, fmt::format("{} ca_file", to_text(sites[i].at)), loop.error().text, "mend ca_file"});
      continue;
    }
    for (const auto& x : look_at_venue(**loop, sites[i])) tell(x);
  }
  return has_failed ? 1 : 0;
}

} // namespace

void add_doctor_command(CLI::App& app, int& exit_code) {
  auto given = std::make_shared<arguments>();
  auto* command = app.add_subcommand("doctor", "Check configuration, keys, disk, clock and the way to each venue");
  command->add_option("--config", given->config, "default: strike.toml in this folder, if it is there")
      ->type_name("FILE");
  command->add_option("--venue", given->venues, "deribit, derive, polymarket; default: all")
      ->delimiter(',')
      ->check(CLI::IsMember({"deribit", "derive", "polymarket"}));
  command->callback([given, &exit_code] { exit_code = examine(*given); });
}

} // namespace strike
