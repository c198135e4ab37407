#include "sandbox/desk_truth.hpp"

#include <boost/json/object.hpp>

namespace strike::sandbox {

namespace {

namespace json = boost::json;

json::object begun(const trading_desk& of, owner_id owner, instrument_id instrument) {
  const auto& what = of.rules(instrument);
  return {{"venue", to_text(what.at)}, {"account", of.account_name(owner)}, {"instrument", what.symbol}};
}

bool is_wanted(const trading_desk& of, owner_id owner, std::string_view account) {
  return account.empty() || of.account_name(owner) == account;
}

} // namespace

json::array orders_json(const trading_desk& of, std::string_view account) {
  json::array made;
  for (const auto& x : of.orders()) {
    if (!is_wanted(of, x.owner, account)) continue;
    auto row = begun(of, x.owner, x.request.instrument);
    row["order_id"] = x.name;
    row["label"] = x.label;
    row["side"] = to_text(x.request.side);
    row["type"] = to_text(x.request.type);
    row["time_in_force"] = to_text(x.request.tif);
    row["price"] = to_string(x.request.limit);
    row["size"] = to_string(x.request.size);
    row["filled"] = to_string(x.filled);
    row["average_price"] = to_string(x.average());
    row["state"] = to_text(x.state);
    row["reason"] = x.reason;
    row["created_ns"] = x.created_ns;
    row["updated_ns"] = x.updated_ns;
    made.push_back(std::move(row));
  }
  return made;
}

json::array fills_json(const trading_desk& of, std::string_view account) {
  json::array made;
  for (const auto& x : of.fills()) {
    if (!is_wanted(of, x.owner, account)) continue;
    const auto& order = of.at(x.what.order);
    auto row = begun(of, x.owner, x.what.instrument);
    row["trade_id"] = x.trade_id;
    row["order_id"] = order.name;
    row["label"] = order.label;
    row["side"] = to_text(x.what.side);
    row["price"] = to_string(x.what.at);
    row["size"] = to_string(x.what.size);
    row["fee"] = to_string(x.what.fee);
    row["fee_currency"] = of.rules(x.what.instrument).info.settlement;
    row["liquidity"] = to_text(x.what.liquidity);
    row["time_ns"] = x.what.venue_ns;
    row["is_reversed"] = x.is_reversed;
    made.push_back(std::move(row));
  }
  return made;
}

json::array positions_json(const trading_desk& of, std::string_view account) {
  json::array made;
  for (owner_id owner = 0; owner < of.accounts(); ++owner) {
    if (!is_wanted(of, owner, account)) continue;
    of.each_position(owner, [&](instrument_id id, const match::holding& x) {
      auto row = begun(of, owner, id);
      row["size"] = to_string(x.size);
      row["average_price"] = x.average_price(of.rules(id));
      row["realized"] = to_string(x.realized);
      row["fees"] = to_string(x.fees);
      made.push_back(std::move(row));
    });
  }
  return made;
}

json::array balances_json(const trading_desk& of, std::string_view account) {
  json::array made;
  for (owner_id owner = 0; owner < of.accounts(); ++owner) {
    if (!is_wanted(of, owner, account)) continue;
    for (const auto& currency : of.currencies(owner))
      made.push_back(json::object{{"venue", to_text(of.venue_of())},
                                  {"account", of.account_name(owner)},
                                  {"currency", currency},
                                  {"balance", to_string(of.balance(owner, currency))},
                                  {"available", to_string(of.available(owner, currency))}});
  }
  return made;
}

} // namespace strike::sandbox
