#include "gateway-polymarket/start.hpp"
#include "process/app.hpp"

using namespace strike;

int main(int argc, char** argv) {
  return process::run(argc, argv,
                      {.name = "gateway-polymarket",
                       .help = "Polymarket's market data on the bus ([gateway.polymarket] publish), as far as someone "
                               "wants it: books, touches, trades and what becomes of the markets.",
                       .start = [](process::environment& env) -> result<void> {
                         auto started = gateway_polymarket::start(env, bus::context{});
                         if (!started) return std::unexpected{started.error()};
                         return {};
                       }});
}
