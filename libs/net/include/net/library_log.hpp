#pragma once

#include <functional>
#include <string_view>

namespace strike::net {

/// libwebsockets has one log for the whole process, and the last who sets it wins. Everyone who uses libwebsockets calls
/// this before making a context: from then on a warning goes to the thread that caused it, and on a thread without
/// `warnings_of_this_thread` nowhere. Any thread, any number of times.
void route_library_log();

/// While it lives, what libwebsockets warns of on this thread goes to `to`, one line without its end. One at a time.
class warnings_of_this_thread {
public:
  explicit warnings_of_this_thread(const std::function<void(std::string_view)>& to);
  ~warnings_of_this_thread();
  warnings_of_this_thread(const warnings_of_this_thread&) = delete;
  warnings_of_this_thread& operator=(const warnings_of_this_thread&) = delete;
};

} // namespace strike::net
