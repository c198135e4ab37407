#include "sandbox/derive_queries.hpp"

#include "base/time.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace strike::sandbox::derive {

namespace json = boost::json;

answer<account_of> account(parameters& p, const private_context& in) {
  const auto id = p.required_number("subaccount_id");
  if (p.fault()) return std::unexpected{*p.fault()};
  const auto owner = in.orders.owner_of(in.who, id);
  if (!owner) return because(owner);
  return account_of{id, *owner};
}

namespace {

/// Open orders: those that wait for a trigger, the others, or both.
outcome open_orders(const json::object& params, const private_context& in, bool with_waiting, bool with_others) {
  parameters p{params};
  const auto of = account(p, in);
  if (!of) return because(of);
  json::array rows;
  for (const auto* x : in.desk.open_orders(of->owner))
    if (x->state == order_state::pending ? with_waiting : with_others) rows.push_back(order_json(*x, in.view));
  return json::object{{"subaccount_id", of->id}, {"orders", std::move(rows)}};
}
/// The accounts of a history: of one subaccount, or of all of the wallet.
answer<std::vector<owner_id>> owners(parameters& p, const private_context& in) {
  if (p.has("subaccount_id") == p.has("wallet")) p.fail("subaccount_id", "Give it or wallet.");
  if (p.has("subaccount_id")) {
    const auto of = account(p, in);
    if (!of) return because(of);
    return std::vector{of->owner};
  }
  const auto wallet = p.text("wallet");
  if (p.fault()) return std::unexpected{*p.fault()};
  if (address_of_hex(*wallet) != in.who.of->owner) return std::unexpected{rpc_error{14000, "Account not found"}};
  std::vector<owner_id> all;
  for (const auto id : in.who.of->subaccounts) all.push_back(*in.orders.owner_of(in.who, id));
  return all;
}

struct span_of_time {
  std::int64_t from_ms, to_ms;
  bool holds(std::int64_t ns) const { return ns / ns_per_ms >= from_ms && ns / ns_per_ms <= to_ms; }
};
span_of_time times(parameters& p) {
  return {p.integer("from_timestamp", 0, 0, INT64_MAX), p.integer("to_timestamp", INT64_MAX, 0, INT64_MAX)};
}

json::value subaccount_id(const json::object& params) {
  const auto* x = params.if_contains("subaccount_id");
  return x != nullptr ? *x : json::value(nullptr);
}

/// Newest first. @param is_history finished ones only, as v3 has them
outcome order_pages(const json::object& params, const private_context& in, bool is_history) {
  parameters p{params};
  const auto wanted = p.page();
  const auto when = times(p);
  const auto instrument = p.text("instrument_name"), label = p.text("label"), status = p.text("status");
  const auto of = owners(p, in);
  if (!of) return because(of);
  json::array rows;
  std::size_t count = 0;
  for (auto x = in.orders.accepted().rbegin(); x != in.orders.accepted().rend(); ++x) {
    const auto& record = in.desk.at(x->first);
    if (std::ranges::find(*of, record.owner) == of->end() || !when.holds(record.created_ns) ||
        (is_history && in.view.version == api::v3 && record.is_open()) ||
        (instrument && x->second.asked.instrument != *instrument) || (label && record.label != *label))
      continue;
    auto row = order_json(record, in.view);
    if (status && row.at("order_status").as_string() != *status) continue;
    if (wanted.holds(count++)) rows.push_back(std::move(row));
  }
  return json::object{
      {"subaccount_id", subaccount_id(params)}, {"orders", std::move(rows)}, {"pagination", wanted.of(count)}};
}
/// The wallet that the parameters name must be the caller's.
std::optional<rpc_error> wallet_fault(const json::object& params, const private_context& in) {
  parameters p{params};
  const auto wallet = p.required_text("wallet");
  if (p.fault()) return p.fault();
  if (address_of_hex(wallet) == in.who.of->owner) return {};
  return rpc_error{14000, "Account not found", wallet};
}

} // namespace

outcome get_open_orders(const json::object& params, const private_context& in) {
  return open_orders(params, in, in.view.version == api::v2, true);
}
outcome get_trigger_orders(const json::object& params, const private_context& in) {
  return open_orders(params, in, true, false);
}
outcome get_algo_orders(const json::object& params, const private_context& in) {
  return open_orders(params, in, false, false);
}

outcome get_order(const json::object& params, const private_context& in) {
  parameters p{params};
  const auto name = p.required_text("order_id");
  const auto of = account(p, in);
  if (!of) return because(of);
  const auto* x = in.desk.find(name);
  if (x == nullptr || x->owner != of->owner || !in.orders.accepted().contains(x->id))
    return std::unexpected{rpc_error{11006, "Does not exist"}};
  return order_json(*x, in.view);
}

