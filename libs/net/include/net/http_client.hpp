#pragma once

#include "net/loop.hpp"

#include <memory>
#include <stop_token>
#include <string>

namespace strike::net {

/// HTTP for a thread that has nothing else to do until the answer is there. One thread at a time.
class http_client {
public:
  explicit http_client(loop::options how) : how_{std::move(how)} {}

  /// @param stop ends the wait
  /// @returns the body of a 200; `ec::io`, `ec::malformed` or `ec::invalid_config` that names host and reason, also for
  /// any other status; `ec::session_down` after `stop`
  result<std::string> fetch(http_request what, const std::stop_token& stop = {});

private:
  loop::options how_;
  std::unique_ptr<loop> loop_; ///< opened with the first request
};

} // namespace strike::net
