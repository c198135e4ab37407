#include "config/section.hpp"

#include "base/time.hpp"
#include "state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

namespace strike::config {

namespace detail {

std::uint32_t node::line_of(std::string_view key) const {
  if (!table) return line;
  const auto at = table->find(key);
  return at == table->end() ? line : at->first.source().begin.line;
}

} // namespace detail

namespace {

std::string_view kind_of(const toml::node& value) {
  if (value.is_table()) return "a table";
  if (value.is_array()) return "an array";
  if (value.is_string()) return "a text";
  if (value.is_integer()) return "an integer";
  if (value.is_floating_point()) return "a number";
  if (value.is_boolean()) return "a boolean";
  return "a date or time";
}

std::string expected(std::string_view what, const toml::node& found) {
  return fmt::format("expected {}, found {}", what, kind_of(found));
}

/// The exact text of a number, or the text itself; none for anything else.
std::optional<std::string> decimal_text(const toml::node& value) {
  if (const auto* text = value.as_string()) return text->get();
  if (const auto* whole = value.as_integer()) return std::to_string(whole->get());
  if (const auto* real = value.as_floating_point()) {
    char buffer[40];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, real->get()).ptr;
    return std::string{buffer, end};
  }
  return std::nullopt;
}

} // namespace

section::section(std::shared_ptr<detail::document_state> state, std::shared_ptr<detail::node> node)
    : state_{std::move(state)}, node_{std::move(node)} {}

bool section::has(std::string_view key) const {
  node_->known.emplace(key);
  return node_->find(key) != nullptr;
}

std::vector<std::string> section::keys() const {
  std::vector<std::string> names;
  if (node_->table)
    for (const auto& [key, value] : *node_->table) names.emplace_back(key.str());
  return names;
}

std::string section::path() const { return node_->path; }

std::string section::to_toml() const {
  if (!node_->table) return {};
  for (const auto& key : keys()) has(key);
  std::ostringstream out;
  out << toml::toml_formatter{*node_->table};
  return std::move(out).str();
}

const std::filesystem::path& section::folder() const { return state_->folder; }

std::string section::text(std::string_view key, std::string fallback) {
  if (!has(key)) return fallback;
  const auto& value = *node_->find(key);
  if (const auto* text = value.as_string()) return text->get();
  reject(key, expected("a text", value));
  return fallback;
}

std::string section::required_text(std::string_view key) {
  if (!has(key)) reject(key, "is required and missing");
  return text(key, {});
}

std::vector<std::string> section::texts(std::string_view key) {
  if (!has(key)) return {};
  const auto& value = *node_->find(key);
  if (const auto* text = value.as_string()) return {text->get()};
  std::vector<std::string> all;
  if (const auto* array = value.as_array()) {
    for (const auto& element : *array)
      if (const auto* text = element.as_string()) all.push_back(text->get());
    if (all.size() == array->size()) return all;
  }
  reject(key, value.is_array() ? "expected texts only" : expected("an array of texts", value));
  return {};
}

bool section::flag(std::string_view key, bool fallback) {
  if (!has(key)) return fallback;
  const auto& value = *node_->find(key);
  if (const auto* flag = value.as_boolean()) return flag->get();
  reject(key, expected("true or false", value));
  return fallback;
}

std::int64_t section::integer(std::string_view key, std::int64_t fallback, std::int64_t lowest, std::int64_t highest) {
  if (!has(key)) return fallback;
  const auto& value = *node_->find(key);
  const auto* whole = value.as_integer();
  if (!whole)
    reject(key, expected("an integer", value));
  else if (whole->get() < lowest || whole->get() > highest)
    reject(key, fmt::format("{} is not within {} to {}", whole->get(), lowest, highest));
  else
    return whole->get();
  return fallback;
}

double section::number(std::string_view key, double fallback, double lowest, double highest) {
  if (!has(key)) return fallback;
  const auto& value = *node_->find(key);
  if (!value.is_number()) {
    reject(key, expected("a number", value));
    return fallback;
  }
  const auto x = value.is_integer() ? static_cast<double>(value.as_integer()->get()) : value.as_floating_point()->get();
  if (x >= lowest && x <= highest && std::isfinite(x)) return x; // NaN fails every comparison
  reject(key, fmt::format("{} is not within {} to {}", x, lowest, highest));
  return fallback;
}

template <class Decimal> Decimal section::decimal_of(std::string_view key, Decimal fallback) {
  if (!has(key)) return fallback;
  const auto& value = *node_->find(key);
  const auto text = decimal_text(value);
  if (!text) {
    reject(key, expected("a number or a text such as \"0.0001\"", value));
    return fallback;
  }
  auto exact = parse_decimal<Decimal>(*text);
  if (exact) return *exact;
  reject(key, exact.error().text);
  return fallback;
}

price section::price_of(std::string_view key, price fallback) { return decimal_of(key, fallback); }
quantity section::quantity_of(std::string_view key, quantity fallback) { return decimal_of(key, fallback); }

std::int64_t section::duration_ns(std::string_view key, std::int64_t fallback) {
  if (!has(key)) return fallback;
  const auto& value = *node_->find(key);
  const auto* text = value.as_string();
  if (!text) {
    reject(key, expected("a text with a unit such as \"5ms\"", value));
    return fallback;
  }
  auto ns = duration_from_text(text->get());
  if (ns) return *ns;
  reject(key, ns.error().text);
  return fallback;
}

std::filesystem::path section::file(std::string_view key) {
  const auto name = text(key, {});
  return name.empty() ? std::filesystem::path{} : state_->folder / name; // an absolute name replaces the folder
}

std::vector<std::filesystem::path> section::files(std::string_view key) {
  std::vector<std::filesystem::path> all;
  for (const auto& name : texts(key)) all.push_back(state_->folder / name);
  return all;
}

section section::table(std::string_view key) {
  auto all = tables(key);
  if (all.size() > 1) reject(key, "expected one table, found several; write [name], not [[name]]");
  if (!all.empty()) return all.front();
  auto absent = std::make_shared<detail::node>();
  absent->path = node_->path_of(key);
  return section{state_, absent};
}

std::vector<section> section::tables(std::string_view key) {
  if (!has(key)) return {};
  auto& children = node_->children[std::string{key}];
  if (children.empty()) {
    const auto& value = *node_->find(key);
    const auto add = [&](const toml::table& x, std::string path) {
      auto child = std::make_shared<detail::node>();
      child->table = &x;
      child->path = std::move(path);
      child->line = x.source().begin.line;
      children.push_back(std::move(child));
    };
    const auto* many = value.as_array();
    if (const auto* one = value.as_table()) {
      add(*one, node_->path_of(key));
    } else if (many && many->is_homogeneous<toml::table>()) {
      for (std::size_t i = 0; i < many->size(); ++i) {
        const auto& x = *many->get(i)->as_table();
        const auto name = x["name"].value<std::string>();
        add(x, name ? node_->path_of(key) + "." + *name : fmt::format("{}[{}]", node_->path_of(key), i + 1));
      }
    } else if (!many || !many->empty()) {
      reject(key, expected("a table", value));
    }
  }
  std::vector<section> all;
  for (const auto& child : children) all.push_back(section{state_, child});
  return all;
}

void section::reject(std::string_view key, std::string why) {
  const auto where = node_->path.empty() ? std::string{} : fmt::format("[{}] ", node_->path);
  detail::mistake found{node_->line_of(key), fmt::format("{}{}: {}", where, key, why)};
  auto& all = state_->mistakes;
  if (std::ranges::find(all, found) == all.end()) all.push_back(std::move(found));
}

} // namespace strike::config
