#include "wire/dashboard.hpp"

#include "enums.hpp"
#include "message.hpp"

#include <fmt/format.h>

namespace strike::wire {

void encode(std::string& out, const dashboard_state& state) {
  v1::DashboardState message;
  set_text(message.mutable_strategy(), state.strategy);
  message.set_epoch(state.epoch);
  message.set_sequence(state.sequence);
  message.set_at_ns(state.at_ns);
  set_text(message.mutable_state_json(), state.state_json);
  if (state.layout_json) set_text(message.mutable_layout_json(), *state.layout_json);
  message.set_run_state(to_proto(state.run_state));
  set_text(message.mutable_reason(), state.reason);
  message.set_restarts(state.restarts);
  set_text(message.mutable_type(), state.type);
  serialize(out, message);
}

result<dashboard_state> decode_dashboard_state(std::string_view bytes) {
  v1::DashboardState message;
  if (auto parsed = parse(message, bytes); !parsed) return std::unexpected{std::move(parsed).error()};
  if (message.strategy().empty()) return broken(message, "strategy is missing");
  if (message.epoch() == 0) return broken(message, "epoch is missing");
  if (message.sequence() == 0) return broken(message, "sequence is missing");
  auto run = std::optional{run_state::running};
  if (message.run_state() != v1::RUN_STATE_UNSPECIFIED) run = from_proto<run_state>(message.run_state());
  if (!run) return broken(message, fmt::format("run_state {} is not known", int{message.run_state()}));
  dashboard_state made{.strategy = message.strategy(),
                       .epoch = message.epoch(),
                       .sequence = message.sequence(),
                       .at_ns = message.at_ns(),
                       .state_json = std::move(*message.mutable_state_json()),
                       .run_state = *run,
                       .reason = std::move(*message.mutable_reason()),
                       .restarts = message.restarts(),
                       .type = std::move(*message.mutable_type())};
  if (message.has_layout_json()) made.layout_json = std::move(*message.mutable_layout_json());
  return made;
}

} // namespace strike::wire
