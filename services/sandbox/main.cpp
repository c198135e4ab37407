#include "process/app.hpp"
#include "sandbox/fault_command.hpp"
#include "sandbox/sandbox.hpp"

#include <string_view>

using namespace strike;

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view{argv[1]} == "fault") return sandbox::run_fault_command(argc - 1, argv + 1);
  return process::run(
      argc, argv,
      {.name = "sandbox",
       .help = "Serves Deribit, Derive and Polymarket on this host, over TLS, with a made-up market. `strike-sandbox "
               "fault` lets them go wrong (strike-sandbox fault --help).",
       .start = [](process::environment& env) -> result<void> {
         auto how = sandbox::read_settings(env.config);
         if (auto ok = env.check_config(); !ok) return ok;
         const auto where = sandbox::start(env, std::move(how));
         if (!where) return std::unexpected{where.error()};
         return {};
       }});
}