outcome get_order_history(const json::object& params, const private_context& in) {
  return order_pages(params, in, true);
}
outcome get_orders(const json::object& params, const private_context& in) { return order_pages(params, in, false); }

outcome get_trade_history(const json::object& params, const private_context& in) {
  parameters p{params};
  const auto wanted = p.page();
  const auto when = times(p);
  const auto instrument = p.text("instrument_name"), order = p.text("order_id");
  const auto of = owners(p, in);
  if (!of) return because(of);
  json::array rows;
  std::size_t count = 0;
  for (auto x = in.desk.fills().rbegin(); x != in.desk.fills().rend(); ++x) {
    const auto& record = in.desk.at(x->what.order);
    if (std::ranges::find(*of, x->owner) == of->end() || !when.holds(x->what.venue_ns) ||
        !in.orders.accepted().contains(record.id) || (order && record.name != *order) ||
        (instrument && in.desk.rules(x->what.instrument).symbol != *instrument))
      continue;
    if (wanted.holds(count++)) rows.push_back(fill_json(*x, record, in.who.of->owner, in.view));
  }
  return json::object{
      {"subaccount_id", subaccount_id(params)}, {"trades", std::move(rows)}, {"pagination", wanted.of(count)}};
}

outcome get_positions(const json::object& params, const private_context& in) {
  parameters p{params};
  const auto of = account(p, in);
  if (!of) return because(of);
  return json::object{{"subaccount_id", of->id}, {"positions", positions_json(of->owner, in.view)}};
}

outcome get_collaterals(const json::object& params, const private_context& in) {
  parameters p{params};
  const auto of = account(p, in);
  if (!of) return because(of);
  return json::object{{"subaccount_id", of->id}, {"collaterals", collaterals_json(of->owner, in.view)}};
}

outcome get_subaccount(const json::object& params, const private_context& in) {
  parameters p{params};
  const auto of = account(p, in);
  if (!of) return because(of);
  return subaccount_json(of->id, of->owner, in.view);
}

outcome get_subaccounts(const json::object& params, const private_context& in) {
  if (auto fault = wallet_fault(params, in)) return std::unexpected{*fault};
  return json::object{{"wallet", hex_of(in.who.of->owner)},
                      {"subaccount_ids", json::value_from(in.who.of->subaccounts)}};
}

outcome get_account(const json::object& params, const private_context& in) {
  if (auto fault = wallet_fault(params, in)) return std::unexpected{*fault};
  const auto tps = [](std::uint32_t per_window) { // no limit is a large one
    return per_window == 0 ? 10'000U : std::max(per_window / static_cast<std::uint32_t>(window_s), 1U);
  };
  return json::object{{"wallet", hex_of(in.who.of->owner)},
                      {"subaccount_ids", json::value_from(in.who.of->subaccounts)},
                      {"cancel_on_disconnect", in.who.of->cancels_on_disconnect},
                      {"websocket_matching_tps", tps(in.limits.matching)},
                      {"websocket_non_matching_tps", tps(in.limits.others)},
                      {"websocket_option_tps", tps(in.limits.matching)},
                      {"websocket_perp_tps", tps(in.limits.matching)},
                      {"per_endpoint_tps", json::object{{"private/cancel_all", tps(in.limits.cancel_all)}}},
                      {"fee_info", json::object{{"base_fee_discount", "0"},
                                                {"rfq_maker_discount", "0"},
                                                {"rfq_taker_discount", "0"},
                                                {"option_maker_fee", nullptr},
                                                {"option_taker_fee", nullptr},
                                                {"perp_maker_fee", nullptr},
                                                {"perp_taker_fee", nullptr},
                                                {"spot_maker_fee", nullptr},
                                                {"spot_taker_fee", nullptr}}},
                      {"whitelisted_recipients", json::array{}},
                      {"is_rfq_maker", false}};
}

outcome session_keys(const json::object& params, const private_context& in) {
  if (auto fault = wallet_fault(params, in)) return std::unexpected{*fault};
  json::array rows;
  for (const auto& x : in.who.of->keys) {
    json::object y{{"public_session_key", hex_of(x.key)}, {"expiry_sec", x.expires_s},
                   {"registered_sec", 1'700'000'000},     {"subaccount_ids", json::array{}},
                   {"ip_whitelist", json::array{}},       {"label", "sandbox"}};
    const std::string_view trade = x.scope == key_scope::admin ? "admin" : "trade:all";
    if (in.view.version == api::v2)
      y["scope"] = x.scope == key_scope::trade ? "account" : to_text(x.scope);
    else
      y["protocol_scopes"] = x.scope == key_scope::read_only ? json::array{} : json::array{json::value(trade)};
    y["offchain_scopes"] = json::array{"account_info"};
    rows.push_back(std::move(y));
  }
  return json::object{{"public_session_keys", std::move(rows)}};
}

} // namespace strike::sandbox::derive
