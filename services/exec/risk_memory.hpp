#pragma once

#include "base/error.hpp"
#include "base/risk.hpp"
#include "exec/risk_pnl.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace strike::exec {

/// What risk remembers over a restart of exec.
struct risk_memory {
  std::vector<risk_state_entry> states;
  std::vector<pnl_base> bases;
};

/// One JSON object, for the order store.
std::string to_json(const risk_memory& what);
/// An empty text is an empty memory.
/// @returns `ec::malformed`: whoever cannot read what restricted trading must not trade
result<risk_memory> risk_memory_of(std::string_view json);

} // namespace strike::exec
