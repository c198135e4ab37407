#include "gateway-polymarket/start.hpp"
#include "process/app.hpp"

int main(int argc, char** argv) {
  return strike::process::run(argc, argv,
                              {.name = "gateway-polymarket",
                               .help = "Market data of Polymarket on the bus ([gateway.polymarket] publish): what is "
                                       "asked for there, and only that, is "
                                       "subscribed at the venue.",
                               .start = strike::gateway_polymarket::start_service});
}
