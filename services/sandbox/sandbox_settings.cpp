#include "sandbox/sandbox.hpp"

namespace strike::sandbox {

namespace {

deribit::settings read_deribit(config::section from) {
  deribit::settings x;
  x.client_id = from.text("client_id", x.client_id);
  x.client_secret = from.text("client_secret", x.client_secret);
  x.token_lifetime_s = from.integer("token_lifetime_s", x.token_lifetime_s, 1, 31'536'000);
  x.testnet = from.flag("testnet", x.testnet);
  x.most_connections =
      static_cast<std::size_t>(from.integer("connections", static_cast<std::int64_t>(x.most_connections), 1, 1'000));
  return x;
}

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address.starts_with("localhost:"); }

} // namespace

settings read_settings(config::section root) {
  auto table = root.table("sandbox");
  settings x;
  x.folder = table.has("folder") ? table.file("folder") : x.folder;
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
