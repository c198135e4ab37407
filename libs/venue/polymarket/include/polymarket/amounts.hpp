#pragma once

#include "base/market_event.hpp"

#include <cstdint>
#include <span>

namespace strike::polymarket {

/// What a signed order gives and wants, in millionths of a share or of pUSD.
struct amounts {
  std::uint64_t maker = 0; ///< given: pUSD of a buy, shares of a sell
  std::uint64_t taker = 0; ///< wanted at least: shares of a buy, pUSD of a sell
  bool operator==(const amounts&) const = default;
};

/// How many decimals of a price a tick allows, 1 to 4; sizes have 2, and amounts two more than prices.
/// @returns `ec::malformed` for a tick that the venue does not have: 0.1, 0.01, 0.005, 0.0025, 0.001, 0.0001
result<int> price_decimals(price tick);

/// Whether the venue takes a price: a multiple of the tick, from one tick to one less than 1.
bool is_valid_price(price x, price tick);

/// Of an order with a price and a size in shares. The price is rounded half up to the tick's decimals, the size cut to
/// 0.01. Formula: wanted or given pUSD = size x price; exact, since it has no more decimals than an amount.
/// @returns `ec::invalid_order` for a price outside (0, 1), a size below 0.01 or too large; `ec::malformed` as above
result<amounts> limit_amounts(side on, price at, quantity size, price tick);

/// How the shares of a market buy become an amount. The venue takes the price from both amounts: rounded up they miss
/// the best offer.
enum class share_rounding : std::uint8_t { down, up };

/// Of a market order. The worst price is cut to the tick's decimals, the amount to 0.01. Formula: shares of a buy =
/// amount / price; pUSD of a sell = shares x price.
/// @param amount pUSD of a buy, shares of a sell
/// @returns as `limit_amounts`
result<amounts> market_amounts(side on, price worst, quantity amount, price tick,
                               share_rounding rounding = share_rounding::down);

/// The largest size, at most `size`, whose price is in whole cents: the venue takes no other size of a buy that must
/// trade at once. 0 if there is none.
quantity whole_cents_size(price at, quantity size);

/// How far into a book an order must reach.
struct depth {
  optional_price worst;     ///< of the level that completes the amount, or of the worst there is; none: an empty side
  bool is_complete = false; ///< the book has the amount
};
/// @param best_first asks for a buy, bids for a sell
/// @param amount shares, or pUSD if `is_cash`
depth worst_price(std::span<const book_level> best_first, quantity amount, bool is_cash);

/// What a market takes from a taker. Formula: fee = shares x rate x (price x (1 - price))^exponent, in pUSD.
struct fee_terms {
  price rate;       ///< 0.07 is 7 %
  int exponent = 1; ///< 0 to 2
  bool operator==(const fee_terms&) const = default;
};
/// Rounded to 1e-9, which is exact for the venue's rates and prices.
money taker_fee(quantity shares, price at, const fee_terms& terms);

/// Fees have five decimals; whether the rest is cut or rounded is not documented.
enum class fee_rounding : std::uint8_t { cut, nearest, up };
money round_fee(money exact, fee_rounding how);

/// How much of `amount` a buy can spend so that its fees still fit the balance.
/// Source: clob-client-v2 1.1: with base = min(amount, balance) and fee = taker fee of base/price shares x (1 +
/// slippage) + base x builder rate: all of it if balance > amount + fee, else balance - fee, at least 0.
/// @param slippage fraction by which the fee may turn out larger
money affordable(money amount, price at, money balance, const fee_terms& terms, price builder_rate = {},
                 price slippage = {});

} // namespace strike::polymarket

template <> struct strike::enum_names<strike::polymarket::fee_rounding> {
  using rounding = polymarket::fee_rounding;
  static constexpr std::string_view what = "fee rounding";
  static constexpr std::array table = {enum_name{rounding::cut, "cut"}, enum_name{rounding::nearest, "nearest"},
                                       enum_name{rounding::up, "up"}};
};
