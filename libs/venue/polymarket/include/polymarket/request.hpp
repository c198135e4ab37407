#pragma once

#include <span>
#include <string>
#include <string_view>

namespace strike::polymarket {

/// Frames to the market channel. Source: CLOB market channel, "Messages to the server".
inline constexpr std::string_view ping_frame = "PING";
/// The first after connecting; switches on best_bid_ask, new_market and market_resolved.
std::string first_subscription(std::span<const std::string_view> tokens);
std::string subscription(std::span<const std::string_view> tokens);
std::string unsubscription(std::span<const std::string_view> tokens);

/// The body of POST /books: at most 500 tokens.
std::string books_body(std::span<const std::string_view> tokens);

/// Path and query of Gamma's markets of these tokens: open ones, or closed ones, never both.
std::string markets_of_tokens(std::span<const std::string_view> tokens, bool closed);
/// Path and query of a page of all open markets. @param after_cursor empty: the first page
std::string open_markets_page(std::string_view after_cursor);

} // namespace strike::polymarket
