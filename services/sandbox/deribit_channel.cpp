#include "sandbox/deribit_channel.hpp"

#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace strike::sandbox::deribit {

namespace {

constexpr std::array<std::string_view, 7> kinds = {"future",       "option", "spot", "future_combo",
                                                   "option_combo", "combo",  "any"};
constexpr std::array<std::string_view, 6> currencies = {"BTC", "ETH", "USDC", "USDT", "EURR", "any"};
constexpr std::array<int, 7> groups = {1, 2, 5, 10, 25, 100, 250};
constexpr std::array<int, 3> depths = {1, 10, 20};

using parts = std::vector<std::string_view>;

parts split(std::string_view text) {
  parts made;
  while (true) {
    const auto dot = text.find('.');
    made.push_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return made;
    text.remove_prefix(dot + 1);
  }
}

bool set_interval(channel_name& to, std::string_view word) {
  to.is_raw = word == "raw";
  to.interval_ns = word == "100ms" ? 100 * ns_per_ms : word == "agg2" ? ns_per_s : 0;
  return to.is_raw || to.interval_ns != 0;
}

bool is_group(const parts& x) {
  return x.size() > 2 && std::ranges::find(kinds, x[1]) != kinds.end() &&
         std::ranges::find(currencies, x[2]) != currencies.end();
}

template <std::size_t Count> std::optional<int> one_of(const std::array<int, Count>& known, std::string_view text) {
  int value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return {};
  return std::ranges::find(known, value) != known.end() ? std::optional{value} : std::nullopt;
}

std::optional<channel_name> parse_grouped_book(const parts& x) {
  channel_name made{.what = topic_kind::grouped_book, .instrument = std::string{x[1]}};
  if (x[2] != "none") {
    const auto group = one_of(groups, x[2]);
    if (!group) return {};
    made.group = {*group * nanos_per_unit};
  }
  const auto depth = one_of(depths, x[3]);
  if (!depth || !set_interval(made, x[4]) || made.is_raw) return {};
  made.depth = static_cast<std::size_t>(*depth);
  return made;
}

std::optional<channel_name> parse_grouped_trades(const parts& x) {
  channel_name made{.what = topic_kind::trades_of_kind, .kind = std::string{x[1]}, .currency = std::string{x[2]}};
  return set_interval(made, x[3]) ? std::optional{made} : std::nullopt;
}

std::optional<channel_name> parse_with_interval(const parts& x) {
  channel_name made{.instrument = std::string{x[1]}};
  if (x[0] == "book")
    made.what = topic_kind::book;
  else if (x[0] == "ticker")
    made.what = topic_kind::ticker;
  else if (x[0] == "trades")
    made.what = topic_kind::trades;
  else if (x[0] == "perpetual")
    made.what = topic_kind::perpetual;
  else
    return {};
  return set_interval(made, x[2]) ? std::optional{made} : std::nullopt;
}

} // namespace

std::optional<channel_name> parse_channel(std::string_view name) {
  const auto x = split(name);
  if (name == "platform_state") return channel_name{.what = topic_kind::platform_state};
  if (name == "platform_state.public_methods_state") return channel_name{.what = topic_kind::public_methods_state};
  if (x.size() == 4 && x[0] == "instrument" && is_group({x.begin() + 1, x.end()})) {
    channel_name made{.kind = std::string{x[2]}, .currency = std::string{x[3]}};
    made.what = x[1] == "state" ? topic_kind::instrument_state : topic_kind::instrument_creation;
    return x[1] == "state" || x[1] == "creation" ? std::optional{made} : std::nullopt;
  }
  if (x.size() == 5 && x[0] == "book") return parse_grouped_book(x);
  if (x.size() == 4 && x[0] == "trades" && is_group(x)) return parse_grouped_trades(x);
  if (x.size() == 3 && x[0] == "markprice" && x[1] == "options")
    return channel_name{.what = topic_kind::mark_prices, .instrument = std::string{x[2]}, .interval_ns = ns_per_s};
  if (x.size() == 3) return parse_with_interval(x);
  if (x.size() != 2) return {};
  channel_name made{.instrument = std::string{x[1]}};
  if (x[0] == "quote") return made.what = topic_kind::quote, made;
  made.interval_ns = ns_per_s;
  if (x[0] == "incremental_ticker") return made.what = topic_kind::incremental_ticker, made;
  if (x[0] == "deribit_price_index") return made.what = topic_kind::price_index, made;
  return {};
}

std::string_view kind_word(instrument_kind x) {
  return x == instrument_kind::perpetual ? to_text(instrument_kind::future) : to_text(x);
}

const std::string& currency_of(const symbol_info& x) {
  return x.kind == instrument_kind::spot ? x.quote : x.settlement;
}

bool matches(std::string_view kind, std::string_view currency, const symbol_info& x) {
  const auto word = kind_word(x.kind);
  const bool is_kind = kind.empty() || kind == "any" || kind == word || (kind == "combo" && word.ends_with("_combo"));
  return is_kind && (currency.empty() || currency == "any" || currency == currency_of(x));
}

} // namespace strike::sandbox::deribit
