#pragma once

#include "sandbox/derive_json.hpp"

#include <boost/json/value.hpp>

#include <expected>
#include <span>
#include <string>
#include <string_view>

namespace strike::sandbox::derive {

struct rpc_error {
  int code = 0; ///< Source: Derive, errors
  std::string message;
  std::string data = {}; ///< empty: none
};
template <class T> using answer = std::expected<T, rpc_error>;

rpc_error invalid_params(std::string why);

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
