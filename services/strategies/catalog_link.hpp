#pragma once

#include "catalog/settings.hpp"
#include "catalog/view.hpp"
#include "process/environment.hpp"
#include "strategies/host_settings.hpp"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace strike::strategies {

/// HTTP for a catalog, one request at a time; what can be repeated is repeated.
/// @param stop ends a request that is under way
catalog::fetch_function http_fetch(const std::filesystem::path& ca_file, std::stop_token stop);

/// Opens the catalog and, with `clock_mode::wall`, keeps it fresh until the process stops. With `clock_mode::feed` the
/// markets are those of the feed's time, and no venue is asked.
/// @returns what the venues list at a time, for any thread; `ec::io`
result<std::function<catalog::view_ptr(std::int64_t now_ns)>>
start_catalog(process::environment& env, const catalog::settings& how, clock_mode clock);

} // namespace strike::strategies
