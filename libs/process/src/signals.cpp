#include "signals.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <pthread.h>
#include <unistd.h>

namespace strike::process::signals {

namespace {

sigset_t handled() {
  sigset_t set;
  sigemptyset(&set);
  for (const int x : {SIGINT, SIGTERM, SIGHUP, wake_signal}) sigaddset(&set, x);
  return set;
}

} // namespace

void block() {
  const auto set = handled();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int wait() {
  const auto set = handled();
  int got = -1;
  while ((got = sigwaitinfo(&set, nullptr)) < 0 && errno == EINTR) {
  } // as after SIGSTOP and SIGCONT
  return got;
}

std::optional<int> wait_for(std::chrono::nanoseconds limit) {
  using clock = std::chrono::steady_clock;
  const auto set = handled();
  const auto end = clock::now() + limit;
  for (;;) {
    const auto left = std::max(std::chrono::nanoseconds{end - clock::now()}, std::chrono::nanoseconds{0});
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec most{.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
    if (const int got = sigtimedwait(&set, nullptr, &most); got > 0) return got;
    if (errno != EINTR) return {};
  }
}

void wake() { kill(getpid(), wake_signal); }

const char* name_of(int signal) {
  switch (signal) {
  case SIGINT:
    return "SIGINT";
  case SIGTERM:
    return "SIGTERM";
  case SIGHUP:
    return "SIGHUP";
  default:
    return "wake";
  }
}

} // namespace strike::process::signals
