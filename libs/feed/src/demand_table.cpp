#include "feed/demand_table.hpp"

#include "bus/topic.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::feed {

demand_table::kind demand_table::kind_of(std::string_view prefix) {
  const auto parts = bus::parse_prefix(prefix);
  if (!parts || !parts->root.is_complete || parts->root.text != "md" || !parts->at.is_complete) return kind::tap;
  if (!parts->name.is_complete) return kind::wildcard;
  return parts->what.is_complete || parts->what.text.empty() ? kind::named : kind::tap;
}

bool demand_table::add(std::string_view prefix) {
  auto found = wishes_.find(prefix);
  const bool is_new = found == wishes_.end();
  if (is_new) found = wishes_.emplace(prefix, wish{}).first;
  auto& mine = found->second;
  if (mine.count++ == 0 && !is_new) ending_.erase(found->first);
  mine.ends_ns = INT64_MAX;
  if (is_new) index(found->first, true);
  return is_new;
}

void demand_table::remove(std::string_view prefix, std::int64_t now_ns) {
  const auto found = wishes_.find(prefix);
  if (found == wishes_.end() || found->second.count == 0 || --found->second.count > 0) return;
  found->second.ends_ns = now_ns + grace_ns_;
  ending_.insert(found->first);
}

std::vector<std::string> demand_table::expire(std::int64_t now_ns) {
  std::vector<std::string> out;
  for (auto x = ending_.begin(); x != ending_.end();) {
    const auto found = wishes_.find(*x);
    if (found->second.ends_ns > now_ns) {
      ++x;
      continue;
    }
    index(found->first, false);
    wishes_.erase(found);
    out.push_back(std::move(ending_.extract(x++).value()));
  }
  return out;
}

std::int64_t demand_table::next_expiry_ns() const {
  std::int64_t first = INT64_MAX;
  for (const auto& x : ending_) first = std::min(first, wishes_.find(x)->second.ends_ns);
  return first;
}

void demand_table::index(const std::string& prefix, bool is_wanted) {
  const auto what = kind_of(prefix);
  if (what == kind::tap) return;
  ++version_;
  is_wanted ? ++demands_ : --demands_;
  if (what != kind::wildcard) return;
  if (is_wanted)
    wildcards_.insert(prefix);
  else
    wildcards_.erase(prefix);
}

bool demand_table::wants(venue at, std::string_view symbol, channel what) const {
  auto topic = fmt::format("md/{}/{}/", to_text(at), symbol);
  if (what == channel::ticker || what == channel::status)
    for (const auto& x : wildcards_)
      if (topic.starts_with(x)) return true;
  if (wishes_.contains(topic)) return true;
  topic += to_text(what);
  topic += '/';
  return wishes_.contains(topic);
}

} // namespace strike::feed
