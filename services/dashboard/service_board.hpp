#pragma once

#include "wire/ops.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace strike::dashboard {

/// Which services are alive, by their heartbeats on `ops/`. Not thread-safe.
class service_board {
public:
  static constexpr std::int64_t late_after_ns = 5'000'000'000;        ///< five beats are missing
  static constexpr std::int64_t forgotten_after_ns = 600'000'000'000; ///< one that is followed by another: when late
  static constexpr std::size_t most_services = 64;

  /// @returns false: there are too many already
  bool take(const wire::heartbeat& what, std::int64_t now_ns);

  /// [{"service":..,"instance":..,"version":..,"ready":..,"beat_ms":..,"late":..,"counters":{..}}], by name. `beat_ms`
  /// is when it was received.
  std::string services_json(std::int64_t now_ns);
  /// The replay's position as JSON, or null: {"is_paused":..,"is_over":..,"speed":..,"position_ms":..,"first_ms":..,
  /// "fraction":..}. A replay that fell silent is none.
  std::string replay_json(std::int64_t now_ns) const;

private:
  using instance_key = std::pair<std::string, std::string>; ///< service and instance
  struct entry {
    wire::heartbeat last;
    std::int64_t received_ns = 0;
    bool is_successor = false; ///< of one that is forgotten for it
  };
  void forget(std::int64_t now_ns);
  static bool is_late(const entry& x, std::int64_t now_ns) { return now_ns - x.received_ns > late_after_ns; }

  std::map<instance_key, entry> services_;
};

} // namespace strike::dashboard
