#pragma once

#include "sandbox/polymarket_user_json.hpp"

namespace strike::sandbox::polymarket {

/// What requests about accounts read and change.
struct private_context {
  accounts& who;
  order_entry& orders;
  account_view view;
  std::int64_t now_ns;
};

/// Whether a path is one of those below.
bool is_private(const http_request& what);
/// /auth/..., /order, /orders, /cancel-..., /data/..., /balance-allowance, /v1/heartbeats.
http_response private_answer(const http_request& what, const private_context& in);
/// The Data API and the geoblock, which need no key. Source: Polymarket, other services.
/// @returns none for another path
std::optional<http_response> data_answer(const http_request& what, const private_context& in);

} // namespace strike::sandbox::polymarket
