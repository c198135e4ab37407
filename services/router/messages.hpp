#pragma once

#include "base/market_event.hpp"
#include "strategy/subscription.hpp"

#include <caf/actor.hpp>
#include <caf/atom.hpp>
#include <caf/type_id.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace strike::router {

/// Events on their way to one consumer: those of a block that it subscribed to. The block is shared by all consumers.
struct parcel {
  std::shared_ptr<const std::vector<market_event>> block;
  std::vector<std::uint32_t> picks; ///< indices into the block, ascending; never empty

  template <class F> void for_each(F f) const {
    for (const auto i : picks) f((*block)[i]);
  }
};
using parcel_ptr = std::shared_ptr<const parcel>;

/// A consumer of the router as both of them see it. The consumer makes one and sends it with its first subscription;
/// the router counts events in, the consumer counts them out.
///
/// A consumer that has more than `bound` events waiting is behind: what follows is not queued but remembered by topic,
/// and when it has drained, it gets the newest ticker of each, and of each book a snapshot.
struct consumer {
  consumer(std::string its_name, caf::actor its_actor, std::size_t most)
      : name{std::move(its_name)}, to{std::move(its_actor)}, bound{most} {}

  const std::string name;  ///< unique; in the metrics
  const caf::actor to;     ///< receives `parcel_ptr`
  const std::size_t bound; ///< events
  std::atomic<std::uint64_t> pending{0};
  std::atomic<bool> is_behind{false};      ///< set by the router: it wants to hear when the consumer has drained
  std::atomic<std::uint64_t> conflated{0}; ///< tickers and statuses that a newer one replaced
  std::atomic<std::uint64_t> resynced{0};  ///< books that were sent anew
  std::atomic<std::uint64_t> lost{0};      ///< trades that found no room

  /// The consumer has handled so many events.
  /// @returns whether it must now send (drained_atom, consumer_ptr) to the router
  bool done(std::size_t events) {
    const auto left = pending.fetch_sub(events) - events; // both in one total order with the router's
    return left == 0 && is_behind.load();
  }
};
using consumer_ptr = std::shared_ptr<consumer>;

} // namespace strike::router

CAF_BEGIN_TYPE_ID_BLOCK(strike_router, caf::first_custom_type_id + 100)
CAF_ADD_ATOM(strike_router, strike::router, want_atom, "want")
CAF_ADD_ATOM(strike_router, strike::router, unwant_atom, "unwant")
CAF_ADD_ATOM(strike_router, strike::router, drained_atom, "drained")
CAF_ADD_ATOM(strike_router, strike::router, leave_atom, "leave")
CAF_END_TYPE_ID_BLOCK(strike_router)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(strike::router::parcel_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(strike::router::consumer_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<strike::subscription>)

// The router is a `caf::actor` that takes
//   (want_atom, consumer_ptr, std::vector<subscription>)    adds to what the consumer gets; the first one makes it
//   known.
//                                                           Of what is known already, the newest value comes at once
//   (unwant_atom, consumer_ptr, std::vector<subscription>)  takes away
//   (drained_atom, consumer_ptr)                            see `consumer::done`
//   (leave_atom, consumer_ptr)                              ends all of it; the same happens when the consumer dies
// and answers none of them. Each consumer is sent `parcel_ptr`s.
