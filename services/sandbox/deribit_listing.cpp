#include "base/time.hpp"
#include "sandbox/deribit_channel.hpp"
#include "sandbox/deribit_json.hpp"
#include "sandbox/deribit_market.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <set>

// Of `market`: the requests about what is listed, and how it stands.
namespace strike::sandbox::deribit {

namespace {

constexpr int price_decimals = 4, mark_decimals = 8, iv_decimals = 2;
constexpr std::array<std::int64_t, 8> depths = {1, 5, 10, 20, 50, 100, 1'000, 10'000};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The best `depth` levels as pairs, best first.
std::string pairs_json(std::span<const book_level> levels, std::size_t depth) {
  json_array made;
  for (std::size_t i = 0; i < std::min(depth, levels.size()); ++i) {
    const auto& x = levels[levels.size() - 1 - i];
    made.add("[" + number(x.at) + "," + number(x.size) + "]");
  }
  return made.take();
}

bool is_true(const boost::json::object& params, std::string_view name) {
  const auto* const found = params.if_contains(name);
  return found && ((found->is_bool() && found->get_bool()) || (found->is_string() && found->get_string() == "true"));
}

} // namespace

std::expected<const instrument_view*, rpc_error> market::named(const boost::json::object& params) const {
  const auto name = text_of(params, "instrument_name");
  if (name.empty()) return std::unexpected{invalid_param("instrument_name", "must be given")};
  if (const auto* found = view_.find(venue::deribit, name)) return found;
  return std::unexpected{rpc_error{13020, "not_found", json_object{}.text("instrument_name", name).take()}};
}

outcome market::get_instruments(const boost::json::object& params) const {
  const auto currency = text_of(params, "currency"), kind = text_of(params, "kind");
  if (currency.empty()) return std::unexpected{invalid_param("currency", "must be given; any for all")};
  const bool is_past_wanted = is_true(params, "expired");
  json_array made;
  for (const auto& x : source_.listings(venue::deribit)) {
    const auto& view = view_.at(x.id);
    if (is_expired(view.state) == is_past_wanted && matches(kind, currency, x.rules.info))
      made.add(instrument_json(view));
  }
  return made.take();
}

outcome market::get_instrument(const boost::json::object& params) const {
  const auto at = named(params);
  if (!at) return std::unexpected{at.error()};
  return instrument_json(**at);
}

outcome market::get_contract_size(const boost::json::object& params) const {
  const auto at = named(params);
  if (!at) return std::unexpected{at.error()};
  return json_object{}.add("contract_size", number(contract_size((*at)->listing->rules))).take();
}

outcome market::get_ticker(const boost::json::object& params) const {
  const auto at = named(params);
  if (!at) return std::unexpected{at.error()};
  return ticker_json(ticker_fields_of((*at)->listing->id));
}

outcome market::get_order_book(const boost::json::object& params) const {
  const auto at = named(params);
  if (!at) return std::unexpected{at.error()};
  const auto depth = integer_of(params, "depth").value_or(5);
  if (std::ranges::find(depths, depth) == depths.end())
    return std::unexpected{invalid_param("depth", "must be 1, 5, 10, 20, 50, 100, 1000 or 10000")};
  const auto& book = (*at)->book;
  const auto count = static_cast<std::size_t>(depth);
  const auto books = "\"change_id\":" + std::to_string(book.sequence()) +
                     ",\"bids\":" + pairs_json(book.bids(), count) + ",\"asks\":" + pairs_json(book.asks(), count);
  return ticker_json(ticker_fields_of((*at)->listing->id), books);
}

std::string market::summary_json(instrument_id id) const {
  const auto& view = view_.at(id);
  const auto& rules = view.listing->rules;
  const auto& quote = view.quote;
  const auto& stats = stats_of(id);
  const auto or_null = [](optional_price x) { return x ? number(*x) : std::string{"null"}; };
  json_object made;
  made.text("instrument_name", rules.symbol).text("base_currency", rules.info.base);
  made.text("quote_currency",
            rules.info.is_inverse && rules.info.kind == instrument_kind::option ? rules.info.base : rules.info.quote);
  made.add("bid_price", or_null(quote.best_bid)).add("ask_price", or_null(quote.best_ask));
  made.add("mid_price", quote.best_bid && quote.best_ask
                            ? number((int128{(*quote.best_bid).nanos} + (*quote.best_ask).nanos) / 2)
                            : "null");
  made.add("mark_price", number(quote.mark, mark_decimals)).add("last", or_null(stats.last ? stats.last : quote.last));
  made.add("high", or_null(stats.high)).add("low", or_null(stats.low)).add("volume", number(stats.volume));
  if (rules.info.kind == instrument_kind::option) {
    made.add("mark_iv", quote.mark_iv ? number(*quote.mark_iv * 100, iv_decimals) : "null");
    made.add("underlying_price", number(quote.underlying, price_decimals));
    for (const auto& field : ticker_fields_of(id))
      if (field.key == "underlying_index") made.add("underlying_index", field.json);
    made.add("interest_rate", "0.0");
  }
  if (quote.open_interest) made.add("open_interest", number(quote.open_interest, price_decimals));
  if (quote.index) made.add("estimated_delivery_price", number(quote.index, price_decimals));
  return made.integer("creation_timestamp", (view.quote_ns != 0 ? view.quote_ns : view.listing->listed_ns) / ns_per_ms)
      .take();
}

outcome market::get_book_summary_by_currency(const boost::json::object& params) const {
  const auto currency = text_of(params, "currency"), kind = text_of(params, "kind");
  if (currency.empty()) return std::unexpected{invalid_param("currency", "must be given")};
  json_array made;
  for (const auto& x : source_.listings(venue::deribit))
    if (!is_expired(view_.at(x.id).state) && matches(kind, currency, x.rules.info)) made.add(summary_json(x.id));
  return made.take();
}

outcome market::get_book_summary_by_instrument(const boost::json::object& params) const {
  const auto at = named(params);
  if (!at) return std::unexpected{at.error()};
  return json_array{}.add(summary_json((*at)->listing->id)).take();
}

outcome market::get_expirations(const boost::json::object& params) const {
  const auto currency = text_of(params, "currency"), kind = text_of(params, "kind");
  if (currency.empty()) return std::unexpected{invalid_param("currency", "must be given; any for all")};
  // By kind and then by time; a perpetual has no time, and comes last.
  std::map<std::string, std::map<std::int64_t, std::string>> found;
  for (const auto& x : source_.listings(venue::deribit)) {
    const auto& info = x.rules.info;
    const auto word = expiry_word(info);
    if (word.empty() || is_expired(view_.at(x.id).state) || !matches(kind, currency, info)) continue;
    found[std::string{kind_word(info.kind)}][info.expiry_ns != 0 ? info.expiry_ns : INT64_MAX] = word;
  }
  json_object flat;
  for (const auto& [name, expiries] : found) {
    json_array words;
    for (const auto& [at, word] : expiries) words.add(in_quotes(word));
    flat.add(name, words.take());
  }
  if (currency == "any") return flat.take();
  return json_object{}.add(lower(currency), flat.take()).take();
}

outcome market::get_currencies(const boost::json::object&) const {
  std::set<std::string> coins;
  for (const auto& x : source_.listings(venue::deribit)) {
    coins.insert(x.rules.info.base);
    if (!x.rules.info.settlement.empty()) coins.insert(x.rules.info.settlement);
  }
  json_array made;
  for (const auto& coin : coins) {
    const bool is_stable = coin.starts_with("USD");
    json_object one;
    one.text("currency", coin).text("currency_long", coin).text("coin_type", is_stable ? "ETHER_TOKEN" : coin);
    one.integer("decimals", is_stable ? 6 : 8).integer("fee_precision", is_stable ? 6 : 8);
    one.integer("min_confirmations", 1).add("withdrawal_fee", number(0.0001, 8));
    one.add("min_withdrawal_fee", number(0.00000007, 8));
    made.add(one.take());
  }
  return made.take();
}

} // namespace strike::sandbox::deribit
