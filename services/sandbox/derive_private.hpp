#pragma once

#include "sandbox/derive_limits.hpp"
#include "sandbox/derive_order_json.hpp"

namespace strike::sandbox::derive {

/// What the private methods read and change.
struct private_context {
  const caller& who;
  order_entry& orders;
  trading_desk& desk;
  account_view view;
  const rate_settings& limits;
  bool is_socket; ///< some methods are for WebSocket only
  std::int64_t now_ns;
};

/// "private/...". Source: Derive, cancel and query methods, account state.
answer<boost::json::value> call_private(std::string_view method, const boost::json::object& params,
                                        const private_context& in);

} // namespace strike::sandbox::derive
