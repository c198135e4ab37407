#include "strike/show_dashboard.hpp"

#include "dashboard/dashboard.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace strike {

namespace {

std::vector<bus::connect_config> connects_to(const std::vector<std::string>& endpoints) {
  std::vector<bus::connect_config> made;
  for (const auto& x : endpoints) made.push_back({.endpoint = x});
  return made;
}

std::optional<bus::connect_config> connect_to(const std::string& endpoint) {
  if (endpoint.empty()) return {};
  return bus::connect_config{.endpoint = endpoint};
}

} // namespace

std::string listen_from(const std::string& option) {
  const bool is_port = option.find_first_not_of("0123456789") == std::string::npos;
  return is_port ? "127.0.0.1:" + option : option;
}

result<void> show_dashboard(process::environment& env, const bus::context& where, const dashboard_ends& ends,
                            const std::string& listen) {
  using dashboard::control_target;
  auto settings = dashboard::read_settings(env.config, {}, listen_from(listen));
  settings.upstream = connects_to(ends.upstream);
  settings.feeds = connects_to(ends.feeds);
  settings.orders = connects_to(ends.orders);
  settings.recorders = connects_to(ends.recorders);
  settings.controls[static_cast<std::size_t>(control_target::strategies)] = connect_to(ends.strategies_control);
  settings.controls[static_cast<std::size_t>(control_target::exec)] = connect_to(ends.exec_control);
  settings.controls[static_cast<std::size_t>(control_target::replay)] = connect_to(ends.replay_control);
  if (auto ok = env.check_config(); !ok) return ok;
  const auto url = dashboard::start(env, where, std::move(settings));
  if (!url) return std::unexpected{url.error()};
  fmt::print("dashboard: {}\n", *url);
  std::fflush(stdout);
  return {};
}

} // namespace strike
