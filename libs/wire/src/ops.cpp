#include "wire/ops.hpp"

#include "message.hpp"
#include "strike/v1/ops.pb.h"

namespace strike::wire {

void encode(std::string& out, const heartbeat& beat) {
  v1::Heartbeat message;
  set_text(message.mutable_service(), beat.service);
  set_text(message.mutable_instance(), beat.instance);
  message.set_epoch(beat.epoch);
  message.set_at_ns(beat.at_ns);
  set_text(message.mutable_version(), beat.version);
  message.set_ready(beat.ready);
  std::string name;
  for (const auto& [text, count] : beat.counters) {
    set_text(&name, text);
    (*message.mutable_counters())[name] = count;
  }
  if (beat.replay) {
    auto& to = *message.mutable_replay();
    to.set_is_paused(beat.replay->is_paused);
    to.set_is_over(beat.replay->is_over);
    to.set_speed(beat.replay->speed);
    to.set_position_ns(beat.replay->position_ns);
    to.set_first_ns(beat.replay->first_ns);
    to.set_fraction(beat.replay->fraction);
  }
  serialize(out, message);
}

result<heartbeat> decode_heartbeat(std::string_view bytes) {
  v1::Heartbeat message;
  if (auto parsed = parse(message, bytes); !parsed) return std::unexpected{std::move(parsed).error()};
  if (message.service().empty()) return broken(message, "service is missing");
  if (message.epoch() == 0) return broken(message, "epoch is missing");
  std::optional<replay_position> replay;
  if (message.has_replay()) {
    const auto& x = message.replay();
    replay = {.is_paused = x.is_paused(),
              .is_over = x.is_over(),
              .speed = x.speed(),
              .position_ns = x.position_ns(),
              .first_ns = x.first_ns(),
              .fraction = x.fraction()};
  }
  return heartbeat{.service = message.service(),
                   .instance = message.instance(),
                   .epoch = message.epoch(),
                   .at_ns = message.at_ns(),
                   .version = message.version(),
                   .ready = message.ready(),
                   .counters = {message.counters().begin(), message.counters().end()},
                   .replay = replay};
}

} // namespace strike::wire
