#include "text_index.hpp"

#include "texts.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <deque>
#include <utility>

namespace strike::catalog {

namespace {

/// The first eight characters, or as many as there are. Eight behind the start can be read.
std::uint64_t head_of(std::string_view word) {
  std::uint64_t head;
  std::memcpy(&head, word.data(), 8);
  return word.size() >= 8 ? head : head & ((std::uint64_t{1} << 8 * word.size()) - 1);
}

/// Eight characters behind the word can be read.
std::uint64_t hash_of(std::string_view word) {
  std::uint64_t hash = word.size();
  for (; !word.empty(); word.remove_prefix(std::min<std::size_t>(word.size(), 8))) {
    hash = (hash ^ head_of(word)) * 0x9e37'79b9'7f4a'7c15;
    hash ^= hash >> 32;
  }
  return hash;
}

} // namespace

/// Numbers words as they come, and counts them market by market.
class text_index::builder {
public:
  explicit builder(text_index& into) : into_{into}, slots_(1 << 10) {}

  void add(std::string_view text, std::uint32_t weight) {
    lower_ = text;
    make_lower_case(lower_);
    lower_.append(stride, ' ');
    each_word(std::string_view{lower_}.substr(0, text.size()), [&](std::string_view word) {
      const auto number = number_of(word);
      if (weights_[number] == 0) touched_.push_back(number);
      weights_[number] += weight;
    });
  }
  void end_market(std::uint32_t market) {
    for (const auto word : touched_) {
      for (auto left = std::exchange(weights_[word], 0U); left > 0;) {
        const auto weight = std::min(left, posting::most_weight);
        entries_.push_back({word, {market << 8 | weight}});
        ++into_.last_of_[word];
        left -= weight;
      }
    }
    touched_.clear();
  }
  /// Sorts by word; within one the order of the markets stays.
  void finish() {
    std::size_t total = 0;
    for (auto& x : into_.last_of_) total += std::exchange(x, total);
    into_.postings_.resize(entries_.size());
    for (const auto& x : entries_) into_.postings_[into_.last_of_[x.word]++] = x.where;
  }

private:
  struct entry {
    std::uint32_t word;
    posting where;
  };
  /// A word; short ones are told apart by this alone.
  struct slot {
    std::uint64_t head = 0;
    std::uint32_t size = 0; ///< 0: free
    std::uint32_t number = 0;
  };

  std::string_view word_at(std::uint32_t number, std::size_t size) const {
    return std::string_view{into_.words_}.substr(into_.ends_[number] - size, size);
  }
  std::uint32_t number_of(std::string_view word) {
    const auto head = head_of(word);
    for (auto at = hash_of(word);; ++at) {
      auto& x = slots_[at & (slots_.size() - 1)];
      if (x.size == 0) return add_word(word, x);
      if (x.head == head && x.size == word.size() && (x.size <= 8 || word_at(x.number, x.size) == word))
        return x.number;
    }
  }
  std::uint32_t add_word(std::string_view word, slot& to) {
    const auto number = static_cast<std::uint32_t>(into_.ends_.size());
    to = {head_of(word), static_cast<std::uint32_t>(word.size()), number};
    into_.words_ += word;
    into_.ends_.push_back(into_.words_.size());
    into_.words_ += '\n';
    into_.last_of_.push_back(0);
    weights_.push_back(0);
    if (2 * into_.ends_.size() > slots_.size()) grow();
    return number;
  }
  void grow() {
    std::vector<slot> old(2 * slots_.size());
    old.swap(slots_);
    into_.words_.append(8, '\n');
    for (const auto& x : old) {
      if (x.size == 0) continue;
      auto at = hash_of(word_at(x.number, x.size));
      while (slots_[at & (slots_.size() - 1)].size != 0) ++at;
      slots_[at & (slots_.size() - 1)] = x;
    }
    into_.words_.resize(into_.words_.size() - 8);
  }

  text_index& into_;
  std::string lower_;                  ///< the text at hand
  std::vector<slot> slots_;            ///< by hash; a power of two of them, at most half of them taken
  std::vector<std::uint32_t> weights_; ///< of the market at hand, by word
  std::vector<std::uint32_t> touched_; ///< the words that it has
  std::deque<entry> entries_;          ///< some ten million, which are not moved when more come
};

text_index::text_index(std::span<const market_ptr> markets) : markets_{markets.size()} {
  assert(markets_ < posting::most_markets);
  builder make{*this};
  for (std::size_t i = 0; i < markets_; ++i) {
    each_text(*markets[i], [&](std::string_view text, std::uint32_t weight) { make.add(text, weight); });
    make.end_market(static_cast<std::uint32_t>(i));
  }
  make.finish();
  words_.append(stride, '\n');
}

/// How often the term occurs in each word, on top of what is there.
void text_index::count(std::string_view term, word_counts& to) const {
  std::size_t word = 0;
  each_occurrence(std::string_view{words_}.substr(0, words_.size() - stride), term, [&](std::size_t at) {
    while (at >= ends_[word]) ++word;
    if (to.of[word]++ == 0) to.found.push_back(word);
  });
}

std::vector<std::uint32_t> text_index::scores(std::string_view query) const {
  word_counts seen{.of = std::vector<std::uint32_t>(ends_.size()), .found = {}};
  for (const auto& term : terms_of(query)) count(term, seen);
  std::vector<std::uint32_t> totals(markets_);
  for (const auto word : seen.found)
    for (auto i = word == 0 ? 0 : last_of_[word - 1]; i < last_of_[word]; ++i)
      totals[postings_[i].market()] += postings_[i].weight() * seen.of[word];
  return totals;
}

} // namespace strike::catalog
