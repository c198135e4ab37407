#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strike::net {

using headers = std::vector<std::pair<std::string, std::string>>;

/// A WebSocket to open.
struct socket_options {
  std::string url;                        ///< "wss://host[:port]/path?query"; "ws://" without TLS, for tests
  headers extra = {};                     ///< of the upgrade request
  bool deflate = true;                    ///< offer permessage-deflate
  std::size_t largest_message = 16 << 20; ///< bytes, after inflating; a longer one ends the socket
  /// Until it is open, TLS and upgrade included. An address that does not answer at all is given up after 4 s, and the
  /// next one of the host tried.
  std::chrono::nanoseconds connect_timeout = std::chrono::seconds{10};
  std::chrono::nanoseconds ping_every = std::chrono::seconds{20}; ///< a protocol ping after such a silence
  std::chrono::nanoseconds dead_after = std::chrono::seconds{60}; ///< without any byte, pongs included, it has ended
};

/// Why a socket ended.
struct close_report {
  /// Of RFC 6455; 1006: without a close frame. libwebsockets takes 1004 and 1012 to 2999 for 1002.
  std::uint16_t code = 1006;
  std::string text;    ///< one line for the log: host, what happened, why
  int http_status = 0; ///< of a refused upgrade (429, 503); 0: it did not come to that
};

/// Called on the loop's thread, never from within `open_socket` or a method of the socket. May destroy the socket.
struct socket_handlers {
  std::function<void()> on_open;
  /// A whole message, put together from its fragments. At least 64 readable bytes follow the text, as simdjson asks.
  std::function<void(std::string_view text)> on_text;
  /// The last call of all; also when it never opened.
  std::function<void(const close_report&)> on_close;
};

/// An open, or opening, WebSocket. One thread: that of its loop. Destroying it closes it without another call.
class socket {
public:
  virtual ~socket() = default;
  /// A text message; sent in order. Before `on_open` it is an error.
  /// @returns `ec::session_down`: not open, or more than 4 MiB wait already; nothing was accepted
  virtual result<void> send(std::string_view text) = 0;
  /// Says goodbye; `on_close` follows.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
};

struct http_request {
  std::string method = "GET"; ///< GET, POST, DELETE
  std::string url; ///< "https://host[:port]/path?query"; http:// does not tell a cut answer in chunks from a whole one
  headers extra = {};
  std::string body = {};
  std::chrono::nanoseconds timeout = std::chrono::seconds{10}; ///< of each attempt, connecting included
  std::size_t largest_body = 32 << 20;                         ///< of the answer; a longer one is `ec::malformed`
  /// How often it may be sent: above 1 only for what is safe to repeat. Repeated after a broken connection, a time-out,
  /// 429 and 5xx, with backoff, and not before a Retry-After.
  int attempts = 1;
};

struct http_response {
  int status = 0; ///< of the last attempt
  headers extra;  ///< names in lower case; those of the HTTP standard, since libwebsockets does not list others
  std::string body;
};

/// What the engines of gateways and exec need of the network; `loop` is the real one, tests have a fake. One thread.
class network {
public:
  virtual ~network() = default;
  /// @returns `ec::invalid_config` for a URL that is none
  virtual result<std::unique_ptr<socket>> open_socket(const socket_options& how, socket_handlers handlers) = 0;
  /// `done` is called once, later: with whatever status the server answered, or `ec::io` that names host and reason,
  /// `ec::malformed`, `ec::invalid_config`.
  virtual void fetch(http_request what, std::function<void(result<http_response>)> done) = 0;
};

} // namespace strike::net
