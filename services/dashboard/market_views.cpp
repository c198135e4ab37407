#include "dashboard/market_views.hpp"

#include "dashboard/json_text.hpp"

#include <algorithm>
#include <map>
#include <ranges>

namespace strike::dashboard {

namespace {

std::string lower(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return made;
}

bool has_all_words(std::string_view text, std::string_view words) {
  for (const auto part : std::views::split(words, ' '))
    if (const std::string_view word{part.begin(), part.end()}; text.find(word) == std::string_view::npos) return false;
  return true;
}

/// What kind of instrument it is: "option call", as one may search for it.
std::string words_of(const symbol_info& x) {
  std::string made{to_text(x.kind)};
  if (x.right) made.append(1, ' ').append(*x.right == option_type::call ? "call" : "put");
  return made;
}

void append_quote(std::string& out, const market_board& of, instrument_id id, const quote& x, std::string_view name) {
  const auto& t = x.last;
  json_object row{out};
  row.add("instrument", qualified_name(of.names(), id)).add("name", name);
  row.add("kind", to_text(of.names().at(id).info.kind)).add("bid", t.best_bid).add("ask", t.best_ask);
  row.add("bid_size", t.best_bid_size).add("ask_size", t.best_ask_size).add("last", t.last ? t.last : x.traded);
  row.add("mark", t.mark).add("iv", t.mark_iv).add("bid_iv", t.bid_iv).add("ask_iv", t.ask_iv).add("delta", t.delta);
  row.add("gamma", t.gamma).add("vega", t.vega).add("theta", t.theta).add("index", t.index);
  row.add("underlying", t.underlying).add("open_interest", t.open_interest).add("funding", t.funding);
  row.add("venue_ms", x.venue_ns / 1'000'000).add("received_ms", x.recv_ns / 1'000'000);
  row.add("trust", to_text(x.state)).end();
}

/// @param levels best last
void append_side(std::string& out, std::span<const book_level> levels, std::size_t depth) {
  out += '[';
  json_list rows{out};
  for (const auto& x : levels | std::views::reverse | std::views::take(depth)) {
    append_json(rows.next().append(1, '['), x.at);
    append_json(out.append(1, ','), x.size);
    out += ']';
  }
  out += ']';
}

void append_book(std::string& out, const quote& x, std::size_t depth) {
  if (!x.book) {
    out += "null";
    return;
  }
  json_object book{out};
  book.add("trust", to_text(x.book->state())).add("changed_ms", x.book_ns / 1'000'000);
  book.add("sequence", std::to_string(x.book->sequence()));
  append_side(book.member("bids"), x.book->bids(), depth);
  append_side(book.member("asks"), x.book->asks(), depth);
  book.add("bid_levels", x.book->bids().size()).add("ask_levels", x.book->asks().size()).end();
}

template <class F> void each_option(const market_board& of, F f) {
  for (std::uint32_t i = 0; i < of.size(); ++i) {
    const auto& known = of.names().at({i});
    const auto* const x = of.find({i});
    if (known.info.kind == instrument_kind::option && x->has_ticker() && !x->is_over) f(instrument_id{i}, known, *x);
  }
}

} // namespace

std::string quotes_json(const market_board& of, const quote_filter& what, const name_function& name) {
  struct found {
    instrument_id id;
    std::string symbol, text;
    double interest;
  };
  std::vector<found> all;
  const auto words = lower(what.text);
  for (std::uint32_t i = 0; i < of.size(); ++i) {
    const auto* const x = of.find({i});
    if (!x->has_ticker() || (what.at && of.names().at({i}).at != *what.at)) continue;
    found row{{i}, qualified_name(of.names(), {i}), name({i}), 0};
    if (!has_all_words(lower(row.symbol + ' ' + words_of(of.names().at({i}).info) + ' ' + row.text), words)) continue;
    if (x->last.open_interest) row.interest = *x->last.open_interest;
    all.push_back(std::move(row));
  }
  std::ranges::sort(all, [](const found& a, const found& b) {
    return a.interest != b.interest ? a.interest > b.interest : a.symbol < b.symbol;
  });
  std::string out;
  json_object made{out};
  made.add("total", all.size()).member("quotes") += '[';
  json_list rows{out};
  for (const auto& x : all | std::views::take(what.most)) append_quote(rows.next(), of, x.id, *of.find(x.id), x.text);
  out += ']';
  made.end();
  return out;
}

std::string chains_json(const market_board& of) {
  std::map<std::pair<venue, std::string>, std::map<std::int64_t, std::size_t>> all;
  each_option(of, [&](instrument_id, const auto& known, const quote&) {
    ++all[{known.at, known.info.quote == "USD" ? known.info.base : known.info.base + "_" + known.info.quote}]
         [known.info.expiry_ns];
  });
  std::string out = R"({"chains":[)";
  json_list rows{out};
  for (const auto& [key, expiries] : all) {
    json_object chain{rows.next()};
    chain.add("venue", to_text(key.first)).add("base", key.second).member("expiries") += '[';
    json_list each{out};
    for (const auto& [at_ns, count] : expiries)
      json_object{each.next()}.add("at_ms", at_ns / 1'000'000).add("count", count).end();
    out += ']';
    chain.end();
  }
  return out += "]}";
}

std::string chain_json(const market_board& of, venue at, std::string_view base, std::int64_t expiry_ns) {
  struct pair {
    instrument_id call, put;
  };
  std::map<price, pair> strikes;
  each_option(of, [&](instrument_id id, const auto& known, const quote&) {
    const auto& info = known.info;
    const auto listed = info.quote == "USD" ? info.base : info.base + "_" + info.quote;
    if (known.at != at || listed != base || info.expiry_ns != expiry_ns || !info.strike || !info.right) return;
    auto& row = strikes[*info.strike];
    (*info.right == option_type::call ? row.call : row.put) = id;
  });
  optional_double forward;
  std::string out;
  json_object made{out};
  made.add("venue", to_text(at)).add("base", base).add("at_ms", expiry_ns / 1'000'000).member("strikes") += '[';
  json_list rows{out};
  for (const auto& [strike, row] : strikes) {
    json_object line{rows.next()};
    line.add("strike", strike);
    for (const auto& [key, id] : {std::pair{"call", row.call}, {"put", row.put}}) {
      auto& to = line.member(key);
      if (!id.is_valid()) {
        to += "null";
        continue;
      }
      append_quote(to, of, id, *of.find(id), "");
      if (const auto& t = of.find(id)->last; t.underlying) forward = t.underlying;
    }
    line.end();
  }
  out += ']';
  made.add("underlying", forward).end();
  return out;
}

std::string market_json(const market_board& of, instrument_id id, std::size_t depth, const name_function& name) {
  static const quote none;
  const auto* const seen = of.find(id);
  const auto& x = seen ? *seen : none;
  const auto& rules = of.rules_of(id);
  std::string out;
  json_object made{out};
  append_quote(made.member("quote"), of, id, x, name(id));
  json_object terms{made.member("rules")};
  terms.add("tick", rules.ticks.base).add("lot", rules.lot);
  terms.add("minimum", rules.minimum).add("multiplier", rules.multiplier).add("settlement", rules.info.settlement);
  terms.add("outcome", rules.outcome).add("is_over", x.is_over).end();
  append_book(made.member("book"), x, depth);
  auto& to = made.member("trade");
  if (x.traded)
    json_object{to}
        .add("price", x.traded)
        .add("size", x.traded_size)
        .add("aggressor", x.aggressor ? to_text(*x.aggressor) : std::string_view{})
        .add("at_ms", x.traded_ns / 1'000'000)
        .end();
  else
    to += "null";
  made.end();
  return out;
}

} // namespace strike::dashboard
