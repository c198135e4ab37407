#include "sandbox/deribit_user_feed.hpp"

#include "sandbox/deribit_channel.hpp"
#include "sandbox/deribit_json.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace strike::sandbox::deribit {

namespace {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> made;
  while (true) {
    const auto dot = text.find('.');
    made.emplace_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return made;
    text.remove_prefix(dot + 1);
  }
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}
std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// Later orders take the place of earlier ones; trades come behind those before.
void merge(account_change& into, const account_change& x) {
  for (const auto& one : x.orders) {
    const auto known = std::ranges::find(into.orders, one.first, &std::pair<order_id, std::string>::first);
    if (known != into.orders.end())
      known->second = one.second;
    else
      into.orders.push_back(one);
  }
  into.trades.insert(into.trades.end(), x.trades.begin(), x.trades.end());
}

std::string array_of(const auto& rows, auto project) {
  json_array made;
  for (const auto& x : rows) made.add(project(x));
  return made.take();
}
const std::string& order_text(const std::pair<order_id, std::string>& x) { return x.second; }
const std::string& trade_text(const std::string& x) { return x; }

} // namespace

std::string_view user_channel::scope() const {
  return what == user_topic::portfolio || what == user_topic::lock ? "account:read" : "trade:read";
}

std::optional<user_channel> parse_user_channel(std::string_view name) {
  constexpr std::array<std::string_view, 7> kinds = {"future",       "option", "spot", "future_combo",
                                                     "option_combo", "combo",  "any"};
  const auto x = split(name);
  if (x.size() < 2 || x[0] != "user") return {};
  if (x.size() == 2) return x[1] == "lock" ? std::optional{user_channel{.what = user_topic::lock}} : std::nullopt;
  if (x.size() == 3 && x[1] == "portfolio") {
    const bool is_any = lower(x[2]) == "any";
    return user_channel{.what = user_topic::portfolio, .currency = is_any ? "any" : upper(x[2])};
  }
  user_channel made;
  if (x[1] == "trades")
    made.what = user_topic::trades;
  else if (x[1] == "changes")
    made.what = user_topic::changes;
  else if (x[1] != "orders")
    return {};
  if (x.size() == 4) {
    made.instrument = x[2];
  } else if (x.size() == 5 && std::ranges::find(kinds, x[2]) != kinds.end()) {
    made.kind = x[2];
    made.currency = x[3];
  } else {
    return {};
  }
  const auto& word = x.back();
  if (word != "raw" && word != "100ms" && word != "agg2") return {};
  made.interval_ns = word == "raw" ? 0 : word == "100ms" ? 100 * ns_per_ms : ns_per_s;
  return made;
}

bool user_feed::subscribe(connection& who, owner_id owner, std::string_view name, const user_channel& what,
                          const std::string& label, std::int64_t now_ns) {
  const auto is_this = [&](const auto& x) { return x->who == &who && x->name == name; };
  if (std::ranges::any_of(all_, is_this)) return true;
  if (!what.instrument.empty() && !view_.find(venue::deribit, what.instrument)) return false;
  all_.push_back(std::make_unique<subscription>(subscription{
      .who = &who, .owner = owner, .name = std::string{name}, .what = what, .label = label, .waiting = {}}));
  if (what.what != user_topic::portfolio) return true;
  for (const auto& currency : orders_.desk().currencies(owner))
    if (what.currency == "any" || what.currency == currency) tell_portfolio(*all_.back(), currency, now_ns);
  return true;
}

bool user_feed::unsubscribe(connection& who, std::string_view name) {
  return std::erase_if(all_, [&](const auto& x) { return x->who == &who && x->name == name; }) > 0;
}

void user_feed::unsubscribe_all(connection& who) {
  std::erase_if(all_, [&](const auto& x) { return x->who == &who; });
  last_sent_.erase(&who);
}

