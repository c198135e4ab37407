// A service as small as one can be, for process_test: it is ready once a file exists, and hangs where it is told to.
#include "process/app.hpp"

#include <CLI/CLI.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <filesystem>
#include <thread>

using namespace std::chrono_literals;
using namespace strike::process;

namespace {

struct options {
  std::string ready_file, hang, end;
};

caf::behavior ticker(caf::event_based_actor* self, environment* env, const options& x) {
  self->delayed_send(self, 1ms, 1);
  return {[self, env, x](int) {
    if (x.hang == "actor") {
      env->log.info("hanging");
      std::this_thread::sleep_for(1h);
    }
    if (x.end == "finish") env->finish();
    if (x.end == "die") self->quit(caf::make_error(caf::sec::runtime_error));
    if (std::filesystem::exists(x.ready_file) && env->ready.ready("file")) env->log.info("ready");
    if (!std::filesystem::exists(x.ready_file) && env->ready.not_ready("file", "missing")) env->log.info("not ready");
    self->delayed_send(self, 1ms, 1);
  }};
}

strike::result<void> start(environment& env, const options& x) {
  const auto most = env.config.table("replay").integer("restarts", 2, 0, 100);
  if (auto ok = env.check_config(); !ok) return ok;
  env.ready.not_ready("file", "missing");
  const restart_policy policy{.first = 1ms, .most_restarts = static_cast<int>(most)};
  auto actor =
      env.supervise({"ticker", [&env, x](caf::actor_system& in) { return in.spawn(ticker, &env, x); }, policy});
  if (!actor) return std::unexpected{actor.error()};
  env.on_stop("keeper", [&env, x, kept = *actor] { // owns a handle: it outlives the actor
    env.log.info("keeper stops", {{"requested", env.stop.stop_requested()}});
    if (x.hang == "stop") std::this_thread::sleep_for(1h);
  });
  if (x.end == "start") return strike::fail(strike::ec::io, "example: no such disk; mount it");
  return {};
}

} // namespace

int main(int argc, char** argv) {
  options given;
  return run(argc, argv,
             {.name = "example",
              .help = "Serves the test of the shell.",
              .start = [&](environment& env) { return start(env, given); },
              .add_options =
                  [&](CLI::App& app) {
                    app.add_option("--ready-file", given.ready_file);
                    app.add_option("--hang", given.hang);
                    app.add_option("--end", given.end);
                  }});
}
