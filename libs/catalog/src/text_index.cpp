#include "text_index.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <bit>
#include <cstring>

namespace strike::catalog {

namespace {

constexpr std::array<std::uint32_t, 4> weights{8, 4, 2, 1}; ///< slug, question, tags, description
constexpr std::string_view white_space = " \t\n\r\v\f";
constexpr std::size_t stride = 64;           ///< positions that are looked at at once
constexpr std::size_t block_bytes = 1 << 17; ///< all terms go over a block while it is in the cache

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const auto start = text.find_first_not_of(white_space);
    if (start == std::string_view::npos) return words;
    text.remove_prefix(start);
    const auto word = text.substr(0, text.find_first_of(white_space));
    words.push_back(word);
    text.remove_prefix(word.size());
  }
}

/// Calls `hit` with each place where the term begins, left to right, without overlap. `stride` bytes behind
/// `text.size() + term.size()` can be read. The two ends of the term are compared at 64 places at once, which the
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

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& x : words) (all += all.empty() ? "" : " ") += x;
  return all;
}

} // namespace

std::string lower_case(std::string_view text) {
  std::string lower{text};
  for (auto& x : lower) x = static_cast<char>(x >= 'A' && x <= 'Z' ? x + ('a' - 'A') : x);
  return lower;
}

text_index::text_index(std::span<const market_ptr> markets) {
  static_assert(std::endian::native == std::endian::little, "each_occurrence reads places out of a word");
  boost::unordered_flat_map<std::string_view, std::uint32_t> known; // by the text as it was written
  std::vector<std::string> joined_tags;
  joined_tags.reserve(markets.size()); // `known` points into them
  const auto place = [&](std::string_view text) {
    const auto [at, is_new] = known.try_emplace(text, static_cast<std::uint32_t>(ends_.size()));
    if (is_new) {
      texts_ += lower_case(text);
      ends_.push_back(texts_.size());
      texts_ += '\n';
    }
    return at->second;
  };
  of_market_.reserve(markets.size());
  for (const auto& x : markets) {
    joined_tags.push_back(joined(x->tags));
    of_market_.push_back({place(x->slug), place(x->question), place(joined_tags.back()), place(x->description)});
  }
  texts_.append(stride, '\n');
}

void text_index::count(std::string_view term, std::size_t first, std::size_t last,
                       std::vector<std::uint32_t>& counts) const {
  const auto start = first == 0 ? 0 : ends_[first - 1] + 1;
  auto text = first;
  each_occurrence(std::string_view{texts_}.substr(start, ends_[last - 1] - start), term, [&](std::size_t at) {
    while (ends_[text] <= start + at) ++text;
    ++counts[text];
  });
}

std::vector<std::uint32_t> text_index::scores(std::string_view query) const {
  const auto lower = lower_case(query);
  const auto terms = words_of(lower);
  std::vector<std::uint32_t> totals(of_market_.size());
  if (terms.empty()) return totals;
  std::vector<std::uint32_t> counts(ends_.size());
  for (std::size_t first = 0; first < ends_.size();) {
    const auto start = first == 0 ? 0 : ends_[first - 1] + 1;
    auto last = first + 1;
    while (last < ends_.size() && ends_[last] - start < block_bytes) ++last;
    for (const auto term : terms) count(term, first, last, counts);
    first = last;
  }
  for (std::size_t i = 0; i < of_market_.size(); ++i)
    for (std::size_t f = 0; f < field_count; ++f) totals[i] += weights[f] * counts[of_market_[i][f]];
  return totals;
}

} // namespace strike::catalog
