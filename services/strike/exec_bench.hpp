#pragma once

namespace strike {

/// `strike bench exec`: the way of real orders through one process, strategy to the venue's connection, against local
/// venues that it serves itself.
/// @param argv the command first
int run_exec_bench(int argc, char** argv);

} // namespace strike
