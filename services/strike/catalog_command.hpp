#pragma once

namespace CLI {
class App;
}

namespace strike {

/// Adds `strike catalog` (search, show, refresh) and `strike instruments`: what the venues list, from the cache, which
/// is refreshed when stale. They set `exit_code`: 0, or 1 if nothing was found or something failed. `exit_code` must
/// outlive `app`.
void add_catalog_commands(CLI::App& app, int& exit_code);

} // namespace strike
