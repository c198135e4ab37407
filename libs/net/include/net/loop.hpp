#pragma once

#include "net/network.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace strike::net {

/// The sockets of one thread, on libwebsockets. Proxies are taken from `https_proxy`, `http_proxy` and `no_proxy`.
class loop final : public network {
public:
  struct options {
    std::string ca_file; ///< PEM; whom to trust. Empty: the system's store
    /// libwebsockets' own warnings and errors, a line each.
    std::function<void(std::string_view line)> on_warning;
  };
  /// @returns `ec::invalid_config`: the CA file cannot be read, or holds no certificate
  static result<std::unique_ptr<loop>> open(options how);
  ~loop() override; ///< ends all sockets and requests without another call

  result<std::unique_ptr<socket>> open_socket(const socket_options& how, socket_handlers handlers) override;
  void fetch(http_request what, std::function<void(result<http_response>)> done) override;

  /// Serves a foreign descriptor too, such as ZeroMQ's: called whenever it is readable. For good.
  void watch(int fd, std::function<void()> on_readable);
  /// Waits until something happens, `wake` is called or the steady clock reads `until_ns`; serves it; returns.
  void round(std::int64_t until_ns);
  /// Ends the wait of `round`, or of the next one. Any thread.
  void wake();

private:
  struct impl;
  explicit loop(std::unique_ptr<impl> x);
  std::unique_ptr<impl> impl_;
};

} // namespace strike::net
