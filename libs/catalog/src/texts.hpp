#pragma once

#include "catalog/market.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace strike::catalog {

/// What a search reads of a market: calls `f` with each text and what a term counts there.
/// Source: polymarket.md 18.
template <class F> void each_text(const market& x, F f) {
  f(std::string_view{x.slug}, 8U);
  f(std::string_view{x.question}, 4U);
  for (const auto& tag : x.tags) f(std::string_view{tag}, 2U);
  f(std::string_view{x.description}, 1U);
}

/// ASCII letters in lower case.
void make_lower_case(std::string& text);
std::string lower_case(std::string_view text);

inline constexpr std::size_t stride = 64; ///< characters that are looked at at once
static_assert(std::endian::native == std::endian::little, "the first of eight bytes is the lowest");

/// Of `stride` characters, those for which `is_true(place)` is 1 and not 0, as bits. The compiler makes vector
/// instructions of it.
template <class F> std::uint64_t mask_of(F is_true) {
  alignas(stride) std::array<std::uint8_t, stride> flags;
  for (std::size_t i = 0; i < stride; ++i) flags[i] = static_cast<std::uint8_t>(is_true(i));
  std::uint64_t mask = 0;
  for (std::size_t part = 0; part < stride; part += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, flags.data() + part, 8);
    mask |= eight * 0x0102'0408'1020'4080 >> 56 << part; // the product has them side by side at its top
  }
  return mask;
}

/// Calls `f` with each run of characters that are not white space. `stride` bytes behind the text can be read.
template <class F> void each_word(std::string_view text, F f) {
  std::size_t start = 0;
  const auto end_at = [&](std::size_t at) {
    if (at > start) f(text.substr(start, at - start));
    start = at + 1;
  };
  for (std::size_t block = 0; block < text.size(); block += stride) {
    const char* const from = text.data() + block;
    auto whites = mask_of([from](std::size_t i) {
      const auto x = static_cast<unsigned char>(from[i]);
      return static_cast<int>(x == ' ') | static_cast<int>(static_cast<unsigned char>(x - '\t') <= '\r' - '\t');
    });
    for (; whites != 0; whites &= whites - 1) {
      const auto at = block + static_cast<std::size_t>(std::countr_zero(whites));
      if (at >= text.size()) break;
      end_at(at);
    }
  }
  end_at(text.size());
}

/// The words of a query, in lower case.
std::vector<std::string> terms_of(std::string_view query);

/// Calls `hit` with each place where the term begins, left to right, without overlap. `stride` bytes behind the text
/// can be read.
template <class F> void each_occurrence(std::string_view text, std::string_view term, F hit) {
  if (term.size() > text.size()) return;
  const std::size_t places = text.size() - term.size() + 1;
  const char first = term.front(), last = term.back();
  std::size_t next = 0; ///< the first place that does not overlap the last hit
  for (std::size_t block = 0; block < places; block += stride) {
    const char* const front = text.data() + block;
    const char* const back = front + term.size() - 1;
    auto ends_fit =
        mask_of([=](std::size_t i) { return static_cast<int>(front[i] == first) & static_cast<int>(back[i] == last); });
    for (; ends_fit != 0; ends_fit &= ends_fit - 1) {
      const auto at = block + static_cast<std::size_t>(std::countr_zero(ends_fit));
      if (at < next || at >= places) continue;
      if (term.size() > 2 && std::memcmp(text.data() + at, term.data(), term.size()) != 0) continue;
      hit(at);
      next = at + term.size();
    }
  }
}

} // namespace strike::catalog
