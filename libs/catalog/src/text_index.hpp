#pragma once

#include "catalog/market.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strike::catalog {

/// ASCII letters in lower case.
std::string lower_case(std::string_view text);

/// The texts of many markets, lower-cased in one run of memory, each once however many markets have it: descriptions
/// and tags are mostly those of their event.
class text_index {
public:
  explicit text_index(std::span<const market_ptr> markets);

  /// By the place of the market. Source: polymarket.md 18.
  std::vector<std::uint32_t> scores(std::string_view query) const;

private:
  enum field : std::uint8_t { slug, question, tags, description, field_count };

  /// How often each text holds the term, added to `counts`, for the texts [first, last).
  void count(std::string_view term, std::size_t first, std::size_t last, std::vector<std::uint32_t>& counts) const;

  std::string texts_;             ///< a new-line behind each, and `margin` of them at the end
  std::vector<std::size_t> ends_; ///< of each text in `texts_`
  std::vector<std::array<std::uint32_t, field_count>> of_market_;
};

} // namespace strike::catalog
