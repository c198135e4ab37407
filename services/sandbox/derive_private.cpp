#include "sandbox/derive_queries.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace strike::sandbox::derive {

namespace {

namespace json = boost::json;

using handler = outcome (*)(const json::object&, const private_context&);

/// Cancels need any scope of trading.
std::optional<rpc_error> scope_fault(const private_context& in) {
  if (in.who.key.scope != key_scope::read_only) return {};
  return rpc_error{14031, "Session key scope is too small", "needs trade:orderbook"};
}

json::object order_result(order_id id, const private_context& in) {
  return {{"order", order_json(in.desk.at(id), in.view)}, {"trades", fills_json(id, in.who.of->owner, in.view)}};
}

outcome order(const json::object& params, const private_context& in) {
  const auto asked = read_order(params, in.view.version);
  if (!asked) return because(asked);
  const auto made = in.orders.place(in.who, *asked, in.now_ns);
  if (!made) return because(made);
  return order_result(*made, in);
}

outcome replace(const json::object& params, const private_context& in) {
  parameters p{params};
  order_entry::replace_terms old{.order_id = p.text("order_id_to_cancel").value_or(""),
                                 .nonce = {},
                                 .expected_filled = p.decimal("expected_filled_amount").value_or("")};
  if (p.has("nonce_to_cancel")) old.nonce = p.required_number("nonce_to_cancel");
  if (old.order_id.empty() == !old.nonce) p.fail("order_id_to_cancel", "Give it or nonce_to_cancel.");
  if (p.fault()) return std::unexpected{*p.fault()};
  const auto asked = read_order(params, in.view.version);
  if (!asked) return because(asked);
  const auto made = in.orders.replace(in.who, old, *asked, in.now_ns);
  if (!made) return because(made);
  json::object y{{"cancelled_order", order_json(in.desk.at(made->cancelled), in.view)},
                 {"order", nullptr},
                 {"trades", nullptr},
                 {"create_order_error", nullptr}};
  if (made->created) {
    auto created = order_result(*made->created, in);
    y["order"] = std::move(created["order"]);
    y["trades"] = std::move(created["trades"]);
  } else {
    y["create_order_error"] = error_json(made->created.error());
  }
  return y;
}

outcome order_debug(const json::object& params, const private_context& in) {
  const auto asked = read_order(params, in.view.version);
  if (!asked) return because(asked);
  const auto made = in.orders.debug(in.who, *asked);
  if (!made) return because(made);
  return json::object{
      {"encoded_data", hex_of(made->data)},           {"encoded_data_hashed", hex_of(made->data_hash)},
      {"action_hash", hex_of(made->action_hash)},     {"typed_data_hash", hex_of(made->typed_data_hash)},
      {"action_typehash", hex_of(action_typehash())}, {"owner", hex_of(in.who.of->owner)},
      {"expected_signer", hex_of(asked->signer)}};
}

outcome cancel(const json::object& params, const private_context& in) {
  parameters p{params};
  const auto name = p.required_text("order_id"), instrument = p.required_text("instrument_name");
  const auto of = account(p, in);
  if (!of) return because(of);
  const auto found = in.orders.find_open(of->owner, instrument, name);
  if (!found) return because(found);
  in.desk.cancel(*found, "user_request", in.now_ns);
  return order_json(in.desk.at(*found), in.view);
}

outcome cancel_trigger_order(const json::object& params, const private_context& in) {
  parameters p{params};
  const auto name = p.required_text("order_id");
  const auto of = account(p, in);
  if (!of) return because(of);
  const auto found = in.orders.find_open(of->owner, {}, name);
  if (!found) return because(found);
  if (!is_trigger(*found, in)) return std::unexpected{rpc_error{11006, "Does not exist", "no trigger order"}};
  in.desk.cancel(*found, "user_request", in.now_ns);
  return order_json(in.desk.at(*found), in.view);
}

outcome cancel_by_nonce(const json::object& params, const private_context& in) {
  parameters p{params};
  const auto instrument = p.required_text("instrument_name");
  const auto nonce = p.required_number("nonce");
  if (const auto* x = params.if_contains("nonce"); x != nullptr && x->is_string())
    p.fail("nonce", "Not a valid integer.");
  const auto of = account(p, in);
  if (!of) return because(of);
  const auto done = in.orders.cancel_by_nonce(in.who, of->owner, instrument, nonce, in.now_ns);
  if (in.view.version == api::v2) return json::object{{"cancelled_orders", done ? 1 : 0}};
  if (!done) return std::unexpected{rpc_error{11006, "Does not exist"}};
  return order_json(in.desk.at(*done), in.view);
}

outcome cancel_by_label(const json::object& params, const private_context& in) {
  parameters p{params};
  const auto label = p.required_text("label"), instrument = p.text("instrument_name").value_or("");
  const auto of = account(p, in);
  if (!of) return because(of);
  const auto count = in.orders.cancel_where(
      of->owner,
      [&](const order_record& x) {
        return x.label == label && (instrument.empty() || in.orders.extra(x.id).asked.instrument == instrument);
      },
      "user_request", in.now_ns);
  // v3 does it in the background if it has to look at all instruments.
  return json::object{{"cancelled_orders", in.view.version == api::v3 && instrument.empty() ? -1 : count}};
}

outcome cancel_by_instrument(const json::object& params, const private_context& in) {
  parameters p{params};
  const auto instrument = p.required_text("instrument_name");
  const auto of = account(p, in);
  if (!of) return because(of);
  const auto count = in.orders.cancel_where(
      of->owner, [&](const order_record& x) { return in.orders.extra(x.id).asked.instrument == instrument; },
      "user_request", in.now_ns);
  return json::object{{"cancelled_orders", count}};
}

outcome cancel_all(const json::object& params, const private_context& in) {
  parameters p{params};
  const bool with_triggers = p.flag("cancel_trigger_orders", in.view.version == api::v2);
  const auto of = account(p, in);
  if (!of) return because(of);
  in.orders.cancel_where(
      of->owner, [&](const order_record& x) { return with_triggers || !is_trigger(x.id, in); }, "user_request",
      in.now_ns);
  return "ok";
}

outcome cancel_all_trigger_orders(const json::object& params, const private_context& in) {
  parameters p{params};
  const auto of = account(p, in);
  if (!of) return because(of);
  in.orders.cancel_where(
      of->owner, [&](const order_record& x) { return is_trigger(x.id, in); }, "user_request", in.now_ns);
  return "ok";
}

outcome set_cancel_on_disconnect(const json::object& params, const private_context& in) {
  parameters p{params};
  const bool enabled = p.required_flag("enabled");
  if (p.fault()) return std::unexpected{*p.fault()};
  in.who.of->cancels_on_disconnect = enabled;
  return "ok";
}

struct method {
  std::string_view name;
  handler answer;
  std::optional<api> only_in = {};
  bool needs_trade = false, is_socket_only = false;
};
constexpr method methods[] = {
    {"private/order", order, {}, true},
    {"private/replace", replace, {}, true},
    {"private/order_debug", order_debug},
    {"private/cancel", cancel, {}, true},
    {"private/cancel_by_nonce", cancel_by_nonce, {}, true},
    {"private/cancel_by_label", cancel_by_label, {}, true},
    {"private/cancel_by_instrument", cancel_by_instrument, {}, true},
    {"private/cancel_all", cancel_all, {}, true},
    {"private/cancel_trigger_order", cancel_trigger_order, {}, true},
    {"private/cancel_all_trigger_orders", cancel_all_trigger_orders, {}, true},
    {"private/get_open_orders", get_open_orders},
    {"private/get_trigger_orders", get_trigger_orders},
    {"private/get_algo_orders", get_algo_orders, api::v3},
    {"private/get_order", get_order},
    {"private/get_orders", get_orders, api::v2},
    {"private/get_order_history", get_order_history},
    {"private/get_trade_history", get_trade_history},
    {"private/get_positions", get_positions},
    {"private/get_collaterals", get_collaterals},
    {"private/get_subaccount", get_subaccount},
    {"private/get_subaccounts", get_subaccounts},
    {"private/get_account", get_account},
    {"private/session_keys", session_keys},
    {"private/set_cancel_on_disconnect", set_cancel_on_disconnect, {}, true, true},
};

} // namespace

answer<json::value> call_private(std::string_view name, const json::object& params, const private_context& in) {
  const auto found = std::ranges::find(methods, name, &method::name);
  if (found == std::end(methods) || found->only_in.value_or(in.view.version) != in.view.version ||
      (found->is_socket_only && !in.is_socket))
    return std::unexpected{rpc_error{-32601, "Method not found", std::string{name}}};
  if (in.who.of == nullptr) return std::unexpected{rpc_error{14020, "Not logged in", "call public/login first"}};
  if (found->needs_trade)
    if (auto fault = scope_fault(in)) return std::unexpected{*fault};
  return found->answer(params, in);
}

} // namespace strike::sandbox::derive
