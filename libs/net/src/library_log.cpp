#include "net/library_log.hpp"

#include <libwebsockets.h>

namespace strike::net {

namespace {

thread_local const std::function<void(std::string_view)>* warnings = nullptr;

void on_log(int, const char* line) {
  std::string_view text = line;
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (warnings && *warnings) (*warnings)(text);
}

} // namespace

void route_library_log() { lws_set_log_level(LLL_ERR | LLL_WARN, on_log); }

warnings_of_this_thread::warnings_of_this_thread(const std::function<void(std::string_view)>& to) { warnings = &to; }
warnings_of_this_thread::~warnings_of_this_thread() { warnings = nullptr; }

} // namespace strike::net
