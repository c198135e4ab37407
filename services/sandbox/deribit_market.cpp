#include "sandbox/deribit_market.hpp"

#include "base/symbol.hpp"
#include "base/time.hpp"
#include "sandbox/deribit_channel.hpp"
#include "sandbox/deribit_json.hpp"

#include <boost/json/value.hpp>

#include <algorithm>

namespace strike::sandbox::deribit {

namespace {

constexpr std::size_t kept_trades = 250; ///< of an instrument
constexpr int price_decimals = 4, mark_decimals = 8, iv_decimals = 2;

/// 0 plus, 1 zero-plus, 2 minus, 3 zero-minus.
int tick_direction(price before, int direction_before, price now) {
  if (now > before) return 0;
  if (now < before) return 2;
  return direction_before < 2 ? 1 : 3;
}

/// Bare digits for BTC, with a prefix elsewhere.
std::string trade_id(const symbol_info& of, std::string_view venue_id, std::uint64_t count) {
  const auto digits = venue_id.empty() ? std::to_string(count) : std::string{venue_id};
  if (of.base == "BTC" && of.is_inverse) return digits;
  return (of.is_inverse ? of.base : of.base + "_" + of.quote) + "-" + digits;
}

} // namespace

const instrument_view* market::find(std::string_view name) const {
  const auto* const found = view_.find(venue::deribit, name);
  return found && !is_expired(found->state) ? found : nullptr;
}

void market::on_event(const market_event& x) {
  if (const auto* done = std::get_if<trade>(&x.body)) record(x.instrument, *done, x.venue_ns);
  if (const auto* status = std::get_if<instrument_status>(&x.body);
      status && status->state == instrument_state::settled && status->settlement)
    record_delivery(x.instrument, *status->settlement);
}

void market::record(instrument_id id, const trade& x, std::int64_t venue_ns) {
  const auto& view = view_.at(id);
  auto& to = histories_[id.index];
  auto& stats = to.stats;
  const int before = to.trades.empty() ? 0 : to.trades.back().tick_direction;
  to.trades.push_back({.sequence = ++to.count,
                       .id = trade_id(view.listing->rules.info, x.id, ++trades_),
                       .time_ns = venue_ns,
                       .at = x.at,
                       .size = x.size,
                       .direction = x.aggressor.value_or(side::buy),
                       .tick_direction = tick_direction(stats.last.value_or(x.at), before, x.at),
                       .index = view.quote.index,
                       .mark = view.quote.mark,
                       .iv = view.quote.mark_iv});
  if (to.trades.size() > kept_trades) to.trades.pop_front();
  if (!stats.first) stats.first = x.at;
  stats.last = x.at;
  stats.high = std::max(stats.high.value_or(x.at), x.at);
  stats.low = std::min(stats.low.value_or(x.at), x.at);
  stats.volume += x.size;
}

void market::record_delivery(instrument_id id, double at) {
  const auto& rules = view_.at(id).listing->rules;
  const delivery made{iso_from_ns(rules.info.expiry_ns).substr(0, 10), at};
  auto& known = deliveries_[rules.index];
  if (std::ranges::find(known, made.date, &delivery::date) == known.end())
    known.insert(std::ranges::upper_bound(known, made), made);
}

std::vector<instrument_id> market::options_of(std::string_view index) const {
  std::vector<instrument_id> made;
  for (const auto& x : source_.listings(venue::deribit))
    if (x.rules.info.kind == instrument_kind::option && x.rules.index == index && !is_expired(view_.at(x.id).state))
      made.push_back(x.id);
  return made;
}

std::set<std::string> market::indices() const {
  std::set<std::string> made;
  for (const auto& x : source_.listings(venue::deribit)) made.insert(x.rules.index);
  return made;
}

const trade_stats& market::stats_of(instrument_id id) const {
  static const trade_stats none;
  const auto found = histories_.find(id.index);
  return found == histories_.end() ? none : found->second.stats;
}

bool market::has_future_of(const symbol_info& option) const {
  auto future = option;
  future.kind = instrument_kind::future;
  future.strike.reset();
  future.right.reset();
  const auto name = print_symbol(venue::deribit, future);
  return name && find(*name) != nullptr;
}

ticker_fields market::ticker_fields_of(instrument_id id, const ticker& quote, std::int64_t venue_ns) const {
  const auto& x = view_.at(id);
  const auto& info = x.listing->rules.info;
  const bool has_future = info.kind == instrument_kind::option && has_future_of(info);
  return ticker_of(x, quote, venue_ns, stats_of(id), has_future);
}

ticker_fields market::ticker_fields_of(instrument_id id) const {
  const auto& x = view_.at(id);
  return ticker_fields_of(id, x.quote, x.quote_ns != 0 ? x.quote_ns : x.listing->listed_ns);
}

std::string market::trade_json(const instrument& rules, const past_trade& x) const {
  json_object made;
  made.text("trade_id", x.id).integer("trade_seq", static_cast<std::int64_t>(x.sequence));
  made.integer("timestamp", x.time_ns / ns_per_ms).text("instrument_name", rules.symbol);
  made.add("price", number(x.at)).add("amount", number(x.size)).add("contracts", contracts_json(rules, x.size));
  made.text("direction", to_text(x.direction)).integer("tick_direction", x.tick_direction);
  if (x.index) made.add("index_price", number(x.index, price_decimals));
  if (x.mark) made.add("mark_price", number(x.mark, mark_decimals));
  if (x.iv && rules.info.kind == instrument_kind::option) made.add("iv", number(*x.iv * 100, iv_decimals));
  return made.take();
}

std::string market::last_trade_json(instrument_id id) const {
  return trade_json(view_.at(id).listing->rules, histories_.at(id.index).trades.back());
}

outcome market::get_last_trades_by_instrument(const boost::json::object& params) const {
  const auto at = named(params);
  if (!at) return std::unexpected{at.error()};
  const auto count = integer_of(params, "count").value_or(10);
  if (count < 1 || count > 1'000) return std::unexpected{invalid_param("count", "must be from 1 to 1000")};
  const auto first = static_cast<std::uint64_t>(std::max<std::int64_t>(integer_of(params, "start_seq").value_or(0), 0));
  const auto last = static_cast<std::uint64_t>(integer_of(params, "end_seq").value_or(INT64_MAX));
  const bool is_ascending = params.contains("start_seq") || text_of(params, "sorting") == "asc";
  const auto found = histories_.find((*at)->listing->id.index);
  std::vector<const past_trade*> chosen;
  if (found != histories_.end())
    for (const auto& x : found->second.trades)
      if (x.sequence >= first && x.sequence <= last) chosen.push_back(&x);
  if (!is_ascending) std::ranges::reverse(chosen);
  const bool has_more = chosen.size() > static_cast<std::size_t>(count);
  if (has_more) chosen.resize(static_cast<std::size_t>(count));
  json_array trades;
  for (const auto* x : chosen) trades.add(trade_json((*at)->listing->rules, *x));
  return json_object{}.add("trades", trades.take()).flag("has_more", has_more).take();
}

outcome market::get_index_price(const boost::json::object& params) const {
  const auto now = index(text_of(params, "index_name"));
  if (!now) return std::unexpected{invalid_param("index_name", "is no index of this venue")};
  const auto text = number(*now, price_decimals);
  return json_object{}.add("index_price", text).add("estimated_delivery_price", text).take();
}

outcome market::get_index_price_names(const boost::json::object&) const {
  json_array made;
  for (const auto& name : indices()) made.add(in_quotes(name));
  return made.take();
}

outcome market::get_delivery_prices(const boost::json::object& params) const {
  const auto name = text_of(params, "index_name");
  if (!indices().contains(name)) return std::unexpected{invalid_param("index_name", "is no index of this venue")};
  const auto offset = std::max<std::int64_t>(integer_of(params, "offset").value_or(0), 0);
  const auto count = std::clamp<std::int64_t>(integer_of(params, "count").value_or(10), 1, 1'000);
  const auto known = deliveries_.find(name);
  json_array data;
  const auto total = known == deliveries_.end() ? 0 : static_cast<std::int64_t>(known->second.size());
  for (auto i = offset; i < std::min(offset + count, total); ++i) { // the newest first
    const auto& x = known->second[static_cast<std::size_t>(total - 1 - i)];
    data.add(json_object{}.text("date", x.date).add("delivery_price", number(x.price, price_decimals)).take());
  }
  return json_object{}.add("data", data.take()).integer("records_total", total).take();
}

} // namespace strike::sandbox::deribit
