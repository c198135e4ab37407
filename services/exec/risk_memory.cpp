#include "exec/risk_memory.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace strike::exec {

namespace {

namespace json = boost::json;

void put(json::object& to, const risk_scope& x) {
  to["scope"] = to_text(x.kind);
  to["name"] = x.name;
}

/// Throws what Boost.JSON throws, and `error`.
template <class E> E read(const json::object& from, const char* key) {
  auto made = from_text<E>(std::string_view{from.at(key).as_string()});
  if (!made) throw std::invalid_argument{made.error().text};
  return *made;
}
std::string text(const json::object& from, const char* key) { return std::string{from.at(key).as_string()}; }
risk_scope scope_of(const json::object& from) { return {read<scope_kind>(from, "scope"), text(from, "name")}; }

risk_state_entry state_of(const json::object& from) {
  return {.where = scope_of(from),
          .source = read<state_source>(from, "source"),
          .state = read<trading_state>(from, "state"),
          .reason = text(from, "reason"),
          .by = text(from, "by"),
          .since_ns = from.at("since_ns").to_number<std::int64_t>()};
}

pnl_base base_of(const json::object& from) {
  return {.where = scope_of(from),
          .day_ns = from.at("day_ns").to_number<std::int64_t>(),
          .day_start = from.at("day_start").to_number<double>(),
          .peak = from.at("peak").to_number<double>()};
}

} // namespace

std::string to_json(const risk_memory& what) {
  json::array states, bases;
  for (const auto& x : what.states) {
    json::object row;
    put(row, x.where);
    row["source"] = to_text(x.source);
    row["state"] = to_text(x.state);
    row["reason"] = x.reason;
    row["by"] = x.by;
    row["since_ns"] = x.since_ns;
    states.push_back(std::move(row));
  }
  for (const auto& x : what.bases) {
    json::object row;
    put(row, x.where);
    row["day_ns"] = x.day_ns;
    row["day_start"] = x.day_start;
    row["peak"] = x.peak;
    bases.push_back(std::move(row));
  }
  json::object all;
  all["states"] = std::move(states);
  all["bases"] = std::move(bases);
  return json::serialize(all);
}

result<risk_memory> risk_memory_of(std::string_view text) {
  risk_memory made;
  if (text.empty()) return made;
  try {
    const auto all = json::parse(text).as_object();
    for (const auto& x : all.at("states").as_array()) made.states.push_back(state_of(x.as_object()));
    for (const auto& x : all.at("bases").as_array()) made.bases.push_back(base_of(x.as_object()));
  } catch (const std::exception& x) {
    return fail(ec::malformed,
                fmt::format("the states of risk in the order store cannot be read: {}; was it written by "
                            "a newer version?",
                            x.what()));
  }
  return made;
}

} // namespace strike::exec
