#pragma once

#include "catalog/market.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strike::catalog {

/// Which markets have which word. A term of a query holds no white space, so that each of its occurrences lies within
/// one word: it is looked for in all words, each once however many texts hold it, and the markets of those that have it
/// are counted, once for all terms. The result is that of a search through the texts themselves.
class text_index {
public:
  explicit text_index(std::span<const market_ptr> markets);

  /// By the place of the market. Source: polymarket.md 18.
  std::vector<std::uint32_t> scores(std::string_view query) const;

private:
  /// A market that has a word, and the sum of the weights of its places there; a larger sum takes several. Four bytes,
  /// as there are some hundred to a market.
  struct posting {
    static constexpr std::size_t most_markets = 1 << 24;
    static constexpr std::uint32_t most_weight = 255;
    std::uint32_t market() const { return packed >> 8; }
    std::uint32_t weight() const { return packed & 255; }
    std::uint32_t packed = 0;
  };

  struct word_counts {
    std::vector<std::uint32_t> of;  ///< by word
    std::vector<std::size_t> found; ///< those that are not 0
  };

  class builder;
  void count(std::string_view term, word_counts& to) const;

  std::size_t markets_ = 0;
  std::string words_;                ///< a new-line behind each, and a margin of them at the end
  std::vector<std::size_t> ends_;    ///< of each word in `words_`
  std::vector<posting> postings_;    ///< by word
  std::vector<std::size_t> last_of_; ///< behind the postings of each word
};

} // namespace strike::catalog
