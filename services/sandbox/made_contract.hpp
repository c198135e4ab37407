#pragma once

#include "base/instrument.hpp"

namespace strike::sandbox {

struct made_contract {
  instrument rules;
  quantity typical; ///< size of an order
};

/// The terms of a Deribit or Derive symbol, as these venues have them by the fixtures or, where these are silent, about
/// so.
/// @returns `ec::not_found` for a coin and kind that the sandbox does not list
result<made_contract> contract_of(venue at, const std::string& symbol);
/// A token of Polymarket, to be completed by its outcome and complement.
made_contract contract_of_token(const std::string& token);

} // namespace strike::sandbox
