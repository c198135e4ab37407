#pragma once

#include "catalog/market.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace strike::catalog {

/// What `text_index::scores` gives, without an index: every text is read, which takes as long as some tens of searches
/// with one, and a small part of what it takes to make one.
std::vector<std::uint32_t> scan_scores(std::span<const market_ptr> markets, std::string_view query);

} // namespace strike::catalog
