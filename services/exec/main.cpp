#include "exec/start.hpp"
#include "process/app.hpp"

int main(int argc, char** argv) {
  return strike::process::run(
      argc, argv,
      {.name = "strike-exec",
       .help =
           "Carries out the orders of strategies: on paper, on live market data ([exec] upstream) with the simulated "
           "fills, fees and latencies of [simulator] and [venue.*]. At the venues that [exec] live names, with "
           "live_orders = true and their keys in the environment, orders are real.",
       .start = strike::exec::start_service});
}
