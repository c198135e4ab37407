#pragma once

#include "config/section.hpp"
#include "strategy/strategy.hpp"

#include <memory>

namespace strike::strategies {

/// See the head of gamma_scalp.cpp; the keys are explained in deploy/strike.example.toml.
std::unique_ptr<strategy> make_gamma_scalp(config::section& settings);

} // namespace strike::strategies
