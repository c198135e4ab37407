#include "sandbox/made_contract.hpp"

#include "base/symbol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace strike::sandbox {

namespace {

using namespace strike::literals;

struct row {
  venue at;
  instrument_kind kind;
  bool is_inverse;
  std::string_view base;
  price tick;
  quantity lot, minimum, typical;
};

// Sources: Deribit API v2, ticks and meaning of amounts, with its recorded instruments; Derive, recorded instruments
// and tickers.
constexpr row rows[] = {
    {venue::deribit, instrument_kind::option, true, "BTC", 0.0001_px, 0.1_qty, 0.1_qty, 5_qty},
    {venue::deribit, instrument_kind::option, true, "ETH", 0.0001_px, 1_qty, 1_qty, 50_qty},
    {venue::deribit, instrument_kind::option_combo, true, "BTC", 0.0001_px, 0.1_qty, 0.1_qty, 5_qty},
    {venue::deribit, instrument_kind::perpetual, true, "BTC", 0.5_px, 10_qty, 10_qty, 20000_qty},
    {venue::deribit, instrument_kind::perpetual, true, "ETH", 0.05_px, 1_qty, 1_qty, 10000_qty},
    {venue::deribit, instrument_kind::future, true, "BTC", 0.5_px, 10_qty, 10_qty, 10000_qty},
    {venue::deribit, instrument_kind::future, true, "ETH", 0.05_px, 1_qty, 1_qty, 5000_qty},
    {venue::deribit, instrument_kind::perpetual, false, "BTC", 0.5_px, 0.0001_qty, 0.0001_qty, 0.2_qty},
    {venue::deribit, instrument_kind::perpetual, false, "ETH", 0.1_px, 0.001_qty, 0.001_qty, 5_qty},
    {venue::deribit, instrument_kind::perpetual, false, "SOL", 0.01_px, 0.1_qty, 0.1_qty, 100_qty},
    {venue::deribit, instrument_kind::spot, false, "BTC", 1_px, 0.0001_qty, 0.0001_qty, 0.1_qty},
    {venue::deribit, instrument_kind::spot, false, "ETH", 0.1_px, 0.0001_qty, 0.0001_qty, 2_qty},
    {venue::derive, instrument_kind::option, false, "BTC", 1_px, 0.01_qty, 0.01_qty, 3_qty},
    {venue::derive, instrument_kind::option, false, "ETH", 0.1_px, 0.01_qty, 0.1_qty, 40_qty},
    {venue::derive, instrument_kind::perpetual, false, "BTC", 0.1_px, 0.001_qty, 0.001_qty, 0.3_qty},
    {venue::derive, instrument_kind::perpetual, false, "ETH", 0.01_px, 0.001_qty, 0.1_qty, 8_qty},
    {venue::derive, instrument_kind::perpetual, false, "SOL", 0.01_px, 0.1_qty, 1_qty, 150_qty},
    {venue::derive, instrument_kind::spot, false, "BTC", 1_px, 0.0001_qty, 0.001_qty, 0.1_qty},
    {venue::derive, instrument_kind::spot, false, "ETH", 0.01_px, 0.01_qty, 0.1_qty, 2_qty},
};

std::string index_of(venue at, const symbol_info& info) {
  if (at == venue::derive) return info.base + "-USD";
  std::string coin = info.base;
  std::ranges::transform(coin, coin.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return coin + (info.is_inverse ? "_usd" : "_usdc");
}

} // namespace

result<made_contract> contract_of(venue at, const std::string& symbol) {
  const auto info = parse_symbol(at, symbol);
  if (!info) return std::unexpected{info.error()};
  const auto found = std::ranges::find_if(rows, [&](const row& x) {
    return x.at == at && x.kind == info->kind && x.is_inverse == info->is_inverse && x.base == info->base;
  });
  if (found == std::end(rows))
    return fail(ec::not_found, fmt::format("the sandbox has no terms for {} '{}'", to_text(at), symbol));
  made_contract x{.typical = found->typical};
  x.rules = {.at = at,
             .symbol = symbol,
             .info = *info,
             .ticks = {.base = found->tick},
             .lot = found->lot,
             .minimum = found->minimum,
             .index = index_of(at, *info)};
  if (at == venue::deribit && info->kind == instrument_kind::option) x.rules.ticks.steps = {{0.005_px, 0.0005_px}};
  return x;
}

made_contract contract_of_token(const std::string& token) {
  made_contract x{.typical = 200_qty};
  x.rules = {.at = venue::polymarket,
             .symbol = token,
             .info = {.kind = instrument_kind::binary, .quote = "pUSD", .settlement = "pUSD"},
             .ticks = {.base = 0.01_px},
             .lot = 0.01_qty,
             .minimum = 5_qty};
  return x;
}

} // namespace strike::sandbox
