#pragma once

#include <exception>
#include <utility>

namespace strike::gateway {

/// Keeps what a call of the network throws until it can be thrown on: no exception may pass through libwebsockets,
/// which is C.
class failure_slot {
public:
  template <class F> void guard(F f) noexcept {
    try {
      f();
    } catch (...) {
      if (!kept_) kept_ = std::current_exception();
    }
  }
  void rethrow() {
    if (kept_) std::rethrow_exception(std::exchange(kept_, nullptr));
  }

private:
  std::exception_ptr kept_;
};

} // namespace strike::gateway
