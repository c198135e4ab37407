#include "dashboard/access.hpp"
#include "dashboard/dashboard.hpp"
#include "dashboard/guard.hpp"
#include "feed/endpoints.hpp"

#include <fmt/format.h>

namespace strike::dashboard {

namespace {

constexpr const char* default_upstream = "tcp://127.0.0.1:5560";
constexpr const char* token_name = "STRIKE_DASHBOARD_TOKEN";

/// Empty means none.
std::optional<bus::connect_config> read_control(config::section root, config::section table, std::string_view key,
                                                const char* fallback) {
  const auto text = table.text(key, fallback);
  if (text.empty()) return {};
  return feed::read_connects(root, table, key, {text}).front();
}

void read_token(config::section& table, settings& into) {
  auto token = process::secret(token_name);
  if (!token) {
    if (token.error().code != ec::not_found) table.reject("listen", token.error().text);
    return;
  }
  if (token->reveal().size() < guard::shortest_token)
    return table.reject("listen", fmt::format("{} has fewer than {} characters; take a random one, as of 'openssl rand "
                                              "-hex 24'",
                                              token_name, guard::shortest_token));
  into.token = *std::move(token);
}

} // namespace

settings read_settings(config::section root, std::string_view upstream, std::string_view listen) {
  auto table = root.table("dashboard");
  settings made;
  made.upstream = feed::read_connects(root, table, "upstream", {default_upstream});
  // Through the same reading, for the keys; under the name that a mistake is to be shown by.
  if (!upstream.empty()) made.upstream = feed::read_connects(root, table, "--upstream", {std::string{upstream}});
  made.feeds = feed::read_connects(root, table, "feeds", {});
  made.orders = feed::read_connects(root, table, "orders", {});
  made.recorders = feed::read_connects(root, table, "recorders", {});
  const auto control_of = [&made](control_target x) -> auto& { return made.controls[static_cast<std::size_t>(x)]; };
  control_of(control_target::strategies) = read_control(root, table, "strategies_control", "tcp://127.0.0.1:5561");
  control_of(control_target::exec) = read_control(root, table, "exec_control", "tcp://127.0.0.1:5572");
  control_of(control_target::replay) = read_control(root, table, "replay_control", "");
  made.listen = table.text("listen", made.listen);
  if (!listen.empty()) made.listen = listen;
  read_token(table, made);
  if (const auto ok = parse_listen(made.listen, !made.token.reveal().empty()); !ok)
    table.reject("listen", ok.error().text);
  made.simulation = simulator::read_simulation(root);
  if (root.has("catalog")) made.catalog = catalog::read_settings(root);
  return made;
}

} // namespace strike::dashboard
