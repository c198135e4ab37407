#pragma once

#include "polymarket/frame.hpp"

#include <string>

namespace strike::polymarket {

/// Which fields a book's hash covers.
enum class hash_layout : std::uint8_t {
  current, ///< market, asset_id, timestamp, hash (empty), bids, asks, min_order_size, tick_size, neg_risk,
           ///< last_trade_price
  legacy,  ///< of 2024: market, asset_id, hash (empty), bids, asks
};

/// SHA-1, lower-case hex, of a book as compact JSON, levels as they were sent.
/// Source: py-clob-client-v2, generate_orderbook_summary_hash; the legacy layout reproduces recordings of October 2024.
/// @returns `ec::io`: this machine's OpenSSL refuses SHA-1
result<std::string> book_hash(const book_text& book, hash_layout layout);

/// Whether a book is what its hash says, in either layout. Books without a hash are.
result<bool> has_right_hash(const book_text& book);

} // namespace strike::polymarket
