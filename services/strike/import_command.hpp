#pragma once

namespace CLI {
class App;
}

namespace strike {

/// Adds `strike import`: CSV files to a recording. When the command runs it sets `exit_code`: 0 if a recording was
/// written, though rows may have been left out, else 1. `exit_code` must outlive `app`.
void add_import_command(CLI::App& app, int& exit_code);

} // namespace strike
