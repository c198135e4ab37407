#include "sandbox/derive_methods.hpp"

#include "base/time.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace strike::sandbox::derive {

namespace {

namespace json = boost::json;

bool is_live(const instrument_view& x) {
  return x.state != instrument_state::expired && x.state != instrument_state::settled;
}

rpc_error no_instrument() { return {12001, "Instrument not found"}; }
rpc_error no_currency(const std::string& name) { return {12002, "Currency not found", name}; }

bool is_coin(const method_context& in, std::string_view name) {
  return std::ranges::any_of(in.source.listings(venue::derive),
                             [&](const auto& x) { return x.rules.info.base == name; });
}

/// All that fit, in the order of listing.
std::vector<const instrument_view*> select(const method_context& in, std::string_view type,
                                           const std::optional<std::string>& currency, bool with_expired) {
  std::vector<const instrument_view*> found;
  for (const auto& listing : in.source.listings(venue::derive)) {
    const auto& x = in.market.at(listing.id);
    if (type_word(listing.rules) == type && (!currency || listing.rules.info.base == *currency) &&
        (with_expired || is_live(x)))
      found.push_back(&x);
  }
  return found;
}

using handler = answer<json::value> (*)(parameters&, const method_context&);

answer<json::value> get_all_instruments(parameters& p, const method_context& in) {
  const bool with_expired = p.required_flag("expired");
  const auto type = p.required_type();
  const auto currency = p.text("currency");
  const auto wanted = p.page();
  if (p.fault()) return std::unexpected{*p.fault()};
  const auto rows = select(in, type, currency, with_expired);
  if (rows.empty() && currency && in.version == api::v2) return std::unexpected{no_instrument()};
  json::array instruments;
  const auto end = std::min(rows.size(), wanted.end());
  for (auto n = wanted.begin(); n < end; ++n) instruments.push_back(instrument_json(*rows[n]));
  return json::object{{"instruments", std::move(instruments)}, {"pagination", wanted.of(rows.size())}};
}

answer<json::value> get_instruments(parameters& p, const method_context& in) {
  const auto currency = p.required_text("currency");
  const bool with_expired = p.required_flag("expired");
  const auto type = p.required_type();
  if (p.fault()) return std::unexpected{*p.fault()};
  const auto rows = select(in, type, currency, with_expired);
  if (rows.empty()) return std::unexpected{no_instrument()};
  json::array instruments;
  for (const auto* x : rows) instruments.push_back(instrument_json(*x));
  return instruments;
}

answer<json::value> get_all_live_instruments(parameters&, const method_context& in) {
  std::set<std::string_view> names;
  for (const auto& x : in.source.listings(venue::derive))
    if (is_live(in.market.at(x.id))) names.insert(x.rules.symbol);
  return json::array(names.begin(), names.end());
}

answer<const instrument_view*> named_instrument(parameters& p, const method_context& in) {
  const auto name = p.required_text("instrument_name");
  if (p.fault()) return std::unexpected{*p.fault()};
  const auto* x = in.market.find(venue::derive, name);
  if (x == nullptr) return std::unexpected{no_instrument()};
  return x;
}

answer<json::value> get_instrument(parameters& p, const method_context& in) {
  const auto x = named_instrument(p, in);
  if (!x) return std::unexpected{x.error()};
  return instrument_json(**x);
}

json::value slim_json(const instrument_view& x, const method_context& in) {
  return json::parse(slim_ticker(x, in.trades.stats(x.listing->id), in.now_ns));
}

answer<json::value> get_ticker(parameters& p, const method_context& in) {
  const auto x = named_instrument(p, in);
  if (!x) return std::unexpected{x.error()};
  if (in.version == api::v3) return slim_json(**x, in);
  return long_ticker(**x, in.trades.stats((*x)->listing->id), in.now_ns);
}

answer<json::value> get_tickers(parameters& p, const method_context& in) {
  const auto type = p.required_type();
  const auto currency = p.text("currency"), date = p.text("expiry_date");
  if (type == "option") {
    if (!currency) p.fail("currency", "Missing data for required field.");
    if (!date) p.fail("expiry_date", "Missing data for required field.");
  } else if (date) {
    p.fail("expiry_date", "Only for options.");
  }
  if (p.fault()) return std::unexpected{*p.fault()};
  if (currency && !is_coin(in, *currency)) return std::unexpected{no_currency(*currency)};
  json::object tickers;
  for (const auto* x : select(in, type, currency, false)) {
    const auto& symbol = x->listing->rules.symbol;
    if (date && symbol.find('-' + *date + '-') == std::string::npos) continue;
    tickers[symbol] = slim_json(*x, in);
  }
  return json::object{{"tickers", std::move(tickers)}};
}

answer<json::value> get_time(parameters&, const method_context& in) { return in.now_ns / ns_per_ms; }

answer<json::value> get_trade_history(parameters& p, const method_context& in) {
  const auto name = p.text("instrument_name"), currency = p.text("currency"), type = p.text("instrument_type"),
             id = p.text("trade_id");
  const auto from_ms = p.integer("from_timestamp", 0, 0, INT64_MAX),
             to_ms = p.integer("to_timestamp", INT64_MAX, 0, INT64_MAX);
  const auto wanted = p.page();
  if (p.fault()) return std::unexpected{*p.fault()};
  json::array rows;
  std::size_t count = 0;
  const auto& trades = in.trades.trades();
  for (auto x = trades.rbegin(); x != trades.rend(); ++x) {
    const auto& rules = x->of->listing->rules;
    const auto ms = x->ns / ns_per_ms;
    if ((name && rules.symbol != *name) || (currency && rules.info.base != *currency) ||
        (type && type_word(rules) != *type) || (id && x->what.id != *id) || ms < from_ms || ms > to_ms)
      continue;
    for (const bool is_taker : {true, false}) {
      if (wanted.holds(count++)) rows.push_back(settled_row(*x, is_taker, in.version));
    }
  }
  return json::object{{"trades", std::move(rows)}, {"pagination", wanted.of(count)}};
}

answer<json::value> get_option_settlement_prices(parameters& p, const method_context& in) {
  const auto currency = p.required_text("currency");
  if (p.fault()) return std::unexpected{*p.fault()};
  if (!is_coin(in, currency)) return std::unexpected{no_currency(currency)};
  std::map<std::string, json::value> expiries; // by date
  for (const auto* x : select(in, "option", currency, true)) {
    if (!x->settlement) continue;
    const auto& rules = x->listing->rules;
    auto date = rules.symbol.substr(currency.size() + 1, 8);
    expiries[date] = json::object{{"expiry_date", date},
                                  {"utc_expiry_sec", rules.info.expiry_ns / ns_per_s},
                                  {"price", decimal_text(*x->settlement, 4)}};
  }
  json::array rows;
  for (auto& [date, row] : expiries) rows.push_back(std::move(row));
  return json::object{{"expiries", std::move(rows)}};
}

json::object currency_json(const std::string& name, const method_context& in) {
  json::array kinds;
  for (const std::string_view type : {"option", "perp", "erc20"})
    if (!select(in, type, name, false).empty()) kinds.push_back(json::value(type));
  const auto spot = in.market.index(venue::derive, name + "-USD");
  return {{"currency", name},
          {"spot_price", spot ? decimal_text(*spot, 4) : "0"},
          {"market_type", "ALL"},
          {"instrument_types", std::move(kinds)},
          {"managers", json::array{}}};
}

answer<json::value> get_all_currencies(parameters&, const method_context& in) {
  std::set<std::string> names;
  for (const auto& x : in.source.listings(venue::derive)) names.insert(x.rules.info.base);
  json::array rows;
  for (const auto& name : names) rows.push_back(currency_json(name, in));
  return rows;
}

answer<json::value> get_currency(parameters& p, const method_context& in) {
  const auto name = p.required_text("currency");
  if (p.fault()) return std::unexpected{*p.fault()};
  if (!is_coin(in, name)) return std::unexpected{no_currency(name)};
  return currency_json(name, in);
}

struct method {
  std::string_view name;
  handler answer;
  std::optional<api> only_in = {};
};
constexpr method methods[] = {
    {"public/get_all_instruments", get_all_instruments},
    {"public/get_instruments", get_instruments, api::v2},
    {"public/get_all_live_instruments", get_all_live_instruments, api::v3},
    {"public/get_instrument", get_instrument},
    {"public/get_ticker", get_ticker},
    {"public/get_tickers", get_tickers},
    {"public/get_time", get_time},
    {"public/get_trade_history", get_trade_history},
    {"public/get_option_settlement_prices", get_option_settlement_prices},
    {"public/get_all_currencies", get_all_currencies},
    {"public/get_currency", get_currency},
};

} // namespace

answer<json::value> call(std::string_view name, const json::object& params, const method_context& in) {
  const auto found = std::ranges::find(methods, name, &method::name);
  if (found == std::end(methods) || found->only_in.value_or(in.version) != in.version)
    return std::unexpected{rpc_error{-32601, "Method not found", std::string{name}}};
  parameters p{params};
  return found->answer(p, in);
}

} // namespace strike::sandbox::derive
