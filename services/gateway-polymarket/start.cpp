#include "gateway-polymarket/start.hpp"

#include "gateway-polymarket/feed.hpp"
#include "gateway-polymarket/settings.hpp"

#include <memory>
#include <utility>

namespace strike::gateway_polymarket {

result<gateway::running> start(process::environment& env, const bus::context& where) {
  auto shell = gateway::read_settings(env.config, venue::polymarket, "tcp://127.0.0.1:5553");
  auto how = read_settings(env.config);
  if (auto ok = env.check_config(); !ok) return std::unexpected{ok.error()};
  return gateway::start(env, where, std::move(shell), [how = std::move(how)](instrument_registry& names) {
    return std::make_unique<polymarket_feed>(how, names);
  });
}

} // namespace strike::gateway_polymarket
