#include "process/app.hpp"
#include "router/router.hpp"

using namespace strike;

namespace {

result<void> start(process::environment& env) {
  auto how = router::read_settings(env.config, env.config.table("router"), {"tcp://127.0.0.1:5550"});
  if (!how.publish) how.publish = bus::bind_config{.endpoint = "tcp://127.0.0.1:5551"};
  if (auto ok = env.check_config(); !ok) return ok;
  const auto made =
      router::start(env, bus::context{}, std::make_shared<instrument_registry>(), std::move(how), "router");
  if (!made) return std::unexpected{made.error()};
  return {};
}

} // namespace

int main(int argc, char** argv) {
  return process::run(argc, argv,
                      {.name = "strike-router",
                       .help = "Merges the subscriptions of all who connect to it, fetches that from its upstreams "
                               "([router] upstream: gateways, replays or routers), and sends it on ([router] publish).",
                       .start = start});
}
