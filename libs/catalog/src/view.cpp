#include "catalog/view.hpp"

#include "text_index.hpp"

#include <boost/regex.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace strike::catalog {

namespace {

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
  std::call_once(laid_out_, [this] { texts_ = std::make_unique<const text_index>(markets_); });
}

std::vector<hit> view::search(std::string_view query, std::size_t limit, std::optional<venue> only) const {
  lay_out();
  const auto scores = texts_->scores(query);
  std::vector<hit> found;
  for (std::size_t i = 0; i < markets_.size(); ++i)
    if (scores[i] > 0 && (!only || markets_[i]->at == *only)) found.push_back({markets_[i].get(), scores[i]});
  const auto is_better = [](const hit& a, const hit& b) {
    return a.score != b.score ? a.score > b.score : place_of(*a.what) < place_of(*b.what);
  };
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(limit, found.size()));
  std::partial_sort(found.begin(), end, found.end(), is_better);
  found.erase(end, found.end());
  return found;
}

} // namespace strike::catalog
