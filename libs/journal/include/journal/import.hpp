#pragma once

#include "base/registry.hpp"

#include <filesystem>
#include <vector>

namespace strike::journal {

/// What a CSV file holds; `automatic` tells by the names in its header.
enum class import_kind : std::uint8_t {
  automatic,
  chain,                ///< snapshots of whole option chains: prices in coin, volatility as a fraction
  perpetuals,           ///< prices of perpetuals beside such snapshots
  tardis_options_chain, ///< Tardis.dev CSV data sets: times in microseconds, volatility in percent
  tardis_quotes,
  tardis_trades,
  tardis_book, ///< incremental_book_L2
};
} // namespace strike::journal

namespace strike {
template <> struct enum_names<journal::import_kind> {
  using kind = journal::import_kind;
  static constexpr std::string_view what = "kind of CSV file";
  static constexpr std::array table = {enum_name{kind::automatic, "auto"},
                                       enum_name{kind::chain, "chain"},
                                       enum_name{kind::perpetuals, "perpetuals"},
                                       enum_name{kind::tardis_options_chain, "tardis-options-chain"},
                                       enum_name{kind::tardis_quotes, "tardis-quotes"},
                                       enum_name{kind::tardis_trades, "tardis-trades"},
                                       enum_name{kind::tardis_book, "tardis-book"}};
};
} // namespace strike

namespace strike::journal {

struct import_options {
  import_kind kind = import_kind::automatic; ///< of all files; else each is told by its own header
  std::optional<venue> default_venue;        ///< of rows without `exchange`; else the symbol's grammar tells
  /// `perpetuals` rows without a quoted touch: 0 leaves both sides out; else they are the price -+ half of this,
  /// rounded outwards to Deribit's tick. An assumption of the user, not data.
  price perpetual_spread{};
};

struct import_report {
  std::uint64_t rows = 0;   ///< of data, without headers
  std::uint64_t events = 0; ///< written; fewer than rows where several rows are one book message
  std::uint64_t bad_rows = 0;
  std::vector<std::string> complaints; ///< the first 20 bad rows: "file:line: what"
};

/// Turns CSV files (plain, `.gz`, `.zst`) into one recording, in order of venue time; on ties in the order of the
/// files and rows. Holds all events in memory, about 0.3 KB each: import larger data sets file by file, since the
/// reader merges recordings.
///
/// What a row does not say stays none: an empty field, a quote of 0, a volatility of 0. Bad rows are counted and left
/// out.
/// @returns `ec::malformed` for a header that lacks columns (all of them named) or when no row could be used;
///          `ec::io`, `ec::not_found` that name the file
result<import_report> import_csv(const std::vector<std::filesystem::path>& files, const std::filesystem::path& output,
                                 const import_options& options, instrument_registry& instruments);

} // namespace strike::journal
