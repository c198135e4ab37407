#pragma once

#include "base/risk.hpp"

#include <string>
#include <vector>

namespace strike {

/// What operators read of risk: a line a row, ending in a newline.
std::string states_text(const std::vector<risk_state_entry>& states);
std::string limits_text(const std::vector<limit_use>& limits);
std::string kills_text(const std::vector<kill_report>& kills);

} // namespace strike
