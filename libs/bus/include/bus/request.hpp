#pragma once

#include "bus/context.hpp"
#include "bus/options.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace strike::bus {

/// Answers requests and pushes updates (ROUTER, binds). Orders run over this: what was accepted is either given to
/// ZeroMQ for a peer that is connected, or handed back. What a connection had under way when it broke may be lost at
/// both ends; both are told, and must ask each other what arrived.
///
/// On `direct://` there are no threads and no queues: `send` calls the other end's callback before it returns.
/// Callbacks run on the senders' threads, several at once; they must not open or close an end.
class request_server {
public:
  struct config {
    bind_config bind;
    std::size_t queue = 10'000; ///< messages accepted by `send` and not yet given to ZeroMQ
    /// A message of a client; both views end with the call. Called on the server's thread, as all callbacks; must not
    /// throw; may call `send`. `peer` is the client's identity: its own where it has one, else made up anew for each
    /// connection.
    std::function<void(std::string_view peer, std::string_view bytes)> on_request;
    /// A message that was accepted cannot be delivered: the peer is not connected, or its queue (`send_hwm`) is full.
    std::function<void(std::string_view peer, std::string_view bytes, std::string_view why)> on_undelivered;
    link_callback on_link;
  };
  /// @returns `ec::invalid_config` or `ec::io`, naming the endpoint
  static result<std::unique_ptr<request_server>> open(const context& where, config config);
  ~request_server(); ///< sends or hands back what is queued, then ends the thread
  request_server(const request_server&) = delete;
  request_server& operator=(const request_server&) = delete;

  /// A reply or an update, from any thread; in order for each calling thread.
  /// @returns `ec::session_down` if the queue is full; nothing was accepted
  result<void> send(std::string_view peer, std::string_view bytes);

  const std::string& endpoint() const; ///< as bound: with the port that was chosen
  const counters& counts() const;

  struct impl; ///< for the implementation

private:
  explicit request_server(std::unique_ptr<impl> x);
  std::unique_ptr<impl> impl_;
};

/// Sends requests and receives replies and updates (DEALER, connects, and connects again with backoff). Which reply
/// belongs to which request is written in the bytes.
class request_client {
public:
  struct config {
    connect_config connect;
    /// By which the server knows this client over reconnects; at most 255 bytes, the first not 0. A newer client of the
    /// same identity takes over. Empty: the server makes one up for each connection.
    std::string identity;
    std::size_t queue = 10'000; ///< messages accepted by `send` and not yet given to ZeroMQ
    /// A reply or an update; the view ends with the call. Called on the client's thread, as all callbacks; must not
    /// throw; may call `send`.
    std::function<void(std::string_view bytes)> on_message;
    /// A message that was accepted and surely did not leave: the connection broke before.
    std::function<void(std::string_view bytes)> on_undelivered;
    /// `disconnected`: of each request without a reply it is unknown whether it arrived. Handed-back messages follow
    /// it.
    link_callback on_link;
  };
  /// @returns `ec::invalid_config` or `ec::io`, naming the endpoint
  static result<std::unique_ptr<request_client>> open(const context& where, config config);
  ~request_client(); ///< sends or hands back what is queued, then ends the thread
  request_client(const request_client&) = delete;
  request_client& operator=(const request_client&) = delete;

  /// From any thread; in order for each calling thread.
  /// @returns `ec::session_down` while not connected, or if the queue is full; nothing was accepted
  result<void> send(std::string_view bytes);

  bool is_connected() const; ///< as `on_link` reports it
  const counters& counts() const;

  struct impl; ///< for the implementation

private:
  explicit request_client(std::unique_ptr<impl> x);
  std::unique_ptr<impl> impl_;
};

} // namespace strike::bus
