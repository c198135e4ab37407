#pragma once

#include "sandbox/market_source.hpp"
#include "sandbox/underlyings.hpp"

#include <limits>
#include <span>

namespace strike::sandbox {

/// When a market's first outcome wins: the coin ends at or above `low` and below `high`.
struct binary_terms {
  std::size_t coin = 0;
  double low = 0, high = std::numeric_limits<double>::infinity();
  std::int64_t low_from_ns = 0; ///< "up or down": `low` is the index at that time, until when it is NaN; 0: it is fixed
};

struct made_market {
  binary_market record;
  binary_terms terms;
};

/// Which coin, by its place in the settings.
struct coin_choice {
  const coin_settings& settings;
  std::size_t place;
};

/// "Bitcoin above $K on DATE": one market a strike.
std::vector<made_market> above_family(coin_choice of, std::span<const double> strikes, std::int64_t ends_ns);
/// "Bitcoin price on DATE": the ranges between strikes and beyond them, exactly one of which wins (neg-risk).
std::vector<made_market> range_family(coin_choice of, std::span<const double> strikes, std::int64_t ends_ns);
/// "Bitcoin Up or Down", such as the venue's of five minutes: the slug begins with "btc-updown-5m-".
/// @param length_ns whole seconds
made_market up_or_down(coin_choice of, std::int64_t starts_ns, std::int64_t length_ns);

/// Gives a market its identifiers, which follow from its slug and the seed.
void identify(binary_market& x, std::uint64_t seed);

} // namespace strike::sandbox
