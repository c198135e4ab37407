#include "process/app.hpp"
#include "router/router.hpp"

int main(int argc, char** argv) {
  return strike::process::run(
      argc, argv,
      {.name = "strike-router",
       .help = "Merges the subscriptions of all who connect to it, fetches that from its upstreams ([router] upstream: "
               "gateways, replays or routers), and sends it on ([router] publish).",
       .start = strike::router::start_service});
}
