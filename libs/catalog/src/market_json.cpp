#include "market_json.hpp"

#include <fmt/format.h>

#include <iterator>

namespace strike::catalog {

namespace {

/// Writes the members of one object in turn.
class writer {
public:
  explicit writer(std::string& out) : out_{out} { out_ += '{'; }
  void end() { out_ += '}'; }

  void text(std::string_view key, std::string_view value) { name(key), append_text(out_, value); }
  void texts(std::string_view key, std::span<const std::string> values) { name(key), append_texts(out_, values); }
  void flag(std::string_view key, bool value) { name(key), out_ += value ? "true" : "false"; }
  void count(std::string_view key, std::int64_t value) {
    name(key), fmt::format_to(std::back_inserter(out_), "{}", value);
  }
  void number(std::string_view key, optional_double value) {
    name(key);
    if (value)
      fmt::format_to(std::back_inserter(out_), "{}", *value);
    else
      out_ += "null";
  }
  template <class Tag> void exact(std::string_view key, decimal<Tag> value) {
    name(key), append_nanos(out_, value.nanos);
  }
  template <class Decimal> void exact(std::string_view key, optional_value<Decimal> value) {
    if (value) return exact(key, *value);
    name(key), out_ += "null";
  }
  /// Of a nested value that the caller writes.
  void name(std::string_view key) {
    if (out_.back() != '{') out_ += ',';
    ((out_ += '"') += key) += "\":";
  }

private:
  std::string& out_;
};

void append(std::string& out, const outcome& x) {
  writer to{out};
  to.text("label", x.label);
  to.text("token", x.token);
  to.text("position_id", x.position_id);
  to.flag("has_won", x.has_won);
  to.end();
}

void append(std::string& out, const tick_table::step& x) {
  writer to{out};
  to.exact("above", x.above);
  to.exact("tick", x.tick);
  to.end();
}

template <class Row> void append_array(std::string& out, const std::vector<Row>& rows) {
  out += '[';
  for (const auto& x : rows) {
    if (out.back() == '}') out += ',';
    append(out, x);
  }
  out += ']';
}

/// The instrument's terms; of a prediction market there are none.
void append_terms(std::string& out, const symbol_info& x) {
  if (x.kind == instrument_kind::binary) return void(out += "null");
  writer to{out};
  to.text("kind", to_text(x.kind));
  to.text("base", x.base);
  to.text("quote", x.quote);
  to.text("settlement", x.settlement);
  to.flag("is_inverse", x.is_inverse);
  to.exact("strike", x.strike);
  to.text("right", x.right ? to_text(*x.right) : "");
  to.end();
}

symbol_info terms_from(fields& from) {
  symbol_info x{.kind = instrument_kind::binary};
  from.each("terms", [&](fields& terms) {
    const auto kind = from_text<instrument_kind>(terms.text("kind"));
    if (!kind) return terms.refuse("kind", kind.error().text);
    x.kind = *kind;
    x.base = terms.text("base");
    x.quote = terms.text("quote");
    x.settlement = terms.text("settlement");
    x.is_inverse = terms.flag("is_inverse");
    x.strike = terms.decimal_of<price>("strike");
    const auto right = terms.text("right");
    if (right.empty()) return;
    const auto type = from_text<option_type>(right);
    if (!type) return terms.refuse("right", type.error().text);
    x.right = *type;
  });
  return x;
}

fee_terms fees_from(fields& from) {
  fee_terms x;
  from.each("fees", [&](fields& fees) {
    x.maker = fees.decimal_of<rate>("maker").value_or({});
    x.taker = fees.decimal_of<rate>("taker").value_or({});
    x.flat = fees.decimal_of<rate>("flat").value_or({});
    x.maker_rebate = fees.decimal_of<rate>("maker_rebate").value_or({});
    x.exponent = static_cast<int>(fees.integer("exponent").value_or(0));
  });
  return x;
}

void append(std::string& out, const fee_terms& x) {
  writer to{out};
  to.exact("maker", x.maker);
  to.exact("taker", x.taker);
  to.exact("flat", x.flat);
  to.exact("maker_rebate", x.maker_rebate);
  to.count("exponent", x.exponent);
  to.end();
}

void append_rules(writer& to, std::string& out, const market& x) {
  to.exact("tick", x.ticks ? optional_price{x.ticks->base} : optional_price{});
  to.name("tick_steps"), append_array(out, x.ticks ? x.ticks->steps : std::vector<tick_table::step>{});
  to.exact("lot", x.lot);
  to.exact("minimum", x.minimum);
  to.name("fees"), append(out, x.fees);
  to.text("protocol", x.protocol);
  to.count("taker_delay_s", x.taker_delay_s);
  to.flag("has_taker_delay", x.has_taker_delay);
}

void read_rules(fields& from, market& x) {
  if (const auto tick = from.decimal_of<price>("tick")) x.ticks = tick_table{.base = *tick};
  from.each("tick_steps", [&](fields& step) {
    const auto above = step.decimal_of<price>("above"), tick = step.decimal_of<price>("tick");
    if (x.ticks && above && tick) x.ticks->steps.push_back({*above, *tick});
  });
  x.lot = from.decimal_of<quantity>("lot");
  x.minimum = from.decimal_of<quantity>("minimum");
  x.fees = fees_from(from);
  x.protocol = from.text("protocol");
  x.taker_delay_s = from.integer("taker_delay_s").value_or(0);
  x.has_taker_delay = from.flag("has_taker_delay");
}

/// Name and place of what is plain, once for both directions.
template <class Visit, class Market> void visit_state(Market& x, Visit visit) {
  visit("is_neg_risk", x.is_neg_risk);
  visit("neg_risk_group", x.neg_risk_group);
  visit("is_placeholder", x.is_placeholder);
  visit("end_ns", x.end_ns);
  visit("game_start_ns", x.game_start_ns);
  visit("clears_book_at_start", x.clears_book_at_start);
  visit("is_active", x.is_active);
  visit("is_closed", x.is_closed);
  visit("is_archived", x.is_archived);
  visit("accepts_orders", x.accepts_orders);
  visit("has_order_book", x.has_order_book);
  visit("volume", x.volume);
  visit("liquidity", x.liquidity);
}
template <class Visit, class Market> void visit_texts(Market& x, Visit visit) {
  visit("id", x.id);
  visit("listing_id", x.listing_id);
  visit("slug", x.slug);
  visit("question", x.question);
  visit("description", x.description);
  visit("tags", x.tags);
  visit("event_id", x.event_id);
  visit("event_slug", x.event_slug);
  visit("event_title", x.event_title);
}

struct write_member {
  writer& to;
  void operator()(std::string_view key, const std::string& x) const { to.text(key, x); }
  void operator()(std::string_view key, const std::vector<std::string>& x) const { to.texts(key, x); }
  void operator()(std::string_view key, const bool& x) const { to.flag(key, x); }
  void operator()(std::string_view key, const std::int64_t& x) const { to.count(key, x); }
  void operator()(std::string_view key, const optional_double& x) const { to.number(key, x); }
};
struct read_member {
  fields& from;
  void operator()(std::string_view key, std::string& x) const { x = from.text(key); }
  void operator()(std::string_view key, std::vector<std::string>& x) const { x = from.texts(key); }
  void operator()(std::string_view key, bool& x) const { x = from.flag(key); }
  void operator()(std::string_view key, std::int64_t& x) const { x = from.count(key); }
  void operator()(std::string_view key, optional_double& x) const { x = from.number(key); }
};

} // namespace

void append_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char x : text) {
    if (x == '"' || x == '\\')
      (out += '\\') += x;
    else if (static_cast<unsigned char>(x) < ' ')
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(x));
    else
      out += x;
  }
  out += '"';
}

