#pragma once

#include "base/registry.hpp"
#include "bus/publisher.hpp"
#include "feed/demand_table.hpp"
#include "feed/last_values.hpp"
#include "feed/slot.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace strike::feed {

/// The publishing side of a gateway or replay: sends what is wanted, numbers it, and gives each new subscriber the last
/// ticker, status or book at once. Belongs to one thread; never blocks.
class market_publisher {
public:
  struct config {
    bus::bind_config bind;
    std::uint64_t epoch = 0;                        ///< of this start: nanoseconds since the Unix epoch
    std::chrono::nanoseconds grace{10'000'000'000}; ///< a subscription lives on so long after its last subscriber
    /// A prefix (see demand_table) became wanted, or ceased to be. A tap is not reported. Called by `poll`.
    std::function<void(const bus::demand&)> on_demand;
    bus::link_callback on_link;
  };
  /// @returns as `bus::publisher::bind`
  static result<market_publisher> bind(const bus::context& where, config config,
                                       const instrument_registry& instruments);
  market_publisher(market_publisher&&) noexcept;
  market_publisher& operator=(market_publisher&&) noexcept;
  ~market_publisher();

  /// Sends those events that are wanted, in this order; neighbours of one topic share a message. All of them become
  /// what late joiners get.
  void publish(std::span<const market_event> events);
  /// The source of all this venue's data fell silent or lost data: everything of it that is wanted is sent once more,
  /// marked so; books wait for a snapshot.
  void distrust(venue at, trust why);
  /// The source of one topic fell silent, lost data or was given up: it is sent once more, marked so, unless it was
  /// already. Also when nobody wants it any more: a tap that saw it live must know.
  void distrust(slot which, trust why);
  /// The source has jumped, as a replay that is sent elsewhere: it goes on from `state`, in a new epoch. The following
  /// calls of `poll` send the state to all; what is wanted and was known, but is not in `state`, is sent once more as
  /// stale.
  /// @param epoch larger than the last
  void restart(std::uint64_t epoch, last_values state);
  /// Takes in demand, sends snapshots (some hundred a call, so that no queue overflows), ends what nobody wants.
  /// To be called every round: after publishing, when `fd` is readable, and at the latest at the time it returns.
  /// @param now_ns of a steady clock
  std::int64_t poll(std::int64_t now_ns);

  /// Any other topic, as it is: a heartbeat.
  void publish_bytes(std::string_view topic, std::string_view bytes);
  bool is_wanted(instrument_id id, channel what);
  /// Whether anything but taps is subscribed.
  bool has_demand() const;
  int fd() const;
  const std::string& endpoint() const;
  const bus::counters& counts() const;

private:
  struct impl;
  explicit market_publisher(std::unique_ptr<impl> x);
  std::unique_ptr<impl> impl_;
};

} // namespace strike::feed
