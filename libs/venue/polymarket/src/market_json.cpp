#include "base/symbol.hpp"
#include "base/time.hpp"
#include "json_text.hpp"
#include "polymarket/market.hpp"

#include <charconv>
#include <cmath>

namespace strike::polymarket {

namespace {

constexpr double tolerance = 0.001; // of a price that stands for a decision

/// What both sources tell of a market, in their own words.
struct row {
  market made;
  std::vector<std::string> tokens, outcomes;
  std::vector<double> values; ///< what a share is said to be worth; fewer than tokens: not said
  std::vector<bool> winners;
  bool is_even = false;               ///< the CLOB says: 50-50
  bool is_undecided = false;          ///< the oracle is at work
  bool has_fees = true;               ///< feesEnabled
  bool is_bad = false;                ///< a field that counts could not be read
  std::vector<std::string> positions; ///< the tokens of Protocol V2
};

std::optional<std::string> string_of(ondemand::value& from) {
  std::string_view text;
  if (from.get_string().get(text) != simdjson::SUCCESS) return {};
  return std::string{text};
}

std::optional<double> double_of(std::string_view text) {
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

/// "true" and "false"; anything else leaves `into` as it is.
void read_flag(std::string_view text, bool& into) {
  if (text == "true" || text == "false") into = text == "true";
}

/// Informative only: what cannot be read counts as not said.
std::int64_t time_of(std::string_view text) {
  const auto ns = text.empty() ? result<std::int64_t>{0} : ns_from_text(text);
  return ns ? *ns : 0;
}

bool texts_of_array(ondemand::array array, std::vector<std::string>& into) {
  for (auto item : array) {
    ondemand::value value;
    if (std::move(item).get(value) != simdjson::SUCCESS) return false;
    auto text = string_of(value);
    if (!text) return false;
    into.push_back(std::move(*text));
  }
  return true;
}

/// An array of texts, or Gamma's JSON text of one: "[\"Yes\", \"No\"]"; "" and null are none.
bool read_texts(ondemand::value& from, std::vector<std::string>& into) {
  ondemand::array array;
  if (from.get_array().get(array) == simdjson::SUCCESS) return texts_of_array(array, into);
  if (text_of(from).empty()) return true;
  const auto inside = string_of(from);
  if (!inside) return false;
  ondemand::parser parser;
  ondemand::document document;
  const simdjson::padded_string padded{*inside};
  return parser.iterate(padded).get(document) == simdjson::SUCCESS &&
         document.get_array().get(array) == simdjson::SUCCESS && texts_of_array(array, into);
}

bool read_values(ondemand::value& from, std::vector<double>& into) {
  std::vector<std::string> texts;
  if (!read_texts(from, texts)) return false;
  for (const auto& text : texts)
    if (const auto value = double_of(text)) into.push_back(*value);
  return true;
}

/// Fields that both sources have, under the names of one or the other.
void read_common(std::string_view key, ondemand::value& from, row& to) {
  auto& x = to.made;
  const auto text = text_of(from);
  if (key == "conditionId" || key == "condition_id")
    x.condition = text;
  else if (key == "active")
    read_flag(text, x.is_active);
  else if (key == "closed")
    read_flag(text, x.is_closed);
  else if (key == "acceptingOrders" || key == "accepting_orders")
    read_flag(text, x.accepts_orders);
  else if (key == "enableOrderBook" || key == "enable_order_book")
    read_flag(text, x.has_book);
  else if (key == "endDate" || key == "end_date_iso")
    x.end_ns = time_of(text);
  else if (key == "orderPriceMinTickSize" || key == "minimum_tick_size")
    to.is_bad |= !read_optional(text, x.tick);
  else if (key == "orderMinSize" || key == "minimum_order_size")
    to.is_bad |= !read_optional(text, x.minimum);
  else if (key == "negRisk" || key == "neg_risk")
    read_flag(text, x.is_neg_risk);
  else if (key == "version")
    x.protocol = text == "v2" ? protocol::positions : protocol::clob_v2;
  else if (key == "feesEnabled")
    read_flag(text, to.has_fees);
  else if (key == "is_50_50_outcome")
    read_flag(text, to.is_even);
  else if (key == "umaResolutionStatus")
    to.is_undecided = text == "proposed" || text == "disputed" || text == "requested";
}

/// {"exponent":1,"rate":0.05,"takerOnly":true,"rebateRate":0.25}, or null.
bool read_fee(ondemand::value& from, std::optional<fee_terms>& into) {
  if (text_of(from).empty()) return true;
  ondemand::object object;
  if (from.get_object().get(object) != simdjson::SUCCESS) return false;
  fee_terms made;
  for (auto part : object) {
    ondemand::field field;
    if (std::move(part).get(field) != simdjson::SUCCESS) return false;
    const auto key = key_of(field);
    const auto text = text_of(field.value());
    std::int64_t exponent = 0;
    if (key == "rate" && !read_nanos(text, made.rate.nanos)) return false;
    if (key != "exponent") continue;
    if (!read_nanos(text, exponent) || exponent % nanos_per_unit != 0 || exponent < 0 || exponent > 2 * nanos_per_unit)
      return false;
    made.exponent = static_cast<int>(exponent / nanos_per_unit);
  }
  into = made;
  return true;
}

bool read_gamma_field(std::string_view key, ondemand::value& from, row& to) {
  if (key == "clobTokenIds") return read_texts(from, to.tokens);
  if (key == "positionIds") return read_texts(from, to.positions);
  if (key == "feeSchedule") return read_fee(from, to.made.fee);
  if (key == "outcomes") return read_texts(from, to.outcomes);
  if (key == "outcomePrices") return read_values(from, to.values);
  read_common(key, from, to);
  return true;
}

bool read_clob_tokens(ondemand::value& from, row& to) {
  ondemand::array array;
  if (from.get_array().get(array) != simdjson::SUCCESS) return false;
  for (auto item : array) {
    ondemand::object object;
    if (item.get_object().get(object) != simdjson::SUCCESS) return false;
    std::string id, outcome;
    bool winner = false;
    for (auto part : object) {
      ondemand::field field;
      if (std::move(part).get(field) != simdjson::SUCCESS) return false;
      const auto key = key_of(field);
      if (key == "token_id")
        id = string_of(field.value()).value_or("");
      else if (key == "outcome")
        outcome = string_of(field.value()).value_or("");
      else if (key == "winner")
        read_flag(text_of(field.value()), winner);
      else if (key == "price")
        if (const auto value = double_of(text_of(field.value()))) to.values.push_back(*value);
    }
    to.tokens.push_back(std::move(id));
    to.outcomes.push_back(std::move(outcome));
    to.winners.push_back(winner);
  }
  return true;
}

bool read_clob_field(std::string_view key, ondemand::value& from, row& to) {
  if (key == "tokens") return read_clob_tokens(from, to);
  read_common(key, from, to);
  return true;
}

bool is_pair(const row& x, double first, double second, double within) {
  return x.values.size() == 2 && std::abs(x.values[0] - first) <= within && std::abs(x.values[1] - second) <= within;
}

std::optional<std::array<double, 2>> gamma_payout(const row& x) {
  if (!x.made.is_closed) return {};
  if (is_pair(x, 1, 0, tolerance)) return {{1, 0}};
  if (is_pair(x, 0, 1, tolerance)) return {{0, 1}};
  if (is_pair(x, 0.5, 0.5, 0) && !x.is_undecided) return {{0.5, 0.5}};
  return {};
}

std::optional<std::array<double, 2>> clob_payout(const row& x) {
  if (!x.made.is_closed || x.winners.size() != 2) return {};
  if (x.winners[0] != x.winners[1]) return x.winners[0] ? std::array<double, 2>{1, 0} : std::array<double, 2>{0, 1};
  if (x.is_even && is_pair(x, 0.5, 0.5, 0)) return {{0.5, 0.5}};
  return {};
}

bool finish(row& x) {
  if (x.made.protocol == protocol::positions) x.tokens = std::move(x.positions); // never by which ids are there
  if (!x.has_fees) x.made.fee.reset();
  if (x.is_bad || x.made.condition.empty() || x.tokens.size() != 2 || x.outcomes.size() != 2) return false;
  for (std::size_t i = 0; i < 2; ++i) {
    if (!parse_token_id(x.tokens[i])) return false;
    x.made.tokens[i] = {std::move(x.tokens[i]), std::move(x.outcomes[i])};
  }
  const bool is_finer_than_nothing = !x.made.tick || *x.made.tick > price{};
  return is_finer_than_nothing && x.made.tokens[0].id != x.made.tokens[1].id;
}

/// One source's words for a market, and for what it pays.
struct dialect {
  bool (*read_field)(std::string_view key, ondemand::value& from, row& to);
  std::optional<std::array<double, 2>> (*payout)(const row& x);
};
constexpr dialect gamma{read_gamma_field, gamma_payout};
constexpr dialect clob{read_clob_field, clob_payout};

/// @returns false if it is no JSON
bool read_row(ondemand::object object, const dialect& words, market_page& to) {
  row made;
  for (auto item : object) {
    ondemand::field field;
    if (std::move(item).get(field) != simdjson::SUCCESS) return false;
    if (!words.read_field(key_of(field), field.value(), made)) made.is_bad = true;
  }
  if (!finish(made)) return ++to.skipped, true;
  made.made.payout = words.payout(made);
  to.markets.push_back(std::move(made.made));
  return true;
}

bool read_rows(simdjson::simdjson_result<ondemand::array> from, const dialect& words, market_page& to) {
  ondemand::array array;
  if (std::move(from).get(array) != simdjson::SUCCESS) return false;
  for (auto item : array) {
    ondemand::object object;
    if (item.get_object().get(object) != simdjson::SUCCESS || !read_row(object, words, to)) return false;
  }
  return true;
}

/// A page, an array of rows, or one row.
bool read_page(ondemand::document& document, const dialect& words, market_page& to) {
  ondemand::json_type type{};
  ondemand::object object;
  if (document.type().get(type) != simdjson::SUCCESS) return false;
  if (type == ondemand::json_type::array) return read_rows(document.get_array(), words, to);
  if (document.get_object().get(object) != simdjson::SUCCESS) return false;
  bool is_page = false;
  for (auto item : object) {
    ondemand::field field;
    if (std::move(item).get(field) != simdjson::SUCCESS) return false;
    const auto key = key_of(field);
    if (key == "condition_id" || key == "conditionId") break;
    if (key == "next_cursor") to.next_cursor = text_of(field.value());
    if (key != "data" && key != "markets") continue;
    is_page = true;
    if (!read_rows(field.value().get_array(), words, to)) return false;
  }
  if (is_page) return true;
  if (object.reset().error() != simdjson::SUCCESS) return false;
  return read_row(object, words, to);
}

result<market_page> parse(std::string_view json, const dialect& words, std::string_view what) {
  const simdjson::padded_string padded{json};
  ondemand::parser parser;
  ondemand::document document;
  market_page made;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS || !read_page(document, words, made))
    return fail(ec::malformed, std::string{what} + " did not answer with markets: " + std::string{json.substr(0, 200)});
  if (made.next_cursor == "LTE=") made.next_cursor.clear(); // the CLOB's end mark: -1
  return made;
}

} // namespace

result<market_page> parse_gamma_markets(std::string_view json) { return parse(json, gamma, "Gamma"); }

result<market_page> parse_clob_markets(std::string_view json) { return parse(json, clob, "the CLOB"); }

result<std::string> parse_market_of_token(std::string_view json) {
  const simdjson::padded_string padded{json};
  ondemand::parser parser;
  ondemand::document document;
  std::string_view condition;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
      document["condition_id"].get_string().get(condition) != simdjson::SUCCESS || condition.empty())
    return fail(ec::malformed, "the CLOB did not answer with a condition id: " + std::string{json.substr(0, 200)});
  return std::string{condition};
}

} // namespace strike::polymarket
