#include "sandbox/derive_channel.hpp"

#include "base/time.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace strike::sandbox::derive {

namespace {

constexpr std::string_view types[] = {"option", "perp", "erc20"};

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto dot = text.find('.');
    parts.push_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    text.remove_prefix(dot + 1);
  }
}

/// One of the allowed numbers, or 0.
int number_of(std::string_view text, std::initializer_list<int> allowed) {
  int x = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), x);
  return end.ec == std::errc{} && end.ptr == text.data() + text.size() && std::ranges::find(allowed, x) != allowed.end()
             ? x
             : 0;
}

std::string fault(std::string_view field, std::string_view text) {
  return fmt::format("{{'{}': ['{}']}}", field, text);
}

bool is_private(std::span<const std::string_view> part) {
  const bool is_number = std::ranges::all_of(part[0], [](char c) { return c >= '0' && c <= '9'; });
  return part.size() > 1 && (is_number || part[0].starts_with("0x"));
}

bool is_coin(std::string_view name, const market_view& market) {
  return market.index(venue::derive, fmt::format("{}-USD", name)).has_value();
}

} // namespace

std::expected<channel_name, std::string> parse_channel(std::string_view name, const market_view& market, api version) {
  const auto part = split(name);
  const auto word = part[0];
  channel_name x;
  if (word == "ticker_slim" && part.size() == 3) {
    x.kind = channel_kind::ticker_slim;
  } else if (word == "ticker" && part.size() == 3 && version == api::v2) {
    x.kind = channel_kind::ticker;
  } else if (word == "orderbook" && part.size() == 4) {
    x.kind = channel_kind::orderbook;
    x.every_ns = channels::beat_ns;
    x.group = number_of(part[2], {1, 10, 100});
    x.depth = static_cast<std::size_t>(number_of(part[3], {1, 10, 20, 100}));
    if (x.group == 0) return std::unexpected{fault("group", fmt::format("Invalid enum value {}", part[2]))};
    if (x.depth == 0) return std::unexpected{fault("depth", fmt::format("Invalid enum value {}", part[3]))};
  } else if (word == "trades" && part.size() == 2) {
    x.kind = channel_kind::trades;
  } else if (word == "trades" && part.size() == 3) {
    x.kind = channel_kind::trades_of_type;
    if (std::ranges::find(types, part[1]) == std::end(types))
      return std::unexpected{fault("instrument_type", fmt::format("Invalid enum value {}", part[1]))};
    if (!is_coin(part[2], market))
      return std::unexpected{fault("currency", fmt::format("Currency {} not found", part[2]))};
    return x;
  } else if (word == "spot_feed" && part.size() == 2) {
    x.kind = channel_kind::spot_feed;
    x.every_ns = ns_per_s;
    x.currency = part[1];
    const bool is_all = part[1] == "ALL" && version == api::v3;
    if (!is_all && !is_coin(part[1], market))
      return std::unexpected{fault("currency", fmt::format("Currency {} not found", part[1]))};
    return x;
  } else {
    if (is_private(part)) return std::unexpected{std::string{"Not allowed to access private channel"}};
    return std::unexpected{fault("channel", fmt::format("Invalid channel {}", name))};
  }
  if (x.kind == channel_kind::ticker_slim || x.kind == channel_kind::ticker) {
    x.every_ns = number_of(part[2], {100, 1000}) * ns_per_ms;
    if (x.every_ns == 0) return std::unexpected{fault("interval", fmt::format("Invalid enum value {}", part[2]))};
  }
  x.of = market.find(venue::derive, part[1]);
  if (x.of == nullptr)
    return std::unexpected{fault("instrument_name", fmt::format("Instrument {} not found", part[1]))};
  return x;
}

void channels::subscribe(connection& who, const std::string& name, const channel_name& what) {
  auto& x = channels_.try_emplace(name, channel{.what = what}).first->second;
  if (!x.to.insert(&who).second) return;
  x.has_news = true;
  x.sent_ns = 0;
  if (what.every_ns != 0 && what.of != nullptr) by_instrument_[what.of->listing->id].insert(&x);
}

bool channels::unsubscribe(connection& who, const std::string& name) {
  const auto found = channels_.find(name);
  if (found == channels_.end() || found->second.to.erase(&who) == 0) return false;
  drop_if_idle(found);
  return true;
}

void channels::forget(connection& who) {
  for (auto next = channels_.begin(); next != channels_.end();) {
    const auto x = next++;
    if (x->second.to.erase(&who) != 0) drop_if_idle(x);
  }
}

