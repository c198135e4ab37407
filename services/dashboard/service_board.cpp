#include "dashboard/service_board.hpp"

#include "dashboard/json_text.hpp"

#include <algorithm>
#include <vector>

namespace strike::dashboard {

bool service_board::take(const wire::heartbeat& what, std::int64_t now_ns) {
  const std::pair key{what.service, what.instance};
  auto found = services_.find(key);
  if (found == services_.end()) {
    forget(now_ns);
    if (services_.size() >= most_services) return false;
    found = services_.emplace(key, entry{}).first;
  }
  found->second.last = what;
  found->second.received_ns = now_ns;
  return true;
}

/// Those whose place another process has taken, each the place of one, and those that are gone for long. The first to
/// fall silent has the first successor: so one that is started again and again leaves nothing behind.
void service_board::forget(std::int64_t now_ns) {
  std::vector<std::map<instance_key, entry>::iterator> late;
  for (auto x = services_.begin(); x != services_.end(); ++x)
    if (is_late(x->second, now_ns)) late.push_back(x);
  std::ranges::sort(late, {}, [](const auto& x) { return x->second.received_ns; });
  for (const auto gone : late) {
    const auto last_ns = static_cast<std::uint64_t>(gone->second.last.at_ns);
    entry* successor = nullptr;
    for (auto& [key, x] : services_)
      if (key.first == gone->first.first && x.last.epoch > last_ns && !x.is_successor &&
          (!successor || x.last.epoch < successor->last.epoch))
        successor = &x;
    if (successor) successor->is_successor = true;
    if (successor || now_ns - gone->second.received_ns > forgotten_after_ns) services_.erase(gone);
  }
}

std::string service_board::services_json(std::int64_t now_ns) {
  forget(now_ns);
  std::string out = "[";
  json_list rows{out};
  for (const auto& [key, x] : services_) {
    json_object row{rows.next()};
    row.add("service", key.first).add("instance", key.second).add("version", x.last.version);
    row.add("ready", x.last.ready).add("beat_ms", x.received_ns / 1'000'000).add("late", is_late(x, now_ns));
    json_object counters{row.member("counters")};
    for (const auto& [name, count] : x.last.counters) append_json(counters.any_member(name), count);
    counters.end();
    row.end();
  }
  return out += ']';
}

std::string service_board::replay_json(std::int64_t now_ns) const {
  for (const auto& [key, x] : services_) {
    if (!x.last.replay || is_late(x, now_ns)) continue;
    const auto& at = *x.last.replay;
    std::string out;
    json_object made{out};
    made.add("is_paused", at.is_paused).add("is_over", at.is_over).add("speed", at.speed);
    made.add("position_ms", at.position_ns / 1'000'000).add("first_ms", at.first_ns / 1'000'000);
    made.add("fraction", at.fraction).end();
    return out;
  }
  return "null";
}

} // namespace strike::dashboard
