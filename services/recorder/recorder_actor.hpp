#pragma once

#include "bus/sequence.hpp"
#include "feed/intake.hpp"
#include "process/log.hpp"
#include "process/metrics.hpp"
#include "process/readiness.hpp"
#include "recorder/backlog.hpp"
#include "recorder/settings.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace strike::recorder {

using batch_ptr = std::shared_ptr<const std::vector<bus::message>>;

/// The way back to the publishers. It may own the subscriber: what it holds ends with the recorder.
struct upstream {
  std::function<void(std::string_view topic)> ask_again;
};
using upstream_ptr = std::shared_ptr<const upstream>;

} // namespace strike::recorder

CAF_BEGIN_TYPE_ID_BLOCK(strike_recorder, caf::first_custom_type_id + 200)
CAF_ADD_ATOM(strike_recorder, strike::recorder, upstream_atom, "upstream")
CAF_ADD_ATOM(strike_recorder, strike::recorder, broken_atom, "broken")
CAF_ADD_ATOM(strike_recorder, strike::recorder, flush_atom, "flush")
CAF_ADD_ATOM(strike_recorder, strike::recorder, retry_atom, "retry")
CAF_ADD_ATOM(strike_recorder, strike::recorder, beat_atom, "beat")
CAF_ADD_ATOM(strike_recorder, strike::recorder, close_atom, "close")
CAF_END_TYPE_ID_BLOCK(strike_recorder)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(strike::recorder::batch_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(strike::recorder::upstream_ptr)

namespace strike::recorder {

/// The RECORDER writes what it receives to disk, and says so when it cannot. An exit message makes it finish what waits
/// and close its file.
using recorder_actor = caf::typed_actor<
    // Messages of the bus, admitted by the backlog.
    caf::reacts_to<batch_ptr>,
    // Where snapshots can be asked for; before that, none are.
    caf::reacts_to<upstream_atom, upstream_ptr>,
    // The connection to this endpoint has ended.
    caf::reacts_to<broken_atom, std::size_t>,
    // The next four are sent by the recorder to itself: write what is in memory; try the disk again; say that it lives;
    // the end.
    caf::reacts_to<flush_atom>, caf::reacts_to<retry_atom>, caf::reacts_to<beat_atom>, caf::reacts_to<close_atom>>;

/// What a recorder needs of its process; all of it outlives the recorder.
struct recorder_tools {
  settings how;
  journal::disk& disk;
  process::logger& log;
  process::metric_registry& metrics;
  process::readiness& ready;
  std::function<std::int64_t()> utc_ns;
  std::function<void(std::map<std::string, std::uint64_t> counters)> beat; ///< once a second; empty: nobody is told
};

/// What /metrics shows.
struct recorder_metrics {
  explicit recorder_metrics(process::metric_registry& in);
  process::counter &events, &orders, &bytes, &files, &dropped, &overrun, &gaps, &lost, &malformed;
  process::gauge& alarm;
  process::histogram& flush;
};

struct recorder_state {
  explicit recorder_state(recorder_actor::pointer owner) : self{owner} {}

  void open(std::shared_ptr<const recorder_tools> with, std::shared_ptr<backlog> from);
  void take(const std::vector<bus::message>& batch);
  void broken(std::size_t endpoint);
  void flush();
  void retry();
  void beat();
  void close();

  recorder_actor::pointer self;
  upstream_ptr source;

private:
  void take_market(const bus::message& x, std::int64_t steady_ns);
  void take_order(const bus::message& x);
  void note_malformed(std::string_view what);
  void ask_for_due(std::int64_t steady_ns);
  void report();
  std::int64_t steady_ns() const;

  std::shared_ptr<const recorder_tools> tools_;
  std::shared_ptr<backlog> backlog_;
  std::unique_ptr<instrument_registry> instruments_;
  std::unique_ptr<feed::intake> intake_;
  std::unique_ptr<tape> tape_;
  std::optional<recorder_metrics> metrics_;
  tape::totals shown_; ///< what the metrics have been told
  std::uint64_t shown_overrun_ = 0;
  bool is_alarmed_ = false;
  bus::gap_tracker order_gaps_;
  std::map<std::string, std::uint32_t, std::less<>> order_topics_; ///< indices for `order_gaps_`
  process::log_every complaints_{std::chrono::seconds{10}};
  std::vector<market_event> events_; ///< of one message

public:
  static inline const char* name = "recorder";
};

/// Spawn it detached: it waits for the disk.
recorder_actor::behavior_type recorder_behavior(recorder_actor::stateful_pointer<recorder_state> self,
                                                std::shared_ptr<const recorder_tools> tools,
                                                std::shared_ptr<backlog> from);

} // namespace strike::recorder
