#pragma once

#include "base/order.hpp"
#include "sandbox/polymarket_markets.hpp"
#include "sandbox/polymarket_signing.hpp"

#include <boost/json/value.hpp>

#include <expected>

namespace strike::sandbox::polymarket {

/// Of `POST /order`. Source: Polymarket, order types.
enum class life : std::uint8_t { gtc, gtd, fok, fak };

struct order_body {
  signed_order order;
  std::string token;             ///< decimal digits, as written
  std::string signature;         ///< bytes
  std::int64_t expiration_s = 0; ///< 0: none; not signed
  std::string owner;             ///< the API key
  life type = life::gtc;
  bool post_only = false;

  bool is_immediate() const { return type == life::fok || type == life::fak; }
  std::uint64_t shares() const { return order.is_sell ? order.maker_amount : order.taker_amount; }  ///< millionths
  std::uint64_t dollars() const { return order.is_sell ? order.taker_amount : order.maker_amount; } ///< millionths
};
std::string_view type_word(life x);

/// What the body of an order says; the text is the venue's refusal.
std::expected<order_body, std::string> read_order(const boost::json::value& body);

/// What the order asks of the market: the price that its two amounts make, in ticks, and whole hundredths of a share.
/// Checks ticks, accuracy and least sizes. The text is the venue's refusal.
/// @param id of the order, which the texts name
/// @param takes whether it would match at once
std::expected<order_request, std::string> request_of(const order_body& x, const std::string& id, instrument_id what,
                                                     const token_state& token, const binary_market& market, bool takes);
/// The same price, before anything is checked; 0 for amounts that make none.
price price_of(const order_body& x, price tick);

} // namespace strike::sandbox::polymarket
