#pragma once

namespace strike {

/// `strike live`, `strike live-deribit`, `strike live-derive`, `strike live-poly`: gateways, router, strategies, exec,
/// recorder and dashboard in one process; with `--sandbox` the venues too.
/// @param argv the command first
int run_live_command(int argc, char** argv);

} // namespace strike
