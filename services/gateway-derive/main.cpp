#include "gateway-derive/start.hpp"
#include "process/app.hpp"

int main(int argc, char** argv) {
  return strike::process::run(
      argc, argv,
      {.name = "gateway-derive",
       .help =
           "Market data of Derive on the bus ([gateway.derive] publish): what is asked for there, and only that, is "
           "subscribed at the venue.",
       .start = strike::gateway_derive::start_service});
}
