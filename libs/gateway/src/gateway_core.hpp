#pragma once

#include "bus/publisher.hpp"
#include "gateway/venue_feed.hpp"
#include "gateway_report.hpp"
#include "instrument_list.hpp"
#include "shards.hpp"
#include "topic_table.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace strike::gateway {

/// A gateway but for its thread, sockets and bus: demand in, events out, with the time handed in. One thread.
class gateway_core final : feed_port, shards::listener {
public:
  /// The bus, as `feed::market_publisher` has it.
  struct output {
    std::function<void(std::span<const market_event>)> publish;
    std::function<void(feed::slot, trust)> distrust;
  };
  struct tools {
    net::network& on;
    gateway_report& report;
    std::function<moment()> clock;
    std::function<double()> random; ///< in [0, 1)
    output to;
    std::chrono::nanoseconds data_silence{0}; ///< as in `settings`
  };
  /// Starts the feed.
  gateway_core(tools with, instrument_registry& names, std::unique_ptr<venue_feed> feed);
  ~gateway_core() override;

  /// A prefix became wanted, or ceased to be; takes effect with the next round.
  void demand(const bus::demand& wish);
  /// Does what is due. To be called after events of the network, after `demand`, and when due. Throws what feed or
  /// session threw since.
  /// @returns when to call again, steady time
  std::int64_t round();
  /// Whether a round is due at once, as after `demand`.
  bool is_due() const { return topics_.has_changes() || (is_loaded_ && topics_.has_unknown()); }
  levels level() const;

private:
  // feed_port
  void fetch(net::http_request what, std::function<void(result<net::http_response>, const moment&)> done) override;
  instrument_id define(instrument rules, std::int64_t venue_ns) override;
  void set_state(instrument_id which, instrument_state state, optional_double settlement,
                 std::int64_t venue_ns) override;
  void distrust(const std::vector<instrument_id>& which, trust why) override;
  void publish_late(std::span<const market_event> events) override;
  void loaded() override;
  void note(oddity what, std::string_view detail, std::string_view sample) override;

  // shards::listener
  void on_events(std::span<const market_event> events, const moment& received) override;
  void on_lost(feed::slot which) override;
  void on_mended(feed::slot which) override;

  struct mark {
    feed::slot which;
    trust why;
  };
  void look_up_unknown(const moment& now);
  void change_topics(const moment& now);
  void trust_again(instrument_id which);
  std::int64_t tell(const moment& now);
  void check_sessions();

  tools with_;
  instrument_registry& names_;
  std::unique_ptr<venue_feed> feed_;
  failure_slot failure_;
  instrument_list instruments_;
  topic_table topics_;
  shards shards_;
  std::deque<mark> marks_; ///< topics to be marked on the bus
  std::int64_t next_tell_ns_ = INT64_MIN;
  bool is_loaded_ = false;
  std::size_t missing_ = 0; ///< shards without an open socket, as was told
};

} // namespace strike::gateway
