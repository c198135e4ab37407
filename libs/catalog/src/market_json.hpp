#pragma once

#include "catalog/market.hpp"
#include "json_fields.hpp"

#include <span>
#include <string>
#include <string_view>

namespace strike::catalog {

/// Between quotes, with what JSON wants escaped.
void append_text(std::string& out, std::string_view text);
void append_texts(std::string& out, std::span<const std::string> texts);

/// The inverse of `append_json`; a mistake stays in `from`.
market market_from(fields& from);

} // namespace strike::catalog
