#include "process/app.hpp"
#include "strategies/register_all.hpp"
#include "strategies/start.hpp"

using namespace strike;

int main(int argc, char** argv) {
  const auto types = std::make_shared<strategy_registry>();
  register_all_strategies(*types);
  return process::run(argc, argv,
                      {.name = "strike-strategies",
                       .help = "Runs the strategies of [[strategy]] on live market data ([strategies] upstream), shows "
                               "them on the bus, and starts, stops and reconfigures them on request.",
                       .start = [types](process::environment& env) { return strategies::start_service(env, types); }});
}
