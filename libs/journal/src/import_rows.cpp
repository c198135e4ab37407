#include "import_rows.hpp"

#include "base/symbol.hpp"
#include "base/time.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace strike::journal {

namespace {

/// Reads the fields of one row and keeps the first fault.
class cells {
public:
  cells(const csv_layout& layout, const csv_row& row) : layout_{layout}, row_{row} {}

  /// Empty also if this kind of file has no such column.
  std::string_view text(column what) const {
    const auto& at = layout_.position[static_cast<std::size_t>(what)];
    return at ? std::string_view{row_.fields[*at]} : std::string_view{};
  }
  template <class Decimal> optional_value<Decimal> exact(column what) {
    if (text(what).empty()) return {};
    const auto value = parse_decimal<Decimal>(text(what));
    if (value) return *value;
    note(what, value.error().text);
    return {};
  }
  template <class Decimal> Decimal required(column what) {
    if (text(what).empty()) note(what, "is empty");
    return exact<Decimal>(what).value_or({});
  }
  /// A quoted price: 0 is how recorders write an empty side.
  optional_price quote(column what) {
    const auto value = exact<price>(what);
    return value == optional_price{price{}} ? optional_price{} : value;
  }
  optional_double number(column what) {
    const auto field = text(what);
    if (field.empty()) return {};
    double value = 0;
    const auto [end, fault] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (fault == std::errc{} && end == field.data() + field.size() && !std::isinf(value)) return value;
    note(what, fmt::format("'{}' is not a number", field.substr(0, 64)));
    return {};
  }
  /// A volatility in percent or as a fraction: 0 is how recorders write none.
  optional_double volatility(column what, bool in_percent) {
    std::int64_t nanos = 0;
    auto value = number(what);
    // one division of two exact numbers: 40.88 % is the double nearest to 0.4088, which 40.88 / 100 is not
    if (in_percent && parse_nanos(text(what), nanos) == decimal_fault::none)
      value = static_cast<double>(nanos) / (100 * 1e9);
    else if (in_percent && value)
      value = *value / 100;
    return value.value_or(0) > 0 ? value : optional_double{};
  }
  std::int64_t time(column what) {
    const auto ns = ns_from_text(text(what));
    if (!ns) note(what, ns.error().text);
    return ns.value_or(0);
  }
  void note(column what, std::string_view fault) {
    if (fault_.empty()) fault_ = fmt::format("{}: {}", layout_.name[static_cast<std::size_t>(what)], fault);
  }
  result<void> outcome() const {
    if (fault_.empty()) return {};
    return fail(ec::malformed, fault_);
  }

private:
  const csv_layout& layout_;
  const csv_row& row_;
  std::string fault_;
};

ticker read_ticker(cells& row, import_kind kind) {
  const bool in_percent = kind == import_kind::tardis_options_chain;
  ticker x;
  x.best_bid = row.quote(column::bid);
  x.best_ask = row.quote(column::ask);
  if (x.best_bid) x.best_bid_size = row.exact<quantity>(column::bid_size);
  if (x.best_ask) x.best_ask_size = row.exact<quantity>(column::ask_size);
  x.last = row.quote(column::last);
  x.mark = row.number(column::mark);
  x.index = row.number(column::index);
  x.underlying = row.number(column::underlying);
  x.open_interest = row.number(column::open_interest);
  x.mark_iv = row.volatility(column::mark_iv, in_percent);
  x.bid_iv = row.volatility(column::bid_iv, in_percent);
  x.ask_iv = row.volatility(column::ask_iv, in_percent);
  x.delta = row.number(column::delta);
  x.gamma = row.number(column::gamma);
  x.vega = row.number(column::vega);
  x.theta = row.number(column::theta);
  x.rho = row.number(column::rho);
  return x;
}

/// Source: Deribit API v2, `public/get_instruments`, `tick_size` of BTC-PERPETUAL and ETH-PERPETUAL.
std::optional<price> perpetual_tick(std::string_view base) {
  using namespace literals;
  if (base == "BTC") return 0.5_px;
  if (base == "ETH") return 0.05_px;
  return {};
}

/// The recorder knew one price, a candle's: it is last and mark. A touch that it did not see is made only if the user
/// gave a spread.
ticker read_perpetual(cells& row, price spread, std::string_view base) {
  ticker x = read_ticker(row, import_kind::perpetuals);
  const auto middle = row.required<price>(column::last);
  x.mark = to_double(middle);
  if (x.best_bid || x.best_ask || spread == price{}) return x;
  const auto tick = perpetual_tick(base);
  if (!tick) {
    row.note(column::symbol, fmt::format("the tick of {} is not known here: import without a spread", base));
    return x;
  }
  const tick_table ticks{.base = *tick, .steps = {}};
  const price half{spread.nanos / 2};
  x.best_bid = ticks.round_down(middle - half);
  x.best_ask = ticks.round_up(middle + half);
  return x;
}

trade read_trade(cells& row) {
  trade x;
  x.at = row.required<price>(column::at);
  x.size = row.required<quantity>(column::size);
  x.id = row.text(column::id);
  const auto text = row.text(column::side);
  if (text == "unknown") return x;
  if (const auto taker = from_text<side>(text))
    x.aggressor = *taker;
  else
    row.note(column::side, taker.error().text);
  return x;
}

} // namespace

