#pragma once

#include "json_text.hpp"

#include <utility>

/// Walks through the JSON of Polymarket's private side. Every function returns false for what is no JSON, or not of
/// the shape that was asked for.
namespace strike::polymarket {

/// @param take bool(std::string_view key, ondemand::value&)
template <class Take> bool each_field(ondemand::object object, Take take) {
  for (auto item : object) {
    ondemand::field field;
    if (std::move(item).get(field) != simdjson::SUCCESS) return false;
    const auto key = key_of(field);
    if (!take(key, field.value())) return false;
  }
  return true;
}

template <class Take> bool each_field(ondemand::value& from, Take take) {
  ondemand::object object;
  return from.get_object().get(object) == simdjson::SUCCESS && each_field(object, take);
}

/// @param take bool(ondemand::value&)
template <class Take> bool each_item(ondemand::array array, Take take) {
  for (auto item : array) {
    ondemand::value value;
    if (std::move(item).get(value) != simdjson::SUCCESS || !take(value)) return false;
  }
  return true;
}

template <class Take> bool each_item(ondemand::value& from, Take take) {
  ondemand::array array;
  return from.get_array().get(array) == simdjson::SUCCESS && each_item(array, take);
}

/// @param take bool(ondemand::document&)
template <class Take> bool in_document(std::string_view json, Take take) {
  const simdjson::padded_string padded{json};
  ondemand::parser parser;
  ondemand::document document;
  return parser.iterate(padded).get(document) == simdjson::SUCCESS && take(document);
}

template <class Take> bool each_field_of(std::string_view json, Take take) {
  return in_document(json, [&](ondemand::document& document) {
    ondemand::object object;
    return document.get_object().get(object) == simdjson::SUCCESS && each_field(object, take);
  });
}

template <class Take> bool each_item_of(std::string_view json, Take take) {
  return in_document(json, [&](ondemand::document& document) {
    ondemand::array array;
    return document.get_array().get(array) == simdjson::SUCCESS && each_item(array, take);
  });
}

/// A text without its escapes; of a number its digits, of null nothing.
inline bool read_text(ondemand::value& from, std::string& into) {
  std::string_view text;
  if (from.get_string().get(text) == simdjson::SUCCESS) return into = text, true;
  const auto raw = text_of(from);
  if (raw.starts_with('{') || raw.starts_with('[')) return false;
  return into = raw, true;
}

/// What was sent, shortened to one line for an error.
inline std::string sample(std::string_view json) {
  std::string text{json.substr(0, 200)};
  for (auto& x : text)
    if (static_cast<unsigned char>(x) < ' ') x = ' ';
  return text;
}

} // namespace strike::polymarket
