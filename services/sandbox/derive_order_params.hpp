#pragma once

#include "base/order.hpp"
#include "sandbox/derive_params.hpp"
#include "sandbox/derive_signing.hpp"
#include "sandbox/market_view.hpp"

namespace strike::sandbox::derive {

/// What stands in `private/order`, decimals as they were written.
struct order_params {
  std::uint64_t subaccount = 0;
  std::string instrument;
  side direction = side::buy;
  bool is_market = false;
  std::string limit_price, amount, max_fee;
  std::uint64_t nonce = 0;
  std::int64_t expiry_s = 0; ///< of the signature, and so of the order
  eth_address signer{};
  std::string signer_text, signature; ///< as written
  std::string time_in_force = "gtc";
  std::optional<std::string> label = {};
  bool mmp = false, reduce_only = false, reject_post_only = true;
  std::int64_t reject_timestamp = INT64_MAX;
  std::string trigger_type = {}, trigger_price = {}, trigger_price_type = {}; ///< empty: no trigger

  bool is_trigger() const { return !trigger_type.empty(); }
  bool is_immediate() const { return is_market || time_in_force == "ioc" || time_in_force == "fok"; }
};

/// Reads and checks the form. Source: Derive, private/order.
answer<order_params> read_order(const boost::json::object& params, api version);

/// The hashes of what the client should have signed.
/// @param of the instrument's record says what was signed of it
/// @returns 11012, 11013 or -32602 for a decimal that cannot be signed
answer<order_hashes> hashes_of(const order_params& x, const instrument_view& of, const eth_address& owner,
                               const signing_terms& by);

/// The lowest `max_fee` that is taken. Source: Derive, fees and max_fee: twice the rate at the index, and the flat fee.
/// @param crosses whether it takes at once
money least_max_fee(const order_params& x, const instrument_view& of, api version, bool crosses);

} // namespace strike::sandbox::derive
