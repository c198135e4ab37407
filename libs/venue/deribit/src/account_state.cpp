// What the venue says of an account as a whole: positions, limits, locks.
#include "impl.hpp"

#include <algorithm>

namespace strike::deribit {

namespace {

constexpr std::string_view is_missing = "is missing";

/// {"rate":5,"burst":20}
bool read_rate(value_reader& read, ondemand::value& from, std::string_view what, std::optional<request_rate>& into) {
  optional_double rate, burst;
  const bool ok = read.fields(from, what, [&](std::string_view key, ondemand::value& value) {
    if (key == "rate") return read.number(value, key, rate);
    return key != "burst" || read.number(value, key, burst);
  });
  if (rate && burst && *rate > 0 && *burst >= 1) into = {.per_second = *rate, .burst = *burst};
  return ok;
}

/// {"trading":{"total":{"rate":5,"burst":20}},"spot":{...},"cancel_all":{...}}
bool read_matching(value_reader& read, ondemand::value& from, limits_message& into) {
  return read.fields(from, "matching_engine", [&](std::string_view key, ondemand::value& value) {
    if (key == "cancel_all") return read_rate(read, value, key, into.cancel_all);
    if (key != "trading") return true;
    return read.fields(value, key, [&](std::string_view name, ondemand::value& x) {
      return name != "total" || read_rate(read, x, name, into.matching);
    });
  });
}

/// As a whole, or one such object per lower-case currency.
bool read_limits(value_reader& read, ondemand::value& from, std::string_view currency, limits_message& into) {
  return read.fields(from, "limits", [&](std::string_view key, ondemand::value& value) {
    if (key == "non_matching_engine") return read_rate(read, value, key, into.other);
    if (key == "matching_engine") return read_matching(read, value, into);
    return key != currency || !value.raw_json_token().starts_with('{') || read_limits(read, value, {}, into);
  });
}

} // namespace

result<void> message_reader::positions(std::vector<position_message>& into) {
  into.clear();
  auto& x = *impl_;
  ondemand::value all;
  const auto read_one = [&](ondemand::value& one) {
    auto& made = into.emplace_back();
    optional_quantity size, in_coin;
    std::string direction, kind;
    const bool ok = x.fields(one, "position", [&](std::string_view key, ondemand::value& value) {
      if (key == "instrument_name") return x.text(value, key, made.symbol);
      if (key == "direction") return x.text(value, key, direction);
      if (key == "kind") return x.text(value, key, kind);
      if (key == "size") return x.exact(value, key, size);
      return key != "size_currency" || x.exact(value, key, in_coin);
    });
    if (!ok) return false;
    if (made.symbol.empty()) return x.refuse("instrument_name", {}, is_missing);
    // a pair with another currency is linear: BTC_USDC-PERPETUAL, but not BTC-PERPETUAL
    const bool is_linear = kind == "future" && made.symbol.find('_') < made.symbol.find('-');
    const auto& counts = is_linear ? in_coin : size;
    if (!counts) return x.refuse(is_linear ? "size_currency" : "size", {}, "of " + made.symbol + " is missing");
    const quantity magnitude{counts.value_or({}).nanos < 0 ? -counts.value_or({}).nanos : counts.value_or({}).nanos};
    if (direction == "zero" || magnitude == quantity{})
      into.pop_back();
    else if (direction == "buy" || direction == "sell")
      made.size = direction == "buy" ? magnitude : -magnitude;
    else
      return x.refuse("direction", direction, "of " + made.symbol + " is none of buy, sell, zero");
    return true;
  };
  if (!x.data(all) || !x.elements(all, "positions", read_one)) return x.broken();
  return {};
}

result<limits_message> message_reader::limits(std::string_view currency) {
  limits_message into;
  auto& x = *impl_;
  std::string lower{currency};
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  ondemand::value answer;
  const bool ok = x.data(answer) && x.fields(answer, "result", [&](std::string_view key, ondemand::value& value) {
    return key != "limits" || is_null(value) || read_limits(x, value, lower, into);
  });
  if (!ok) return x.broken();
  return into;
}

result<portfolio_message> message_reader::portfolio() {
  portfolio_message into;
  auto& x = *impl_;
  ondemand::value all;
  const bool ok = x.data(all) && x.fields(all, "portfolio", [&](std::string_view key, ondemand::value& value) {
    if (key == "currency") return x.text(value, key, into.currency);
    if (key == "equity") return x.number(value, key, into.equity);
    return key != "available_funds" || x.number(value, key, into.available);
  });
  if (!ok || (into.currency.empty() && !x.refuse("currency", {}, is_missing))) return x.broken();
  return into;
}

result<lock_message> message_reader::user_lock() {
  lock_message into;
  auto& x = *impl_;
  ondemand::value all;
  const bool ok = x.data(all) && x.fields(all, "lock", [&](std::string_view key, ondemand::value& value) {
    if (key == "currency") return x.text(value, key, into.currency);
    return key != "locked" || x.flag(value, key, into.is_locked);
  });
  if (!ok || (into.currency.empty() && !x.refuse("currency", {}, is_missing))) return x.broken();
  return into;
}

result<bool> message_reader::cancels_on_disconnect() {
  std::optional<bool> enabled;
  auto& x = *impl_;
  ondemand::value answer;
  const bool ok = x.data(answer) && x.fields(answer, "result", [&](std::string_view key, ondemand::value& value) {
    bool is_on = false;
    if (key != "enabled") return true;
    if (!x.flag(value, key, is_on)) return false;
    enabled = is_on;
    return true;
  });
  if (!ok || (!enabled && !x.refuse("enabled", {}, is_missing))) return x.broken();
  return *enabled;
}

result<bool> message_reader::is_platform_locked() {
  bool is_locked = false;
  auto& x = *impl_;
  ondemand::value answer;
  const bool ok = x.data(answer) && x.fields(answer, "result", [&](std::string_view key, ondemand::value& value) {
    if (key != "locked") return true;
    if (!value.raw_json_token().starts_with('"')) return x.flag(value, key, is_locked);
    std::string word;
    if (!x.text(value, key, word)) return false;
    is_locked = word == "true"; // "partial": `platform_state` says which
    return true;
  });
  if (!ok) return x.broken();
  return is_locked;
}

} // namespace strike::deribit
