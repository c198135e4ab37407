#pragma once

#include "sandbox/derive_json.hpp"
#include "sandbox/derive_params.hpp"

#include <boost/json/value.hpp>

#include <span>
#include <string>
#include <string_view>

namespace strike::sandbox::derive {

/// What the public methods read.
struct method_context {
  const market_source& source;
  const market_view& market;
  const tape& trades;
  api version;
  std::int64_t now_ns;
};

/// The public methods that need no connection. Source: Derive, reference data and REST market data.
/// @param method "public/get_instrument"
answer<boost::json::value> call(std::string_view method, const boost::json::object& params, const method_context& in);

} // namespace strike::sandbox::derive
