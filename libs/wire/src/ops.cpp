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
  serialize(out, message);
}

result<heartbeat> decode_heartbeat(std::string_view bytes) {
  v1::Heartbeat message;
  if (auto parsed = parse(message, bytes); !parsed) return std::unexpected{std::move(parsed).error()};
  if (message.service().empty()) return broken(message, "service is missing");
  if (message.epoch() == 0) return broken(message, "epoch is missing");
  return heartbeat{.service = message.service(),
                   .instance = message.instance(),
                   .epoch = message.epoch(),
                   .at_ns = message.at_ns(),
                   .version = message.version(),
                   .ready = message.ready(),
                   .counters = {message.counters().begin(), message.counters().end()}};
}

} // namespace strike::wire
