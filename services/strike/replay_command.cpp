#include "strike/replay_command.hpp"

#include "process/app.hpp"
#include "recorder/start.hpp"
#include "replay/feed_actor.hpp"
#include "strategies/register_all.hpp"
#include "strategies/start.hpp"
#include "strike/bundled.hpp"
#include "strike/show_dashboard.hpp"

#include <CLI/CLI.hpp>
#include <memory>

namespace strike {

namespace {

// Within the process; the parts cannot tell.
constexpr const char* feed_endpoint = "inproc://feed";
constexpr const char* recorder_endpoint = "inproc://recorder";
constexpr const char* dash_endpoint = "inproc://dash";
constexpr const char* control_endpoint = "inproc://replay-control"; ///< for the dashboard, where no other is asked for

/// The command line as it was written, beside the options of the replay.
struct replay_arguments {
  replay::feed_arguments feed;
  std::string record, dashboard;
  std::string control; ///< of the replay, as bound
};

result<void> start_feed(process::environment& env, const bus::context& where, replay_arguments& given) {
  if (given.feed.files.empty() && !env.config.table("replay").has("files")) {
    auto unpacked = bundled_recording::unpack();
    if (!unpacked) return std::unexpected{unpacked.error()};
    const auto kept = std::make_shared<bundled_recording>(std::move(*unpacked));
    env.on_stop("bundled recording", [kept] {});
    given.feed.files = {kept->file()};
    env.log.info("no --file given: replaying the bundled mock recording, 15 minutes of made-up market");
  }
  auto settings = replay::read_feed_settings(env.config, given.feed);
  if (!settings) return std::unexpected{settings.error()};
  if (given.feed.at_end.empty() && !env.config.table("replay").has("at_end") && given.dashboard.empty())
    settings->at_end = replay::end_policy::exit; // nobody would look at it any more
  settings->publish = {.endpoint = feed_endpoint};
  if (!settings->control && !given.dashboard.empty())
    settings->control = bus::bind_config{.endpoint = control_endpoint};
  if (auto ok = env.check_config(); !ok) return ok;
  const auto feed = replay::start_feed(env, where, std::move(*settings));
  if (!feed) return std::unexpected{feed.error()};
  given.control = feed->control;
  return {};
}

result<strategies::settings> strategies_settings(process::environment& env) {
  auto types = std::make_shared<strategy_registry>();
  register_all_strategies(*types);
  auto how = strategies::read_settings(env.config, types);
  how.router.upstream = {{.endpoint = feed_endpoint}};
  how.publish = {.endpoint = dash_endpoint};
  // several replays may run side by side; the log says which port it is
  if (!env.config.table("strategies").has("control")) how.control = {.endpoint = "tcp://127.0.0.1:0"};
  // the times of a recording are those of its day, whatever the speed
  if (!env.config.table("strategies").has("clock")) how.clock = strategies::clock_mode::feed;
  if (how.strategies.empty())
    return fail(ec::invalid_config, "no enabled [[strategy]]; add one, as in deploy/strike.example.toml");
  return how;
}

/// Sources last, so that all who listen are there when they begin.
result<void> start(process::environment& env, replay_arguments& given) {
  const bus::context where;
  auto how = strategies_settings(env);
  if (!how) return std::unexpected{how.error()};
  if (!given.record.empty()) {
    auto recorder = recorder::read_settings(env.config, {.folder = given.record});
    recorder.upstream = {{.endpoint = feed_endpoint}};
    recorder.publish = {.endpoint = recorder_endpoint};
    if (auto ok = recorder::start(env, where, std::move(recorder)); !ok) return ok;
  }
  const auto instruments = std::make_shared<instrument_registry>();
  const auto router = router::start(env, where, instruments, how->router, "router");
  if (!router) return std::unexpected{router.error()};
  const auto host = strategies::start(env, where, instruments, *router, std::move(*how));
  if (!host) return std::unexpected{host.error()};
  if (auto ok = start_feed(env, where, given); !ok || given.dashboard.empty()) return ok;
  std::vector<std::string> recorders;
  if (!given.record.empty()) recorders = {recorder_endpoint};
  return show_dashboard(env, where,
                        {.upstream = {dash_endpoint},
                         .feeds = {feed_endpoint},
                         .recorders = recorders,
                         .strategies_control = host->control,
                         .replay_control = given.control},
                        given.dashboard);
}

void add_options(CLI::App& app, replay_arguments& into) {
  replay::add_feed_options(app, into.feed);
  app.add_option("--record", into.record, "record what is replayed into this folder, too")->type_name("FOLDER");
  app.add_option("--dashboard", into.dashboard, "show the strategies at this port; then it stays after the end, too")
      ->type_name("PORT");
}

} // namespace

int run_replay_command(int argc, char** argv) {
  replay_arguments given;
  return process::run(
      argc, argv,
      {.name = "strike replay",
       .help = "Replays a recording to the strategies as if it were live, all in one process: the same "
               "parts as strike-replay, strike-strategies, strike-recorder and strike-dashboard, over inproc://.",
       .start = [&](process::environment& env) { return start(env, given); },
       .add_options = [&](CLI::App& app) { add_options(app, given); },
       .default_config = std::string{bundled_config()}});
}

} // namespace strike
