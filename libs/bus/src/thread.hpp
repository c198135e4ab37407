#pragma once

#include <csignal>
#include <pthread.h>
#include <thread>

namespace strike::bus {

/// Starts a thread that takes no signals: they belong to the thread that waits for them, and would interrupt ZeroMQ.
template <class F> std::thread start_thread(const char* name, F f) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread out{std::move(f)};
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(out.native_handle(), name); // at most 15 characters
  return out;
}

} // namespace strike::bus
