#include "process/app.hpp"
#include "replay/feed_actor.hpp"

namespace {

strike::result<void> start(strike::process::environment& env, const strike::replay::feed_arguments& given) {
  auto settings = strike::replay::read_feed_settings(env.config, given);
  if (!settings) return std::unexpected{settings.error()};
  if (auto ok = env.check_config(); !ok) return ok;
  const auto feed = strike::replay::start_feed(env, strike::bus::context{}, std::move(*settings));
  if (!feed) return std::unexpected{feed.error()};
  return {};
}

} // namespace

int main(int argc, char** argv) {
  strike::replay::feed_arguments given;
  return strike::process::run(
      argc, argv,
      {.name = "replay",
       .help = "Publishes recordings on the bus in place of gateways, at their own pace or a multiple of it.",
       .start = [&](strike::process::environment& env) { return start(env, given); },
       .add_options = [&](CLI::App& app) { strike::replay::add_feed_options(app, given); }});
}
