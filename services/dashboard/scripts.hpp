#pragma once

#include <map>
#include <string>
#include <string_view>

namespace strike::dashboard {

/// The scripts of the page, compiled in: by path. Made by CMake from what web/ holds.
const std::map<std::string, std::string_view>& scripts();

} // namespace strike::dashboard
