#pragma once

#include "base/enums.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

/// What a strategy shows, apart from the numbers themselves. A layout is a list of widgets; each names values of
/// `strategy::dashboard_state()`, a flat JSON object. The web page draws both; it knows no strategy.
///
/// Layout as JSON (`to_json`), one object a widget, told apart by `widget`:
///
///     [{"widget":"key_value","title":"Risk","items":[{"label":"Net delta","value":"net_delta","format":F}]},
///      {"widget":"chart","title":"Delta","style":"line","series":[{"label":"net","value":"net_delta_history"}],
///       "format":F},
///      {"widget":"table","title":"Positions","value":"positions","columns":[{"label":"Size","field":"size",
///       "format":F}]},
///      {"widget":"log","title":"Signals","value":"signals"},
///      {"widget":"divider"}]
///
///     F = {"kind":"number","decimals":2}, "money" has "currency":"BTC" too; text, time and duration have no more keys
///
/// Values in the state, by the widget that names them:
///
///     key_value   a scalar of the format's type, or null for "not known"
///     chart       [[time, y], ...] ascending in time; y null leaves a gap
///     table       [{field: scalar, ...}, ...]
///     log         [{"time": time, "level": "info" | "warning" | "error", "text": "..."}, ...] oldest first
///
/// A time is milliseconds since the Unix epoch (UTC), a duration milliseconds, a percent a fraction (0.05 is 5 %), all
/// JSON numbers; money is a number in units of its currency.
namespace strike {

enum class value_kind : std::uint8_t { text, number, percent, money, time, duration };
template <> struct enum_names<value_kind> {
  static constexpr std::string_view what = "value kind";
  static constexpr std::array table = {
      enum_name{value_kind::text, "text"},       enum_name{value_kind::number, "number"},
      enum_name{value_kind::percent, "percent"}, enum_name{value_kind::money, "money"},
      enum_name{value_kind::time, "time"},       enum_name{value_kind::duration, "duration"}};
};

/// How a value is written. Made by the functions below, so that no format has a part that means nothing.
struct value_format {
  value_kind kind = value_kind::text;
  int decimals = 0;     ///< number, percent, money
  std::string currency; ///< money
};
inline value_format text_format() { return {}; }
inline value_format number_format(int decimals) { return {value_kind::number, decimals, {}}; }
inline value_format percent_format(int decimals) { return {value_kind::percent, decimals, {}}; }
inline value_format money_format(std::string currency, int decimals) {
  return {value_kind::money, decimals, std::move(currency)};
}
inline value_format time_format() { return {value_kind::time, 0, {}}; }
inline value_format duration_format() { return {value_kind::duration, 0, {}}; }

enum class chart_style : std::uint8_t { line, bar, area };
template <> struct enum_names<chart_style> {
  static constexpr std::string_view what = "chart style";
  static constexpr std::array table = {enum_name{chart_style::line, "line"}, enum_name{chart_style::bar, "bar"},
                                       enum_name{chart_style::area, "area"}};
};

namespace widgets {

struct key_value {
  struct item {
    std::string label;
    std::string value; ///< name in the state
    value_format format;
  };
  std::string title;
  std::vector<item> items;
};

struct chart {
  struct line {
    std::string label;
    std::string value; ///< name in the state
  };
  std::string title;
  chart_style style = chart_style::line;
  std::vector<line> series;
  value_format format; ///< of the y axis
};

struct table {
  struct column {
    std::string label;
    std::string field; ///< key of the row objects
    value_format format;
  };
  std::string title;
  std::string value; ///< name in the state
  std::vector<column> columns;
};

struct log {
  std::string title;
  std::string value; ///< name in the state
};

struct divider {};

} // namespace widgets

using widget = std::variant<widgets::key_value, widgets::chart, widgets::table, widgets::log, widgets::divider>;
using dashboard_schema = std::vector<widget>; ///< from top to bottom

boost::json::value to_json(const dashboard_schema& layout);

/// The values that a layout names and a state lacks, each once: empty for a strategy that keeps its word.
std::vector<std::string> missing_values(const dashboard_schema& layout, const boost::json::object& state);

} // namespace strike
