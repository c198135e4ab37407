#pragma once

#include "base/enums.hpp"
#include "config/section.hpp"
#include "sign/address.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace strike::derive {

/// What a nonce counts, and how it is written.
enum class nonce_form : std::uint8_t {
  nanoseconds,  ///< v3: UTC nanoseconds, 19 digits, a JSON string
  milliseconds, ///< v2: UTC milliseconds and three digits, a JSON integer
};

/// One network in one API generation: what orders need of it. Source: Derive API, sections "Profiles and constants" and
/// "Signing"; values in data/profiles.toml.
struct order_profile {
  std::string name, ws_url, user_agent;
  std::uint64_t chain_id = 0;
  sign::address verifying_contract, trade_module;
  sign::bytes32 domain_separator{};
  nonce_form nonce = nonce_form::nanoseconds;
  unsigned decimals = 12;                       ///< at most, of a signed number; 18 words' decimals at most
  std::int64_t minimum_life_s = 0;              ///< of a signature
  std::int64_t trigger_life_s = 0;              ///< of the signature of a stop order
  bool names_wallet = false;                    ///< set_cancel_on_disconnect and cancel_by_nonce name the wallet
  bool cancel_all_covers_triggers = true;       ///< by parameters of cancel_all
  std::vector<std::string> settlement_channels; ///< {subaccount}.trades.{this}: fills that are taken back
  bool operator==(const order_profile&) const = default;
};

/// Reads `profile`, a name, and the keys that override its values. Mistakes are recorded in the document: also a domain
/// separator that is not that of chain and contract.
order_profile read_order_profile(config::section from);

} // namespace strike::derive

template <> struct strike::enum_names<strike::derive::nonce_form> {
  using form = derive::nonce_form;
  static constexpr std::string_view what = "nonce form";
  static constexpr std::array table = {enum_name{form::nanoseconds, "nanoseconds"},
                                       enum_name{form::milliseconds, "milliseconds"}};
};
