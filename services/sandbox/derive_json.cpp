#include "sandbox/derive_json.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace strike::sandbox::derive {

namespace {

namespace json = boost::json;
using namespace strike::literals;

constexpr std::int64_t never = INT64_MAX; ///< Source: Derive, recorded instruments
constexpr double option_band = 0.0175;    ///< of the index, about the mark, as in the recorded ticker
constexpr double linear_band = 0.02;      ///< of the mark

std::string size_text(optional_quantity x) { return x ? to_string(*x) : "0"; }
std::string price_text(optional_price x) { return x ? to_string(*x) : "0"; }
std::string value_text(optional_double x, int places) { return x ? decimal_text(*x, places) : "0"; }

/// Source: Derive, asset contracts seen in recordings.
std::string_view asset_address(const instrument& x) {
  const bool is_btc = x.info.base == "BTC";
  switch (x.info.kind) {
  case instrument_kind::option:
    return is_btc ? "0xd0711b9eBE84b778483709CDe62BacFDBAE13623" : "0x4BB4C3CDc7562f08e9910A0C7D8bB7e108861eB4";
  case instrument_kind::perpetual:
    return is_btc ? "0xDBa83C0C654DB1cd914FA2710bA743e925B53086" : "0xAf65752C4643E25C02F693f9D4FE19cF23a095E3";
  default:
    return "0xE201fCEfD4852f96810C069f66560dc25B2C7A55";
  }
}

/// Bits 0 to 31 the expiry in seconds, 32 to 94 the strike in 1e-8, 95 set for a call. Source: Derive, option sub id.
std::string sub_id(const symbol_info& x) {
  if (x.kind != instrument_kind::option) return "0";
  uint128 id = static_cast<uint128>(x.expiry_ns / ns_per_s);
  id |= static_cast<uint128>(x.strike.value_or({}).nanos / 10) << 32;
  if (x.right == option_type::call) id |= uint128{1} << 95;
  std::string digits;
  for (; id != 0; id /= 10) digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(id % 10)));
  return digits;
}

/// Source: Derive, option_pricing.
std::string slim_option_pricing(const ticker& t) {
  return fmt::format(
      R"({{"ai":"{}","bi":"{}","d":"{}","df":"1","f":"{}","g":"{}","i":"{}","m":"{}","r":"{}","t":"{}","v":"{}"}})",
      value_text(t.ask_iv, 5), value_text(t.bid_iv, 5), value_text(t.delta, 5), value_text(t.underlying, 2),
      value_text(t.gamma, 8), value_text(t.mark_iv, 5), value_text(t.mark, 2), value_text(t.rho, 5),
      value_text(t.theta, 5), value_text(t.vega, 5));
}

json::value option_pricing(const ticker& t) {
  return json::object{{"delta", value_text(t.delta, 5)},
                      {"theta", value_text(t.theta, 5)},
                      {"gamma", value_text(t.gamma, 8)},
                      {"vega", value_text(t.vega, 5)},
                      {"iv", value_text(t.mark_iv, 5)},
                      {"rho", value_text(t.rho, 5)},
                      {"mark_price", value_text(t.mark, 2)},
                      {"forward_price", value_text(t.underlying, 2)},
                      {"bid_iv", value_text(t.bid_iv, 5)},
                      {"ask_iv", value_text(t.ask_iv, 5)},
                      {"discount_factor", "1"}};
}

/// Since the first trade, as a fraction.
double change_of(const instrument_view& x, const trade_stats& s) {
  return s.first > 0 ? x.quote.mark.value_or(s.first) / s.first - 1 : 0;
}

/// Per hour; the ticker's is for 8 hours.
std::string hourly_funding(const ticker& t) { return value_text(t.funding ? *t.funding / 8 : optional_double{}, 9); }

void put_levels(std::string& out, std::span<const book_level> levels, bool is_bid, price step, std::size_t depth) {
  std::vector<book_level> groups; // best first
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    const auto rest = level->at.nanos % step.nanos;
    const price at{level->at.nanos - rest + (is_bid || rest == 0 ? 0 : step.nanos)};
    if (!groups.empty() && groups.back().at == at) {
      groups.back().size += level->size;
      continue;
    }
    if (groups.size() == depth) break;
    groups.push_back({at, level->size});
  }
  out += '[';
  for (std::size_t n = 0; n < groups.size(); ++n)
    fmt::format_to(std::back_inserter(out), R"({}["{}","{}"])", n == 0 ? "" : ",", to_string(groups[n].at),
                   to_string(groups[n].size));
  out += ']';
}

} // namespace

std::string decimal_text(double x, int places) {
  const double scale = std::pow(10, places);
  return to_string(*nearest_decimal<price>(std::round(x * scale) / scale));
}

match::fee_schedule fees_of(const instrument& x) {
  const bool is_option = x.info.kind == instrument_kind::option;
  return {.rule = is_option ? match::fee_rule::capped_premium : match::fee_rule::notional,
          .maker_rate = 0.0001_qty,
          .taker_rate = 0.0003_qty,
          .flat = {is_option ? 500'000'000 : 100'000'000},
          .decimals = 6};
}

