#pragma once

#include "match/fees.hpp"
#include "sandbox/polymarket_markets.hpp"
#include "sandbox/venue_server.hpp"

#include <optional>
#include <string>

namespace strike::sandbox::polymarket {

/// GET and POST of the CLOB's public part. Source: Polymarket, public CLOB REST.
/// @returns none for a path that the CLOB does not have
std::optional<http_response> clob_answer(const http_request& what, const market_state& in, std::int64_t now_ns);

/// GET of Gamma. Source: Polymarket, Gamma discovery.
/// @returns none for a path that Gamma does not have
std::optional<http_response> gamma_answer(const http_request& what, const market_state& in);

/// {"error":"..."} with a status.
http_response error_answer(int status, std::string_view text);

/// What a market charges takers. Source: Polymarket, fees.
match::fee_schedule fees_of(const binary_market& x);
/// {"exponent":1,"rate":0.07,"takerOnly":true,"rebateRate":0.2}
std::string fee_schedule(const binary_market& x);

/// ["a","b"]
std::string array_of(const std::vector<std::string>& texts);

/// A place in a listing, as the venue's opaque text.
std::string cursor_of(std::size_t place);
/// @returns none for a text that is no cursor
std::optional<std::size_t> place_of(std::string_view cursor);

} // namespace strike::sandbox::polymarket
