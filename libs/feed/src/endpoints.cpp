#include "feed/endpoints.hpp"

#include <fmt/format.h>

namespace strike::feed {

namespace {

/// Whether others than this host can reach it.
bool is_remote(std::string_view endpoint) {
  constexpr std::string_view scheme = "tcp://";
  if (!endpoint.starts_with(scheme)) return false;
  const auto host = endpoint.substr(scheme.size(), endpoint.rfind(':') - scheme.size());
  return !host.starts_with("127.") && host != "localhost" && host != "[::1]";
}

struct bus_keys {
  explicit bus_keys(config::section root)
      : table{root.table("bus")}, secret{table.text("secret_key", "")}, allowed{table.texts("allowed_clients")},
        servers{table.table("servers")}, allow_plain{table.flag("allow_plain", false)} {
    for (const auto& endpoint : servers.keys()) servers.text(endpoint, ""); // one file serves processes that do not use it
  }

  config::section table;
  std::string secret;
  std::vector<std::string> allowed;
  config::section servers;
  bool allow_plain;
};

constexpr std::string_view needs_keys = "'{}' reaches beyond this host without keys: set bus.secret_key and {}, or "
                                        "bus.allow_plain = true if the network is "
                                        "your own";

} // namespace

bus::bind_config read_bind(config::section root, config::section table, std::string_view key,
                           std::string_view fallback) {
  const bus_keys keys{root};
  bus::bind_config made{.endpoint = table.text(key, std::string{fallback})};
  if (!is_remote(made.endpoint)) return made;
  if (!keys.secret.empty() && !keys.allowed.empty())
    made.curve = bus::server_curve{.secret_key = keys.secret, .allowed_clients = keys.allowed};
  else if (!keys.allow_plain)
    table.reject(key, fmt::format(fmt::runtime(needs_keys), made.endpoint, "bus.allowed_clients"));
  return made;
}

std::vector<bus::connect_config> read_connects(config::section root, config::section table, std::string_view key,
                                               const std::vector<std::string>& fallback) {
  bus_keys keys{root};
  auto endpoints = table.texts(key);
  if (endpoints.empty()) endpoints = fallback;
  std::vector<bus::connect_config> made;
  for (auto& endpoint : endpoints) {
    bus::connect_config x{.endpoint = std::move(endpoint)};
    const auto server = keys.servers.text(x.endpoint, "");
    if (!server.empty() && keys.secret.empty())
      keys.table.reject("secret_key", fmt::format("is missing: bus.servers has a key for '{}'", x.endpoint));
    else if (!server.empty())
      x.curve = bus::client_curve{.secret_key = keys.secret, .server_key = server};
    else if (is_remote(x.endpoint) && !keys.allow_plain)
      table.reject(key, fmt::format(fmt::runtime(needs_keys), x.endpoint, "bus.servers"));
    made.push_back(std::move(x));
  }
  return made;
}

} // namespace strike::feed
