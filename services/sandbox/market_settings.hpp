#pragma once

#include "base/time.hpp"
#include "config/section.hpp"
#include "sandbox/underlyings.hpp"

namespace strike::sandbox {

/// What a made-up market is made of; the defaults suit a laptop.
struct market_settings {
  std::uint64_t seed = 1; ///< with the start time it decides everything that happens
  std::vector<coin_settings> coins{
      {"BTC", "Bitcoin", 90'000, 0.5}, {"ETH", "Ethereum", 3'000, 0.7}, {"SOL", "Solana", 140, 0.85}};
  std::size_t expiries = 4; ///< of options, for BTC and ETH each, at Deribit and at Derive
  std::size_t strikes = 9;  ///< a call and a put each
  std::size_t depth = 10;   ///< levels on each side of a book
  std::size_t prediction_days = 2;
  std::size_t prediction_strikes = 5; ///< "Bitcoin above $K on DATE", a day
  std::int64_t updown_ns = 300 * ns_per_s; ///< how long a market "Up or Down" lasts
  double prediction_noise = 0.01;     ///< how far Polymarket strays from the options' odds, standard deviation
  double events_per_s = 400;          ///< of all venues and kinds
  /// The nearest expiry of options comes so long after the start; 0: at its 08:00 UTC.
  std::int64_t first_expiry_after_ns = 0;
};

/// Reads the keys of `[sandbox.market]`.
market_settings read_market_settings(config::section from);

} // namespace strike::sandbox
