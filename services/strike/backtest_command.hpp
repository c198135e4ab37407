#pragma once

#include <CLI/CLI.hpp>

namespace strike {

/// `strike backtest`: strategies on a recording, against the simulated venue.
/// @param exit_code set when the command has run: 0, 1 if the recording ended in an error, 2 if it could not start
void add_backtest_command(CLI::App& app, int& exit_code);

} // namespace strike
