#pragma once

#include "base/error.hpp"

#include <array>
#include <string_view>

namespace strike {

/// One row of the only table that maps an enum to its text, in both directions.
template <class E> struct enum_name {
  E value;
  std::string_view text;
};

/// Specialised beside each enum: `static constexpr std::array table = {enum_name{e::a, "a"}, ...}` and `what`, the
/// noun for error messages.
template <class E> struct enum_names;

template <class E> constexpr std::string_view to_text(E value) {
  for (const auto& row : enum_names<E>::table)
    if (row.value == value) return row.text;
  return "?";
}

/// @returns `ec::malformed` that lists what would have been accepted
template <class E> result<E> from_text(std::string_view text) {
  for (const auto& row : enum_names<E>::table)
    if (row.text == text) return row.value;
  std::string known;
  for (const auto& row : enum_names<E>::table) known += (known.empty() ? "" : ", ") + std::string{row.text};
  return fail(ec::malformed, "unknown " + std::string{enum_names<E>::what} + " '" + std::string{text.substr(0, 64)} +
                                 "'; known: " + known);
}

} // namespace strike
