#include "gateway-polymarket/start.hpp"

#include "gateway-polymarket/feed.hpp"

namespace strike::gateway_polymarket {

result<gateway::running> start(process::environment& env, const bus::context& where, std::string_view publish) {
  auto how = read_settings(env.config);
  auto shell = gateway::read_settings(env.config, venue::polymarket, default_publish);
  if (!publish.empty()) shell.publish = {.endpoint = std::string{publish}};
  if (auto ok = env.check_config(); !ok) return std::unexpected{ok.error()};
  return gateway::start(env, where, std::move(shell), [how = std::move(how)](instrument_registry& names) {
    return std::make_unique<polymarket_feed>(how, names);
  });
}

result<void> start_service(process::environment& env) {
  const auto made = start(env, bus::context{});
  if (!made) return std::unexpected{made.error()};
  return {};
}

} // namespace strike::gateway_polymarket
