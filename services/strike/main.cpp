#include "strike/backtest_command.hpp"
#include "strike/bench_command.hpp"
#include "strike/import_command.hpp"
#include "strike/strategy_command.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  CLI::App app{"Strike: trading engine for crypto options and prediction markets"};
  app.set_version_flag("--version", std::string{strike::version});
  app.require_subcommand(1);
  int exit_code = 0;
  strike::add_backtest_command(app, exit_code);
  strike::add_import_command(app, exit_code);
  strike::add_bench_command(app, exit_code);
  strike::add_strategy_command(app, exit_code);
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
