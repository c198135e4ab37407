#include "sandbox/sandbox.hpp"

#include "sandbox/certificates.hpp"

#include <fmt/format.h>

namespace strike::sandbox {

namespace {

/// The key of `client_id` and `client_secret`, and those of `[[sandbox.deribit.key]]`.
std::vector<deribit::api_key> read_keys(config::section& from, const deribit::api_key& usual) {
  std::vector<deribit::api_key> made{usual};
  made[0].client_id = made[0].account = from.text("client_id", usual.client_id);
  made[0].client_secret = from.text("client_secret", usual.client_secret);
  for (auto& row : from.tables("key")) {
    deribit::api_key x{.client_id = row.required_text("client_id"),
                       .client_secret = row.required_text("client_secret"),
                       .account = {},
                       .scope = row.text("scope", "")};
    x.account = row.text("account", x.client_id);
    made.push_back(std::move(x));
  }
  return made;
}

deribit::order_settings read_orders(config::section& from) {
  deribit::order_settings x;
  auto balances = from.table("balances");
  for (auto& [currency, amount] : x.balances) {
    const auto known = quantity{static_cast<std::int64_t>(amount.nanos)};
    amount = {balances.quantity_of(currency, known).nanos};
  }
  x.forget_cancelled_ns = from.duration_ns("forget_cancelled_after", x.forget_cancelled_ns);
  x.tells_taker_direction = from.flag("tells_taker_direction", x.tells_taker_direction);
  x.shorts_are_negative = from.flag("shorts_are_negative", x.shorts_are_negative);
  return x;
}

deribit::settings read_deribit(config::section from) {
  deribit::settings x;
  x.keys = read_keys(from, x.keys[0]);
  x.orders = read_orders(from);
  x.token_lifetime_s = from.integer("token_lifetime_s", x.token_lifetime_s, 1, 31'536'000);
  x.testnet = from.flag("testnet", x.testnet);
  x.most_connections =
      static_cast<std::size_t>(from.integer("connections", static_cast<std::int64_t>(x.most_connections), 1, 1'000));
  x.trading_rate = from.integer("trading_rate", x.trading_rate, 1, 1'000'000);
  x.trading_burst = from.integer("trading_burst", x.trading_burst, 1, 1'000'000);
  x.lower_case_portfolio = from.flag("lower_case_portfolio", x.lower_case_portfolio);
  x.disconnect_spares_triggers = from.flag("disconnect_spares_triggers", x.disconnect_spares_triggers);
  return x;
}

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address.starts_with("localhost:"); }

} // namespace

settings read_settings(config::section root) {
  auto table = root.table("sandbox");
  settings x;
  x.folder = table.has("folder") ? table.file("folder") : x.folder;
  x.names = table.texts("names");
  for (const auto& name : x.names)
    if (!is_certificate_name(name))
      table.reject("names",
                   fmt::format("\"{}\" is no host name or IP address; write it without scheme and port", name));
  for (const auto& row : enum_names<venue>::table) {
    auto& address = x.listen[static_cast<std::size_t>(row.value)];
    address = table.table(row.text).text("listen", address);
  }
  x.control = table.text("control", x.control);
  if (!is_loopback(x.control))
    table.reject("control", "must be on this host, as 127.0.0.1:9440: it asks nobody who they are");
  x.deribit = read_deribit(table.table("deribit"));
  x.derive = derive::read_settings(table.table("derive"));
  x.polymarket = polymarket::read_settings(table.table("polymarket"));
  x.market = read_market_settings(table.table("market"));
  return x;
}

} // namespace strike::sandbox