void channels::drop_if_idle(channel_map::iterator x) {
  if (!x->second.to.empty()) return;
  printed_.erase(x->first);
  if (const auto* of = x->second.what.of; of != nullptr) {
    const auto found = by_instrument_.find(of->listing->id);
    if (found != by_instrument_.end()) found->second.erase(&x->second);
  }
  channels_.erase(x);
}

std::vector<std::string> channels::of(connection& who) const {
  std::vector<std::string> names;
  for (const auto& [name, x] : channels_)
    if (x.to.contains(&who)) names.push_back(name);
  return names;
}

void channels::touch(instrument_id changed) {
  const auto found = by_instrument_.find(changed);
  if (found == by_instrument_.end()) return;
  for (auto* x : found->second) x->has_news = true;
}

void channels::print(const printed_trade& x) {
  const auto& rules = x.of->listing->rules;
  for (auto name : {"trades." + rules.symbol, fmt::format("trades.{}.{}", type_word(rules), rules.info.base)}) {
    const auto found = channels_.find(name);
    if (found == channels_.end()) continue;
    auto& rows = found->second.rows;
    rows += rows.empty() ? "[" : ",";
    rows += trade_row(x);
    printed_.insert(std::move(name));
  }
}

std::int64_t channels::round(std::int64_t now_ns) {
  for (const auto& name : printed_) {
    auto& x = channels_.find(name)->second;
    send(name, x, x.rows + ']');
    x.rows.clear();
  }
  printed_.clear();
  if (now_ns >= next_beat_ns_) {
    next_beat_ns_ = now_ns - now_ns % beat_ns;
    beat(next_beat_ns_);
    next_beat_ns_ += beat_ns;
  }
  return channels_.empty() ? INT64_MAX : next_beat_ns_;
}

void channels::beat(std::int64_t now_ns) {
  constexpr std::int64_t quiet_ns = ns_per_s; // after which a book is sent again. Source: Derive, orderbook
  for (auto& [name, x] : channels_) {
    if (x.what.every_ns == 0 || now_ns - x.sent_ns < x.what.every_ns) continue;
    const bool is_quiet_book = x.what.kind == channel_kind::orderbook && now_ns - x.sent_ns >= quiet_ns &&
                               x.what.of->state != instrument_state::settled;
    if (!x.has_news && !is_quiet_book && x.what.kind != channel_kind::spot_feed) continue;
    send(name, x, data(x, now_ns));
    x.has_news = false;
    x.sent_ns = now_ns;
  }
}

std::string channels::data(channel& x, std::int64_t now_ns) {
  if (x.what.kind == channel_kind::spot_feed) return spot_feed(x.what.currency, now_ns);
  const auto& of = *x.what.of;
  const auto id = of.listing->id;
  if (x.what.kind == channel_kind::orderbook)
    return orderbook(of, x.what.group, x.what.depth, ++publish_ids_[id], now_ns);
  return fmt::format(R"({{"instrument_ticker":{},"timestamp":{}}})",
                     x.what.kind == channel_kind::ticker_slim
                         ? slim_ticker(of, tape_.stats(id), now_ns)
                         : boost::json::serialize(long_ticker(of, tape_.stats(id), now_ns)),
                     now_ns / ns_per_ms);
}

std::string channels::spot_feed(const std::string& currency, std::int64_t now_ns) {
  std::set<std::string> coins;
  for (const auto& x : source_.listings(venue::derive))
    if (currency == "ALL" || x.rules.info.base == currency) coins.insert(x.rules.info.base);
  std::string feeds;
  for (const auto& coin : coins) {
    const auto index = market_.index(venue::derive, coin + "-USD");
    if (!index) continue;
    const auto& first = first_spot_.try_emplace(coin, spot{*index, now_ns}).first->second;
    fmt::format_to(std::back_inserter(feeds),
                   R"({}"{}":{{"price":"{}","confidence":"1","price_prev_daily":"{}","confidence_prev_daily":"1",)"
                   R"("timestamp_prev_daily":{}}})",
                   feeds.empty() ? "" : ",", coin, decimal_text(*index, 4), decimal_text(first.price, 4),
                   first.ns / ns_per_ms);
  }
  return fmt::format(R"({{"timestamp":{},"feeds":{{{}}}}})", now_ns / ns_per_ms, feeds);
}

void channels::send(const std::string& name, const channel& x, const std::string& data) {
  const auto text = fmt::format(R"({{"method":"subscription","params":{{"channel":"{}","data":{}}}}})", name, data);
  for (auto* to : x.to) to->send(text, frame_kind::notice);
}

} // namespace strike::sandbox::derive
