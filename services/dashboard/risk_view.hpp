#pragma once

#include "wire/risk.hpp"

#include <string>

namespace strike::dashboard {

/// {"is_current":..,"states":[{"scope":"venue","name":"deribit","state":"halted","source":..,"reason":..,"by":..,
/// "since_ms":..}],"limits":[{"scope":..,"name":..,"limit":..,"used":..,"most":..}],"kills":[{"scope":..,"name":..,
/// "flatten":..,"reason":..,"by":..,"began_ms":..,"is_over":..,"is_clean":..,"is_alarmed":..,"lines":[..]}]}: kills
/// newest first. No states: trading is active everywhere.
/// @param is_current whether exec told it just now
std::string risk_json(const wire::risk_report& of, bool is_current);

} // namespace strike::dashboard