void append_texts(std::string& out, std::span<const std::string> texts) {
  out += '[';
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    append_text(out, texts[i]);
  }
  out += ']';
}

void append_json(std::string& out, const market& x) {
  writer to{out};
  to.text("venue", to_text(x.at));
  visit_texts(x, write_member{to});
  to.name("outcomes"), append_array(out, x.outcomes);
  to.name("terms"), append_terms(out, x.info);
  append_rules(to, out, x);
  visit_state(x, write_member{to});
  to.end();
}

market market_from(fields& from) {
  market x;
  const auto at = from_text<venue>(from.text("venue"));
  if (!at) return from.refuse("venue", at.error().text), x;
  x.at = *at;
  visit_texts(x, read_member{from});
  from.each("outcomes", [&](fields& side) {
    outcome made;
    made.label = side.text("label");
    made.token = side.text("token");
    made.position_id = side.text("position_id");
    made.has_won = side.flag("has_won");
    x.outcomes.push_back(std::move(made));
  });
  x.info = terms_from(from);
  read_rules(from, x);
  visit_state(x, read_member{from});
  if (x.at != venue::polymarket) x.info.expiry_ns = x.end_ns;
  if (x.id.empty()) from.refuse("id", "is missing");
  return x;
}

} // namespace strike::catalog
