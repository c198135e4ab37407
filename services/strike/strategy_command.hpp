#pragma once

namespace CLI {
class App;
}

namespace strike {

/// Adds `strike strategy start|stop|reconfigure NAME`: a request to a running strategies service. When the command runs
/// it sets `exit_code`: 0 if the service did it, else 1 with the reason on stderr. `exit_code` must outlive `app`.
void add_strategy_command(CLI::App& app, int& exit_code);

} // namespace strike
