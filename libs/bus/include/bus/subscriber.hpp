#pragma once

#include "bus/context.hpp"
#include "bus/message.hpp"
#include "bus/options.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strike::bus {

/// Receives from several publishers (SUB, connects), on the thread of its owner: the lowest latency, for one that has a
/// thread to give. Each endpoint has its own socket, so that a message tells where it came from. Only `wake` may be
/// called from other threads.
class polled_subscriber {
public:
  struct config {
    std::vector<connect_config> endpoints; ///< at least one; `message::endpoint` counts them from 0
    std::size_t max_batch = 256;           ///< messages a batch, > 0
    link_callback on_link;                 ///< called by `receive`, before the messages it returns
    int also_watch = -1;                   ///< a descriptor of the owner: `receive` returns when it is readable, too
  };
  /// @returns `ec::invalid_config` or `ec::io`, naming the endpoint
  static result<polled_subscriber> open(const context& where, config config);
  polled_subscriber(polled_subscriber&&) noexcept;
  polled_subscriber& operator=(polled_subscriber&&) noexcept;
  ~polled_subscriber();

  /// At all endpoints; lasts over reconnects. Counted: as often as it is subscribed, a prefix must be unsubscribed, and
  /// only the first and the last reach the publisher.
  void subscribe(std::string_view prefix);
  void unsubscribe(std::string_view prefix);
  /// Makes the publishers send the snapshot of a topic once more, by leaving and joining it, or the other way round
  /// where only a shorter prefix is subscribed.
  /// @param topic complete
  void ask_again(std::string_view topic);

  /// Waits until there is a message or news of a connection, `wake` was called, a signal came or `wait` is over, and
  /// returns the messages that are there, up to `max_batch`: it never waits to fill a batch. Endpoints take turns.
  /// @param wait negative: without limit
  /// @returns possibly none; valid until the next call. Messages may be moved out
  std::vector<message>& receive(std::chrono::milliseconds wait);

  /// Makes a `receive` that sleeps, or the next one, return.
  void wake() const;
  const counters& counts() const;

private:
  struct impl;
  explicit polled_subscriber(std::unique_ptr<impl> x);
  std::unique_ptr<impl> impl_;
};

/// The same with a thread of its own, which hands over batches. All calls may come from any thread.
class subscriber {
public:
  struct config {
    std::vector<connect_config> endpoints;
    std::size_t max_batch = 256;
    /// Everything that was ready at once, at least one; called on the subscriber's thread, must not throw. Messages may
    /// be moved out. While it runs nothing is received; a publisher drops what exceeds the queues.
    std::function<void(std::vector<message>&)> on_batch;
    /// Called on the same thread; must not throw. A consumer marks the data of the endpoint stale when `disconnected`.
    /// Messages of the old connection may follow the report: only a snapshot makes the data live again.
    link_callback on_link;
  };
  /// @returns as `polled_subscriber::open`
  static result<std::unique_ptr<subscriber>> open(const context& where, config config);
  ~subscriber(); ///< waits for a running callback
  subscriber(const subscriber&) = delete;
  subscriber& operator=(const subscriber&) = delete;

  /// As those of `polled_subscriber`; take effect soon, in the order of the calls. May be called in the callbacks.
  void subscribe(std::string_view prefix);
  void unsubscribe(std::string_view prefix);
  void ask_again(std::string_view topic);

  const counters& counts() const;

private:
  struct impl;
  explicit subscriber(std::unique_ptr<impl> x);
  std::unique_ptr<impl> impl_;
};

} // namespace strike::bus
