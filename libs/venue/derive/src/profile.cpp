#include "derive/profile.hpp"

#include "base/time.hpp"
#include "derive/order_profile.hpp"
#include "derive/signing.hpp"
#include "embedded_derive_profiles_toml.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>

namespace strike::derive {

namespace {

config::document built_in() {
  auto document = config::document::from_text(embedded::derive_profiles_toml, "profiles.toml (built in)");
  assert(document);
  return std::move(*document);
}

/// What `from` says, else what `x` had.
profile overlay(profile x, config::section from) {
  x.ws_url = from.text("ws_url", x.ws_url);
  x.rest_url = from.text("rest_url", x.rest_url);
  x.user_agent = from.text("user_agent", x.user_agent);
  x.list = from.choice("list_method", x.list);
  x.ticker_channel = from.text("ticker_channel", x.ticker_channel);
  x.book_channel = from.text("book_channel", x.book_channel);
  x.trades_channel = from.text("trades_channel", x.trades_channel);
  x.spot_channel = from.text("spot_channel", x.spot_channel);
  return x;
}

std::string profile_name(config::section from, const config::document& presets) {
  const auto known = presets.root().keys();
  auto name = from.text("profile", "v3-mainnet");
  if (std::ranges::find(known, name) != known.end()) return name;
  from.reject("profile", fmt::format("unknown profile '{}'; known: {}", name, fmt::join(known, ", ")));
  return "v3-mainnet";
}

void read_address(config::section& from, std::string_view key, sign::address& into) {
  if (!from.has(key)) return;
  if (auto x = sign::parse_address(from.text(key, "")); x)
    into = *x;
  else
    from.reject(key, x.error().text);
}

void read_separator(config::section& from, order_profile& into) {
  constexpr std::string_view key = "domain_separator";
  if (!from.has(key)) return;
  if (auto x = sign::from_hex<32>(from.text(key, "")); x)
    into.domain_separator = *x;
  else
    from.reject(key, x.error().text);
}

/// What `from` says, else what `x` had.
order_profile overlay(order_profile x, config::section from) {
  constexpr std::int64_t most = std::int64_t{1} << 53;
  x.chain_id = static_cast<std::uint64_t>(from.integer("chain_id", static_cast<std::int64_t>(x.chain_id), 1, most));
  read_address(from, "verifying_contract", x.verifying_contract);
  read_address(from, "trade_module", x.trade_module);
  read_separator(from, x);
  x.nonce = from.choice("nonce", x.nonce);
  x.decimals = static_cast<unsigned>(from.integer("decimals", x.decimals, 0, 18));
  x.minimum_life_s = from.duration_ns("minimum_life", x.minimum_life_s * ns_per_s) / ns_per_s;
  x.trigger_life_s = from.duration_ns("trigger_life", x.trigger_life_s * ns_per_s) / ns_per_s;
  x.names_wallet = from.flag("names_wallet", x.names_wallet);
  x.cancel_all_covers_triggers = from.flag("cancel_all_covers_triggers", x.cancel_all_covers_triggers);
  if (from.has("settlement_channels")) x.settlement_channels = from.texts("settlement_channels");
  return x;
}

} // namespace

std::vector<std::string> profile_names() { return built_in().root().keys(); }

profile read_profile(config::section from) {
  const auto presets = built_in();
  const auto name = profile_name(from, presets);
  auto x = overlay(profile{}, presets.root().table(name));
  x = overlay(std::move(x), from);
  for (auto* url : {&x.ws_url, &x.rest_url})
    if (url->ends_with('/')) url->pop_back();
  return x;
}

order_profile read_order_profile(config::section from) {
  const auto presets = built_in();
  const auto name = profile_name(from, presets);
  auto preset = presets.root().table(name);
  auto x = overlay(overlay(order_profile{}, preset.table("orders")), from);
  x.name = name;
  x.ws_url = from.text("ws_url", preset.text("ws_url", ""));
  x.user_agent = from.text("user_agent", preset.text("user_agent", ""));
  if (const auto computed = domain_separator_of(x); computed != x.domain_separator)
    from.reject("domain_separator",
                fmt::format("{} is not that of chain {} and contract {}, which is {}: one of the three is wrong, and "
                            "every order would be refused",
                            sign::to_hex(x.domain_separator), x.chain_id, sign::to_string(x.verifying_contract),
                            sign::to_hex(computed)));
  return x;
}

std::string fill(std::string_view pattern, std::initializer_list<channel_value> values) {
  std::string text{pattern};
  for (const auto& [name, value] : values) {
    const auto place = fmt::format("{{{}}}", name);
    if (const auto at = text.find(place); at != std::string::npos) text.replace(at, place.size(), value);
  }
  return text;
}

} // namespace strike::derive
