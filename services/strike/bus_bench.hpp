#pragma once

#include <CLI/CLI.hpp>

namespace strike {

/// `strike bench bus`: what an event costs from publisher to strategy, over processes as they run in production, beside
/// a bare ZeroMQ hop measured in the same minutes.
void add_bus_bench_command(CLI::App& bench, int& exit_code);

/// One process of a measurement, as `strike bench bus` starts it: "publisher", "strategies", ... with its arguments.
int run_bus_bench_role(int argc, char** argv);

} // namespace strike
