#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strike::derive {

// The frames that market data needs on a socket, and the parameters of its REST requests. None of them logs in.

std::string subscribe(std::uint64_t id, const std::vector<std::string>& channels);
std::string unsubscribe(std::uint64_t id, const std::vector<std::string>& channels);
/// A JSON-RPC call of a public method.
/// @param params a JSON object
std::string call(std::uint64_t id, std::string_view method, std::string_view params);

/// Which part of the tape of a currency and type is wanted. Source: Derive API, `public/get_trade_history`.
struct history_query {
  std::string currency, type; ///< "ETH"; "option", "perp", "erc20"
  std::int64_t from_ms = 0, to_ms = 0;
  std::uint32_t page = 1; ///< from 1
};
inline constexpr std::uint32_t page_size = 1000; ///< the most the venue gives
std::string params_of(const history_query& what);

/// Parameters of the list methods: `public/get_instruments` (currency, no page), `public/get_all_instruments`.
/// @param currency empty: all
/// @param page 0: without pages
std::string list_params(std::string_view currency, std::string_view type, std::uint32_t page);
/// {"currency":"ETH"}, {"instrument_name":"ETH-PERP"}
std::string one_param(std::string_view key, std::string_view value);

} // namespace strike::derive
