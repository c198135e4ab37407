#include "sandbox/deribit_order_json.hpp"

#include "base/time.hpp"
#include "sandbox/deribit_channel.hpp"
#include "sandbox/deribit_json.hpp"
#include "sandbox/deribit_terms.hpp"

#include <algorithm>
#include <array>

namespace strike::sandbox::deribit {

namespace {

constexpr std::int64_t first_user_id = 96'103;
constexpr int price_decimals = 4, mark_decimals = 8, money_decimals = 8, iv_decimals = 2;

std::string amount_of(money x) { return number(x.nanos); }
std::string amount_of(double x) { return number(x, money_decimals); }

/// The venue's word for why an order ended; empty where it has none.
std::string_view cancel_reason(const order_record& x) {
  if (x.reason.starts_with("post-only")) return "edit_post_only_reject";
  if (x.reason.starts_with("instrument")) return "settlement";
  return x.reason.find(' ') == std::string::npos ? std::string_view{x.reason} : std::string_view{};
}

bool is_future(const instrument& x) {
  return x.info.kind == instrument_kind::future || x.info.kind == instrument_kind::perpetual;
}

} // namespace

std::string_view state_of(const order_record& x) {
  switch (x.state) {
  case order_state::pending:
    return "untriggered";
  case order_state::filled:
    return "filled";
  case order_state::rejected:
    return "rejected";
  case order_state::cancelled:
  case order_state::expired:
    return x.reason == "triggered" ? "triggered" : "cancelled";
  default:
    return "open";
  }
}

std::string order_json(const order_record& x, const order_words& words, const instrument& rules) {
  const auto& request = x.request;
  const bool is_spot = rules.info.kind == instrument_kind::spot, is_market = request.type == order_type::market;
  const bool is_trigger = x.waits_for.has_value();
  json_object made;
  made.text("label", x.label);
  made.add("price", is_market && is_trigger ? in_quotes("market_price")
                    : is_market             ? number(words.bound.value_or(x.average()))
                                            : number(request.limit));
  made.integer("user_id", first_user_id + x.owner).add("amount", number(request.size));
  made.text("direction", to_text(request.side)).text("time_in_force", words.time_in_force);
  made.text("instrument_name", rules.symbol).flag("web", false).flag("api", true).text("order_id", x.name);
  made.integer("creation_timestamp", x.created_ns / ns_per_ms).flag("replaced", x.is_amended);
  made.add("filled_amount", number(x.filled)).integer("last_update_timestamp", x.updated_ns / ns_per_ms);
  made.flag("post_only", request.post_only);
  if (!is_spot) made.flag("reduce_only", request.reduce_only);
  made.add("average_price", number(x.average())).flag("mmp", false);
  made.add("contracts", contracts_json(rules, request.size));
  if (!is_spot) made.flag("reject_post_only", words.reject_post_only);
  made.text("order_state", state_of(x)).text("order_type", words.type);
  made.flag(is_spot ? "is_rebalance" : "is_liquidation", false).flag("risk_reducing", request.reduce_only);
  if (!words.original_type.empty()) made.text("original_order_type", words.original_type);
  if (is_trigger) made.add("trigger_price", number(x.waits_for->at)).text("trigger", words.trigger);
  if (!words.parent_id.empty()) made.text("trigger_order_id", words.parent_id).flag("triggered", true);
  if (state_of(x) == "cancelled")
    if (const auto why = cancel_reason(x); !why.empty()) made.text("cancel_reason", why);
  return made.take();
}

std::string user_trade_json(const fill_record& x, const trade_context& in) {
  const auto& info = in.rules.info;
  const bool is_option = info.kind == instrument_kind::option;
  const bool is_taker = x.what.liquidity == liquidity::taker;
  const auto direction = in.tells_taker && !is_taker ? opposite(x.what.side) : x.what.side;
  json_object made;
  made.integer("timestamp", x.what.venue_ns / ns_per_ms).text("state", state_of(in.order));
  made.add("price", number(x.what.at)).add("amount", number(x.what.size));
  made.integer("user_id", first_user_id + x.owner).text("direction", to_text(direction));
  if (in.quote.index) made.add("index_price", number(*in.quote.index, price_decimals));
  made.text("instrument_name", in.rules.symbol).integer("trade_seq", in.sequence).flag("api", true);
  if (in.quote.mark) made.add("mark_price", number(*in.quote.mark, mark_decimals));
  made.text("order_id", in.order.name).add("matching_id", "null").integer("tick_direction", in.tick_direction);
  made.add("profit_loss", "null").flag("mmp", false).text("order_type", in.words.type).text("trade_id", x.trade_id);
  made.flag("post_only", in.order.request.post_only).flag("self_trade", false);
  made.add("contracts", contracts_json(in.rules, x.what.size)).text("fee_currency", info.settlement);
  made.add("fee", amount_of(x.what.fee)).flag("risk_reducing", in.order.request.reduce_only);
  made.text("liquidity", is_taker ? "T" : "M");
  if (!in.order.label.empty()) made.text("label", in.order.label);
  if (info.kind != instrument_kind::spot) made.flag("reduce_only", in.order.request.reduce_only);
  if (is_option && in.quote.mark_iv) made.add("iv", number(*in.quote.mark_iv * 100, iv_decimals));
  if (is_option && in.quote.underlying) made.add("underlying_price", number(*in.quote.underlying, price_decimals));
  return made.take();
}

std::string position_json(const trading_desk& desk, const instrument_view& of, owner_id owner,
                          bool shorts_are_negative) {
  const auto& rules = of.listing->rules;
  const auto held = desk.position(owner, of.listing->id);
  const double mark = of.quote.mark.value_or(0), index = of.quote.index.value_or(0), coins = to_double(held.size);
  const bool is_inverse_future = is_future(rules) && rules.info.is_inverse;
  // Futures: in quote money, whatever orders are in.
  const double size = is_future(rules) && !rules.info.is_inverse ? coins * mark : coins;
  const double base = is_inverse_future ? (mark > 0 ? coins / mark : 0) : coins;
  const double cost = static_cast<double>(held.cost.nanos) / 1e9;
  const double open = held.size == quantity{} || mark <= 0 ? 0 : match::trade_flow(rules, mark, -held.size) + cost;
  const double done = static_cast<double>(held.realized.nanos) / 1e9;
  json_object made;
  made.add("size", amount_of(shorts_are_negative ? size : std::abs(size))).text("kind", kind_word(rules.info.kind));
  made.add("maintenance_margin", amount_of(money{desk.margin_of_position(owner, of.listing->id).nanos / 2}));
  made.add("initial_margin", amount_of(desk.margin_of_position(owner, of.listing->id)));
  made.add("open_orders_margin", "0.0");
  made.text("direction", held.size == quantity{} ? "zero" : held.size > quantity{} ? "buy" : "sell");
  made.add("index_price", number(index, price_decimals)).text("instrument_name", rules.symbol);
  made.add("settlement_price", number(mark, mark_decimals)).add("mark_price", number(mark, mark_decimals));
  made.add("delta", amount_of(is_future(rules) ? base : coins * of.quote.delta.value_or(0)));
  made.add("average_price", number(held.average_price(rules), money_decimals));
  made.add("floating_profit_loss", amount_of(open)).add("realized_profit_loss", amount_of(done));
  made.add("total_profit_loss", amount_of(open + done));
  if (is_future(rules)) {
    made.add("interest_value", "0.0").integer("leverage", 50);
    made.add("realized_funding", amount_of(held.funding)).add("size_currency", amount_of(base));
    made.add("estimated_liquidation_price", "null");
  } else if (rules.info.kind == instrument_kind::option) {
    made.add("gamma", amount_of(coins * of.quote.gamma.value_or(0)));
    made.add("vega", amount_of(coins * of.quote.vega.value_or(0)));
    made.add("theta", amount_of(coins * of.quote.theta.value_or(0)));
    made.add("average_price_usd", amount_of(held.average_price(rules) * index));
    made.add("floating_profit_loss_usd", amount_of(open * index));
  }
  return made.take();
}

std::string portfolio_json(const trading_desk& desk, owner_id owner, const std::string& currency,
                           std::string_view more) {
  const auto balance = desk.balance(owner, currency), open = desk.open_profit(owner, currency);
  const auto options = desk.option_value(owner, currency), margin_balance = balance + open;
  const auto held = desk.margin_of_positions(owner, currency), initial = held + desk.margin_of_orders(owner, currency);
  const money maintenance{held.nanos / 2}, left = margin_balance - initial;
  json_object made;
  const auto zeros = [&](std::initializer_list<std::string_view> names) {
    for (const auto name : names) made.add(name, "0.0");
  };
  made.text("currency", currency).add("balance", amount_of(balance));
  made.add("equity", amount_of(margin_balance + options)).add("margin_balance", amount_of(margin_balance));
  made.add("available_funds", amount_of(left)).add("available_withdrawal_funds", amount_of(left));
  made.add("initial_margin", amount_of(initial)).add("projected_initial_margin", amount_of(initial));
  made.add("maintenance_margin", amount_of(maintenance));
  made.add("projected_maintenance_margin", amount_of(maintenance));
  made.add("total_pl", amount_of(open)).add("futures_pl", amount_of(open)).add("session_upl", amount_of(open));
  made.add("futures_session_upl", amount_of(open)).add("options_value", amount_of(options));
  zeros({"session_rpl", "futures_session_rpl", "options_session_rpl", "options_session_upl", "options_pl",
         "options_delta", "options_gamma", "options_vega", "options_theta", "delta_total", "projected_delta_total",
         "spot_reserve", "additional_reserve", "locked_balance", "fee_balance"});
  for (const auto* name : {"options_gamma_map", "options_vega_map", "options_theta_map", "delta_total_map"})
    made.add(name, "{}");
  made.text("margin_model", "segregated_sm").flag("portfolio_margining_enabled", false);
  made.flag("cross_collateral_enabled", false);
  auto text = made.take();
  if (!more.empty()) text.insert(text.size() - 1, "," + std::string{more});
  return text;
}

} // namespace strike::sandbox::deribit
