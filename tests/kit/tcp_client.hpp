#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

/// A raw connection to this machine, for what a well-behaved client would not send.
class tcp_client {
public:
  /// @param address "127.0.0.1:PORT"
  /// @param from the loopback address to come from, one of 127.0.0.0/8; empty: 127.0.0.1
  explicit tcp_client(const std::string& address, const std::string& from = "") {
    const auto colon = address.rfind(':');
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<in_port_t>(std::stoi(address.substr(colon + 1))));
    inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in ours{};
    ours.sin_family = AF_INET;
    inet_pton(AF_INET, from.c_str(), &ours.sin_addr);
    is_connected_ = (from.empty() || bind(socket_, reinterpret_cast<const sockaddr*>(&ours), sizeof ours) == 0) &&
                    connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  tcp_client(const tcp_client&) = delete;
  tcp_client& operator=(const tcp_client&) = delete;
  ~tcp_client() { close(socket_); }

  bool is_connected() const { return is_connected_; }
  /// @returns whether all was taken; false once the other side has closed
  bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void end_of_input() const { shutdown(socket_, SHUT_WR); }
  /// What comes until the other side closes, `enough` bytes are there or ten seconds are over.
  std::string read(std::size_t enough = std::string::npos) {
    std::string got;
    char block[4096];
    pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
    while (got.size() < enough && poll(&ready, 1, 10'000) > 0) {
      const auto count = recv(socket_, block, sizeof block, 0);
      is_closed_ = count <= 0;
      if (is_closed_) break;
      got.append(block, static_cast<std::size_t>(count));
    }
    return got;
  }
  /// Whether the last `read` ended because the other side closed.
  bool is_closed() const { return is_closed_; }

private:
  int socket_ = -1;
  bool is_connected_ = false, is_closed_ = false;
};

struct http_answer {
  int status = 0; ///< 0: none
  std::string head, body;
};

inline http_answer http_get(const std::string& address, const std::string& path, const std::string& method = "GET") {
  tcp_client client{address};
  client.write(method + " " + path + " HTTP/1.1\r\nHost: " + address + "\r\nConnection: close\r\n\r\n");
  const auto text = client.read();
  const auto end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.1 ") || end == std::string::npos) return {};
  return {std::stoi(text.substr(9, 3)), text.substr(0, end), text.substr(end + 4)};
}
