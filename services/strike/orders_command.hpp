#pragma once

namespace CLI {
class App;
}

namespace strike {

/// Adds `strike orders`, `strike fills` and `strike positions`: what the order store holds, also while exec runs. They
/// set `exit_code`: 0, or 1 if something failed. `exit_code` must outlive `app`.
void add_orders_commands(CLI::App& app, int& exit_code);

} // namespace strike
