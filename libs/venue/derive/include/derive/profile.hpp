#pragma once

#include "base/enums.hpp"
#include "config/section.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace strike::derive {

/// How instruments are listed.
enum class list_method : std::uint8_t {
  pages,      ///< `public/get_all_instruments`: v3, and v2
  currencies, ///< `public/get_instruments` of each currency: v2 only
};

/// One network in one API generation: what market data needs of it.
struct profile {
  std::string ws_url, rest_url; ///< without a slash at the end
  std::string user_agent;       ///< of every request; v3 may answer 403 without one
  list_method list = list_method::pages;
  /// With {instrument}, {interval} (ms), {group} (ticks), {depth} (levels), {currency} in the place of values.
  std::string ticker_channel, book_channel, trades_channel, spot_channel;
  bool operator==(const profile&) const = default;
};

/// "v3-mainnet", "v3-testnet", "v2-mainnet", "v2-testnet".
std::vector<std::string> profile_names();

/// Reads `profile`, a name, and the keys that override its values. Mistakes are recorded in the document.
profile read_profile(config::section from);

/// A value for the place that {name} keeps in a pattern.
struct channel_value {
  std::string_view name, value;
};
/// fill("trades.{instrument}", {{"instrument", "ETH-PERP"}}) == "trades.ETH-PERP"
std::string fill(std::string_view pattern, std::initializer_list<channel_value> values);

/// What kind of channel a name or a pattern is of: "ticker_slim".
constexpr std::string_view family(std::string_view channel) { return channel.substr(0, channel.find('.')); }

} // namespace strike::derive

template <> struct strike::enum_names<strike::derive::list_method> {
  static constexpr std::string_view what = "list method";
  static constexpr std::array table = {enum_name{derive::list_method::pages, "pages"},
                                       enum_name{derive::list_method::currencies, "currencies"}};
};
