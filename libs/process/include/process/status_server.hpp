#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace strike::process {

struct http_reply {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
};

/// What bad clients can cost at most.
struct status_limits {
  /// For the next whole request and the whole reply; a slower client is cut off.
  std::chrono::milliseconds request_timeout{5'000};
  std::size_t most_connections = 64; ///< one more cuts off the oldest, so that a flood of idle ones shuts nobody out
  std::size_t most_request_bytes = 8 * 1024;
};

/// Answers GET and HEAD over HTTP/1.1, on one thread of its own: for probes and Prometheus, not for the world.
class status_server {
public:
  /// @param path without the query; called on the server's thread and expected to take microseconds
  using handler = std::function<http_reply(std::string_view path)>;

  /// @param address "HOST:PORT", "[::1]:9100"; port 0 takes a free one
  /// @returns `ec::invalid_config` for an address that is none, `ec::io` if it cannot be bound
  static result<std::unique_ptr<status_server>> listen(std::string_view address, handler answer,
                                                       status_limits limits = {});
  ~status_server();

  /// "127.0.0.1:43121": what was bound.
  const std::string& address() const;

private:
  struct state;
  explicit status_server(std::unique_ptr<state> from);

  std::unique_ptr<state> state_;
};

} // namespace strike::process
