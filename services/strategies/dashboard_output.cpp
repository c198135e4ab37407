#include "strategies/dashboard_output.hpp"

#include "bus/topic.hpp"

#include <cassert>
#include <utility>

namespace strike::strategies {

void dashboard_output::publish(wire::dashboard_state state) {
  const std::scoped_lock lock{guard_};
  auto& to = entry_of(state.strategy);
  auto layout = std::exchange(state.layout_json, std::nullopt);
  const bool is_new_layout = layout != to.layout;
  to.layout = std::move(layout);
  replace(to, std::move(state));
  send(to, is_new_layout);
}

void dashboard_output::publish_run_state(wire::dashboard_state without_values) {
  const std::scoped_lock lock{guard_};
  auto& to = entry_of(without_values.strategy);
  without_values.at_ns = to.last.at_ns;
  without_values.state_json = to.last.state_json.empty() ? "{}" : to.last.state_json;
  replace(to, std::move(without_values));
  send(to, false);
}

void dashboard_output::resend(std::string_view prefix) {
  const std::scoped_lock lock{guard_};
  for (auto& [name, x] : shown_)
    if (x.topic.starts_with(prefix)) send(x, true);
}

dashboard_output::shown& dashboard_output::entry_of(const std::string& strategy) {
  auto& x = shown_[strategy];
  if (!x.topic.empty()) return x;
  auto topic = bus::named_topic(bus::topic_root::dashboard, strategy);
  assert(topic); // names are checked when the configuration is read
  x.topic = *std::move(topic);
  return x;
}

void dashboard_output::replace(shown& what, wire::dashboard_state state) {
  state.epoch = epoch_;
  state.sequence = what.last.sequence + 1;
  what.last = std::move(state);
}

void dashboard_output::send(shown& what, bool with_layout) {
  what.last.layout_json = with_layout ? what.layout : std::nullopt;
  wire::encode(bytes_, what.last);
  send_(what.topic, bytes_);
}

} // namespace strike::strategies
