#include "replay/feed_loop.hpp"

#include "base/time.hpp"
#include "process/instance.hpp"
#include "process/version.hpp"
#include "replay/feed_control.hpp"
#include "wire/ops.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace strike::replay {

namespace {

constexpr std::int64_t beat_every_ns = ns_per_s;

std::int64_t wall_ns() { return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count(); }

/// A later start, or jump, has a larger one.
std::uint64_t epoch_after(std::uint64_t last) { return std::max(last + 1, static_cast<std::uint64_t>(wall_ns())); }

} // namespace

result<std::unique_ptr<feed_loop>> feed_loop::open(const bus::context& where, feed_settings settings, tools with) {
  std::unique_ptr<feed_loop> made{new feed_loop{std::move(settings), std::move(with)}};
  auto& x = *made;
  auto recording = paced_recording::open(
      [&x] { return journal::reader::open(x.settings_.files, x.settings_.read, x.instruments_); }, x.settings_.speed);
  if (!recording) return std::unexpected{recording.error()};
  x.recording_.emplace(std::move(*recording));
  x.is_waiting_ = x.settings_.start != start_policy::paused;
  auto publisher = feed::market_publisher::bind(where, x.publisher_config(), x.instruments_);
  if (!publisher) return std::unexpected{publisher.error()};
  x.publisher_.emplace(std::move(*publisher));
  return made;
}

feed::market_publisher::config feed_loop::publisher_config() {
  epoch_ = epoch_after(epoch_);
  return {.bind = settings_.publish,
          .epoch = epoch_,
          .grace = settings_.grace,
          .on_demand =
              [this](const bus::demand& x) {
                tools_.log.info(x.is_wanted ? "wanted" : "no longer wanted", {{"prefix", x.prefix}});
              },
          .on_link =
              [this](const bus::link_report& x) {
                tools_.log.info("link", {{"what", x.text}});
              }};
}

result<std::int64_t> feed_loop::round(std::int64_t now_ns) {
  auto due = recording_->step(now_ns);
  if (!due) return std::unexpected{due.error()};
  if (!due->events.empty()) {
    publisher_->publish(due->events);
    report_.published(due->events.size(), recording_->lag_ns());
  }
  if (due->arrived_at) jump(std::move(due->arrived_at), now_ns);
  auto next_ns = std::min(due->next_ns, publisher_->poll(now_ns));
  if (is_waiting_) {
    start_if_wanted(now_ns);
    next_ns = std::min(next_ns, !is_waiting_ ? now_ns : starts_ns_.value_or(INT64_MAX));
  }
  report_.look(*recording_, now_ns);
  if (now_ns >= next_beat_ns_) beat(now_ns);
  next_ns = std::min(next_ns, next_beat_ns_);
  if (!recording_->is_paused() && !recording_->is_over()) next_ns = std::min(next_ns, report_.next_look_ns());
  note_end(now_ns);
  return next_ns;
}

/// Says that the replay lives, and where it stands.
void feed_loop::beat(std::int64_t now_ns) {
  next_beat_ns_ = now_ns + beat_every_ns;
  const auto read = recording_->stats();
  const auto total = static_cast<double>(std::max<std::uint64_t>(read.bytes_total, 1));
  wire::encode(bytes_, wire::heartbeat{
                           .service = "replay",
                           .instance = process::instance_name(),
                           .epoch = epoch_,
                           .at_ns = wall_ns(),
                           .version = std::string{process::version},
                           .ready = true,
                           .counters = {{"events", report_.events()}, {"malformed_lines", read.malformed_lines}},
                           .replay = wire::replay_position{.is_paused = recording_->is_paused(),
                                                           .is_over = recording_->is_over(),
                                                           .speed = recording_->speed(),
                                                           .position_ns = recording_->position_ns(now_ns),
                                                           .first_ns = recording_->first_ns(),
                                                           .fraction = static_cast<double>(read.bytes_read) / total}});
  publisher_->publish_bytes("ops/replay/", bytes_);
}

void feed_loop::jump(std::unique_ptr<feed::last_values> state, std::int64_t now_ns) {
  epoch_ = epoch_after(epoch_);
  publisher_->restart(epoch_, std::move(*state));
  report_.jumped(*recording_, now_ns);
}

void feed_loop::start_if_wanted(std::int64_t now_ns) {
  const bool at_once = settings_.start == start_policy::at_once;
  if (!starts_ns_ && at_once) starts_ns_ = now_ns;
  if (!starts_ns_ && publisher_->has_demand()) starts_ns_ = now_ns + settings_.settle.count();
  if (!starts_ns_ || now_ns < *starts_ns_) return;
  is_waiting_ = false;
  recording_->resume(now_ns);
  report_.started(*recording_, now_ns);
}

void feed_loop::note_end(std::int64_t now_ns) {
  if (!recording_->is_over() || recording_->is_seeking()) {
    end_is_told_ = false;
    return;
  }
  if (std::exchange(end_is_told_, true)) return;
  report_.ended(*recording_, now_ns);
  if (settings_.at_end == end_policy::exit && tools_.on_end) tools_.on_end();
}

wire::control_reply feed_loop::answer(const wire::control_request& request, std::int64_t now_ns) {
  auto reply = replay::answer(*recording_, request, now_ns);
  if (const auto* why = std::get_if<error>(&reply.outcome)) {
    tools_.log.warning("control request refused", {{"reason", why->text}});
    return reply;
  }
  // who pauses or resumes has taken over from the start policy
  if (!recording_->is_paused() || std::holds_alternative<wire::pause_replay>(request.body)) is_waiting_ = false;
  tools_.log.info("control request done", {{"paused", recording_->is_paused()},
                                           {"speed", recording_->speed()},
                                           {"position", iso_from_ns(recording_->position_ns(now_ns))}});
  next_beat_ns_ = now_ns; // who asked wants to see it
  return reply;
}

replay_status feed_loop::status(std::int64_t now_ns) const {
  return {.is_waiting = is_waiting_,
          .is_paused = recording_->is_paused(),
          .is_over = recording_->is_over(),
          .speed = recording_->speed(),
          .position_ns = recording_->position_ns(now_ns),
          .events = report_.events()};
}

} // namespace strike::replay
