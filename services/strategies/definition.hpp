#pragma once

#include "strategy/registry.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strike::strategies {

/// One `[[strategy]]`, from which the instance is made anew at each start.
struct definition {
  std::string name; ///< unique; fits into a topic
  std::string type;
  bool is_enabled = true;
  std::string toml;             ///< the table, without header
  std::filesystem::path folder; ///< where its relative file names start
};

/// Every `[[strategy]]` of a configuration. Mistakes are recorded in the document.
std::vector<definition> read_definitions(config::section root, const strategy_registry& types);

/// Reads a new table for the strategy `name`, with or without its `[[strategy]]` header, and tries it out.
/// @returns `ec::invalid_config`: every mistake with its line, another name, or what the strategy's constructor threw
result<definition> parse_definition(std::string_view toml, const std::string& name, const std::filesystem::path& folder,
                                    const strategy_registry& types);

/// A new instance. May throw what the strategy's constructor throws.
/// @returns `ec::invalid_config`
result<std::unique_ptr<strategy>> make(const definition& from, const strategy_registry& types);

} // namespace strike::strategies
