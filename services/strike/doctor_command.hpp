#pragma once

namespace CLI {
class App;
}

namespace strike {

/// `strike doctor`: configuration, keys, disk, and each venue's name, TLS, clock and socket, a line each with the one
/// thing to mend. `exit_code` is 0 if nothing has failed, else 1; it must outlive `app`.
void add_doctor_command(CLI::App& app, int& exit_code);

} // namespace strike
