#include "sandbox/derive_private_channels.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <charconv>

namespace strike::sandbox::derive {

namespace {

constexpr std::string_view cash = "USDC";

} // namespace

std::optional<std::uint64_t> private_channels::subaccount_in(std::string_view name) {
  std::uint64_t id = 0;
  const auto end = std::from_chars(name.data(), name.data() + name.size(), id);
  const std::string_view rest{end.ptr, name.data() + name.size()};
  if (end.ec != std::errc{} || (rest != ".orders" && rest != ".trades" && rest != ".balances")) return {};
  return id;
}

void private_channels::forget(connection& who) {
  for (auto& [name, to] : to_) to.erase(&who);
}

std::vector<std::string> private_channels::of(connection& who) const {
  std::vector<std::string> names;
  for (const auto& [name, to] : to_)
    if (to.contains(&who)) names.push_back(name);
  return names;
}

void private_channels::watch(owner_id of, std::uint64_t subaccount, const eth_address& wallet, money cash_at_start) {
  accounts_[of] = {.subaccount = subaccount, .wallet = wallet, .cash = cash_at_start};
}

void private_channels::publish(const std::vector<desk_event>& events, const account_view& in) {
  for (const auto& x : events) {
    if (x.fill) publish_fill(x, in);
    send(fmt::format("{}.orders", accounts_.at(x.order.owner).subaccount), {order_json(x.order, in)});
  }
  publish_settlements(in);
}

void private_channels::publish_fill(const desk_event& x, const account_view& in) {
  auto& of = accounts_.at(x.order.owner);
  send(fmt::format("{}.trades", of.subaccount), {fill_json(*x.fill, x.order, of.wallet, in)});
  const auto& rules = in.desk.rules(x.order.request.instrument);
  auto& held = of.positions[x.order.request.instrument];
  const auto before = held;
  held += x.fill->what.side == side::buy ? x.fill->what.size : -x.fill->what.size;
  const bool is_spot = rules.info.kind == instrument_kind::spot;
  tell_balance(of, is_spot ? rules.info.base : rules.symbol, to_string(before), to_string(held), "trade");
  const auto now = in.desk.balance(x.order.owner, cash);
  if (now != of.cash) tell_balance(of, cash, to_string(of.cash), to_string(now), "trade");
  of.cash = now;
}

void private_channels::publish_settlements(const account_view& in) {
  for (const auto& all = in.desk.settlements(); settlements_ < all.size(); ++settlements_) {
    const auto& x = all[settlements_];
    auto& of = accounts_.at(x.owner);
    of.positions[x.instrument] = {};
    tell_balance(of, in.desk.rules(x.instrument).symbol, to_string(x.size), "0", "option_settlement");
  }
}

void private_channels::tell_balance(const account& of, std::string_view name, std::string_view before,
                                    std::string_view after, std::string_view why) {
  send(fmt::format("{}.balances", of.subaccount),
       {boost::json::object{
           {"name", name}, {"previous_balance", before}, {"new_balance", after}, {"update_type", why}}});
}

void private_channels::send(const std::string& name, boost::json::array data) {
  const auto found = to_.find(name);
  if (found == to_.end() || found->second.empty()) return;
  const auto text = fmt::format(R"({{"method":"subscription","params":{{"channel":"{}","data":{}}}}})", name,
                                boost::json::serialize(data));
  for (auto* who : found->second) who->send(text, frame_kind::own_notice);
}

} // namespace strike::sandbox::derive
