#include "sandbox/derive_order_json.hpp"

#include "base/time.hpp"

#include <algorithm>

namespace strike::sandbox::derive {

namespace {

namespace json = boost::json;

constexpr std::string_view cash = "USDC";

std::string_view status_word(order_state x) {
  switch (x) {
  case order_state::pending:
    return "untriggered";
  case order_state::open:
  case order_state::partially_filled:
    return "open";
  case order_state::filled:
    return "filled";
  case order_state::expired:
    return "expired";
  case order_state::rejected:
    return "rejected";
  case order_state::cancelled:
  case order_state::unknown:
    break;
  }
  return "cancelled";
}

/// In the venue's words, which the desk has only for what a venue ended.
std::string cancel_reason(const order_record& x, const order_extra& extra) {
  if (!extra.trigger_message.empty()) return "trigger_failed";
  if (x.state != order_state::cancelled) return "";
  return extra.asked.is_immediate() ? "ioc_or_market_partial_fill" : x.reason;
}

json::value text_or_null(const std::string& x) { return x.empty() ? json::value(nullptr) : json::value(x); }

money fees_of(order_id of, const trading_desk& desk) {
  money sum;
  for (const auto* x : desk.fills_of(of)) sum += x->what.fee;
  return sum;
}

json::value nonce_json(std::uint64_t nonce, api version) {
  return version == api::v3 ? json::value(std::to_string(nonce)) : json::value(nonce);
}

std::string text_of(optional_double x, int places) { return decimal_text(x.value_or(0), places); }

json::object position_json(instrument_id id, const match::holding& held, const account_view& in) {
  const auto& of = in.market.at(id);
  const auto& rules = in.desk.rules(id);
  const auto& quote = of.quote;
  const double size = to_double(held.size), mark = quote.mark.value_or(0), entry = held.average_price(rules);
  const bool is_option = rules.info.kind == instrument_kind::option;
  const auto greek = [&](optional_double x) { return text_of(x ? *x * size : optional_double{}, 9); };
  const auto profit = decimal_text((mark - entry) * size, 6), margin = decimal_text(-0.02 * std::abs(size) * mark, 6);
  return {{"instrument_name", rules.symbol},
          {"instrument_type", type_word(rules)},
          {"amount", to_string(held.size)},
          {"average_price", decimal_text(entry, 9)},
          {"average_price_excl_fees", decimal_text(entry, 9)},
          {"mark_price", decimal_text(mark, 4)},
          // Perpetuals: what is not settled yet, not the notional. Source: Derive, account state.
          {"mark_value", is_option ? decimal_text(mark * size, 6) : profit},
          {"index_price", text_of(quote.index, 2)},
          {"delta", is_option ? greek(quote.delta) : to_string(held.size)},
          {"gamma", greek(quote.gamma)},
          {"theta", greek(quote.theta)},
          {"vega", greek(quote.vega)},
          {"initial_margin", margin},
          {"maintenance_margin", margin},
          {"open_orders_margin", "0"},
          {"unrealized_pnl", profit},
          {"unrealized_pnl_excl_fees", profit},
          {"realized_pnl", to_string(held.realized - held.fees)},
          {"realized_pnl_excl_fees", to_string(held.realized)},
          {"cumulative_funding", to_string(held.funding)},
          {"pending_funding", "0"},
          {"net_settlements", to_string(held.settled)},
          {"leverage", nullptr},
          {"liquidation_price", nullptr},
          {"total_fees", to_string(held.fees)},
          {"amount_step", to_string(rules.lot)},
          {"creation_timestamp", of.listing->listed_ns / ns_per_ms}};
}

} // namespace

json::object order_json(const order_record& x, const account_view& in) {
  const auto& extra = in.orders.extra(x.id);
  const auto& asked = extra.asked;
  const bool is_repriced = !asked.is_market && parse_decimal<price>(asked.limit_price) != x.request.limit;
  json::object y{{"subaccount_id", asked.subaccount},
                 {"order_id", x.name},
                 {"instrument_name", asked.instrument},
                 {"direction", to_text(asked.direction)},
                 {"label", asked.label ? json::value(*asked.label) : json::value(nullptr)},
                 {"quote_id", nullptr},
                 {"creation_timestamp", x.created_ns / ns_per_ms},
                 {"last_update_timestamp", x.updated_ns / ns_per_ms},
                 {"limit_price", is_repriced ? to_string(x.request.limit) : asked.limit_price},
                 {"signed_limit_price", is_repriced ? json::value(asked.limit_price) : json::value(nullptr)},
                 {"amount", to_string(x.request.size)},
                 {"filled_amount", to_string(x.filled)},
                 {"average_price", to_string(x.average())},
                 {"order_fee", to_string(fees_of(x.id, in.desk))},
                 {"order_type", asked.is_market ? "market" : "limit"},
                 {"time_in_force", asked.time_in_force},
                 {"order_status", extra.trigger_message.empty() ? status_word(x.state) : "cancelled"},
                 {"max_fee", asked.max_fee},
                 {"extra_fee", "0"},
                 {"signature_expiry_sec", asked.expiry_s},
                 {"nonce", nonce_json(asked.nonce, in.version)},
                 {"signer", asked.signer_text},
                 {"signature", asked.signature},
                 {"cancel_reason", cancel_reason(x, extra)},
                 {"mmp", asked.mmp},
                 {"is_transfer", false},
                 {"replaced_order_id", text_or_null(extra.replaced)},
                 {"trigger_type", text_or_null(asked.trigger_type)},
                 {"trigger_price_type", text_or_null(asked.trigger_price_type)},
                 {"trigger_price", text_or_null(asked.trigger_price)},
                 {"trigger_reject_message", text_or_null(extra.trigger_message)}};
  if (in.version == api::v3)
    for (const auto* key : {"algo_type", "algo_duration_sec", "algo_num_slices", "algo_slices_completed"})
      y[key] = nullptr;
  return y;
}

json::object fill_json(const fill_record& x, const order_record& of, const eth_address& wallet,
                       const account_view& in) {
  const auto& asked = in.orders.extra(of.id).asked;
  const auto& quote = in.market.at(x.what.instrument).quote;
  json::object y{{"subaccount_id", asked.subaccount},
                 {"order_id", of.name},
                 {"instrument_name", asked.instrument},
                 {"direction", to_text(x.what.side)},
                 {"label", asked.label ? json::value(*asked.label) : json::value(nullptr)},
                 {"quote_id", nullptr},
                 {"rfq_id", nullptr},
                 {"trade_id", x.trade_id},
                 {"timestamp", x.what.venue_ns / ns_per_ms},
                 {"mark_price", text_of(quote.mark, 4)},
                 {"index_price", text_of(quote.index, 2)},
                 {"trade_price", to_string(x.what.at)},
                 {"trade_amount", to_string(x.what.size)},
                 {"liquidity_role", to_text(x.what.liquidity)},
                 {"realized_pnl", "0"},
                 {"realized_pnl_excl_fees", "0"},
                 {"is_transfer", false},
                 {"trade_fee", to_string(x.what.fee)},
                 {"expected_rebate", "0"},
                 {"extra_fee", "0"},
                 {"tx_hash", nullptr}};
  if (in.version == api::v2) {
    y["tx_status"] = "requested";
    y["transaction_id"] = x.trade_id;
    y["wallet"] = hex_of(wallet);
  } else {
    y["batch_status"] = nullptr;
    y["op_uuid"] = x.trade_id;
  }
  return y;
}

json::array fills_json(order_id of, const eth_address& wallet, const account_view& in) {
  json::array rows;
  for (const auto* x : in.desk.fills_of(of)) rows.push_back(fill_json(*x, in.desk.at(of), wallet, in));
  return rows;
}

json::array positions_json(owner_id of, const account_view& in) {
  json::array rows;
  in.desk.each_position(of, [&](instrument_id id, const match::holding& held) {
    if (held.size != quantity{} && in.desk.rules(id).info.kind != instrument_kind::spot)
      rows.push_back(position_json(id, held, in));
  });
  return rows;
}

json::array collaterals_json(owner_id of, const account_view& in) {
  json::array rows;
  for (const auto& currency : in.desk.currencies(of)) {
    const auto amount = in.desk.balance(of, currency);
    const auto mark = currency == cash ? 1 : in.market.index(venue::derive, currency + "-USD").value_or(0);
    const auto value = decimal_text(to_double(amount) * mark, 6);
    rows.push_back(json::object{{"asset_type", "erc20"},
                                {"asset_name", currency},
                                {"amount", to_string(amount)},
                                {"average_price", decimal_text(mark, 4)},
                                {"average_price_excl_fees", decimal_text(mark, 4)},
                                {"mark_price", decimal_text(mark, 4)},
                                {"mark_value", value},
                                {"amount_step", "0"},
                                {"currency", currency},
                                {"creation_timestamp", 0},
                                {"cumulative_interest", "0"},
                                {"pending_interest", "0"},
                                {"initial_margin", value},
                                {"maintenance_margin", value},
                                {"open_orders_margin", "0"},
                                {"realized_pnl", "0"},
                                {"realized_pnl_excl_fees", "0"},
                                {"total_fees", "0"},
                                {"unrealized_pnl", "0"},
                                {"unrealized_pnl_excl_fees", "0"},
                                {"delta_currency", currency},
                                {"delta", "1"}});
  }
  return rows;
}

json::object subaccount_json(std::uint64_t id, owner_id of, const account_view& in) {
  const auto collateral = in.desk.balance(of, cash), held = in.desk.margin_of_positions(of, cash),
             ordered = in.desk.margin_of_orders(of, cash);
  const auto value = in.desk.open_profit(of, cash) + in.desk.option_value(of, cash);
  json::array orders;
  for (const auto* x : in.desk.open_orders(of))
    if (x->state != order_state::pending) orders.push_back(order_json(*x, in));
  // Health is signed: collateral less what is needed, without open orders. Source: Derive, account state.
  const auto health = to_string(collateral + value - held);
  json::object y{{"subaccount_id", id},
                 {"manager_id", 5},
                 {"label", ""},
                 {"margin_type", "SM"},
                 {"is_under_liquidation", false},
                 {"positions_value", to_string(value)},
                 {"collaterals_value", to_string(collateral)},
                 {"subaccount_value", to_string(collateral + value)},
                 {"mm_credits", "0"},
                 {"positions_maintenance_margin", to_string(value - held)},
                 {"positions_initial_margin", to_string(value - held)},
                 {"collaterals_maintenance_margin", to_string(collateral)},
                 {"collaterals_initial_margin", to_string(collateral)},
                 {"maintenance_margin", health},
                 {"initial_margin", health},
                 {"open_orders_margin", to_string(-ordered)},
                 {"projected_margin_change", "0"},
                 {"open_orders", std::move(orders)},
                 {"positions", positions_json(of, in)},
                 {"collaterals", collaterals_json(of, in)},
                 {"vault_deposit_holds", json::array{}}};
  if (in.version == api::v2) {
    y["currency"] = "ETH";
  } else {
    y["currency"] = json::array{"BTC", "ETH"};
    y["failed_to_fetch"] = false;
    y["risk_universe_id"] = 1;
  }
  return y;
}

} // namespace strike::sandbox::derive
