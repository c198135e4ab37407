#include "gateway-deribit/start.hpp"
#include "process/app.hpp"

int main(int argc, char** argv) {
  return strike::process::run(
      argc, argv,
      {.name = "gateway-deribit",
       .help =
           "Market data of Deribit on the bus ([gateway.deribit] publish): what is asked for there, and only that, is "
           "subscribed at the venue. Public data needs no key.",
       .start = strike::gateway_deribit::start_service});
}
