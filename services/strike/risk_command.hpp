#pragma once

namespace CLI {
class App;
}

namespace strike {

/// `strike kill`, `strike halt`, `strike resume` and `strike risk`: what operators ask of a running exec.
void add_risk_commands(CLI::App& app, int& exit_code);

} // namespace strike
