#pragma once

namespace strike {

/// `strike bench gateway`: Deribit's gateway as it runs in production, fed by a local venue over TLS and read by a
/// consumer on the bus, both of which are another process.
/// @param argv the command first
int run_gateway_bench(int argc, char** argv);

} // namespace strike
