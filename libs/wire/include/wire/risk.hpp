#pragma once

#include "base/error.hpp"
#include "base/risk.hpp"

#include <string>
#include <vector>

// What an operator asks of exec's risk. Source: proto/strike/v1/risk.proto.
namespace strike::wire {

struct restrict_trading {
  risk_scope where;
  trading_state state = trading_state::halted; ///< not active
  std::string reason, by;
  bool operator==(const restrict_trading&) const = default;
};
struct resume_trading {
  risk_scope where;
  std::string by;
  bool operator==(const resume_trading&) const = default;
};
struct kill_trading {
  risk_scope where;
  bool flatten = false;
  std::string reason, by;
  bool operator==(const kill_trading&) const = default;
};
struct ask_risk {
  bool operator==(const ask_risk&) const = default;
};

/// What risk knows: the answer to `ask_risk`.
struct risk_report {
  std::vector<risk_state_entry> states; ///< those that restrict
  std::vector<limit_use> limits;        ///< those that are set
  std::vector<kill_report> kills;       ///< the newest last
  bool operator==(const risk_report&) const = default;
};

} // namespace strike::wire
