#pragma once

#include "config/section.hpp"
#include "derive/order_profile.hpp"
#include "sign/key.hpp"

#include <chrono>
#include <cstdint>

namespace strike::exec {

/// `[exec.derive]`.
struct derive_settings {
  derive::order_profile network;
  bool cancel_on_disconnect = true; ///< kept by the venue for the whole wallet, for later sessions too
  bool hex_prefix = true;           ///< signatures of orders begin with "0x"
  unsigned process = 0;             ///< 0 to 999, another one for each process that signs for the wallet

  std::chrono::nanoseconds order_life = std::chrono::hours{24 * 30}; ///< of gtc orders; then the venue expires them
  std::chrono::nanoseconds brief_life = std::chrono::minutes{10};    ///< of signatures of ioc, fok and market orders
  double fee_factor = 3;  ///< the signed max_fee over what the rates of the instrument ask for ...
  double fee_limit = 10;  ///< ... and the most, where the venue asks for more (11023)
  double stop_slack = .1; ///< how far beyond its stop price a stop market order may fill, as a fraction

  std::chrono::nanoseconds answer_timeout = std::chrono::seconds{10}; ///< then a request counts as unanswered
  std::chrono::nanoseconds data_timeout = std::chrono::seconds{5}; ///< an order waits so long for its instrument's data
  std::chrono::nanoseconds hold_timeout = std::chrono::seconds{2}; ///< an order waits so long for the rate limit
  std::chrono::nanoseconds band_age = std::chrono::seconds{30};    ///< of the price band that a market order is sent by
  std::chrono::nanoseconds absent_after = std::chrono::seconds{10}; ///< from burning a nonce to believing it unused
  std::size_t queue = 200;                                          ///< orders that may wait for the rate limit

  // Until `get_account` tells the wallet's own limits. Source: Derive API, section "Rate limits": 5 and 25 in fixed
  // windows of 5 s; half a second more, since the venue's windows begin when requests arrive.
  std::uint32_t matching = 5, other = 25; ///< requests of a window
  std::uint32_t reserve = 1;              ///< of `matching` and of an instrument's bucket: for cancels only
  std::chrono::nanoseconds window = std::chrono::milliseconds{5500};
  double instrument_rate = 1, instrument_burst = 5; ///< matching requests of one instrument: a second, at once

  bool operator==(const derive_settings&) const = default;
};

/// Mistakes are recorded in the document.
derive_settings read_derive_settings(config::section from);

/// Who trades.
struct derive_keys {
  sign::address wallet; ///< the account: v3 the owner, v2 the smart-contract wallet
  std::uint64_t subaccount = 0;
  sign::private_key session; ///< a session key, never the owner's
};

/// DERIVE_WALLET, DERIVE_SUBACCOUNT, DERIVE_SESSION_KEY, each also as `<NAME>_FILE`.
/// @returns `ec::not_found` if one is not set, `ec::invalid_config` if one is wrong; names it, never its value
result<derive_keys> read_derive_keys();

} // namespace strike::exec
