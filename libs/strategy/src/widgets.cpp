#include "strategy/widgets.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace strike {

namespace {

namespace json = boost::json;

json::string_view text_of(std::string_view x) { return {x.data(), x.size()}; }

json::object to_json(const value_format& x) {
  json::object out{{"kind", text_of(to_text(x.kind))}};
  if (x.kind == value_kind::number || x.kind == value_kind::percent || x.kind == value_kind::money)
    out["decimals"] = x.decimals;
  if (x.kind == value_kind::money) out["currency"] = x.currency;
  return out;
}

/// One widget to its JSON object.
struct writer {
  json::object operator()(const widgets::key_value& x) const {
    json::array items;
    for (const auto& item : x.items)
      items.push_back(json::object{{"label", item.label}, {"value", item.value}, {"format", to_json(item.format)}});
    return {{"widget", "key_value"}, {"title", x.title}, {"items", std::move(items)}};
  }
  json::object operator()(const widgets::chart& x) const {
    json::array series;
    for (const auto& line : x.series) series.push_back(json::object{{"label", line.label}, {"value", line.value}});
    return {{"widget", "chart"},
            {"title", x.title},
            {"style", text_of(to_text(x.style))},
            {"series", std::move(series)},
            {"format", to_json(x.format)}};
  }
  json::object operator()(const widgets::table& x) const {
    json::array columns;
    for (const auto& column : x.columns)
      columns.push_back(
          json::object{{"label", column.label}, {"field", column.field}, {"format", to_json(column.format)}});
    return {{"widget", "table"}, {"title", x.title}, {"value", x.value}, {"columns", std::move(columns)}};
  }
  json::object operator()(const widgets::log& x) const {
    return {{"widget", "log"}, {"title", x.title}, {"value", x.value}};
  }
  json::object operator()(const widgets::divider&) const { return {{"widget", "divider"}}; }
};

/// The names of values that one widget refers to.
struct name_reader {
  std::vector<std::string> operator()(const widgets::key_value& x) const {
    std::vector<std::string> names;
    for (const auto& item : x.items) names.push_back(item.value);
    return names;
  }
  std::vector<std::string> operator()(const widgets::chart& x) const {
    std::vector<std::string> names;
    for (const auto& line : x.series) names.push_back(line.value);
    return names;
  }
  std::vector<std::string> operator()(const widgets::table& x) const { return {x.value}; }
  std::vector<std::string> operator()(const widgets::log& x) const { return {x.value}; }
  std::vector<std::string> operator()(const widgets::divider&) const { return {}; }
};

} // namespace

json::value to_json(const dashboard_schema& layout) {
  json::array all;
  for (const auto& x : layout) all.push_back(std::visit(writer{}, x));
  return all;
}

std::vector<std::string> missing_values(const dashboard_schema& layout, const json::object& state) {
  std::vector<std::string> missing;
  for (const auto& x : layout)
    for (auto& name : std::visit(name_reader{}, x))
      if (!state.contains(name) && std::ranges::find(missing, name) == missing.end()) missing.push_back(name);
  return missing;
}

} // namespace strike
