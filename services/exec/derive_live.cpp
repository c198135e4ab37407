#include "exec/derive_live.hpp"

#include "exec/derive_venue.hpp"

#include <fmt/format.h>

#include <memory>
#include <random>

namespace strike::exec {

live_venue read_live_derive(config::section root) {
  auto exec = root.table("exec");
  const auto how = read_derive_settings(exec.table("derive"));
  live_venue x{.at = venue::derive, .account = {}, .shown = {}, .make = {}};
  auto read = read_derive_keys();
  if (!read) {
    exec.reject("live", read.error().text);
    return x;
  }
  const auto keys = std::make_shared<const derive_keys>(std::move(*read));
  const auto wallet = sign::to_string(keys->wallet);
  x.account = fmt::format("{} {} {}", how.network.name, wallet, keys->subaccount);
  x.shown = fmt::format("{}, wallet {}..., subaccount {}", how.network.name, wallet.substr(0, 8), keys->subaccount);
  x.make = [how, keys](const venue_tools& with, venue_reports& to) -> std::unique_ptr<order_venue> {
    return std::make_unique<derive_venue>(how, keys, with, to,
                                          [source = std::minstd_rand{std::random_device{}()}]() mutable {
                                            return std::uniform_real_distribution<>{}(source);
                                          });
  };
  return x;
}

} // namespace strike::exec
