#include "feed/snapshot_queue.hpp"

#include "bus/topic.hpp"

namespace strike::feed {

void snapshot_queue::add(std::string_view prefix) {
  const auto parts = bus::parse_prefix(prefix);
  if (!parts) return; // no topic starts so
  if (parts->root.text == "md" && parts->name.is_complete) {
    const auto id = instruments_.find(*from_text<venue>(parts->at.text), parts->name.text);
    if (id) waiting_.push_back({std::string{prefix}, slot_of(*id, channel{}), slot_of(*id, channel{}) + channels});
    return;
  }
  const auto is_same = [&](const request& x) { return x.next == 0 && x.prefix == prefix; };
  if (std::ranges::none_of(waiting_, is_same)) waiting_.push_back({std::string{prefix}, 0, UINT32_MAX});
}

} // namespace strike::feed
