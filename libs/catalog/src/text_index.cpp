#include "text_index.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>
#include <deque>
#include <functional>
#include <utility>

namespace strike::catalog {

namespace {

constexpr std::size_t stride = 64; ///< positions that are looked at at once

bool is_white(char x) { return x == ' ' || (x >= '\t' && x <= '\r'); }

/// Calls `f` with each run of characters that are not white space.
template <class F> void each_word(std::string_view text, F f) {
  for (std::size_t at = 0; at < text.size();) {
    const auto start = at;
    while (at < text.size() && !is_white(text[at])) ++at;
    if (at > start) f(text.substr(start, at - start));
    while (at < text.size() && is_white(text[at])) ++at;
  }
}

/// Calls `hit` with each place where the term begins, left to right, without overlap. `stride` bytes behind
/// `text.size() + term.size()` can be read. The two ends of the term are compared at 64 places at a time, which the
/// compiler turns into vector instructions.
template <class F> void each_occurrence(std::string_view text, std::string_view term, F hit) {
  if (term.size() > text.size()) return;
  const std::size_t places = text.size() - term.size() + 1;
  const char first = term.front(), last = term.back();
  std::size_t next = 0; ///< the first place that does not overlap the last hit
  for (std::size_t block = 0; block < places; block += stride) {
    const char* const front = text.data() + block;
    const char* const back = front + term.size() - 1;
    alignas(stride) std::array<std::uint8_t, stride> fits;
    for (std::size_t i = 0; i < stride; ++i)
      fits[i] = static_cast<std::uint8_t>(static_cast<int>(front[i] == first) & static_cast<int>(back[i] == last));
    for (std::size_t part = 0; part < stride; part += 8) {
      std::uint64_t flags;
      std::memcpy(&flags, fits.data() + part, 8);
      for (; flags != 0; flags &= flags - 1) { // each byte is 0 or 1
        const auto at = block + part + static_cast<std::size_t>(std::countr_zero(flags)) / 8;
        if (at < next || at >= places || std::memcmp(text.data() + at, term.data(), term.size()) != 0) continue;
        hit(at);
        next = at + term.size();
      }
    }
  }
}

} // namespace

std::string lower_case(std::string_view text) {
  std::string lower{text};
  for (auto& x : lower) x = static_cast<char>(x >= 'A' && x <= 'Z' ? x + ('a' - 'A') : x);
  return lower;
}

/// Numbers words as they come, and counts them market by market.
class text_index::builder {
public:
  explicit builder(text_index& into) : into_{into} {}

  void add(std::string_view text, std::uint32_t weight) {
    const auto lower = lower_case(text);
    each_word(lower, [&](std::string_view word) {
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

  std::uint32_t number_of(std::string_view word) {
    if (const auto at = numbers_.find(word); at != numbers_.end()) return at->second;
    const auto number = static_cast<std::uint32_t>(into_.ends_.size());
    numbers_.emplace(kept_.emplace_back(word), number);
    into_.words_ += word;
    into_.ends_.push_back(into_.words_.size());
    into_.words_ += '\n';
    into_.last_of_.push_back(0);
    weights_.push_back(0);
    return number;
  }

  text_index& into_;
  std::deque<std::string> kept_; ///< what the keys of the next point to
  boost::unordered_flat_map<std::string_view, std::uint32_t, std::hash<std::string_view>> numbers_;
  std::vector<std::uint32_t> weights_; ///< of the market at hand, by word
  std::vector<std::uint32_t> touched_; ///< the words that it has
  std::vector<entry> entries_;
};

text_index::text_index(std::span<const market_ptr> markets) : markets_{markets.size()} {
  static_assert(std::endian::native == std::endian::little, "each_occurrence reads places out of a word");
  assert(markets_ < posting::most_markets);
  builder make{*this};
  for (std::size_t i = 0; i < markets_; ++i) {
    const auto& x = *markets[i];
    make.add(x.slug, 8);
    make.add(x.question, 4);
    for (const auto& tag : x.tags) make.add(tag, 2);
    make.add(x.description, 1);
    make.end_market(static_cast<std::uint32_t>(i));
  }
  make.finish();
  words_.append(stride, '\n');
}

void text_index::add_scores(std::string_view term, std::vector<std::uint32_t>& totals) const {
  const auto words = std::string_view{words_}.substr(0, words_.size() - stride);
  std::size_t word = 0;
  std::uint32_t count = 0; // in that word
  const auto spend = [&] {
    if (count == 0) return;
    for (auto i = word == 0 ? 0 : last_of_[word - 1]; i < last_of_[word]; ++i)
      totals[postings_[i].market()] += postings_[i].weight() * count;
    count = 0;
  };
  each_occurrence(words, term, [&](std::size_t at) {
    if (at >= ends_[word]) spend();
    while (at >= ends_[word]) ++word;
    ++count;
  });
  spend();
}

std::vector<std::uint32_t> text_index::scores(std::string_view query) const {
  std::vector<std::uint32_t> totals(markets_);
  const auto lower = lower_case(query);
  each_word(lower, [&](std::string_view term) { add_scores(term, totals); });
  return totals;
}

} // namespace strike::catalog