row_importer::row_importer(csv_layout layout, const import_options& options, instrument_registry& instruments)
    : layout_{std::move(layout)}, options_{options}, instruments_{instruments} {}

result<instrument_id> row_importer::instrument_of(std::string_view exchange, std::string_view symbol) {
  if (!exchange.empty()) {
    const auto named = from_text<venue>(exchange);
    if (!named) return std::unexpected{named.error()};
    return instruments_.intern(*named, symbol);
  }
  if (options_.default_venue) return instruments_.intern(*options_.default_venue, symbol);
  if (const auto inferred = infer_venue(symbol)) return instruments_.intern(*inferred, symbol);
  return fail(ec::malformed, fmt::format("'{}' fits no venue's symbols", symbol.substr(0, 96)));
}

result<void> row_importer::add(const csv_row& row, std::vector<market_event>& out) {
  if (row.fields.size() != layout_.width)
    return fail(ec::malformed, fmt::format("{} fields, the header has {}", row.fields.size(), layout_.width));
  cells fields{layout_, row};
  const auto instrument = instrument_of(fields.text(column::exchange), fields.text(column::symbol));
  if (!instrument) return std::unexpected{instrument.error()};

  market_event event{.venue_ns = fields.time(column::time), .instrument = *instrument};
  if (!fields.text(column::receive_time).empty()) event.recv_ns = fields.time(column::receive_time);
  if (layout_.kind == import_kind::tardis_book) {
    if (auto ok = fields.outcome(); !ok) return ok;
    return add_level(row, std::move(event), out);
  }
  if (layout_.kind == import_kind::tardis_trades)
    event.body = read_trade(fields);
  else if (layout_.kind == import_kind::perpetuals)
    event.body = read_perpetual(fields, options_.perpetual_spread, instruments_.at(*instrument).info.base);
  else
    event.body = read_ticker(fields, layout_.kind);
  if (auto ok = fields.outcome(); !ok) return ok;
  out.push_back(std::move(event));
  return {};
}

/// Consecutive rows of one symbol and one receive time are one message; a run of snapshot rows is one snapshot.
/// Source: Tardis.dev documentation, `incremental_book_L2`.
result<void> row_importer::add_level(const csv_row& row, market_event head, std::vector<market_event>& out) {
  cells fields{layout_, row};
  const auto is_snapshot = fields.text(column::is_snapshot), side_text = fields.text(column::side);
  if (is_snapshot != "true" && is_snapshot != "false") fields.note(column::is_snapshot, "must be true or false");
  if (side_text != "bid" && side_text != "ask") fields.note(column::side, "must be bid or ask");
  const book_level level{fields.required<price>(column::at), fields.required<quantity>(column::size)};
  if (auto ok = fields.outcome(); !ok) return ok;

  const bool snapshot = is_snapshot == "true";
  const bool continues = message_ && message_->instrument == head.instrument &&
                         snapshot == std::holds_alternative<book_snapshot>(message_->body) &&
                         (snapshot || message_->recv_ns == head.recv_ns);
  if (!continues) {
    finish(out);
    message_.emplace(std::move(head));
    if (snapshot)
      message_->body.emplace<book_snapshot>();
    else
      message_->body.emplace<book_change>();
  }
  const auto append = [&](auto& book) { (side_text == "bid" ? book.bids : book.asks).push_back(level); };
  if (auto* whole = std::get_if<book_snapshot>(&message_->body))
    append(*whole);
  else
    append(std::get<book_change>(message_->body));
  return {};
}

void row_importer::finish(std::vector<market_event>& out) {
  if (message_) out.push_back(std::move(*message_));
  message_.reset();
}

} // namespace strike::journal
