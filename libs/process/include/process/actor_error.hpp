#pragma once

#include "base/error.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/error.hpp>

#include <string>
#include <utility>

/// The one bridge from our errors to CAF's.
CAF_ERROR_CODE_ENUM(strike::ec, "strike")

namespace strike::process {

/// An error as an actor replies it: the code and its text travel together.
inline caf::error to_caf(error x) { return caf::make_error(x.code, std::move(x.text)); }

/// Back from CAF: a code of ours keeps code and text; any other is `ec::io` with CAF's words for it.
error from_caf(const caf::error& x);

/// Makes `actor_system::render` know the codes of `ec`.
void add_error_category(caf::actor_system_config& to);

} // namespace strike::process
