#pragma once

#include "base/symbol.hpp"
#include "base/time.hpp"
#include "sandbox/market_source.hpp"

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A market in which happens what the test says.
class test_market final : public strike::sandbox::market_source {
public:
  /// Lists a Deribit instrument with ticks, lots and index as the venue has them.
  strike::instrument_id add(std::string_view symbol, std::int64_t listed_ns = 0) {
    using namespace strike;
    using namespace strike::literals;
    const auto id = registry_.intern(venue::deribit, symbol);
    const auto info = parse_symbol(venue::deribit, symbol);
    if (!id || !info) throw std::invalid_argument{std::string{symbol}};
    instrument rules{.at = venue::deribit, .symbol = std::string{symbol}, .info = *info};
    const bool is_option = info->kind == instrument_kind::option;
    rules.ticks = is_option ? tick_table{0.0001_px, {{0.005_px, 0.0005_px}}} : tick_table{0.5_px, {}};
    rules.lot = rules.minimum = is_option ? 0.1_qty : 10_qty;
    rules.index = "btc_usd";
    listings_.push_back({.id = *id, .rules = rules, .listed_ns = listed_ns});
    return *id;
  }

  const strike::instrument_registry& instruments() const override { return registry_; }
  std::span<const listing> listings(strike::venue at) const override {
    return at == strike::venue::deribit ? std::span<const listing>{listings_} : std::span<const listing>{};
  }
  std::span<const strike::sandbox::binary_market> markets() const override { return {}; }
  std::int64_t step(std::int64_t, std::vector<strike::market_event>& out) override {
    out = std::exchange(next, {});
    return INT64_MAX;
  }

  std::vector<strike::market_event> next; ///< of the next step

private:
  strike::instrument_registry registry_;
  std::vector<listing> listings_;
};
