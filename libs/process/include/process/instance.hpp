#pragma once

#include <string>

namespace strike::process {

/// "host:pid": tells processes of one service apart, also where each container counts its own. For heartbeats.
std::string instance_name();

} // namespace strike::process
