#include "exec/live_venues.hpp"

#include "process/secret.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::exec {

std::span<const live_venue_kind> live_venue_kinds() { return {}; }

namespace {

/// What is missing to trade there; empty if nothing is.
std::string missing(const live_venue_kind& kind) {
  for (const auto name : kind.secrets)
    if (const auto key = process::secret(name); !key)
      return fmt::format("orders at {} are to be real, but {}", to_text(kind.at), key.error().text);
  return {};
}

} // namespace

std::vector<live_venue> read_live_venues(config::section root, config::section exec,
                                         std::span<const live_venue_kind> kinds) {
  std::vector<live_venue> all;
  const bool is_live = exec.flag("live_orders", false);
  for (const auto& name : exec.texts("live")) {
    const auto at = from_text<venue>(name);
    if (!at) {
      exec.reject("live", at.error().text);
      continue;
    }
    if (!is_live || std::ranges::find(all, *at, &live_venue::at) != all.end()) continue;
    const auto kind = std::ranges::find(kinds, *at, &live_venue_kind::at);
    if (kind == kinds.end()) {
      exec.reject("live",
                  fmt::format("this strike has no real orders at {}; leave it out, it is traded on paper", name));
    } else if (auto why = missing(*kind); !why.empty()) {
      exec.reject("live", std::move(why));
    } else {
      all.push_back(kind->read(root));
    }
  }
  return all;
}

} // namespace strike::exec
