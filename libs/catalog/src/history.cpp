#include "catalog/history.hpp"

#include "base/time.hpp"
#include "cache_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace strike::catalog {

/// One venue's lists, from the newest back.
class history::timeline {
public:
  timeline(std::string name, cache_reader from, snapshot current)
      : name_{std::move(name)}, from_{std::move(from)}, current_{std::move(current)} {}

  /// Reads differences until one reaches back so far, or there are no more.
  void extend(std::int64_t at_ns) {
    while (oldest_ns() > at_ns && !is_read_) {
      auto older = from_.next();
      if (older && *older) {
        differences_.push_back(**std::move(older));
        continue;
      }
      is_read_ = true;
      if (!older) fault_ = older.error().text;
    }
  }
  /// From when on its lists are known, as far as it was read.
  std::int64_t oldest_ns() const { return differences_.empty() ? current_.since_ns : differences_.back().since_ns; }

  /// The list at a time that it reaches back to; narrows the bounds to where that holds.
  market_list at(std::int64_t at_ns, std::int64_t& from_ns, std::int64_t& until_ns) const {
    auto list = current_.markets;
    auto since_ns = current_.since_ns;
    for (const auto& x : differences_) {
      if (at_ns >= since_ns) break;
      list = undone(x, list);
      until_ns = std::min(until_ns, since_ns);
      since_ns = x.since_ns;
    }
    from_ns = std::max(from_ns, since_ns);
    return list;
  }
  std::string gap() const {
    return fmt::format("{}: nothing is known of before {}{}{}", name_, iso_from_ns(oldest_ns()),
                       fault_.empty() ? "" : "; ", fault_);
  }

private:
  std::string name_;
  cache_reader from_;
  snapshot current_;
  std::vector<difference> differences_; ///< newest first
  bool is_read_ = false;
  std::string fault_;
};

history::history() = default;
history::~history() = default;

result<std::unique_ptr<history>> history::open(const std::vector<std::filesystem::path>& files) {
  std::unique_ptr<history> made{new history};
  for (const auto& file : files) {
    auto from = cache_reader::open(file);
    if (!from) return std::unexpected{from.error()};
    auto current = from->read_current(false);
    if (!current) return std::unexpected{current.error()};
    made->venues_.push_back(std::make_unique<timeline>(file.string(), std::move(*from), *std::move(current)));
  }
  return made;
}

result<view_ptr> history::as_of(std::int64_t at_ns) {
  if (!shown_ || at_ns < from_ns_ || at_ns >= until_ns_) shown_ = look_up(at_ns);
  return *shown_;
}

result<view_ptr> history::look_up(std::int64_t at_ns) {
  gaps_.clear();
  from_ns_ = 0, until_ns_ = INT64_MAX;
  market_list all;
  for (const auto& x : venues_) {
    x->extend(at_ns);
    if (at_ns < x->oldest_ns()) {
      until_ns_ = std::min(until_ns_, x->oldest_ns());
      gaps_.push_back(x->gap());
      continue;
    }
    auto some = x->at(at_ns, from_ns_, until_ns_);
    all.insert(all.end(), some.begin(), some.end());
  }
  if (gaps_.size() < venues_.size()) return std::make_shared<const view>(std::move(all));
  const auto why = venues_.empty() ? "there is no cache file" : fmt::format("{}", fmt::join(gaps_, "; "));
  return fail(ec::not_found, fmt::format("no market is known at {}: {}", iso_from_ns(at_ns), why));
}

} // namespace strike::catalog
