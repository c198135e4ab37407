#include "json_fields.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <charconv>

namespace strike::catalog {

namespace ondemand = simdjson::ondemand;

namespace {

/// A number's, truth value's or quoted text's own text without white space and quotes.
std::string_view plain_token(ondemand::value& from) {
  auto token = from.raw_json_token();
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  if (token.size() >= 2 && token.front() == '"' && token.back() == '"') token = token.substr(1, token.size() - 2);
  return token;
}

std::vector<std::string> texts_of(ondemand::array from, bool& is_whole) {
  std::vector<std::string> all;
  for (auto element : from) {
    std::string_view one;
    if (element.get_string().get(one) != simdjson::SUCCESS) return is_whole = false, all;
    all.emplace_back(one);
  }
  return all;
}

} // namespace

result<std::vector<std::string>> texts_from_json(std::string_view json) {
  const simdjson::padded_string padded{json};
  ondemand::parser parser;
  ondemand::document document;
  ondemand::array all;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS || document.get_array().get(all) != simdjson::SUCCESS)
    return fail(ec::malformed, fmt::format("'{}' is not the text of an array", json.substr(0, 64)));
  bool is_whole = true;
  auto texts = texts_of(all, is_whole);
  if (!is_whole) return fail(ec::malformed, fmt::format("'{}' is not an array of texts", json.substr(0, 64)));
  return texts;
}

bool fields::find(std::string_view key, ondemand::value& found) {
  const auto missing = from_.find_field_unordered(key).get(found);
  if (missing == simdjson::NO_SUCH_FIELD) return false;
  if (missing != simdjson::SUCCESS) return refuse(key, simdjson::error_message(missing)), false;
  ondemand::json_type type{};
  if (found.type().get(type) != simdjson::SUCCESS) return refuse(key, "is no JSON value"), false;
  return type != ondemand::json_type::null;
}

void fields::refuse(std::string_view key, std::string_view why) {
  if (fault_.empty()) fault_ = fmt::format("{} {}", key, why);
}

std::string fields::text(std::string_view key) {
  ondemand::value found;
  if (!find(key, found)) return {};
  ondemand::json_type type{};
  (void)found.type().get(type);
  if (type == ondemand::json_type::object || type == ondemand::json_type::array) return refuse(key, "is no text"), "";
  if (type != ondemand::json_type::string) return std::string{plain_token(found)};
  std::string_view inner;
  if (found.get_string().get(inner) != simdjson::SUCCESS) return refuse(key, "is no valid text"), "";
  return std::string{inner};
}

bool fields::flag(std::string_view key, bool fallback) {
  ondemand::value found;
  if (!find(key, found)) return fallback;
  bool is_set = fallback;
  if (found.get_bool().get(is_set) != simdjson::SUCCESS) refuse(key, "is neither true nor false");
  return is_set;
}

std::optional<std::int64_t> fields::nanos(std::string_view key) {
  ondemand::value found;
  if (!find(key, found)) return {};
  const auto token = plain_token(found);
  if (token.empty()) return {};
  std::int64_t value = 0;
  if (parse_nanos(token, value) == decimal_fault::none) return value;
  return refuse(key, fmt::format("'{}' is no decimal with up to nine places", token.substr(0, 64))), std::nullopt;
}

optional_double fields::number(std::string_view key) {
  ondemand::value found;
  if (!find(key, found)) return {};
  const auto token = plain_token(found);
  if (token.empty()) return {};
  double value = 0;
  const auto [end, fault] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (fault == std::errc{} && end == token.data() + token.size()) return value;
  return refuse(key, fmt::format("'{}' is no number", token.substr(0, 64))), optional_double{};
}

std::optional<std::int64_t> fields::integer(std::string_view key) {
  const auto value = nanos(key);
  if (!value) return {};
  if (*value % nanos_per_unit == 0) return *value / nanos_per_unit;
  return refuse(key, "is no whole number"), std::nullopt;
}

std::int64_t fields::count(std::string_view key) {
  const auto written = text(key);
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(written.data(), written.data() + written.size(), value);
  if (fault != std::errc{} || end != written.data() + written.size()) refuse(key, "is missing or no whole number");
  return value;
}

std::int64_t fields::time_ns(std::string_view key) {
  const auto written = text(key);
  if (written.empty() || written.starts_with("0001-")) return 0;
  const auto ns = ns_from_text(written);
  if (!ns) refuse(key, ns.error().text);
  return ns.value_or(0);
}

std::vector<std::string> fields::texts(std::string_view key) {
  ondemand::value found;
  if (!find(key, found)) return {};
  ondemand::array all;
  bool is_whole = true;
  if (found.get_array().get(all) == simdjson::SUCCESS) {
    auto made = texts_of(all, is_whole);
    if (!is_whole) refuse(key, "holds something that is no text");
    return made;
  }
  std::string_view inner;
  if (found.get_string().get(inner) != simdjson::SUCCESS) refuse(key, "is no array of texts");
  if (inner.empty()) return {};
  auto made = texts_from_json(inner);
  if (!made) refuse(key, made.error().text);
  return made.value_or(std::vector<std::string>{});
}

json_document::json_document(std::string text) : text_{std::move(text)} {
  text_.reserve(text_.size() + simdjson::SIMDJSON_PADDING);
}

simdjson::simdjson_result<ondemand::document>& json_document::document() {
  document_ = parser_.iterate(text_.data(), text_.size(), text_.capacity());
  return document_;
}

std::unexpected<error> json_document::fault_of(simdjson::error_code bad) {
  return fail(ec::malformed, fmt::format("not the JSON that was expected: {}", simdjson::error_message(bad)));
}

} // namespace strike::catalog
