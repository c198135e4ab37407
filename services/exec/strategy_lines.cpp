#include "exec/strategy_lines.hpp"

#include "bus/topic.hpp"

#include <algorithm>
#include <cassert>

namespace strike::exec {

strategy_line* strategy_lines::find(std::string_view name) {
  const auto at = owners_.find(name);
  return at == owners_.end() ? nullptr : &lines_[at->second];
}

strategy_line& strategy_lines::add(owner_id owner, std::string_view name) {
  assert(owner == lines_.size());
  const auto topic = bus::named_topic(bus::topic_root::orders, name);
  lines_.push_back({.name = std::string{name}, .topic = topic.value_or(std::string{}), .owner = owner});
  owners_.emplace(name, owner);
  return lines_.back();
}

bool strategy_lines::tell(strategy_line& to, decltype(wire::order_update_message::body) what) {
  wire::encode(bytes_, {{.epoch = epoch_, .sequence = ++to.sent, .strategy = to.name}, std::move(what)},
               tools_.instruments);
  if (!to.topic.empty()) tools_.publish(to.topic, bytes_);
  return !to.peer.empty() && tools_.send(to.peer, bytes_); // one of the store, not yet heard of
}

void strategy_lines::publish(const strategy_line& of, wire::account_snapshot what) {
  if (of.topic.empty()) return;
  // a strategy that has been told nothing yet stands as the store says
  const auto sequence = std::max<std::uint64_t>(of.sent, 1);
  wire::encode(bytes_, {{.epoch = epoch_, .sequence = sequence, .strategy = of.name}, std::move(what)},
               tools_.instruments);
  tools_.publish(of.topic, bytes_);
}

} // namespace strike::exec
