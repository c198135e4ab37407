#pragma once

#include "catalog/view.hpp"

#include <span>
#include <string>

namespace strike {

/// Aligned columns for people: what a search found, best first.
std::string search_table(std::span<const catalog::hit> found);
/// [{"score":n,"market":{...}},...]
std::string search_json(std::span<const catalog::hit> found);

/// Everything of one market, a line each.
std::string market_page(const catalog::market& x);

/// Instruments of an options venue.
std::string instrument_table(std::span<const catalog::market* const> instruments);
/// [{...},...]
std::string markets_json(std::span<const catalog::market* const> markets);

} // namespace strike
