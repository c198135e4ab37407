#include "journal/line.hpp"

#include "base/time.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace strike::journal {

namespace {

/// Writes `"name":value` pairs into one growing object.
class object_writer {
public:
  explicit object_writer(std::string& out) : out_{out} {}

  void number(std::string_view name, std::int64_t value) { put(name, fmt::format_int{value}); }
  void number(std::string_view name, std::uint64_t value) { put(name, fmt::format_int{value}); }
  template <class Tag> void number(std::string_view name, decimal<Tag> value) {
    start(name);
    append_nanos(out_, value.nanos);
  }
  void number(std::string_view name, money value) {
    start(name);
    append_nanos(out_, value.nanos);
  }
  template <class T> void optional(std::string_view name, optional_value<T> value) {
    if (!value) return;
    if constexpr (std::is_same_v<T, double>) {
      if (!std::isfinite(*value)) return; // JSON has no infinity
      start(name);
      fmt::format_to(std::back_inserter(out_), "{}", *value); // the shortest text that reads back as the same double
    } else {
      number(name, *value);
    }
  }
  void text(std::string_view name, std::string_view value) {
    start(name);
    const auto is_plain = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
    if (!std::ranges::all_of(value, is_plain)) {
      out_ += boost::json::serialize(boost::json::string(value));
      return;
    }
    out_ += '"';
    out_ += value;
    out_ += '"';
  }
  template <class Pairs, class F> void pairs(std::string_view name, const Pairs& rows, F numbers_of) {
    start(name);
    out_ += '[';
    bool first = true;
    for (const auto& row : rows) {
      const auto [a, b] = numbers_of(row);
      out_ += first ? "[" : ",[";
      append_nanos(out_, a);
      out_ += ',';
      append_nanos(out_, b);
      out_ += ']';
      first = false;
    }
    out_ += ']';
  }

private:
  void start(std::string_view name) {
    out_ += first_ ? "{\"" : ",\"";
    first_ = false;
    out_ += name;
    out_ += "\":";
  }
  void put(std::string_view name, const fmt::format_int& value) {
    start(name);
    out_.append(value.data(), value.size());
  }
  std::string& out_;
  bool first_ = true;
};

std::pair<std::int64_t, std::int64_t> numbers_of(const book_level& x) { return {x.at.nanos, x.size.nanos}; }

void write_heading(object_writer& to, const market_event& event, std::string_view type,
                   const instrument_registry::entry& entry) {
  if (!type.empty()) to.text("type", type);
  to.number("timestamp", event.venue_ns / ns_per_ms);
  to.text("instrument", entry.symbol);
}

void write_body(object_writer& to, const ticker& x) {
  to.optional("best_bid", x.best_bid);
  to.optional("best_ask", x.best_ask);
  to.optional("delta", x.delta);
  to.optional("best_bid_size", x.best_bid_size);
  to.optional("best_ask_size", x.best_ask_size);
  to.optional("last", x.last);
  to.optional("mark", x.mark);
  to.optional("index", x.index);
  to.optional("underlying", x.underlying);
  to.optional("open_interest", x.open_interest);
  to.optional("funding", x.funding);
  to.optional("mark_iv", x.mark_iv);
  to.optional("bid_iv", x.bid_iv);
  to.optional("ask_iv", x.ask_iv);
  to.optional("gamma", x.gamma);
  to.optional("vega", x.vega);
  to.optional("theta", x.theta);
  to.optional("rho", x.rho);
}

void write_body(object_writer& to, const book_snapshot& x) {
  if (x.sequence != 0) to.number("sequence", x.sequence);
  to.pairs("bids", x.bids, [](const book_level& level) { return numbers_of(level); });
  to.pairs("asks", x.asks, [](const book_level& level) { return numbers_of(level); });
}

void write_body(object_writer& to, const book_change& x) {
  if (x.sequence != 0) to.number("sequence", x.sequence);
  if (x.previous != 0) to.number("previous", x.previous);
  to.pairs("bids", x.bids, [](const book_level& level) { return numbers_of(level); });
  to.pairs("asks", x.asks, [](const book_level& level) { return numbers_of(level); });
}

void write_body(object_writer& to, const trade& x) {
  to.number("price", x.at);
  to.number("size", x.size);
  if (x.aggressor) to.text("side", to_text(*x.aggressor));
  if (!x.id.empty()) to.text("id", x.id);
}

void write_body(object_writer& to, const instrument_status& x) {
  to.text("state", to_text(x.state));
  to.optional("settlement", x.settlement);
  if (!x.definition) return;
  const auto& rules = *x.definition;
  to.number("tick_size", rules.ticks.base);
  if (!rules.ticks.steps.empty())
    to.pairs("tick_steps", rules.ticks.steps, [](const tick_table::step& step) {
      return std::pair{step.above.nanos, step.tick.nanos};
    });
  to.number("lot", rules.lot);
  to.number("minimum", rules.minimum);
  to.number("multiplier", rules.multiplier);
  if (rules.info.expiry_ns != 0) to.number("expiry", rules.info.expiry_ns / ns_per_ms);
  if (!rules.index.empty()) to.text("index", rules.index);
  if (!rules.outcome.empty()) to.text("outcome", rules.outcome);
  if (!rules.complement.empty()) to.text("complement", rules.complement);
}

constexpr std::string_view types[] = {"", "book", "book_change", "trade", "status"}; ///< a ticker needs none

} // namespace

void append_line(std::string& out, const market_event& event, const instrument_registry& instruments) {
  const auto& entry = instruments.at(event.instrument);
  object_writer to{out};
  write_heading(to, event, types[event.body.index()], entry);
  std::visit([&](const auto& body) { write_body(to, body); }, event.body);
  to.text("venue", to_text(entry.at));
  if (event.recv_ns != 0) to.number("recv_ns", event.recv_ns);
  if (event.venue_ns % ns_per_ms != 0) to.number("venue_ns", event.venue_ns);
  if (event.state != trust::live) to.text("trust", to_text(event.state));
  out += "}\n";
}

void append_line(std::string& out, const order_line& order, const instrument_registry& instruments) {
  const auto& x = order.update;
  const auto& entry = instruments.at(x.instrument);
  object_writer to{out};
  to.text("type", "order");
  to.number("timestamp", x.venue_ns / ns_per_ms);
  to.text("instrument", entry.symbol);
  to.text("strategy", order.strategy);
  to.text("client_id", order.client_id);
  if (x.order.value != 0) to.number("order_id", x.order.value);
  to.text("state", to_text(x.state));
  to.number("filled", x.filled);
  to.number("remaining", x.remaining);
  if (!x.reason.empty()) to.text("reason", x.reason);
  if (x.execution) {
    const auto& fill = *x.execution;
    to.number("fill_price", fill.at);
    to.number("fill_size", fill.size);
    to.text("fill_side", to_text(fill.side));
    to.number("fee", fill.fee);
    to.text("liquidity", to_text(fill.liquidity));
    to.text("fill_reason", to_text(fill.reason));
    to.number("fill_ns", fill.venue_ns);
    if (!order.venue_trade_id.empty()) to.text("trade_id", order.venue_trade_id);
  }
  to.text("venue", to_text(entry.at));
  if (order.recv_ns != 0) to.number("recv_ns", order.recv_ns);
  if (x.venue_ns % ns_per_ms != 0) to.number("venue_ns", x.venue_ns);
  out += "}\n";
}

} // namespace strike::journal
