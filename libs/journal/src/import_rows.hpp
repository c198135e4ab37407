#pragma once

#include "import_layout.hpp"
#include "import_table.hpp"

#include "base/market_event.hpp"

namespace strike::journal {

/// Turns the rows of one file into events.
class row_importer {
public:
  row_importer(csv_layout layout, const import_options& options, instrument_registry& instruments);

  /// Appends the event of the row, or the book message that the row shows to be complete.
  /// @returns `ec::malformed` that says what is wrong with the row, which then has no effect
  result<void> add(const csv_row& row, std::vector<market_event>& out);
  /// Appends the book message that the end of the file completes.
  void finish(std::vector<market_event>& out);

private:
  result<instrument_id> instrument_of(std::string_view exchange, std::string_view symbol);
  result<void> add_level(const csv_row& row, market_event head, std::vector<market_event>& out);

  csv_layout layout_;
  const import_options& options_;
  instrument_registry& instruments_;
  std::optional<market_event> message_; ///< a book message, until a row of another one
};

} // namespace strike::journal