std::optional<price_band> band_of(const instrument_view& x) {
  if (!x.quote.mark) return {};
  const auto& ticks = x.listing->rules.ticks;
  const double mark = *x.quote.mark;
  const double half = x.listing->rules.info.kind == instrument_kind::option ? option_band * x.quote.index.value_or(0)
                                                                            : linear_band * mark;
  const auto at = [](double p) { return *nearest_decimal<price>(p); };
  return price_band{std::max(ticks.round_up(at(mark - half)), ticks.base), ticks.round_down(at(mark + half))};
}

std::string_view type_word(const instrument& x) {
  if (x.info.kind == instrument_kind::option) return "option";
  return x.info.kind == instrument_kind::perpetual ? "perp" : "erc20";
}

json::object instrument_json(const instrument_view& x) {
  const auto& rules = x.listing->rules;
  const auto kind = rules.info.kind;
  const bool is_option = kind == instrument_kind::option, is_perp = kind == instrument_kind::perpetual;
  const auto fees = fees_of(rules);
  json::object y{{"instrument_type", type_word(rules)},
                 {"instrument_name", rules.symbol},
                 {"scheduled_activation", x.listing->listed_ns / ns_per_s},
                 {"scheduled_deactivation", rules.info.expiry_ns != 0 ? rules.info.expiry_ns / ns_per_s : never},
                 {"is_active", x.state != instrument_state::expired && x.state != instrument_state::settled},
                 {"tick_size", to_string(rules.ticks.base)},
                 {"minimum_amount", to_string(rules.minimum)},
                 {"maximum_amount", "10000"},
                 {"amount_step", to_string(rules.lot)},
                 {"mark_price_fee_rate_cap", is_option ? json::value("0.125") : json::value(nullptr)},
                 {"maker_fee_rate", to_string(fees.maker_rate)},
                 {"taker_fee_rate", to_string(fees.taker_rate)},
                 {"base_fee", to_string(fees.flat)},
                 {"base_currency", rules.info.base},
                 {"quote_currency", is_perp ? "USD" : "USDC"},
                 {"option_details", nullptr},
                 {"perp_details", nullptr},
                 {"erc20_details", nullptr},
                 {"base_asset_address", asset_address(rules)},
                 {"base_asset_sub_id", sub_id(rules.info)},
                 {"pro_rata_fraction", "0"},
                 {"fifo_min_allocation", "0"},
                 {"pro_rata_amount_step", "1"}};
  if (is_option)
    y["option_details"] = json::object{
        {"index", rules.index},
        {"expiry", rules.info.expiry_ns / ns_per_s},
        {"strike", price_text(rules.info.strike)},
        {"option_type", rules.info.right == option_type::call ? "C" : "P"},
        {"settlement_price", x.settlement ? json::value(decimal_text(*x.settlement, 4)) : json::value(nullptr)}};
  else if (is_perp)
    y["perp_details"] = json::object{{"index", rules.index},
                                     {"max_rate_per_hour", "0.004"},
                                     {"min_rate_per_hour", "-0.004"},
                                     {"static_interest_rate", "0.0000125"},
                                     {"funding_rate", hourly_funding(x.quote)},
                                     {"aggregate_funding", "0"}};
  else
    y["erc20_details"] = json::object{{"decimals", 18},
                                      {"underlying_erc20_address", "0x3a34565D81156cF0B1b9bC5f14FD00333bcf6B93"},
                                      {"borrow_index", "1"},
                                      {"supply_index", "1"}};
  return y;
}

std::string slim_ticker(const instrument_view& x, const trade_stats* stats, std::int64_t now_ns) {
  const auto& t = x.quote;
  const auto limits = band_of(x).value_or(price_band{});
  const trade_stats s = stats != nullptr ? *stats : trade_stats{};
  const bool is_option = x.listing->rules.info.kind == instrument_kind::option;
  return fmt::format(
      R"({{"A":"{}","B":"{}","I":"{}","M":"{}","a":"{}","b":"{}","f":{},"maxp":"{}","minp":"{}","option_pricing":{},)"
      R"("stats":{{"c":"{}","h":"{}","l":"{}","n":{},"oi":"{}","p":"{}","pr":"{}","v":"{}"}},"t":{}}})",
      size_text(t.best_ask_size), size_text(t.best_bid_size), value_text(t.index, 2), value_text(t.mark, 2),
      price_text(t.best_ask), price_text(t.best_bid), t.funding ? '"' + hourly_funding(t) + '"' : "null",
      to_string(limits.highest), to_string(limits.lowest), is_option ? slim_option_pricing(t) : "null",
      decimal_text(s.volume, 3), decimal_text(s.high, 4), decimal_text(s.low, 4), s.count,
      value_text(t.open_interest, 3), decimal_text(change_of(x, s), 4), decimal_text(s.premium, 3),
      decimal_text(s.notional, 3), now_ns / ns_per_ms);
}

