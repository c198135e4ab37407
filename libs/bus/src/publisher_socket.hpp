#pragma once

#include "bus/publisher.hpp"
#include "link.hpp"

#include <memory>

namespace strike::bus {

/// For a counter that only one thread writes: no locked instruction.
inline void bump(std::atomic<std::uint64_t>& x, std::uint64_t n = 1) {
  x.store(x.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

/// What both publishers do with their socket.
struct publisher_socket {
  link line;
  std::unique_ptr<counters> counts;

  static result<publisher_socket> bind(const context& where, const bind_config& config);
  /// @returns whether there was any
  bool poll_demand(const demand_callback& on_demand, const link_callback& on_link);
};

} // namespace strike::bus
