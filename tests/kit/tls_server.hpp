#pragma once

#include "kit/test_ca.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace strike::test {

/// The server's end of one connection, with TLS or without. Blocks: it has a thread of its own.
class peer {
public:
  peer(int fd, SSL_CTX* tls) : fd_{fd} {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (!tls) return;
    ssl_.reset(SSL_new(tls));
    SSL_set_fd(ssl_.get(), fd);
    is_good_ = SSL_accept(ssl_.get()) == 1;
  }
  ~peer() {
    if (ssl_ && is_good_) SSL_shutdown(ssl_.get());
    cut();
  }
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;

  bool is_good() const { return is_good_; } ///< the handshake succeeded, and neither side has closed
  /// What the client named in its handshake (SNI); empty: nothing.
  std::string server_name() const {
    const auto* name = ssl_ ? SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name) : nullptr;
    return name ? name : "";
  }
  /// What has come, at least a byte; empty: the client has closed.
  std::string read() {
    if (!rest_.empty()) return std::exchange(rest_, {});
    char room[16 * 1024];
    const auto count = !is_good_ ? 0
                       : ssl_    ? SSL_read(ssl_.get(), room, sizeof room)
                                 : static_cast<int>(recv(fd_, room, sizeof room, 0));
    is_good_ = count > 0;
    return {room, static_cast<std::size_t>(count > 0 ? count : 0)};
  }
  /// All up to and with `end`; less if the client closes before.
  std::string read_until(std::string_view end) {
    std::string got;
    for (std::size_t at; (at = got.find(end)) == got.npos;) {
      const auto more = read();
      if (more.empty()) return got;
      got += more;
    }
    const auto size = got.find(end) + end.size();
    rest_ = got.substr(size);
    return got.substr(0, size);
  }
  std::string read_exactly(std::size_t size) {
    std::string got;
    while (got.size() < size) {
      const auto more = read();
      if (more.empty()) return got;
      got += more;
    }
    rest_ = got.substr(size);
    return got.substr(0, size);
  }
  void wait_for_end() {
    while (!read().empty()) {
    }
  }
  void write(std::string_view bytes) {
    while (is_good_ && !bytes.empty()) {
      const auto count = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                              : static_cast<int>(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
      is_good_ = count > 0;
      if (is_good_) bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  /// Ends the connection without a goodbye.
  void cut() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    is_good_ = false;
  }
  int descriptor() const { return fd_; }

private:
  int fd_;
  bool is_good_ = true;
  std::string rest_; ///< read too much
  std::unique_ptr<SSL, freed_by<SSL_free>> ssl_;
};

/// A server on this machine that does, for each connection, what a test tells it to: good or bad behaviour alike.
class tls_server {
public:
  /// @param serve called on a thread of its own for each connection, which ends when it returns
  /// @param tls empty: without TLS
  /// @param port 0: a free one
  explicit tls_server(std::function<void(peer&)> serve, tls_context tls = {}, std::uint16_t port = 0)
      : serve_{std::move(serve)}, tls_{tls} {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(port);
    socklen_t size = sizeof at;
    const int again = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &again, sizeof again);
    is_listening_ = bind(listener_, reinterpret_cast<sockaddr*>(&at), size) == 0;
    listen(listener_, 64);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    acceptor_ = std::thread{[this] { accept_all(); }};
  }
  ~tls_server() {
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard lock{mutex_};
      for (auto& x : connections_)
        if (x.fd >= 0) shutdown(x.fd, SHUT_RDWR);
    }
    for (auto& x : connections_) x.thread.join();
    close(listener_);
  }
  tls_server(const tls_server&) = delete;
  tls_server& operator=(const tls_server&) = delete;

  bool is_listening() const { return is_listening_; } ///< false: that port is not to be had
  std::uint16_t port() const { return port_; }
  /// "localhost:PORT"
  std::string authority() const { return "localhost:" + std::to_string(port_); }
  std::size_t connections() const {
    const std::lock_guard lock{mutex_};
    return connections_.size();
  }

private:
  struct connection {
    int fd = -1; ///< -1: has ended
    std::thread thread;
  };
  void accept_all() {
    for (int fd; (fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      const std::lock_guard lock{mutex_};
      auto& x = connections_.emplace_back();
      x.fd = fd;
      x.thread = std::thread{[this, &x, fd] {
        auto on = std::make_unique<peer>(fd, tls_.get());
        if (on->is_good()) serve_(*on);
        const std::lock_guard ended{mutex_};
        on.reset();
        x.fd = -1;
      }};
    }
  }

  std::function<void(peer&)> serve_;
  tls_context tls_;
  int listener_ = -1;
  bool is_listening_ = false;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::list<connection> connections_;
  std::thread acceptor_;
};

} // namespace strike::test
