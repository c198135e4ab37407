#include "process/app.hpp"
#include "recorder/start.hpp"

#include <CLI/CLI.hpp>

using namespace strike;

int main(int argc, char** argv) {
  recorder::overrides given;
  return process::run(
      argc, argv,
      {.name = "recorder",
       .help = "Records what the bus carries: market data, and order updates if asked to, as JSON lines.",
       .start = [&given](process::environment& env) -> result<void> {
         auto how = recorder::read_settings(env.config, given);
         if (auto ok = env.check_config(); !ok) return ok;
         return recorder::start(env, bus::context{}, std::move(how));
       },
       .add_options =
           [&given](CLI::App& app) {
             app.add_option("--upstream", given.upstream, "record from this endpoint; may be given again")
                 ->type_name("ENDPOINT");
             app.add_option("--folder", given.folder, "where the recordings go")->type_name("FOLDER");
             app.add_flag("--orders", given.orders, "record order updates, too");
           }});
}
