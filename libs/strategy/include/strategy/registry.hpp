#pragma once

#include "config/section.hpp"
#include "strategy/strategy.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace strike {

/// Makes one instance from its configuration table (`type` and `name` are read already). Wrong values are recorded in
/// the section; the returned object is used only if the document has no mistake.
using strategy_factory = std::unique_ptr<strategy> (*)(config::section& settings);

/// The strategy types a program knows, by name. Filled by `main` and tests through `register_all_strategies`: no
/// static initialisers, so that what is linked is what is there.
class strategy_registry {
public:
  void add(std::string type, strategy_factory factory);
  std::vector<std::string> types() const;

  struct instance {
    std::string name; ///< unique in the file
    std::string type;
    std::unique_ptr<strategy> logic; ///< null if a mistake was recorded
    bool is_enabled = true;
  };
  /// Reads one `[[strategy]]`: `type`, optional `name` (default: `fallback_name`, else the type) and `enabled`, and the
  /// type's own keys. Mistakes are recorded in the section.
  instance make(config::section& settings, const std::string& fallback_name = {}) const;
  /// Every `[[strategy]]` of a document, also those that are not enabled, with its table. Doubled names are recorded as
  /// mistakes.
  std::vector<std::pair<instance, config::section>> read_all(config::section root) const;
  /// Those that are enabled.
  std::vector<instance> make_all(config::section root) const;

private:
  struct row {
    std::string type;
    strategy_factory make;
  };
  std::vector<row> rows_;
};

} // namespace strike
