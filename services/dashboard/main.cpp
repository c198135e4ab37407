#include "dashboard/dashboard.hpp"
#include "process/app.hpp"

#include <CLI/CLI.hpp>

using namespace strike;

int main(int argc, char** argv) {
  std::string upstream, listen;
  const auto start = [&](process::environment& env) -> result<void> {
    auto how = dashboard::read_settings(env.config, upstream, listen);
    if (auto ok = env.check_config(); !ok) return ok;
    const auto url = dashboard::start(env, bus::context{}, std::move(how));
    if (!url) return std::unexpected{url.error()};
    return {};
  };
  const auto add_options = [&](CLI::App& app) {
    app.add_option("--upstream", upstream, "who publishes what strategies show; default: tcp://127.0.0.1:5560")
        ->type_name("ENDPOINT");
    app.add_option("--listen", listen, "where the page is served, this host only; default: 127.0.0.1:8080")
        ->type_name("HOST:PORT");
  };
  return process::run(argc, argv,
                      {.name = "strike-dashboard",
                       .help = "Shows the strategies in a web browser.",
                       .start = start,
                       .add_options = add_options});
}
