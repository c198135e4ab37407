#pragma once

#include "base/instrument.hpp"

#include <cmath>

namespace strike::match {

/// Sizes in quote currency, profit and fees in coin: flow is size / price.
inline bool is_coin_future(const instrument& what) {
  return what.info.is_inverse &&
         (what.info.kind == instrument_kind::future || what.info.kind == instrument_kind::perpetual);
}

/// Kinds whose trades move no cash but profit; the others pay a premium in full.
constexpr bool is_margined(instrument_kind kind) {
  return kind == instrument_kind::future || kind == instrument_kind::perpetual || kind == instrument_kind::future_combo;
}

constexpr quantity magnitude(quantity x) { return x < quantity{} ? -x : x; }

/// To the nearest 1e-9, half away from zero.
inline money money_from(double x) { return {static_cast<int128>(std::round(x * 1e9))}; }

} // namespace strike::match
