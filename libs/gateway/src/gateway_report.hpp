#pragma once

#include "gateway/venue_feed.hpp"
#include "process/log.hpp"
#include "process/metrics.hpp"
#include "process/readiness.hpp"
#include "wire/ops.hpp"

#include <array>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace strike::gateway {

/// How much of everything there is.
struct levels {
  std::size_t sockets = 0; ///< open
  std::size_t wanted = 0;  ///< topics
  std::size_t carried = 0; ///< topics whose socket is open
  std::size_t instruments = 0;
};

/// What an operator sees of a gateway: metrics, the log, whether it is ready. Its metrics outlive it, as those of a
/// restarted gateway go on. One thread.
class gateway_report {
public:
  gateway_report(venue at, process::logger& log, process::metric_registry& metrics, process::readiness& ready);

  void frame(const moment& received) {
    frames_.add();
    last_frame_ns_ = received.steady_ns;
  }
  /// @param events of one frame, at least one, which were on the bus at `done_steady_ns`
  void published(std::span<const market_event> events, const moment& received, std::int64_t done_steady_ns);
  /// @param events that came by request, long after they were made
  void published_late(std::span<const market_event> events);
  /// An event that was not published: nobody wants it, or a younger socket carries its topic.
  void dropped() { dropped_.add(); }
  /// Counts, and logs each kind and detail once.
  void note(oddity what, std::string_view detail, std::string_view sample);

  void demand(std::string_view prefix, bool is_wanted);
  void opened(std::uint64_t socket, std::size_t topics);
  void closed(std::uint64_t socket, std::string_view why, bool was_open);
  void silent(std::uint64_t socket, std::string_view why);
  void instruments_loaded(std::size_t count);
  /// @param missing sockets that are wanted and not open
  void session_ready(bool is_ready, std::size_t missing);

  void update(const levels& x, const moment& now);
  /// @param service "gateway-deribit"
  wire::heartbeat heartbeat(const std::string& service, std::uint64_t epoch, const moment& now) const;

private:
  venue at_;
  process::logger& log_;
  process::readiness& ready_;
  process::counter &frames_, &dropped_, &reconnects_, &silent_;
  std::array<process::counter*, enum_names<channel>::table.size()> events_;
  std::array<process::counter*, enum_names<oddity>::table.size()> oddities_;
  process::gauge &sockets_, &wanted_, &carried_, &instruments_, &frame_age_;
  process::histogram &venue_to_receipt_, &receipt_to_bus_;
  std::int64_t last_frame_ns_ = 0;
  std::set<std::string> details_; ///< that the log has heard of
  std::string last_failure_;      ///< to connect: it is tried again and again
};

} // namespace strike::gateway
