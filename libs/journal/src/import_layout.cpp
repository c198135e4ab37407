#include "import_layout.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::journal {

namespace {

struct named_column {
  column what;
  std::string_view name;
};

struct file_kind {
  import_kind kind;
  std::string_view noun;
  std::vector<named_column> columns;
};

/// Sources: the headers of the recorded option chains; Tardis.dev documentation, "Downloadable CSV files".
const std::vector<file_kind>& file_kinds() {
  using c = column;
  static const std::vector<file_kind> kinds = {{import_kind::chain,
                                                "an option-chain snapshot",
                                                {{c::time, "timestamp"},
                                                 {c::symbol, "instrument_name"},
                                                 {c::bid, "bid_price"},
                                                 {c::ask, "ask_price"},
                                                 {c::mark, "mark_price"},
                                                 {c::underlying, "underlying"},
                                                 {c::index, "index_price"},
                                                 {c::mark_iv, "implied_volatility"},
                                                 {c::delta, "delta"},
                                                 {c::vega, "vega"},
                                                 {c::open_interest, "open_interest"}}},
                                               {import_kind::perpetuals,
                                                "a file of perpetual prices",
                                                {{c::time, "snapshot_timestamp_ms"},
                                                 {c::symbol, "instrument_name"},
                                                 {c::last, "candle_price_used"},
                                                 {c::bid, "perp_futures_best_bid"},
                                                 {c::ask, "perp_futures_best_ask"}}},
                                               {import_kind::tardis_options_chain,
                                                "a Tardis options_chain file",
                                                {{c::exchange, "exchange"},
                                                 {c::symbol, "symbol"},
                                                 {c::time, "timestamp"},
                                                 {c::receive_time, "local_timestamp"},
                                                 {c::open_interest, "open_interest"},
                                                 {c::last, "last_price"},
                                                 {c::bid, "bid_price"},
                                                 {c::bid_size, "bid_amount"},
                                                 {c::bid_iv, "bid_iv"},
                                                 {c::ask, "ask_price"},
                                                 {c::ask_size, "ask_amount"},
                                                 {c::ask_iv, "ask_iv"},
                                                 {c::mark, "mark_price"},
                                                 {c::mark_iv, "mark_iv"},
                                                 {c::underlying, "underlying_price"},
                                                 {c::delta, "delta"},
                                                 {c::gamma, "gamma"},
                                                 {c::vega, "vega"},
                                                 {c::theta, "theta"},
                                                 {c::rho, "rho"}}},
                                               {import_kind::tardis_quotes,
                                                "a Tardis quotes file",
                                                {{c::exchange, "exchange"},
                                                 {c::symbol, "symbol"},
                                                 {c::time, "timestamp"},
                                                 {c::receive_time, "local_timestamp"},
                                                 {c::ask_size, "ask_amount"},
                                                 {c::ask, "ask_price"},
                                                 {c::bid, "bid_price"},
                                                 {c::bid_size, "bid_amount"}}},
                                               {import_kind::tardis_trades,
                                                "a Tardis trades file",
                                                {{c::exchange, "exchange"},
                                                 {c::symbol, "symbol"},
                                                 {c::time, "timestamp"},
                                                 {c::receive_time, "local_timestamp"},
                                                 {c::id, "id"},
                                                 {c::side, "side"},
                                                 {c::at, "price"},
                                                 {c::size, "amount"}}},
                                               {import_kind::tardis_book,
                                                "a Tardis incremental_book_L2 file",
                                                {{c::exchange, "exchange"},
                                                 {c::symbol, "symbol"},
                                                 {c::time, "timestamp"},
                                                 {c::receive_time, "local_timestamp"},
                                                 {c::is_snapshot, "is_snapshot"},
                                                 {c::side, "side"},
                                                 {c::at, "price"},
                                                 {c::size, "amount"}}}};
  return kinds;
}

bool has(const std::vector<std::string>& header, std::string_view name) {
  return std::ranges::find(header, name) != header.end();
}

/// The kind that most names of the header belong to; of several, the one that lacks fewest. Null if none fits.
const file_kind* guess(const std::vector<std::string>& header) {
  const file_kind* best = nullptr;
  std::ptrdiff_t most = 1; // one name alone says nothing
  for (const auto& kind : file_kinds()) {
    const auto present = std::ranges::count_if(kind.columns, [&](const auto& x) { return has(header, x.name); });
    if (present > most || (best != nullptr && present == most && kind.columns.size() < best->columns.size())) {
      best = &kind;
      most = present;
    }
  }
  return best;
}

/// "'a', 'b'" of the columns that the header lacks; of all columns for an empty header.
std::string missing_names(const file_kind& kind, const std::vector<std::string>& header) {
  std::string text;
  for (const auto& x : kind.columns)
    if (!has(header, x.name)) text += fmt::format("{}'{}'", text.empty() ? "" : ", ", x.name);
  return text;
}

} // namespace

result<csv_layout> csv_layout::from_header(const std::vector<std::string>& header, import_kind wanted) {
  const auto* kind =
      wanted == import_kind::automatic ? guess(header) : &*std::ranges::find(file_kinds(), wanted, &file_kind::kind);
  if (kind == nullptr) {
    std::string known;
    for (const auto& x : file_kinds()) known += fmt::format("\n  {}: {}", to_text(x.kind), missing_names(x, {}));
    return fail(ec::malformed, "the first line is no header of a known kind of file; known columns:" + known);
  }
  if (const auto missing = missing_names(*kind, header); !missing.empty())
    return fail(ec::malformed, fmt::format("no column {}; {} has {}", missing, kind->noun, missing_names(*kind, {})));
  csv_layout layout{.kind = kind->kind, .width = header.size()};
  for (const auto& x : kind->columns) {
    const auto what = static_cast<std::size_t>(x.what);
    layout.position[what] = static_cast<std::size_t>(std::ranges::find(header, x.name) - header.begin());
    layout.name[what] = x.name;
  }
  return layout;
}

} // namespace strike::journal