json::object long_ticker(const instrument_view& x, const trade_stats* stats, std::int64_t now_ns) {
  auto y = instrument_json(x);
  const auto& t = x.quote;
  const auto limits = band_of(x).value_or(price_band{});
  const trade_stats s = stats != nullptr ? *stats : trade_stats{};
  const auto depth_of = [&](std::span<const book_level> levels) { // within five percent of the best
    quantity sum{};
    for (const auto& level : levels)
      if (std::abs(to_double(level.at) / to_double(levels.back().at) - 1) <= 0.05) sum += level.size;
    return to_string(sum);
  };
  y["best_ask_amount"] = size_text(t.best_ask_size);
  y["best_ask_price"] = price_text(t.best_ask);
  y["best_bid_amount"] = size_text(t.best_bid_size);
  y["best_bid_price"] = price_text(t.best_bid);
  y["five_percent_bid_depth"] = depth_of(x.book.bids());
  y["five_percent_ask_depth"] = depth_of(x.book.asks());
  y["option_pricing"] =
      x.listing->rules.info.kind == instrument_kind::option ? option_pricing(t) : json::value(nullptr);
  y["index_price"] = value_text(t.index, 2);
  y["mark_price"] = value_text(t.mark, 9);
  y["stats"] = json::object{{"contract_volume", decimal_text(s.volume, 3)},
                            {"num_trades", std::to_string(s.count)},
                            {"open_interest", value_text(t.open_interest, 3)},
                            {"high", decimal_text(s.high, 4)},
                            {"low", decimal_text(s.low, 4)},
                            {"percent_change", decimal_text(change_of(x, s), 4)},
                            {"usd_change", s.first > 0 ? decimal_text(*t.mark - s.first, 4) : "0"}};
  y["timestamp"] = now_ns / ns_per_ms;
  y["min_price"] = to_string(limits.lowest);
  y["max_price"] = to_string(limits.highest);
  y["open_interest"] =
      json::object{{"PM2", json::array{json::object{{"current_open_interest", value_text(t.open_interest, 3)},
                                                    {"interest_cap", "1000000"}}}}};
  return y;
}

std::string orderbook(const instrument_view& x, int group, std::size_t depth, std::uint64_t publish_id,
                      std::int64_t now_ns) {
  const price step{x.listing->rules.ticks.base.nanos * group};
  auto out = fmt::format(R"({{"instrument_name":"{}","publish_id":{},"timestamp":{},"bids":)", x.listing->rules.symbol,
                         publish_id, now_ns / ns_per_ms);
  put_levels(out, x.book.bids(), true, step, depth);
  out += R"(,"asks":)";
  put_levels(out, x.book.asks(), false, step, depth);
  return out += '}';
}

std::string trade_row(const printed_trade& x) {
  return fmt::format(
      R"({{"trade_id":"{}","instrument_name":"{}","timestamp":{},"trade_price":"{}","trade_amount":"{}",)"
      R"("mark_price":"{}","index_price":"{}","direction":"{}","quote_id":null,"rfq_id":null}})",
      x.what.id, x.of->listing->rules.symbol, x.ns / ns_per_ms, to_string(x.what.at), to_string(x.what.size),
      value_text(x.mark, 4), value_text(x.index, 2), to_text(x.what.aggressor.value_or(side::buy)));
}

json::object settled_row(const printed_trade& x, bool is_taker, api version) {
  const auto taker = x.what.aggressor.value_or(side::buy);
  json::object y{{"trade_id", x.what.id},
                 {"instrument_name", x.of->listing->rules.symbol},
                 {"timestamp", x.ns / ns_per_ms},
                 {"trade_price", to_string(x.what.at)},
                 {"trade_amount", to_string(x.what.size)},
                 {"mark_price", value_text(x.mark, 4)},
                 {"index_price", value_text(x.index, 2)},
                 {"direction", to_text(is_taker ? taker : opposite(taker))},
                 {"quote_id", nullptr},
                 {"rfq_id", nullptr},
                 {"wallet", is_taker ? "0x1111111111111111111111111111111111111111"
                                     : "0x2222222222222222222222222222222222222222"},
                 {"subaccount_id", is_taker ? 1001 : 1002},
                 {"liquidity_role", is_taker ? "taker" : "maker"},
                 {"trade_fee", decimal_text(0.0003 * to_double(x.what.size) * x.index.value_or(0), 6)},
                 {"expected_rebate", "0"},
                 {"extra_fee", "0"},
                 {"realized_pnl", "0"},
                 {"realized_pnl_excl_fees", "0"},
                 {"tx_hash", "0x" + std::string(64, 'a')}};
  y[version == api::v2 ? "tx_status" : "batch_status"] = version == api::v2 ? "settled" : "Settled";
  return y;
}

} // namespace strike::sandbox::derive
