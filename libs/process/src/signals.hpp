#pragma once

#include <chrono>
#include <csignal>
#include <optional>

/// The signals that a service answers. They are blocked in every thread and fetched by the one that waits for them.
namespace strike::process::signals {

/// Sent by the process to itself: there is news for the thread that waits.
inline constexpr int wake_signal = SIGUSR1;

/// For this thread and all that it will start; SIGPIPE becomes an error of the write. First line of `main`.
void block();

/// @returns SIGINT, SIGTERM, SIGHUP or `wake_signal`
int wait();

/// @returns nothing once `limit` is over
std::optional<int> wait_for(std::chrono::nanoseconds limit);

/// Ends the wait of whichever thread waits, or the next wait.
void wake();

/// "SIGTERM"
const char* name_of(int signal);

} // namespace strike::process::signals
