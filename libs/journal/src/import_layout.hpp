#pragma once

#include "journal/import.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace strike::journal {

/// What a column means to us, whatever its file calls it.
enum class column : std::uint8_t {
  exchange,
  symbol,
  time,
  receive_time,
  bid,
  bid_size,
  bid_iv,
  ask,
  ask_size,
  ask_iv,
  last,
  mark,
  mark_iv,
  index,
  underlying,
  open_interest,
  delta,
  gamma,
  vega,
  theta,
  rho,
  side,
  at,
  size,
  id,
  is_snapshot,
  count, ///< of the columns above
};

/// Where the columns of one file are.
struct csv_layout {
  template <class T> using by_column = std::array<T, static_cast<std::size_t>(column::count)>;

  import_kind kind = import_kind::automatic;
  std::size_t width = 0;                            ///< fields of every row
  by_column<std::optional<std::size_t>> position{}; ///< none: this kind of file does not have it
  by_column<std::string_view> name{};

  /// @param kind `automatic` takes the kind that most of the header's names belong to
  /// @returns `ec::malformed` that names every missing column, and all that such a file has
  static result<csv_layout> from_header(const std::vector<std::string>& header, import_kind kind);
};

} // namespace strike::journal
