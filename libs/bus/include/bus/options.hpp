#pragma once

#include "bus/curve.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace strike::bus {

/// How a socket queues and connects. Messages are never conflated.
struct socket_options {
  /// Messages queued for each peer, and received from each, before loss (publish) or refusal (request). Half a second
  /// of 20,000 a second: who is further behind is better off with a gap and a snapshot than with old prices.
  int send_hwm = 10'000;
  int receive_hwm = 10'000;
  std::chrono::milliseconds linger{200};             ///< what is queued at the end may still leave for so long
  std::chrono::milliseconds reconnect{100};          ///< first wait before connecting again; doubles each time ...
  std::chrono::milliseconds reconnect_longest{5000}; ///< ... up to this
  std::chrono::seconds keepalive_idle{10};           ///< TCP keepalive after this silence, then each second, five times
  std::chrono::milliseconds heartbeat{2000};         ///< ZeroMQ ping; a peer silent for three of them is disconnected
};

/// An endpoint to bind.
///
///     inproc://name         within the process: threads that share a `bus::context`; takes no keys
///     direct://name         the same for requests only, by calls instead of sockets; see `request_server`
///     ipc:///run/strike/md  a file; its folder must exist. A second bind of the file steals it, without an error
///     tcp://*:5555          tcp://127.0.0.1:0 or :* takes a free port; `endpoint()` of what was bound tells it
struct bind_config {
  std::string endpoint;
  std::optional<server_curve> curve; ///< without: no keys, anyone may connect
  socket_options options;
};

/// An endpoint to connect to; it need not exist yet. A peer that comes back is found again, except on `inproc://`:
/// there the connection ends with the peer's socket, unreported, and the consumer must be opened anew.
struct connect_config {
  std::string endpoint;
  std::optional<client_curve> curve; ///< without: no keys
  socket_options options;
};

enum class link_state : std::uint8_t {
  connected,        ///< ready, after the handshake
  disconnected,     ///< was connected; it is being connected to again
  handshake_failed, ///< wrong or missing key, or not ZeroMQ; it is tried again with backoff
};

/// A change of a connection. The side that binds reports each of its peers (not on `inproc://`).
struct link_report {
  link_state what = link_state::connected;
  std::size_t endpoint = 0; ///< index into the endpoints of a subscriber, else 0
  std::string text;         ///< one line for the log: endpoint, what happened, why
};
using link_callback = std::function<void(const link_report&)>;

/// What a socket has done, readable from any thread at any time.
struct counters {
  std::atomic<std::uint64_t> sent{0}; ///< messages given to ZeroMQ, which drops those for a publisher's slow peers
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> received_bytes{0};
  std::atomic<std::uint64_t> dropped{0};     ///< by our own full queue; each was also a refusal or is a gap
  std::atomic<std::uint64_t> undelivered{0}; ///< accepted, then handed back because the peer was gone
  std::atomic<std::uint64_t> malformed{0};   ///< wrong number of frames, unknown subscription message
  std::atomic<std::uint64_t> connects{0};
  std::atomic<std::uint64_t> disconnects{0};
  std::atomic<std::uint64_t> handshakes_failed{0};
};

} // namespace strike::bus
