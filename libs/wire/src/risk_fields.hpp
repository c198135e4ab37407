#pragma once

#include "message.hpp"
#include "wire/risk.hpp"

#include "strike/v1/risk.pb.h"

namespace strike::wire {

void write(const restrict_trading& from, v1::RestrictTrading& to);
void write(const resume_trading& from, v1::ResumeTrading& to);
void write(const kill_trading& from, v1::KillTrading& to);
void write(const risk_report& from, v1::RiskReport& to);

/// @returns `ec::malformed` if the scope is missing, of an unknown kind, or its name does not fit; likewise the state
result<restrict_trading> read(const v1::RestrictTrading& from);
result<resume_trading> read(const v1::ResumeTrading& from);
result<kill_trading> read(const v1::KillTrading& from);
result<risk_report> read(const v1::RiskReport& from);

} // namespace strike::wire
