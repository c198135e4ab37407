#pragma once

#include "router/messages.hpp"

#include <caf/atom.hpp>
#include <caf/type_id.hpp>

CAF_BEGIN_TYPE_ID_BLOCK(strike_exec, caf::first_custom_type_id + 300)
CAF_ADD_ATOM(strike_exec, strike::exec, request_atom, "x_request")
CAF_ADD_ATOM(strike_exec, strike::exec, control_atom, "x_control")
CAF_ADD_ATOM(strike_exec, strike::exec, accounts_atom, "x_accounts")
CAF_ADD_ATOM(strike_exec, strike::exec, stop_atom, "x_stop")
CAF_END_TYPE_ID_BLOCK(strike_exec)
