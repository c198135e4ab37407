#include "wire/dashboard.hpp"

#include "message.hpp"
#include "strike/v1/dashboard.pb.h"

namespace strike::wire {

void encode(std::string& out, const dashboard_state& state) {
  v1::DashboardState message;
  set_text(message.mutable_strategy(), state.strategy);
  message.set_epoch(state.epoch);
  message.set_sequence(state.sequence);
  message.set_at_ns(state.at_ns);
  set_text(message.mutable_state_json(), state.state_json);
  if (state.layout_json) set_text(message.mutable_layout_json(), *state.layout_json);
  serialize(out, message);
}

result<dashboard_state> decode_dashboard_state(std::string_view bytes) {
  v1::DashboardState message;
  if (auto parsed = parse(message, bytes); !parsed) return std::unexpected{std::move(parsed).error()};
  if (message.strategy().empty()) return broken(message, "strategy is missing");
  if (message.epoch() == 0) return broken(message, "epoch is missing");
  if (message.sequence() == 0) return broken(message, "sequence is missing");
  dashboard_state made{.strategy = message.strategy(),
                       .epoch = message.epoch(),
                       .sequence = message.sequence(),
                       .at_ns = message.at_ns(),
                       .state_json = std::move(*message.mutable_state_json())};
  if (message.has_layout_json()) made.layout_json = std::move(*message.mutable_layout_json());
  return made;
}

} // namespace strike::wire
