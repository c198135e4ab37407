#include "sandbox/deribit_terms.hpp"

#include "base/symbol.hpp"
#include "base/time.hpp"
#include "sandbox/deribit_channel.hpp"
#include "sandbox/deribit_json.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace strike::sandbox::deribit {

namespace {

constexpr std::int64_t never_ms = 32'503'708'800'000; ///< expiry of what has none
constexpr int price_decimals = 4, iv_decimals = 2, greek_decimals = 5, rate_decimals = 8;

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string_view settlement_period(const symbol_info& x) {
  using namespace std::chrono;
  if (x.kind == instrument_kind::perpetual) return "perpetual";
  const auto day = floor<days>(sys_time<nanoseconds>{nanoseconds{x.expiry_ns}});
  if (weekday{day} != Friday) return "day";
  return year_month_day{day}.month() == year_month_day{day + days{7}}.month() ? "week" : "month";
}

double taker_commission(const symbol_info& x) {
  if (x.kind == instrument_kind::option) return 0.0003;
  return x.kind == instrument_kind::future || x.kind == instrument_kind::perpetual ? 0.0005 : 0;
}

void add_touch(ticker_fields& to, std::string_view price_key, std::string_view amount_key, optional_price at,
               optional_quantity size) {
  to.push_back({"", price_key, at ? number(*at) : "0.0"}); // an empty side, as recorded
  to.push_back({"", amount_key, at ? number(size.value_or(quantity{})) : "0.0"});
}

void add_number(ticker_fields& to, std::string_view key, optional_double x, int decimals, double scale = 1) {
  if (x) to.push_back({"", key, number(*x * scale, decimals)});
}

void add_option(ticker_fields& to, const symbol_info& info, const ticker& quote, bool has_future_of_expiry) {
  add_number(to, "underlying_price", quote.underlying, price_decimals);
  to.push_back({"", "underlying_index",
                in_quotes((has_future_of_expiry ? "" : "SYN.") + info.base + (info.is_inverse ? "" : "_" + info.quote) +
                          "-" + expiry_word(info))});
  to.push_back({"", "interest_rate", "0.0"});
  add_number(to, "mark_iv", quote.mark_iv, iv_decimals, 100);
  to.push_back({"", "bid_iv", number(quote.bid_iv.value_or(0) * 100, iv_decimals)});
  to.push_back({"", "ask_iv", number(quote.ask_iv.value_or(0) * 100, iv_decimals)});
  const auto greek = [&](std::string_view key, optional_double x) {
    if (x) to.push_back({"greeks", key, number(*x, greek_decimals)});
  };
  greek("delta", quote.delta);
  greek("gamma", quote.gamma);
  greek("vega", quote.vega);
  greek("theta", quote.theta);
  greek("rho", quote.rho);
}

void add_stats(ticker_fields& to, const instrument& rules, const trade_stats& stats) {
  const auto add = [&](std::string_view key, std::string json) { to.push_back({"stats", key, std::move(json)}); };
  const bool is_traded = stats.last.has_value();
  const bool is_in_quote = rules.info.is_inverse && rules.info.kind != instrument_kind::option;
  const double amount = to_double(stats.volume);
  const double at = is_traded ? to_double(*stats.last) : 0;
  const double coins = is_in_quote && at > 0 ? amount / at : amount;
  add("volume", is_traded ? number(coins, 8) : "null");
  add("volume_usd", is_traded ? number(is_in_quote ? amount : amount * at, 2) : "null");
  add("high", stats.high ? number(*stats.high) : "null");
  add("low", stats.low ? number(*stats.low) : "null");
  const bool has_base = is_traded && (*stats.first).nanos != 0;
  add("price_change", has_base ? number(100 * (at / to_double(*stats.first) - 1), price_decimals) : "null");
}

} // namespace

std::string_view state_word(instrument_state x) {
  switch (x) {
  case instrument_state::listed:
  case instrument_state::tick_changed:
  case instrument_state::resumed:
    return "open";
  case instrument_state::halted:
    return "halted";
  case instrument_state::expired:
    return "settlement";
  case instrument_state::settled:
    return "delivered";
  }
  return "open";
}

bool is_expired(instrument_state x) { return x == instrument_state::expired || x == instrument_state::settled; }

std::string expiry_word(const symbol_info& x) {
  if (x.kind == instrument_kind::perpetual) return "PERPETUAL";
  if (x.expiry_ns == 0) return {};
  const auto name = print_symbol(venue::deribit, {.kind = instrument_kind::future,
                                                  .base = "BTC",
                                                  .quote = "USD",
                                                  .settlement = "BTC",
                                                  .is_inverse = true,
                                                  .expiry_ns = x.expiry_ns});
  return name ? upper(name->substr(name->find('-') + 1)) : std::string{};
}

std::optional<price_band> band_of(const instrument& x, double mark) {
  const bool is_option = x.info.kind == instrument_kind::option;
  const auto low = nearest_decimal<price>(is_option ? mark / 2 : mark * 0.985);
  const auto high = nearest_decimal<price>(is_option ? mark * 2 + 0.01 : mark * 1.015);
  if (!low || !high) return {};
  return price_band{std::max(x.ticks.round_down(*low), x.ticks.base), x.ticks.round_up(*high)};
}

quantity contract_size(const instrument& x) {
  return x.info.kind == instrument_kind::option || x.info.kind == instrument_kind::option_combo ? x.multiplier : x.lot;
}

std::string contracts_json(const instrument& x, quantity amount) {
  return number(mul_div(amount.nanos, nanos_per_unit, contract_size(x).nanos));
}