std::int64_t user_feed::last_sent_ns(const connection& who) const {
  const auto found = last_sent_.find(&who);
  return found == last_sent_.end() ? 0 : found->second;
}

bool user_feed::is_meant(const subscription& x, const account_change& by) const {
  if (x.owner != by.owner || x.what.what == user_topic::lock) return false;
  const auto& rules = orders_.desk().rules(by.instrument);
  if (x.what.what == user_topic::trades && by.trades.empty()) return false;
  if (x.what.what == user_topic::portfolio) return x.what.currency == "any" || x.what.currency == rules.info.settlement;
  return x.what.instrument.empty() ? matches(x.what.kind, x.what.currency, rules.info)
                                   : x.what.instrument == rules.symbol;
}

void user_feed::publish(const std::vector<account_change>& changes, std::int64_t now_ns) {
  for (const auto& change : changes)
    for (const auto& x : all_) {
      if (!is_meant(*x, change)) continue;
      if (x->what.interval_ns == 0) {
        tell(*x, change, now_ns);
        continue;
      }
      const auto known = std::ranges::find(x->waiting, change.instrument, &account_change::instrument);
      if (known != x->waiting.end())
        merge(*known, change);
      else
        x->waiting.push_back(change);
      x->due_ns = std::max(now_ns, x->flushed_ns + x->what.interval_ns);
    }
}

std::int64_t user_feed::round(std::int64_t now_ns) {
  auto next = INT64_MAX;
  for (const auto& x : all_) {
    if (x->due_ns <= now_ns) flush(*x, now_ns);
    next = std::min(next, x->due_ns);
  }
  return next;
}

void user_feed::flush(subscription& x, std::int64_t now_ns) {
  x.due_ns = INT64_MAX;
  x.flushed_ns = now_ns;
  const auto waiting = std::exchange(x.waiting, {});
  if (x.what.what == user_topic::changes) {
    for (const auto& one : waiting) tell(x, one, now_ns);
    return;
  }
  account_change all;
  for (const auto& one : waiting) merge(all, one);
  tell(x, all, now_ns);
}

void user_feed::tell(subscription& x, const account_change& of, std::int64_t now_ns) {
  switch (x.what.what) {
  case user_topic::orders:
    if (x.what.interval_ns != 0) return send(x, x.name, array_of(of.orders, order_text), now_ns);
    for (const auto& [id, json] : of.orders) send(x, x.name, json, now_ns);
    return;
  case user_topic::trades:
    return send(x, x.name, array_of(of.trades, trade_text), now_ns);
  case user_topic::changes: {
    const auto& rules = orders_.desk().rules(of.instrument);
    const bool has_position = !of.trades.empty() && rules.info.kind != instrument_kind::spot;
    json_object made;
    made.text("instrument_name", rules.symbol).add("orders", array_of(of.orders, order_text));
    made.add("trades", array_of(of.trades, trade_text));
    made.add("positions", has_position ? "[" + orders_.position_of(of.owner, of.instrument) + "]" : "[]");
    return send(x, x.name, made.take(), now_ns);
  }
  case user_topic::portfolio:
    return tell_portfolio(x, orders_.desk().rules(of.instrument).info.settlement, now_ns);
  case user_topic::lock:
    return;
  }
}

void user_feed::tell_portfolio(subscription& x, const std::string& currency, std::int64_t now_ns) {
  send(x, lower_case_portfolio_ ? lower(x.name) : x.name, portfolio_json(orders_.desk(), x.owner, currency), now_ns);
}

void user_feed::send(const subscription& x, std::string_view channel, std::string_view data, std::int64_t now_ns) {
  json_object params;
  params.text("channel", channel).add("data", data);
  if (!x.label.empty()) params.text("label", x.label);
  json_object made;
  made.text("jsonrpc", "2.0").text("method", "subscription").add("params", params.take());
  last_sent_[x.who] = now_ns;
  x.who->send(made.take(), frame_kind::own_notice);
}

} // namespace strike::sandbox::deribit
