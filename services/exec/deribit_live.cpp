#include "exec/deribit_live.hpp"

#include "exec/deribit_venue.hpp"

#include <fmt/format.h>

#include <random>

namespace strike::exec {

live_venue read_live_deribit(config::section root) {
  auto how = read_deribit_settings(root);
  const std::string_view network = how.testnet ? "testnet" : "production";
  const std::string id = how.key ? how.key->id : "no key";
  return {.at = venue::deribit,
          .account = fmt::format("{} {}", network, id),
          .shown = fmt::format("key {}..., {}", id.substr(0, 3), network),
          .make = [how = std::move(how)](const venue_tools& with, venue_reports& to) -> std::unique_ptr<order_venue> {
            auto dice = [engine = std::mt19937_64{std::random_device{}()},
                         unit = std::uniform_real_distribution{0.0, 1.0}]() mutable { return unit(engine); };
            return std::make_unique<deribit_venue>(how, with, to, std::move(dice));
          }};
}

} // namespace strike::exec
