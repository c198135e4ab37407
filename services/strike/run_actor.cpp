#include "strike/run_actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include <csignal>
#include <ctime>

namespace strike {

namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

/// @returns whether a stop signal came within the time
bool is_stopped_within(long milliseconds) {
  const auto set = stop_signals();
  const timespec limit{.tv_sec = milliseconds / 1'000, .tv_nsec = milliseconds % 1'000 * 1'000'000};
  return sigtimedwait(&set, nullptr, &limit) > 0;
}

} // namespace

void block_stop_signals() {
  const auto set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void wait_for_stop() {
  while (!is_stopped_within(1'000)) {
  }
}

replay::run_summary run_to_end(std::unique_ptr<replay::backtest> run, const progress_sink& progress) {
  constexpr long poll_ms = 10;
  constexpr int polls_a_report = 20;
  caf::actor_system_config config;
  config.set("scheduler.max-threads", std::size_t{1}); // the run has its own thread
  caf::actor_system system{config};
  auto holder = std::make_shared<std::unique_ptr<replay::backtest>>(std::move(run));
  const auto actor = system.spawn<caf::detached>(replay::backtest_behavior, std::move(holder));

  caf::scoped_actor runner{system}, watcher{system};
  auto pending = runner->request(actor, caf::infinite, replay::run_atom_v);
  for (int polls = 0; !runner->has_next_message(); ++polls) {
    if (is_stopped_within(poll_ms)) runner->send(actor, replay::stop_atom_v);
    if (!progress || polls % polls_a_report != polls_a_report - 1) continue;
    watcher->request(actor, std::chrono::seconds{1}, replay::how_far_atom_v)
        .receive([&](const replay::backtest_progress& x) { progress(x); },
                 [](const caf::error&) {}); // it waits for the disk: no news this time
  }
  replay::run_summary result;
  pending.receive([&](const replay::summary_ptr& x) { result = *x; },
                  [&](const caf::error& x) {
                    result.ended = system.render(x);
                    result.is_complete = false;
                  });
  runner->send_exit(actor, caf::exit_reason::user_shutdown);
  return result;
}

} // namespace strike
