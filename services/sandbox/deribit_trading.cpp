#include "base/time.hpp"
#include "sandbox/deribit_json.hpp"
#include "sandbox/deribit_params.hpp"
#include "sandbox/deribit_venue.hpp"

#include <fmt/format.h>

#include <algorithm>

// Of `deribit_venue`: what needs an account: the account itself, and what becomes of orders when a connection ends.
namespace strike::sandbox::deribit {

namespace {

constexpr std::int64_t first_account_id = 96'103;

std::string rate(std::int64_t per_second, std::int64_t burst) {
  return json_object{}.integer("rate", per_second).integer("burst", burst).take();
}

} // namespace

void deribit_venue::publish(std::int64_t now_ns) { user_feed_.publish(orders_.take_changes(), now_ns); }

/// Source: Deribit page, section 15.
std::string deribit_venue::limits_json() const {
  json_object trading;
  trading.add("total", rate(how_.trading_rate, how_.trading_burst));
  json_object matching;
  matching.add("trading", trading.take()).add("spot", rate(how_.trading_rate, how_.trading_burst));
  matching.add("maximum_quotes", rate(500, 500)).add("maximum_mass_quotes", rate(10, 10));
  matching.add("guaranteed_mass_quotes", rate(2, 2)).add("cancel_all", rate(how_.trading_rate, how_.trading_burst));
  json_object made;
  made.flag("limits_per_currency", false).add("non_matching_engine", rate(20, 100));
  return made.add("matching_engine", matching.take()).take();
}

/// What an account is beside its money: id, name, ...
std::string deribit_venue::extended_json(const call& x) const {
  json_object made;
  made.integer("id", first_account_id + owner_of(x)).text("email", x.who.account + "@sandbox.invalid");
  made.text("username", x.who.account).text("system_name", x.who.account).text("type", "main");
  made.flag("mmp_enabled", false).text("self_trading_reject_mode", "reject_taker");
  made.flag("login_enabled", true).flag("interuser_transfers_enabled", false);
  auto text = made.take();
  return text.substr(1, text.size() - 2);
}

outcome deribit_venue::get_account_summary(const call& x) {
  const auto currency = text_of(x.params, "currency");
  const auto owner = owner_of(x);
  const auto known = orders_.desk().currencies(owner);
  if (std::ranges::find(known, currency) == known.end())
    return std::unexpected{invalid_param("currency", "is no currency of this account")};
  std::string more = "\"limits\":" + limits_json();
  if (flag_of(x.params, "extended")) more += "," + extended_json(x);
  return portfolio_json(orders_.desk(), owner, currency, more);
}

outcome deribit_venue::get_account_summaries(const call& x) {
  json_array summaries;
  const auto owner = owner_of(x);
  for (const auto& currency : orders_.desk().currencies(owner))
    summaries.add(portfolio_json(orders_.desk(), owner, currency, "\"limits\":" + limits_json()));
  return "{" + extended_json(x) + ",\"summaries\":" + summaries.take() + "}";
}

/// @returns whether the scope is the account
std::expected<bool, rpc_error> deribit_venue::disconnect_scope(const call& x) {
  const auto scope = text_of(x.params, "scope");
  if (scope.empty() || scope == "connection") return false;
  if (scope == "account") return true;
  return std::unexpected{invalid_param("scope", "must be connection or account")};
}

/// Scope `account`: for this connection, and every new one starts with it. Source: Deribit page, section 11.7.
outcome deribit_venue::set_cancel_on_disconnect(const call& x, bool is_on) {
  const auto is_account = disconnect_scope(x);
  if (!is_account) return std::unexpected{is_account.error()};
  if (*is_account) cancel_on_disconnect_[x.who.account] = is_on;
  x.from->cancels_on_disconnect = is_on;
  return "\"ok\"";
}

outcome deribit_venue::enable_cancel_on_disconnect(const call& x) { return set_cancel_on_disconnect(x, true); }
outcome deribit_venue::disable_cancel_on_disconnect(const call& x) { return set_cancel_on_disconnect(x, false); }

outcome deribit_venue::get_cancel_on_disconnect(const call& x) {
  const auto is_account = disconnect_scope(x);
  if (!is_account) return std::unexpected{is_account.error()};
  const bool is_on = *is_account ? cancel_on_disconnect_[x.who.account] : does_cancel(*x.from);
  return json_object{}.text("scope", *is_account ? "account" : "connection").flag("enabled", is_on).take();
}

bool deribit_venue::does_cancel(const session& x) const {
  if (x.cancels_on_disconnect) return *x.cancels_on_disconnect;
  return x.by_account;
}

/// Not at once: a client that is back within the moment finds its orders open.
void deribit_venue::cancel_lost(std::int64_t now_ns) {
  for (const auto connection : std::exchange(lost_, {}))
    orders_.on_disconnect(connection, how_.disconnect_spares_triggers, now_ns);
}

} // namespace strike::sandbox::deribit
