#pragma once

#include <CLI/CLI.hpp>

namespace strike {

/// `strike bench`: how fast this machine reads and backtests, beside a bare simdjson loop over the same file.
void add_bench_command(CLI::App& app, int& exit_code);

} // namespace strike
