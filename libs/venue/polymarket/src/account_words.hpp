#pragma once

#include "polymarket/account.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace strike::polymarket {

std::string upper(std::string_view text);
std::string lower(std::string_view text);

struct order_word {
  order_status status;
  std::string reason;
};
/// The longest word that is known, bare or behind its prefix, with a reason behind an underscore where one follows.
/// @returns none for a word that is not known
std::optional<order_word> read_order_status(std::string_view text);
std::optional<trade_status> read_trade_status(std::string_view text);

} // namespace strike::polymarket
