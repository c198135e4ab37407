#pragma once

#include "bus/options.hpp"
#include "config/section.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace strike::feed {

/// The keys of a process, `[bus]` of strike.toml:
///
///     [bus]
///     secret_key = "/run/secrets/bus"        # a CURVE key, or the file that holds it; without: no keys anywhere
///     allowed_clients = ["<public key>"]     # who may connect to what this process binds
///     allow_plain = false                    # tcp beyond this host without keys is refused, unless this is true
///     [bus.servers]                          # whom this process expects at an endpoint
///     "tcp://10.0.0.5:7001" = "<public key>"
///
/// What is bound takes keys where it is reachable from other hosts: never on `inproc`, `ipc` and tcp on a loopback
/// address. What is connected to has keys where `servers` names one.
///
/// Reads an endpoint to bind. Mistakes are recorded in the document.
/// @param fallback where the key is absent; may be empty
bus::bind_config read_bind(config::section root, config::section table, std::string_view key,
                           std::string_view fallback);
/// Reads endpoints to connect to: one text or an array of them.
std::vector<bus::connect_config> read_connects(config::section root, config::section table, std::string_view key,
                                               const std::vector<std::string>& fallback);

} // namespace strike::feed
