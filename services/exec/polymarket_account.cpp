#include "exec/polymarket_venue.hpp"
#include "polymarket/login.hpp"
#include "process/secret.hpp"

#include <fmt/format.h>

#include <random>
#include <utility>

namespace strike::exec {

using polymarket::wallet_kind;

result<polymarket_account> read_polymarket_account(const polymarket_settings& how) {
  const auto hex = process::secret("POLYMARKET_PRIVATE_KEY");
  if (!hex) return std::unexpected{hex.error()};
  auto key = sign::private_key::from_hex(hex->reveal());
  if (!key) return fail(ec::invalid_config, "POLYMARKET_PRIVATE_KEY: " + key.error().text);
  const auto owner = key->address();
  const auto named = process::secret("POLYMARKET_FUNDER");
  if (!named && named.error().code != ec::not_found) return std::unexpected{named.error()};
  if (how.wallet == wallet_kind::eoa && !named) return polymarket_account{*std::move(key), owner};
  if (!named && how.wallet == wallet_kind::deposit)
    return fail(ec::not_found, "POLYMARKET_FUNDER: is not set; a deposit wallet does not follow from its key, so its "
                               "address must be given");
  const auto derived = how.wallet == wallet_kind::proxy  ? polymarket::proxy_wallet(owner)
                       : how.wallet == wallet_kind::safe ? polymarket::safe_wallet(owner)
                                                         : owner;
  if (!named) return polymarket_account{*std::move(key), derived};
  const auto funder = sign::parse_address(named->reveal());
  if (!funder) return fail(ec::invalid_config, "POLYMARKET_FUNDER: " + funder.error().text);
  if (how.wallet == wallet_kind::eoa && *funder != owner)
    return fail(ec::invalid_config,
                "POLYMARKET_FUNDER: is another address than the key's, which wallet = \"eoa\" trades "
                "from; set [exec.polymarket] wallet to proxy, safe or deposit");
  return polymarket_account{*std::move(key), *funder};
}

live_venue read_polymarket_venue(config::section root) {
  auto how = read_polymarket_settings(root);
  auto account = read_polymarket_account(how);
  if (!account) {
    root.table("exec").table("polymarket").reject("wallet", account.error().text);
    return {.at = venue::polymarket};
  }
  const auto shared = std::make_shared<const polymarket_account>(*std::move(account));
  const auto wallet = sign::to_string(shared->funder);
  return {.at = venue::polymarket,
          .account = fmt::format("chain {} {}", how.chain_id, wallet),
          .shown = fmt::format("{} wallet {}, chain {}", to_text(how.wallet), wallet, how.chain_id),
          .make = [how, shared](const venue_tools& with, venue_reports& to) -> std::unique_ptr<order_venue> {
            const auto random = std::make_shared<std::random_device>(); // salts are 53 bits of it
            return std::make_unique<polymarket_venue>(
                how, shared, with, to, [random] { return std::uint64_t{(*random)()} << 32 | (*random)(); });
          }};
}

} // namespace strike::exec
