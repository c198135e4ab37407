#include "replay/backtest_actor.hpp"

#include <caf/send.hpp>

namespace strike::replay {

namespace {
constexpr int steps_a_message = 64; ///< about 40,000 events: some milliseconds
}

backtest_actor::behavior_type backtest_behavior(backtest_actor::stateful_pointer<backtest_state> self,
                                                std::shared_ptr<std::unique_ptr<backtest>> run) {
  self->state.run = std::move(*run);
  return {
      [self](run_atom) -> caf::result<summary_ptr> {
        self->state.done = self->make_response_promise<summary_ptr>();
        self->send(self, step_atom_v);
        return self->state.done;
      },
      [self](step_atom) {
        for (int i = 0; i < steps_a_message; ++i) {
          const auto wait = self->state.run->step(std::chrono::steady_clock::now());
          if (!wait) {
            self->state.done.deliver(std::make_shared<const run_summary>(self->state.run->finish()));
            return;
          }
          if (wait->count() > 0) return self->delayed_send(self, *wait, step_atom_v);
        }
        self->send(self, step_atom_v);
      },
      [self](stop_atom) { self->state.run->stop(); },
      [self](how_far_atom) { return self->state.run->progress(); },
  };
}

} // namespace strike::replay
