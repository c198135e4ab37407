#pragma once

#include "base/error.hpp"
#include "base/instrument.hpp"
#include "base/market_event.hpp"

#include <string>
#include <string_view>

namespace strike::bus {

/// The first level of a topic.
///
///     md/<venue>/<symbol>/<channel>/     market data: "md/deribit/BTC-27NOV26-90000-C/ticker/"
///     dash/<strategy>/                   what a strategy shows on the dashboard
///     ord/<strategy>/                    order updates of a strategy
///     ops/<service>/                     heartbeats
///
/// A slash ends every level, so that "md/deribit/ETH/" is no prefix of "md/deribit/ETH-PERPETUAL/ticker/".
enum class topic_root : std::uint8_t { market_data, dashboard, orders, operations };

} // namespace strike::bus

template <> struct strike::enum_names<strike::bus::topic_root> {
  static constexpr std::string_view what = "topic root";
  static constexpr std::array table = {
      enum_name{bus::topic_root::market_data, "md"}, enum_name{bus::topic_root::dashboard, "dash"},
      enum_name{bus::topic_root::orders, "ord"}, enum_name{bus::topic_root::operations, "ops"}};
};

namespace strike::bus {

/// A complete topic in parts. `name` points into the text that was parsed.
struct topic_parts {
  topic_root root = topic_root::market_data;
  venue at = venue::deribit;      ///< market data only
  std::string_view name;          ///< symbol, strategy or service; never empty
  channel what = channel::ticker; ///< market data only
  bool operator==(const topic_parts&) const = default;
};

/// "md/deribit/BTC-PERPETUAL/book/".
/// @returns `ec::malformed` if the symbol is empty or contains '/' or a control character
result<std::string> market_topic(venue at, std::string_view symbol, channel what);

/// "dash/gamma-1/", "ord/gamma-1/", "ops/router/".
/// @param root not `market_data`
/// @returns `ec::malformed` if the name is empty or contains '/' or a control character
result<std::string> named_topic(topic_root root, std::string_view name);

/// "md/deribit/": everything of a venue.
std::string market_prefix(venue at);
/// "md/deribit/BTC-27NOV26-": every instrument whose symbol starts so; an empty start means the venue.
/// @returns `ec::malformed` if the start contains '/' or a control character
result<std::string> market_prefix(venue at, std::string_view symbol_start);
/// "md/deribit/BTC-PERPETUAL/": every channel of one instrument.
/// @returns as `market_topic`
result<std::string> instrument_prefix(venue at, std::string_view symbol);

/// Reads a complete topic: parse_topic(*market_topic(v, s, c)) gives v, s and c back.
/// @returns `ec::malformed` that shows the topic and names the level that does not fit
result<topic_parts> parse_topic(std::string_view topic);

/// One level of a prefix. An unfinished level (no slash behind it) stands for every text that starts with it.
struct prefix_level {
  std::string_view text;
  bool is_complete = false;
  bool matches(std::string_view x) const { return is_complete ? x == text : x.starts_with(text); }
  bool operator==(const prefix_level&) const = default;
};

/// What a subscriber asked for, in parts that point into the text that was parsed. Levels behind the unfinished one are
/// empty and unfinished, and so match everything. `at` and `what` are used by market data only.
///
///     "md/deribit/BTC-27NOV26-"   root "md" complete, at "deribit" complete, name "BTC-27NOV26-" unfinished
///     ""                          all unfinished: everything
struct topic_prefix {
  prefix_level root, at, name, what;
  bool operator==(const topic_prefix&) const = default;
};

/// A topic matches a prefix if it starts with it, byte by byte; the parts are for those who expand a prefix against
/// their own list, as a gateway does with its instruments.
/// @returns `ec::malformed` for what no topic can start with: a control character, an unknown root, venue or channel,
/// an empty finished level, too many levels
result<topic_prefix> parse_prefix(std::string_view prefix);

} // namespace strike::bus