match::fee_schedule fees_of(const instrument& x) {
  const bool is_option = x.info.kind == instrument_kind::option;
  match::fee_schedule made{.rule = is_option ? match::fee_rule::capped_premium : match::fee_rule::notional};
  made.taker_rate = nearest_decimal<quantity>(taker_commission(x.info)).value_or(quantity{});
  if (is_option) made.maker_rate = made.taker_rate;
  made.decimals = 8;
  return made;
}

std::string instrument_json(const instrument_view& x) {
  const auto& rules = x.listing->rules;
  const auto& info = rules.info;
  const bool is_option = info.kind == instrument_kind::option;
  const bool is_spot = info.kind == instrument_kind::spot;
  const bool is_priced_in_coin = info.is_inverse && (is_option || info.kind == instrument_kind::option_combo);
  json_array steps;
  for (const auto& step : rules.ticks.steps)
    steps.add(json_object{}.add("above_price", number(step.above)).add("tick_size", number(step.tick)).take());
  json_object made;
  made.text("instrument_name", rules.symbol).integer("instrument_id", 100'000 + x.listing->id.index);
  made.text("kind", kind_word(info.kind)).text("instrument_type", info.is_inverse ? "reversed" : "linear");
  made.text("base_currency", info.base).text("counter_currency", info.quote);
  made.text("quote_currency", is_priced_in_coin ? info.base : info.quote);
  if (!is_spot) made.text("settlement_currency", info.settlement).text("settlement_period", settlement_period(info));
  if (kind_word(info.kind) == "future") made.text("future_type", info.is_inverse ? "reversed" : "linear");
  if (is_option) made.add("strike", number(info.strike.value_or(price{}))).text("option_type", to_text(*info.right));
  made.integer("expiration_timestamp", info.expiry_ns == 0 ? never_ms : info.expiry_ns / ns_per_ms);
  made.integer("creation_timestamp", x.listing->listed_ns / ns_per_ms);
  made.add("tick_size", number(rules.ticks.base)).add("tick_size_steps", steps.take());
  made.add("contract_size", number(contract_size(rules))).add("min_trade_amount", number(rules.minimum));
  made.text("price_index", rules.index);
  made.add("maker_commission", number(is_option ? 0.0003 : 0.0, rate_decimals));
  made.add("taker_commission", number(taker_commission(info), rate_decimals));
  made.add("block_trade_commission", number(taker_commission(info) / 2, rate_decimals));
  made.flag("is_active", !is_expired(x.state)).text("state", state_word(x.state));
  return made.take();
}

ticker_fields ticker_of(const instrument_view& x, const ticker& quote, std::int64_t venue_ns, const trade_stats& stats,
                        bool has_future_of_expiry) {
  const auto& rules = x.listing->rules;
  ticker_fields made;
  made.push_back({"", "timestamp", std::to_string(venue_ns / ns_per_ms)});
  made.push_back({"", "instrument_name", in_quotes(rules.symbol)});
  made.push_back({"", "state", in_quotes(state_word(x.state))});
  add_touch(made, "best_bid_price", "best_bid_amount", quote.best_bid, quote.best_bid_size);
  add_touch(made, "best_ask_price", "best_ask_amount", quote.best_ask, quote.best_ask_size);
  const auto last = stats.last ? stats.last : quote.last;
  made.push_back({"", "last_price", last ? number(*last) : "null"});
  add_number(made, "mark_price", quote.mark, price_decimals);
  add_number(made, "index_price", quote.index, price_decimals);
  if (const auto band = quote.mark ? band_of(rules, *quote.mark) : std::nullopt) {
    made.push_back({"", "min_price", number(band->lowest)});
    made.push_back({"", "max_price", number(band->highest)});
  }
  if (rules.info.kind != instrument_kind::spot) {
    add_number(made, "estimated_delivery_price", quote.index, price_decimals);
    add_number(made, "open_interest", quote.open_interest, price_decimals);
  }
  if (x.settlement) add_number(made, "delivery_price", x.settlement, price_decimals);
  if (rules.info.kind == instrument_kind::perpetual) {
    add_number(made, "current_funding", quote.funding, rate_decimals);
    add_number(made, "funding_8h", quote.funding, rate_decimals);
    add_number(made, "interest_value", quote.funding, 9, 100);
  }
  if (rules.info.kind == instrument_kind::option) add_option(made, rules.info, quote, has_future_of_expiry);
  add_stats(made, rules, stats);
  return made;
}

std::string ticker_json(const ticker_fields& x, std::string_view more) {
  std::string text = "{";
  const auto write = [&](std::string_view group) {
    for (const auto& field : x) {
      if (field.group != group) continue;
      if (text.back() != '{') text += ',';
      text.append("\"").append(field.key).append("\":").append(field.json);
    }
  };
  text += more;
  write("");
  for (const std::string_view group : {"stats", "greeks"}) {
    if (std::ranges::none_of(x, [&](const auto& field) { return field.group == group; })) continue;
    text.append(",\"").append(group).append("\":{");
    write(group);
    text += '}';
  }
  return text += '}';
}

ticker_fields difference(const ticker_fields& before, const ticker_fields& now) {
  ticker_fields made;
  for (const auto& field : now)
    if (field.key == "timestamp" || field.key == "instrument_name" || std::ranges::find(before, field) == before.end())
      made.push_back(field);
  const auto is_known = [&](const ticker_field& x) {
    return std::ranges::any_of(now, [&](const auto& y) { return x.group == y.group && x.key == y.key; });
  };
  for (const auto& field : before)
    if (!is_known(field)) made.push_back({field.group, field.key, "null"});
  return made;
}

} // namespace strike::sandbox::deribit
