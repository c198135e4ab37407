#pragma once

#include "base/market_event.hpp"

#include <optional>

namespace strike::gateway_derive {

/// The change that makes `to` of `from`; both have their levels best first, each price once.
/// @returns none if the whole book is no larger
std::optional<book_change> change_between(const book_snapshot& from, const book_snapshot& to);

} // namespace strike::gateway_derive
