#include "recorder/recorder_actor.hpp"

#include "wire/order.hpp"

#include <fmt/format.h>

namespace strike::recorder {

namespace {
constexpr std::string_view order_root = "ord/";
constexpr std::string_view disk_condition = "disk";
constexpr std::chrono::seconds beat_every{1};
} // namespace

recorder_metrics::recorder_metrics(process::metric_registry& in)
    : events{in.get_counter("strike_recorder_events_total", "Market events written to files")},
      orders{in.get_counter("strike_recorder_orders_total", "Order updates written to files")},
      bytes{in.get_counter("strike_recorder_bytes_total", "Bytes written to files")}, files{in.get_counter(
                                                                                          "strike_recorder_files_total",
                                                                                          "Files begun")},
      dropped{in.get_counter("strike_recorder_dropped_total", "Events and orders that found no file to be written to")},
      overrun{in.get_counter("strike_recorder_overrun_total", "Bus messages dropped because too many waited")},
      gaps{in.get_counter("strike_recorder_gaps_total", "Gaps in the sequences of topics")},
      lost{in.get_counter("strike_recorder_lost_total", "Events missing in gaps")},
      malformed{in.get_counter("strike_recorder_malformed_total", "Messages that could not be read")},
      alarm{in.get_gauge("strike_recorder_alarm", "1 while nothing can be recorded")},
      flush{in.get_histogram("strike_recorder_flush_seconds", "Time to write what was in memory",
                             process::latency_bounds_ns(), process::unit::nanosecond)} {}

std::int64_t recorder_state::steady_ns() const {
  return std::chrono::nanoseconds{self->clock().now().time_since_epoch()}.count();
}

void recorder_state::open(std::shared_ptr<const recorder_tools> with, std::shared_ptr<backlog> from) {
  tools_ = std::move(with);
  backlog_ = std::move(from);
  instruments_ = std::make_unique<instrument_registry>();
  intake_ = std::make_unique<feed::intake>(*instruments_);
  tape_ = std::make_unique<tape>(tools_->how.tape, tools_->disk, *instruments_);
  metrics_.emplace(tools_->metrics);
  tape_->start(tools_->utc_ns());
  if (tape_->is_recording()) tools_->log.info("recording", {{"file", tape_->path().string()}});
  report();
  self->delayed_send(self, tools_->how.flush, flush_atom_v);
  if (tools_->beat) beat();
}

void recorder_state::take(const std::vector<bus::message>& batch) {
  const auto now = steady_ns();
  for (const auto& x : batch)
    if (x.topic().starts_with(order_root))
      take_order(x);
    else
      take_market(x, now);
  for (const auto& topic : backlog_->handled(batch.size()))
    if (source) source->ask_again(topic);
  ask_for_due(now);
  report();
}

void recorder_state::take_market(const bus::message& x, std::int64_t steady_ns) {
  events_.clear();
  const auto before = intake_->counts().malformed;
  const auto got = intake_->read(x.topic(), x.bytes(), x.endpoint(), steady_ns, events_);
  if (intake_->counts().malformed > before) note_malformed(intake_->complaint());
  if (!got) return;
  using bus::continuity;
  // a publisher that came back says nothing of what it lost while it was away
  if (got->order.kind == continuity::gap || got->order.kind == continuity::new_epoch) {
    tape_->count_gap(got->order.lost);
    metrics_->gaps.add();
    metrics_->lost.add(got->order.lost);
  }
  for (const auto& event : events_) tape_->write(event);
}

void recorder_state::take_order(const bus::message& x) {
  const auto got = wire::decode_order_update(x.bytes(), *instruments_);
  if (!got) return note_malformed(fmt::format("{}: {}", x.topic(), got.error().text));
  const auto index = static_cast<std::uint32_t>(order_topics_.size());
  const auto topic = order_topics_.try_emplace(std::string{x.topic()}, index).first->second;
  const auto order = order_gaps_.observe(topic, {got->header.epoch, got->header.sequence, 1});
  if (order.kind == bus::continuity::duplicate) return;
  if (order.kind == bus::continuity::gap) {
    tape_->count_gap(order.lost);
    metrics_->gaps.add();
    metrics_->lost.add(order.lost);
  }
  if (const auto* unknown = std::get_if<wire::unknown_order>(&got->body))
    return note_malformed(fmt::format("{}: {}", x.topic(), unknown->what));
  const auto* const change = std::get_if<wire::order_change>(&got->body);
  if (!change) return; // how an account stands, or a settlement: no order line
  tape_->write({.strategy = got->header.strategy,
                .client_id = change->client_id,
                .venue_trade_id = change->venue_trade_id,
                .recv_ns = tools_->utc_ns(),
                .update = change->update});
}

void recorder_state::note_malformed(std::string_view what) {
  metrics_->malformed.add();
  if (const auto more = complaints_.pass(self->clock().now()))
    tools_->log.warning("a message was not recorded", {{"why", what}, {"also_before", *more}});
}

void recorder_state::ask_for_due(std::int64_t steady_ns) {
  if (!source) return;
  for (const auto& topic : intake_->due(steady_ns)) source->ask_again(topic);
}

void recorder_state::broken(std::size_t endpoint) {
  for (const auto which : intake_->disconnected(endpoint)) tape_->distrust(which);
}

void recorder_state::flush() {
  const auto begin = self->clock().now();
  tape_->flush(tools_->utc_ns());
  const auto took = std::chrono::nanoseconds{self->clock().now() - begin};
  if (tape_->is_recording()) metrics_->flush.observe(static_cast<std::uint64_t>(took.count()));
  ask_for_due(steady_ns());
  report();
  self->delayed_send(self, tools_->how.flush, flush_atom_v);
}

void recorder_state::retry() {
  tape_->start(tools_->utc_ns());
  report();
  if (is_alarmed_) self->delayed_send(self, tools_->how.retry, retry_atom_v);
}

/// From where the disk is written to: a recorder that hangs on its disk falls silent.
void recorder_state::beat() {
  tools_->beat({{"events", metrics_->events.value()},
                {"orders", metrics_->orders.value()},
                {"bytes", metrics_->bytes.value()},
                {"files", metrics_->files.value()},
                {"dropped", metrics_->dropped.value() + metrics_->overrun.value()},
                {"lost", metrics_->lost.value()}});
  self->delayed_send(self, beat_every, beat_atom_v);
}

void recorder_state::close() {
  tape_->stop();
  report();
}

/// Brings metrics, readiness and log up to date with the tape.
void recorder_state::report() {
  const auto& now = tape_->counts();
  metrics_->events.add(now.events - shown_.events);
  metrics_->orders.add(now.orders - shown_.orders);
  metrics_->bytes.add(now.bytes - shown_.bytes);
  metrics_->files.add(now.files - shown_.files);
  metrics_->dropped.add(now.dropped - shown_.dropped);
  shown_ = now;
  metrics_->overrun.add(backlog_->dropped() - shown_overrun_);
  shown_overrun_ = backlog_->dropped();
  for (const auto& x : tape_->take_recovered())
    tools_->log.warning("found a file that was not closed; it is mended and listed",
                        {{"file", x.file}, {"events", x.counts.events}, {"bytes", x.bytes}, {"fault", x.fault}});
  const auto& fault = tape_->fault();
  metrics_->alarm.set(fault ? 1 : 0);
  if (fault)
    tools_->ready.not_ready(disk_condition, fault->text);
  else
    tools_->ready.ready(disk_condition);
  if (fault.has_value() == is_alarmed_) return;
  is_alarmed_ = fault.has_value();
  if (!is_alarmed_) return tools_->log.info("recording again", {{"file", tape_->path().string()}});
  tools_->log.error("recording stopped; it goes on by itself when the disk can take it", {{"reason", fault->text}});
  self->delayed_send(self, tools_->how.retry, retry_atom_v);
}

recorder_actor::behavior_type recorder_behavior(recorder_actor::stateful_pointer<recorder_state> self,
                                                std::shared_ptr<const recorder_tools> tools,
                                                std::shared_ptr<backlog> from) {
  self->state.open(std::move(tools), std::move(from));
  self->set_exit_handler([self](caf::exit_msg&) {
    self->state.source.reset(); // nothing comes any more; what waits is before `close`
    self->send(self, close_atom_v);
  });
  return {
      [self](const batch_ptr& batch) { self->state.take(*batch); },
      [self](upstream_atom, const upstream_ptr& source) { self->state.source = source; },
      [self](broken_atom, std::size_t endpoint) { self->state.broken(endpoint); },
      [self](flush_atom) { self->state.flush(); },
      [self](retry_atom) { self->state.retry(); },
      [self](beat_atom) { self->state.beat(); },
      [self](close_atom) {
        self->state.close();
        self->quit(caf::exit_reason::user_shutdown);
      },
  };
}

} // namespace strike::recorder
