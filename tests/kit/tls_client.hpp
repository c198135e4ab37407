#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Clients over TLS, by Boost.Beast: another library than the project's, so that a mistake in one is seen by the other.
// They trust the given CA and nobody else, take addresses as "127.0.0.1:9443", block, and throw
// boost::system::system_error.

struct https_reply {
  unsigned status = 0;
  std::string content_type, body;
};

/// A connection that takes one request after another.
class https_client {
public:
  https_client(const std::string& address, const std::filesystem::path& ca);
  ~https_client();
  https_client(https_client&&) noexcept;

  /// @param method as "DELETE"
  https_reply ask(const std::string& method, const std::string& target, const std::string& body = {},
                  const std::vector<std::pair<std::string, std::string>>& headers = {});

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// One request, on a connection of its own.
inline https_reply https(const std::string& address, const std::filesystem::path& ca, const std::string& method,
                         const std::string& target, const std::string& body = {},
                         const std::vector<std::pair<std::string, std::string>>& headers = {}) {
  return https_client{address, ca}.ask(method, target, body, headers);
}

inline https_reply https_get(const std::string& address, const std::filesystem::path& ca, const std::string& target) {
  return https(address, ca, "GET", target);
}

/// A WebSocket over TLS, as a client of a venue has it.
class websocket_client {
public:
  websocket_client(const std::string& address, const std::filesystem::path& ca, const std::string& path,
                   bool deflate = false);
  ~websocket_client();
  websocket_client(websocket_client&&) noexcept;

  bool is_open() const;
  unsigned status() const;               ///< of the upgrade
  const std::string& extensions() const; ///< as the server agreed to them
  void send(std::string_view text);
  /// One message in as many frames.
  void send_fragments(const std::vector<std::string_view>& parts);
  /// A pong is told while `read` waits.
  void ping(std::string_view text, std::function<void()> on_pong);
  /// The next message; none when the connection has ended.
  std::optional<std::string> read();
  /// After `read` found the end: the code of the server's goodbye; 1006 if there was none.
  unsigned close_code() const;
  std::string close_reason() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};
