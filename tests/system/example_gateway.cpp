// A gateway to the made-up venue, for gateway_test: the shell that all gateways share, as a process.
#include "gateway/gateway.hpp"
#include "kit/made_up_venue.hpp"
#include "process/app.hpp"

namespace {

strike::result<void> start(strike::process::environment& env) {
  const auto inside = std::make_shared<strike::test::made_up_feed::inside>();
  inside->url = env.config.table("gateway").table("deribit").required_text("url");
  inside->on_start = [](strike::gateway::feed_port& port) {
    port.define(strike::test::made_up_feed::rules("BTC-PERPETUAL"), 1);
    port.loaded();
  };
  auto how = strike::gateway::read_settings(env.config, strike::venue::deribit, "tcp://127.0.0.1:0");
  if (auto ok = env.check_config(); !ok) return ok;
  const auto made =
      strike::gateway::start(env, strike::bus::context{}, std::move(how), [inside](strike::instrument_registry&) {
        return std::make_unique<strike::test::made_up_feed>(inside);
      });
  if (!made) return std::unexpected{made.error()};
  return {};
}

} // namespace

int main(int argc, char** argv) {
  return strike::process::run(argc, argv,
                              {.name = "gateway-example", .help = "Serves the test of gateways.", .start = start});
}
