#pragma once

#include "bus/message.hpp"
#include "bus/publisher.hpp"
#include "feed/demand_table.hpp"
#include "feed/intake.hpp"
#include "feed/last_values.hpp"
#include "feed/snapshot_queue.hpp"
#include "router/messages.hpp"
#include "strategy/routes.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <chrono>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strike::router {

/// What routing wants done by the one who has the sockets.
class ports {
public:
  virtual ~ports() = default;
  virtual void subscribe(std::string_view prefix) = 0;   ///< upstream
  virtual void unsubscribe(std::string_view prefix) = 0; ///< upstream
  virtual void ask_again(std::string_view topic) = 0;    ///< upstream: for a snapshot
  virtual void deliver(const consumer& to, parcel_ptr events) = 0;
  virtual void republish(std::string_view topic, std::string_view bytes) = 0; ///< downstream; may have nowhere to go
};

/// Who receives what: merges the wishes of all consumers, and of those who subscribe downstream, into one upstream set;
/// forwards events by dense instrument id; keeps last values and books for late joiners; notices loss and has it
/// mended. Pure: time is handed in, what is to be done goes to the ports. One thread.
///
/// A message that is sent on downstream keeps the numbers of its first publisher, so that a loss anywhere on the way is
/// seen by everyone behind it.
class routing {
public:
  /// @param grace how long an upstream subscription outlives its last consumer
  routing(ports& out, instrument_registry& instruments, std::chrono::nanoseconds grace);

  void want(const consumer_ptr& who, const std::vector<subscription>& what);
  void unwant(const consumer_ptr& who, const std::vector<subscription>& what, std::int64_t now_ns);
  /// A consumer that was behind has handled what it had: it gets the newest of all that it missed.
  void drained(const consumer_ptr& who);
  void leave(const consumer_ptr& who, std::int64_t now_ns);
  /// As `leave`, for a consumer that died. Unknown ones are ignored.
  void leave(const caf::actor_addr& who, std::int64_t now_ns);
  /// A wish of a subscriber downstream.
  void want_downstream(const bus::demand& wish, std::int64_t now_ns);

  /// Routes what has arrived; each consumer gets its part of it as one parcel.
  void take(std::span<const bus::message> arrived, std::int64_t now_ns);
  /// An upstream connection has ended: what came over it is stale.
  void disconnected(std::size_t endpoint);
  /// What time brings: subscriptions that end, snapshots to ask for and to send.
  /// @returns when to call again at the latest
  std::int64_t poll(std::int64_t now_ns);

  const feed::intake::totals& counts() const { return intake_.counts(); }
  const std::string& complaint() const { return intake_.complaint(); }
  std::size_t upstream_prefixes() const { return upstream_; }
  std::vector<consumer_ptr> consumers() const;
  bool knows(const consumer_ptr& who) const { return numbers_.contains(who.get()); }

private:
  struct member {
    consumer_ptr who; ///< null: left
    std::vector<subscription> wishes;
    std::vector<std::uint32_t> picks; ///< of the block under way
    std::vector<feed::slot> missed;   ///< while behind: in order of the first miss
    boost::unordered_flat_set<feed::slot> is_missed;
  };
  /// Books or trades of every instrument with a prefix: each is subscribed by name once it is seen, since a wildcard
  /// asks for tickers and statuses only.
  struct deep_wish {
    subscription what;
    std::size_t count = 0;
    std::vector<std::string> topics;
  };
  using block_ptr = std::shared_ptr<std::vector<market_event>>;

  std::uint32_t index_of(const consumer_ptr& who);
  const std::uint32_t* find(const consumer_ptr& who) const;
  void begin(const std::string& prefix);
  void end(const std::string& prefix, std::int64_t now_ns);
  void begin_wish(const subscription& what);
  void end_wish(const subscription& what, std::int64_t now_ns);
  void forget_unwanted(const std::string& prefix);
  void forget_if_unwanted(feed::slot what, const std::string& prefix);
  void greet(member& to, const std::vector<subscription>& what);
  void announce(instrument_id id);
  void look_ahead(std::span<const bus::message> arrived);
  void route(const feed::arrival& got, const std::vector<market_event>& events);
  void pick(feed::slot what, std::uint32_t event);
  void flush(const block_ptr& block);
  void miss(member& who, const std::vector<market_event>& block);
  void send(member& to, block_ptr block, std::vector<std::uint32_t> picks);
  void republish_state(feed::slot what);

  ports& out_;
  instrument_registry& instruments_;
  feed::demand_table demand_;
  feed::intake intake_;
  feed::last_values values_;
  feed::snapshot_queue late_joiners_;
  routes routes_;
  std::vector<member> members_;
  std::map<const consumer*, std::uint32_t> numbers_;
  std::vector<std::uint32_t> touched_; ///< members with picks
  std::vector<deep_wish> deep_wishes_;
  std::vector<bool> announced_; ///< by instrument
  std::size_t upstream_ = 0;
  std::vector<std::uint64_t> ahead_; ///< scratch of look_ahead: hashes, then slots
  block_ptr spare_;                  ///< a block that nobody got
  wire::market_encoder encoder_;
  std::string bytes_;
};

} // namespace strike::router
