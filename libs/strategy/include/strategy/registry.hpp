#pragma once

#include "config/section.hpp"
#include "strategy/strategy.hpp"

#include <memory>
#include <string>
#include <vector>

namespace strike {

/// Makes one instance from its configuration table (`type` and `name` are read already). Wrong values are recorded in
/// the section; the returned object is used only if the document has no mistake.
using strategy_factory = std::unique_ptr<strategy> (*)(config::section& settings);

/// The strategy types a program knows, by name. Filled by `main` and tests through `register_all_strategies`: no
/// static initialisers, so that what is linked is what is there.
class strategy_registry {
public:
  void add(std::string type, strategy_factory make);
  std::vector<std::string> types() const;

  struct instance {
    std::string name; ///< unique in the file
    std::string type;
    std::unique_ptr<strategy> logic;
  };
  /// Reads every `[[strategy]]` of a document: `type`, optional `name` (default: the type) and `enabled`, and the
  /// type's own keys. Unknown types and doubled names are recorded as mistakes of the document.
  std::vector<instance> make_all(config::section root) const;

private:
  struct row {
    std::string type;
    strategy_factory make;
  };
  std::vector<row> rows_;
};

} // namespace strike
