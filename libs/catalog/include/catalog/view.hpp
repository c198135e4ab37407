#pragma once

#include "base/error.hpp"
#include "catalog/market.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace strike::catalog {

class text_index;

struct hit {
  const market* what;
  std::uint32_t score; ///< > 0
};

/// The markets of one instant, immutable: any number of threads read it. What it returns lives as long as it does.
class view {
public:
  /// @param markets of one id of a venue the last counts
  explicit view(std::vector<market_ptr> markets);
  ~view();
  view(const view&) = delete;
  view& operator=(const view&) = delete;

  /// By slug, then venue and id.
  std::span<const market_ptr> all() const { return markets_; }
  /// By condition id or symbol. Null, here and below: there is none.
  const market* get(std::string_view id) const;
  const market* find_by_slug(std::string_view slug) const;
  /// The market of one of whose sides this is the token.
  const market* find_by_token_id(std::string_view token) const;
  /// Those of whose slug a part matches a Perl regular expression, by slug.
  /// @returns `ec::malformed` with what is wrong with the pattern, also if it takes too long
  result<std::vector<const market*>> find_by_slug_regex(std::string_view pattern) const;
  std::vector<const market*> neg_risk_group(std::string_view group) const;

  /// Full text: the words of the query, lower-cased, are counted as parts of words, slug x 8 + question x 4 +
  /// tags x 2 + description x 1; best first, equal ones by slug, then venue and id. Letters beyond ASCII count as they
  /// are written. Until the view is laid out, a search reads all texts, which takes longer.
  /// Source: Thomas-Redding/cracker3, src/catalog/polymarket.rs; ties are ours.
  std::vector<hit> search(std::string_view query, std::size_t limit, std::optional<venue> only = {}) const;
  /// Makes an index of all texts, for who searches more than a few times; others may search meanwhile.
  void lay_out() const;

private:
  std::vector<std::uint32_t> scores(std::string_view query) const;

  std::vector<market_ptr> markets_;
  boost::unordered_flat_map<std::string_view, const market*> by_id_, by_token_;
  mutable std::atomic<int> scans_ = 0; ///< searches without an index
  mutable std::once_flag laying_out_;
  mutable std::unique_ptr<const text_index> texts_;
  mutable std::atomic<bool> is_laid_out_ = false; ///< `texts_` may be read
};

using view_ptr = std::shared_ptr<const view>;

} // namespace strike::catalog
