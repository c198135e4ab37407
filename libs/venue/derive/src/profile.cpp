#include "derive/profile.hpp"

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

} // namespace

std::vector<std::string> profile_names() { return built_in().root().keys(); }

profile read_profile(config::section from) {
  const auto presets = built_in();
  const auto known = presets.root().keys();
  auto name = from.text("profile", "v3-mainnet");
  if (std::ranges::find(known, name) == known.end()) {
    from.reject("profile", fmt::format("unknown profile '{}'; known: {}", name, fmt::join(known, ", ")));
    name = "v3-mainnet";
  }
  auto x = overlay(overlay({}, presets.root().table(name)), from);
  for (auto* url : {&x.ws_url, &x.rest_url})
    if (url->ends_with('/')) url->pop_back();
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
