#include "exec/strategy_lines.hpp"

#include "bus/topic.hpp"

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

} // namespace strike::exec
