#pragma once

#include "bus/context.hpp"
#include "bus/options.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace strike::bus {

/// A subscriber's wish, as it reached a publisher. Each subscriber is reported on its own, so that the second one of a
/// prefix can be given a snapshot too; count them to know when the last has gone. A subscriber that vanishes is
/// reported as unsubscribed from all it had, and subscribes again when it is back.
struct demand {
  bool is_wanted = false; ///< true: subscribe; false: unsubscribe
  std::string prefix;     ///< what the topics start with; any bytes, see `parse_prefix`
  bool operator==(const demand&) const = default;
};
using demand_callback = std::function<void(const demand&)>;

/// Publishes topics and bytes (XPUB, binds). Belongs to one thread, whose calls go straight to ZeroMQ's queues: no
/// other thread is involved. It never blocks: what does not fit into a slow subscriber's queue (`send_hwm`) is lost for
/// that subscriber, which sees the gap in the sequence numbers.
///
///     auto feed = publisher::bind(context, {.endpoint = "tcp://*:5555"});
///     for (;;) {
///       poll fd() and your own descriptors;
///       publish what is there;
///       feed->poll_demand(on_demand);   // every round, after publishing and before sleeping
///     }
class publisher {
public:
  /// @param report news of connections and failed handshakes; called by `poll_demand`
  /// @returns `ec::invalid_config` or `ec::io`, naming the endpoint
  static result<publisher> bind(const context& where, const bind_config& config, link_callback report = {});
  publisher(publisher&&) noexcept;
  publisher& operator=(publisher&&) noexcept;
  ~publisher();

  /// @param topic complete, with the slash at its end
  void publish(std::string_view topic, std::string_view bytes);

  /// Reports all wishes that have arrived. Neither blocks nor waits. They pile up until it is called.
  void poll_demand(const demand_callback& report);

  /// The same for a busy publisher: looks at most once a millisecond, since a look costs as much as a message.
  /// @param now_ns of a steady clock
  /// @returns when to call again at the latest; INT64_MAX: when `fd` says so, or after the next `publish`
  std::int64_t poll_demand(const demand_callback& report, std::int64_t now_ns);

  /// Readable when something may have arrived for `poll_demand`. It signals a change, not a state, and `publish` may
  /// take the signal: so call `poll_demand` between the last `publish` and the sleep. Failed handshakes do not wake it;
  /// they are told with the next call.
  int fd() const;

  /// As bound: with the port that was chosen.
  const std::string& endpoint() const;
  const counters& counts() const;

private:
  struct impl;
  explicit publisher(std::unique_ptr<impl> x);
  std::unique_ptr<impl> impl_;
};

/// A publisher for owners with several threads: `publish` puts into a bounded queue, and a thread of its own sends.
/// Costs a hop of some ten microseconds. All calls may come from any thread.
class threaded_publisher {
public:
  struct config {
    bind_config bind;
    std::size_t queue = 10'000; ///< messages; when it is full the oldest is dropped and counted
    demand_callback on_demand;  ///< called on the publisher's thread; must not throw; may call `publish`
    link_callback on_link;      ///< as above
  };
  /// @returns as `publisher::bind`
  static result<std::unique_ptr<threaded_publisher>> open(const context& where, config config);
  ~threaded_publisher(); ///< sends what is queued, then ends the thread
  threaded_publisher(const threaded_publisher&) = delete;
  threaded_publisher& operator=(const threaded_publisher&) = delete;

  /// In order for each calling thread.
  /// @returns false if the queue was full and its oldest message was dropped for this one
  bool publish(std::string_view topic, std::string_view bytes);

  const std::string& endpoint() const;
  const counters& counts() const;

private:
  struct impl;
  explicit threaded_publisher(std::unique_ptr<impl> x);
  std::unique_ptr<impl> impl_;
};

} // namespace strike::bus
