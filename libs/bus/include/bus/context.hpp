#pragma once

#include <memory>

namespace strike::bus {

struct context_state;

/// ZeroMQ's I/O threads and the door keeper that checks client keys. One per process, shared by everything that speaks
/// on the bus: `inproc://` reaches only within a context. Cheap to copy; the threads end with the last copy and the
/// last socket, whichever goes later.
class context {
public:
  /// @param io_threads one moves about a gigabyte a second
  explicit context(int io_threads = 1);

  /// For the implementation.
  const std::shared_ptr<context_state>& state() const { return state_; }

private:
  std::shared_ptr<context_state> state_;
};

} // namespace strike::bus
