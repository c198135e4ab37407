#include "strike/backtest_command.hpp"
#include "strike/bench_command.hpp"
#include "strike/bus_bench.hpp"
#include "strike/catalog_command.hpp"
#include "strike/doctor_command.hpp"
#include "strike/exec_bench.hpp"
#include "strike/gateway_bench.hpp"
#include "strike/import_command.hpp"
#include "strike/live_command.hpp"
#include "strike/orders_command.hpp"
#include "strike/replay_command.hpp"
#include "strike/risk_command.hpp"
#include "strike/strategy_command.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "replay") return strike::run_replay_command(argc - 1, argv + 1); // a service: it reads its own options
  if (command == "live" || command == "live-deribit" || command == "live-derive" || command == "live-poly")
    return strike::run_live_command(argc - 1, argv + 1);
  if (command == "bench" && argc > 2 && std::string_view{argv[2]} == "exec")
    return strike::run_exec_bench(argc - 2, argv + 2);
  if (command == "bench" && argc > 2 && std::string_view{argv[2]} == "gateway")
    return strike::run_gateway_bench(argc - 2, argv + 2);
  if (command == "bus-bench-role") return strike::run_bus_bench_role(argc - 1, argv + 1);
  CLI::App app{"Strike: trading engine for crypto options and prediction markets"};
  app.set_version_flag("--version", std::string{strike::version});
  app.require_subcommand(1);
  int exit_code = 0;
  strike::add_backtest_command(app, exit_code);
  strike::add_import_command(app, exit_code);
  strike::add_catalog_commands(app, exit_code);
  strike::add_orders_commands(app, exit_code);
  strike::add_bench_command(app, exit_code);
  strike::add_strategy_command(app, exit_code);
  strike::add_risk_commands(app, exit_code);
  strike::add_doctor_command(app, exit_code);
  app.add_subcommand("replay", "Replay a recording to the strategies as if it were live (strike replay --help)");
  app.add_subcommand("live", "Trade on paper on live market data (strike live --help)");
  for (const auto& [name, at] :
       {std::pair{"live-deribit", "Deribit"}, {"live-derive", "Derive"}, {"live-poly", "Polymarket"}})
    app.add_subcommand(name, std::string{"The same on "} + at + " alone");
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
