#include "catalog/view.hpp"

#include "text_index.hpp"
#include "text_scan.hpp"

#include <boost/regex.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <tuple>

namespace strike::catalog {

namespace {

constexpr int most_scans = 8; ///< take about as long as it takes to make an index

auto place_of(const market& x) { return std::tie(x.slug, x.at, x.id); }

} // namespace

view::view(std::vector<market_ptr> markets) : markets_{std::move(markets)} {
  std::ranges::reverse(markets_); // so that the last of one id comes first
  std::ranges::stable_sort(markets_, {}, [](const market_ptr& x) { return std::tie(x->id, x->at); });
  const auto doubles = std::ranges::unique(markets_, {}, [](const market_ptr& x) { return std::tie(x->id, x->at); });
  markets_.erase(doubles.begin(), doubles.end());
  std::ranges::sort(markets_, {}, [](const market_ptr& x) { return place_of(*x); });
  by_id_.reserve(markets_.size());
  by_token_.reserve(2 * markets_.size());
  for (const auto& x : markets_) {
    by_id_.try_emplace(x->id, x.get());
    for (const auto& side : x->outcomes) by_token_.try_emplace(side.token, x.get());
  }
}

view::~view() = default;

const market* view::get(std::string_view id) const {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? nullptr : at->second;
}

const market* view::find_by_slug(std::string_view slug) const {
  const auto at =
      std::ranges::lower_bound(markets_, slug, {}, [](const market_ptr& x) { return std::string_view{x->slug}; });
  return at == markets_.end() || (*at)->slug != slug ? nullptr : at->get();
}

const market* view::find_by_token_id(std::string_view token) const {
  const auto at = by_token_.find(token);
  return at == by_token_.end() ? nullptr : at->second;
}

result<std::vector<const market*>> view::find_by_slug_regex(std::string_view pattern) const {
  std::vector<const market*> found;
  try {
    const boost::regex what{pattern.begin(), pattern.end()};
    for (const auto& x : markets_)
      if (boost::regex_search(x->slug, what)) found.push_back(x.get());
  } catch (const std::runtime_error& fault) { // boost::regex_error among them
    return fail(ec::malformed, fmt::format("'{}' is not a usable regular expression: {}", pattern, fault.what()));
  }
  return found;
}

std::vector<const market*> view::neg_risk_group(std::string_view group) const {
  std::vector<const market*> members;
  for (const auto& x : markets_)
    if (!group.empty() && x->neg_risk_group == group) members.push_back(x.get());
  return members;
}

void view::lay_out() const {
  std::call_once(laying_out_, [this] {
    texts_ = std::make_unique<const text_index>(markets_);
    is_laid_out_.store(true, std::memory_order_release);
  });
}

/// An index is worth its making only to who searches often.
std::vector<std::uint32_t> view::scores(std::string_view query) const {
  const auto is_laid_out = [this] { return is_laid_out_.load(std::memory_order_acquire); };
  if (!is_laid_out() && scans_.fetch_add(1, std::memory_order_relaxed) >= most_scans) lay_out();
  return is_laid_out() ? texts_->scores(query) : scan_scores(markets_, query);
}

std::vector<hit> view::search(std::string_view query, std::size_t limit, std::optional<venue> only) const {
  const auto scores_by_place = scores(query);
  // `markets_` are in the order of equal ones: the greatest of these are the best
  std::vector<std::uint64_t> found;
  for (std::size_t i = 0; i < markets_.size(); ++i)
    if (scores_by_place[i] > 0 && (!only || markets_[i]->at == *only))
      found.push_back(std::uint64_t{scores_by_place[i]} << 32 | (UINT32_MAX - i));
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(limit, found.size()));
  std::partial_sort(found.begin(), end, found.end(), std::greater{});
  std::vector<hit> best;
  for (auto x = found.begin(); x != end; ++x)
    best.push_back({markets_[UINT32_MAX - (*x & UINT32_MAX)].get(), static_cast<std::uint32_t>(*x >> 32)});
  return best;
}

} // namespace strike::catalog
