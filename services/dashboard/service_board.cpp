#include "dashboard/service_board.hpp"

#include "dashboard/json_text.hpp"

namespace strike::dashboard {

bool service_board::take(const wire::heartbeat& what, std::int64_t now_ns) {
  const std::pair key{what.service, what.instance};
  if (!services_.contains(key)) {
    // another process in place of one that is gone
    std::erase_if(services_, [&](const auto& x) { return x.first.first == what.service && is_late(x.second, now_ns); });
    if (services_.size() >= most_services) return false;
  }
  services_.insert_or_assign(key, entry{what, now_ns});
  return true;
}

std::string service_board::services_json(std::int64_t now_ns) {
  std::erase_if(services_, [&](const auto& x) { return now_ns - x.second.received_ns > forgotten_after_ns; });
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
