#pragma once

#include "base/error.hpp"
#include "sandbox/venue_server.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace strike::sandbox {

/// A port, and who answers there: WebSocket and HTTP/1.1 alike.
struct endpoint {
  std::string address; ///< "127.0.0.1:9443"; port 0 takes a free one
  port_server* answers = nullptr;
  bool is_tls = true;                      ///< false: for the control port, on loopback
  std::vector<std::string> kept_headers{}; ///< of requests; in lower case, without colon
};

/// All ports of the sandbox, on libwebsockets, on the thread that calls `round`. Clients that offer permessage-deflate
/// get it; a client's pings are answered, and a silent client is pinged.
class tls_server {
public:
  struct options {
    std::filesystem::path certificate, key;    ///< PEM
    std::size_t most_connections = 256;        ///< of all ports; one more is refused
    std::size_t most_message_bytes = 1 << 20;  ///< of a message or a body; a longer one ends the connection: 1009, 413
    std::size_t most_waiting_bytes = 32 << 20; ///< a client for which more waits is cut off
    std::function<std::int64_t()> wall_ns;
    std::function<void(std::string_view line)> on_warning; ///< libwebsockets' own, a line each
  };
  /// @returns `ec::io`: cannot listen; `ec::invalid_config`: an address that is none, or files that are no certificate
  static result<std::unique_ptr<tls_server>> open(options how, const std::vector<endpoint>& ports);
  /// Ends all connections without another call to those who answer.
  ~tls_server();

  /// "127.0.0.1:43121": what the endpoint of that place was bound to.
  const std::string& address(std::size_t place) const;
  /// Waits until something happens, `wake` is called or the wall clock reads `until_ns`; serves it; returns.
  void round(std::int64_t until_ns);
  /// Ends the wait of `round`. Any thread.
  void wake();

private:
  struct impl;
  explicit tls_server(std::unique_ptr<impl> x);
  std::unique_ptr<impl> impl_;
};

} // namespace strike::sandbox
