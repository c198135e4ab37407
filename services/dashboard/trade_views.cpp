#include "dashboard/trade_views.hpp"

#include "dashboard/json_text.hpp"

#include <algorithm>
#include <map>

namespace strike::dashboard {

namespace {

constexpr std::string_view binaries = "binaries";

bool contains(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  return std::ranges::search(text, part, same).begin() != text.end() || part.empty();
}

bool matches(const trade_filter& what, const market_board& names, std::string_view strategy, instrument_id id,
             const std::string& name) {
  if (!what.strategy.empty() && what.strategy != strategy) return false;
  if (!id.is_valid()) return what.venue.empty() && what.text.empty();
  if (!what.venue.empty() && what.venue != to_text(names.names().at(id).at)) return false;
  return contains(qualified_name(names.names(), id), what.text) || contains(name, what.text);
}

bool is_of_state(order_state x, std::string_view wanted) {
  if (wanted.empty()) return true;
  return wanted == "open" ? !is_final(x) : wanted == to_text(x);
}

/// A position's greeks, delta in coin. None: not known.
struct greeks {
  optional_double delta, gamma, vega, theta;
};

greeks greeks_of(const instrument& rules, const match::holding& held, const quote* seen, optional_double mark) {
  const double units = to_double(held.size) * to_double(rules.multiplier);
  const auto scaled = [units](optional_double x) { return x ? optional_double{*x * units} : optional_double{}; };
  switch (rules.info.kind) {
  case instrument_kind::option:
    if (!seen) return {};
    return {scaled(seen->last.delta), scaled(seen->last.gamma), scaled(seen->last.vega), scaled(seen->last.theta)};
  case instrument_kind::future:
  case instrument_kind::perpetual:
    if (!rules.info.is_inverse) return {units, 0.0, 0.0, 0.0};
    if (!mark || *mark <= 0) return {};
    return {units / *mark, 0.0, 0.0, 0.0};
  case instrument_kind::spot:
    return {units, 0.0, 0.0, 0.0};
  case instrument_kind::binary:
  case instrument_kind::future_combo:
  case instrument_kind::option_combo:
    return {};
  }
  return {};
}

struct exposure {
  double delta = 0, gamma = 0, vega = 0, theta = 0;
  void add(const greeks& x) {
    delta += *x.delta;
    gamma += x.gamma.value_or(0);
    vega += x.vega.value_or(0);
    theta += x.theta.value_or(0);
  }
  json_object& write(json_object& to) const {
    return to.add("delta", delta).add("gamma", gamma).add("vega", vega).add("theta", theta);
  }
};

struct underlying_row {
  exposure net;
  std::map<venue, exposure> by_venue;
  std::uint64_t positions = 0, unknown = 0;
  double value = 0; ///< of binaries
};

/// What a unit of a currency is worth in dollars, a stablecoin taken for one; none: not known.
optional_double dollars(const market_board& markets, std::string_view currency) {
  return currency.find("USD") != std::string_view::npos ? optional_double{1} : markets.underlying_price(currency);
}

auto marks_of(const market_board& markets) {
  return [&markets](instrument_id id) { return markets.mark(id); };
}

std::string named(const name_function& name, instrument_id id) { return id.is_valid() ? name(id) : std::string{}; }

void append_order(std::string& out, const order_row& x, const market_board& names, const std::string& name) {
  json_object row{out};
  row.add("strategy", x.strategy).add("client_id", x.client_id);
  row.add("instrument", x.instrument.is_valid() ? qualified_name(names.names(), x.instrument) : std::string{});
  row.add("name", name);
  if (x.terms)
    row.add("side", to_text(x.terms->side)).add("type", to_text(x.terms->type));
  else
    row.member("side") += "null";
  if (x.terms && x.terms->type == order_type::limit && x.terms->limit != price{}) row.add("limit", x.terms->limit);
  row.add("size", x.size).add("filled", x.filled).add("remaining", x.remaining);
  row.add("state", to_text(x.state)).add("reason", x.reason).add("venue_ms", x.venue_ns / 1'000'000);
  row.add("received_ms", x.received_ns / 1'000'000).add("number", x.number).end();
}

} // namespace

std::string orders_json(const trade_board& of, const market_board& names, const trade_filter& what,
                        const name_function& name) {
  std::vector<const order_row*> found;
  for (const auto& [key, x] : of.orders())
    if (is_of_state(x.state, what.state) && matches(what, names, x.strategy, x.instrument, named(name, x.instrument)))
      found.push_back(&x);
  std::ranges::sort(found, std::greater{}, [](const order_row* x) { return x->number; });
  if (found.size() > what.most) found.resize(what.most);
  std::string out = "[";
  json_list rows{out};
  for (const auto* x : found) append_order(rows.next(), *x, names, named(name, x->instrument));
  return out += ']';
}

std::string fills_json(const trade_board& of, const market_board& names, const trade_filter& what,
                       const name_function& name) {
  std::string out = "[";
  json_list rows{out};
  std::size_t count = 0;
  for (auto at = of.fills().rbegin(); at != of.fills().rend() && count < what.most; ++at) {
    const auto title = name(at->what.instrument);
    if (!matches(what, names, at->strategy, at->what.instrument, title)) continue;
    ++count;
    json_object row{rows.next()};
    row.add("number", at->number).add("strategy", at->strategy);
    row.add("instrument", qualified_name(names.names(), at->what.instrument)).add("name", title);
    row.add("side", to_text(at->what.side)).add("price", at->what.at).add("size", at->what.size);
    row.add("fee", at->what.fee).add("currency", of.rules_of(at->what.instrument).info.settlement);
    row.add("liquidity", to_text(at->what.liquidity)).add("reason", to_text(at->what.reason));
    row.add("venue_ms", at->what.venue_ns / 1'000'000).add("client_id", at->client_id);
    row.add("trade_id", at->venue_trade_id).end();
  }
  return out += ']';
}

std::string positions_json(const trade_board& of, const market_board& markets, const trade_filter& what,
                           const name_function& name) {
  std::string out = "[";
  json_list rows{out};
  for (const auto& x : of.positions()) {
    const auto title = name(x.instrument);
    if (x.held->size == quantity{} || !matches(what, markets, *x.strategy, x.instrument, title)) continue;
    const auto& rules = of.rules_of(x.instrument);
    const auto* const seen = markets.find(x.instrument);
    const auto mark = markets.mark(x.instrument);
    const auto risk = greeks_of(rules, *x.held, seen, mark);
    const bool is_binary = rules.info.kind == instrument_kind::binary;
    json_object row{rows.next()};
    row.add("strategy", *x.strategy).add("instrument", qualified_name(markets.names(), x.instrument));
    row.add("name", title).add("venue", to_text(rules.at)).add("kind", to_text(rules.info.kind));
    row.add("underlying", is_binary ? binaries : std::string_view{rules.info.base}).add("size", x.held->size);
    row.add("average", x.held->average_price(rules)).add("mark", mark).add("currency", rules.info.settlement);
    const bool is_marked = mark && *mark > 0;
    row.add("unrealized", is_marked ? optional_double{unrealized_profit(rules, *x.held, *mark)} : optional_double{});
    row.add("realized", x.held->realized + x.held->funding).add("fees", x.held->fees);
    row.add("delta", risk.delta).add("gamma", risk.gamma).add("vega", risk.vega).add("theta", risk.theta);
    row.add("iv", seen ? seen->last.mark_iv : optional_double{});
    row.add("quote_ms", seen ? seen->recv_ns / 1'000'000 : 0);
    row.add("trust", to_text(seen && seen->has_ticker() ? seen->state : trust::stale));
    row.add("is_whole", of.strategies().find(*x.strategy)->second.is_whole).end();
  }
  return out += ']';
}

std::string equity_json(const trade_board& of, const market_board& markets, const std::vector<cash_row>& cash) {
  struct sum {
    optional_double start;
    double realized = 0, unrealized = 0, fees = 0, total = 0;
  };
  std::map<std::pair<venue, std::string>, sum> all;
  for (const auto& x : cash) {
    auto& start = all[{x.at, x.currency}].start;
    start = start.value_or(0) + x.amount;
  }
  for (const auto& x : of.profits(marks_of(markets))) {
    auto& row = all[{x.at, x.currency}];
    row.realized += x.realized, row.unrealized += x.unrealized, row.fees += x.fees, row.total += x.total;
  }
  std::string out = "[";
  json_list rows{out};
  for (const auto& [key, x] : all) {
    json_object row{rows.next()};
    row.add("venue", to_text(key.first)).add("currency", key.second).add("start", x.start);
    row.add("realized", x.realized).add("unrealized", x.unrealized).add("fees", x.fees).add("pnl", x.total);
    row.add("equity", x.start ? optional_double{*x.start + x.total} : optional_double{});
    row.add("dollars", dollars(markets, key.second)).end();
  }
  return out += ']';
}

std::string profits_json(const trade_board& of, const market_board& markets) {
  std::string out = "[";
  json_list rows{out};
  for (const auto& x : of.profits(marks_of(markets))) {
    const auto& owner = of.strategies().find(x.strategy)->second;
    json_object row{rows.next()};
    row.add("strategy", x.strategy).add("venue", to_text(x.at)).add("currency", x.currency);
    row.add("realized", x.realized).add("unrealized", x.unrealized).add("fees", x.fees).add("pnl", x.total);
    row.add("dollars", dollars(markets, x.currency));
    row.add("since_ms", owner.since_ns / 1'000'000).add("is_whole", owner.is_whole).end();
  }
  return out += ']';
}

std::string exposure_json(const trade_board& of, const market_board& markets) {
  std::map<std::string, underlying_row> all;
  for (const auto& x : of.positions()) {
    if (x.held->size == quantity{}) continue;
    const auto& rules = of.rules_of(x.instrument);
    const bool is_binary = rules.info.kind == instrument_kind::binary;
    auto& row = all[is_binary ? std::string{binaries} : rules.info.base];
    ++row.positions;
    const auto mark = markets.mark(x.instrument);
    const auto risk = greeks_of(rules, *x.held, markets.find(x.instrument), mark);
    if (is_binary && mark) {
      row.value += *mark * to_double(x.held->size);
    } else if (risk.delta) {
      row.net.add(risk);
      row.by_venue[rules.at].add(risk);
    } else {
      ++row.unknown;
    }
  }
  std::string out = "[";
  json_list rows{out};
  for (const auto& [name, x] : all) {
    const auto price = markets.underlying_price(name);
    json_object row{rows.next()};
    row.add("underlying", name).add("price", price);
    x.net.write(row);
    row.add("notional", name == binaries ? optional_double{x.value}
                        : price          ? optional_double{x.net.delta * *price}
                                         : optional_double{});
    row.add("positions", x.positions).add("unknown", x.unknown).member("venues") += '[';
    json_list each{out};
    for (const auto& [at, part] : x.by_venue) {
      json_object line{each.next()};
      part.write(line.add("venue", to_text(at))).end();
    }
    out += ']';
    row.end();
  }
  return out += ']';
}

} // namespace strike::dashboard
