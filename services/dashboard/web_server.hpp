#pragma once

#include "base/error.hpp"
#include "dashboard/access.hpp"
#include "dashboard/boards.hpp"
#include "dashboard/site.hpp"
#include "process/metrics.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace strike::dashboard {

struct server_limits {
  std::size_t most_connections = 256;
  /// Of one address: whatever it does, as many are left for the others. Behind a proxy, as in Docker, all share one.
  std::size_t most_of_address = 128;
  std::size_t most_header_bytes = 8'192;  ///< of a request; more closes the connection
  std::size_t most_body_bytes = 4'096;    ///< of a POST
  std::chrono::seconds idle{5};           ///< a connection without a request; a request that does not end
  std::chrono::seconds silent_viewer{45}; ///< a WebSocket whose other side answers no ping
};

/// The dashboard's HTTP and WebSocket side: libwebsockets on one thread of its own. A viewer at `/ws` gets everything
/// at once, then every `interval` what changed since the update before. Updates are made when the viewer's socket can
/// take one: one that reads slowly gets fewer and newer ones, and holds up nobody. Where a limit of connections is
/// reached, the one whose last request is the longest ago makes room for the next, unless all are viewers: then the
/// next is closed at once.
class web_server {
public:
  struct config {
    listen_address listen;
    std::chrono::milliseconds interval{500};
    /// A viewer gets an update at least so often, even if nothing changed, and so knows that it is connected.
    std::chrono::milliseconds sign_of_life{5'000};
    server_limits limits;
    std::function<std::int64_t()> now_ns; ///< since the epoch
    std::function<void()> on_tick;        ///< every `interval`, on the server's thread, before viewers are told
  };

  /// @param board, pages outlive the server, as `metrics` does; `pages` is used on its thread only
  /// @returns `ec::io` if the address cannot be bound
  static result<std::unique_ptr<web_server>> listen(config how, shared_boards& board, site& pages,
                                                    process::metric_registry& metrics);
  ~web_server(); ///< closes all connections and ends the thread: some milliseconds

  /// "http://127.0.0.1:8080/", with the port that was taken.
  const std::string& url() const;

private:
  struct impl;
  explicit web_server(std::unique_ptr<impl> from);

  std::unique_ptr<impl> impl_;
};

} // namespace strike::dashboard
