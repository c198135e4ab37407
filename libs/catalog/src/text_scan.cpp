#include "text_scan.hpp"

#include "texts.hpp"

#include <string>
#include <utility>

namespace strike::catalog {

namespace {

/// The texts of one market in lower case, a new-line behind each, so that no term is found across two.
class page {
public:
  void fill(const market& x) {
    text_.clear();
    ends_.clear();
    each_text(x, [this](std::string_view text, std::uint32_t weight) {
      (text_ += text) += '\n';
      ends_.emplace_back(text_.size(), weight);
    });
    make_lower_case(text_);
    text_.append(stride, '\n');
  }
  std::uint32_t score(std::string_view term) const {
    std::uint32_t total = 0;
    auto in = ends_.begin();
    each_occurrence(std::string_view{text_}.substr(0, text_.size() - stride), term, [&](std::size_t at) {
      while (at >= in->first) ++in;
      total += in->second;
    });
    return total;
  }

private:
  std::string text_;
  std::vector<std::pair<std::size_t, std::uint32_t>> ends_; ///< of each text, with its weight
};

} // namespace

std::vector<std::uint32_t> scan_scores(std::span<const market_ptr> markets, std::string_view query) {
  const auto terms = terms_of(query);
  std::vector<std::uint32_t> totals(markets.size());
  if (terms.empty()) return totals;
  page text;
  for (std::size_t i = 0; i < markets.size(); ++i) {
    text.fill(*markets[i]);
    for (const auto& term : terms) totals[i] += text.score(term);
  }
  return totals;
}

} // namespace strike::catalog
