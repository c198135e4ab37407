#pragma once

#include "base/instrument.hpp"

#include <memory>

namespace strike {

/// Interns venue + symbol to a dense `instrument_id`, once, at the edge of a process.
///
/// One instance is shared by all threads of a run: `intern` and `find` lock; `at` does not, and is valid for every id
/// that reached the calling thread through any synchronising hand-over (queue, message). What it returns never moves
/// and never changes. Holds up to 2^20 instruments.
class instrument_registry {
public:
  instrument_registry();
  ~instrument_registry();
  instrument_registry(const instrument_registry&) = delete;
  instrument_registry& operator=(const instrument_registry&) = delete;

  struct entry {
    venue at;
    std::string symbol;
    symbol_info info; ///< what the symbol itself says
  };

  /// @returns the id, a new one at the first call; `ec::malformed` if the symbol does not fit the venue's grammar
  result<instrument_id> intern(venue at, std::string_view symbol);
  std::optional<instrument_id> find(venue at, std::string_view symbol) const;
  const entry& at(instrument_id id) const;
  std::size_t size() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace strike
