// Source: deribit.md 9.1 (`public/get_instruments`), derive.md 10 (`public/get_all_instruments`).
#include "base/time.hpp"
#include "sources.hpp"
#include "texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace strike::catalog {

namespace {

/// What follows from an instrument's terms.
void complete(market& x) {
  x.slug = lower_case(x.id);
  x.question = describe(x.info, x.id);
  x.end_ns = x.info.expiry_ns;
  x.has_order_book = true;
  x.tags = {std::string{to_text(x.info.kind)}, x.info.base};
  if (x.end_ns != 0) x.tags.push_back(iso_from_ns(x.end_ns).substr(0, 10));
}

bool is_stablecoin(std::string_view coin) { return coin == "USDC" || coin == "USDT" || coin == "USDE"; }

/// Kind and currencies, with what old payloads leave out.
void read_deribit_terms(fields& row, symbol_info& x) {
  const auto kind = from_text<instrument_kind>(row.text("kind"));
  if (!kind) return row.refuse("kind", kind.error().text);
  x.kind = *kind;
  const auto period = row.text("settlement_period");
  if (x.kind == instrument_kind::future && period == "perpetual") x.kind = instrument_kind::perpetual;
  x.base = row.text("base_currency");
  const auto quote = row.text("quote_currency");
  auto type = row.text("instrument_type");
  if (type.empty()) type = row.text("future_type");
  const bool is_spot = x.kind == instrument_kind::spot;
  const bool is_linear = is_spot || (type.empty() ? is_stablecoin(quote) && quote != x.base : type == "linear");
  x.is_inverse = !is_linear;
  x.quote = is_linear ? quote : "USD";
  x.settlement = row.text("settlement_currency");
  if (x.settlement.empty()) x.settlement = is_linear ? quote : x.base;
  if (x.kind != instrument_kind::perpetual && !is_spot) x.expiry_ns = row.time_ns("expiration_timestamp");
  x.strike = row.decimal_of<price>("strike");
  const auto right = row.text("option_type");
  if (right.empty()) return;
  const auto parsed = from_text<option_type>(right);
  if (!parsed) return row.refuse("option_type", parsed.error().text);
  x.right = *parsed;
}

/// {"instrument_name":"BTC-27NOV26-90000-C","kind":"option","base_currency":"BTC","tick_size":0.0001,...}
std::optional<market> deribit_market(fields& row) {
  market x{.at = venue::deribit};
  x.id = row.text("instrument_name");
  if (x.id.empty()) row.refuse("instrument_name", "is missing");
  read_deribit_terms(row, x.info);
  if (const auto tick = row.decimal_of<price>("tick_size"))
    x.ticks = tick_table{.base = *tick};
  else
    row.refuse("tick_size", "is missing");
  row.each("tick_size_steps", [&](fields& step) {
    const auto above = step.decimal_of<price>("above_price"), tick = step.decimal_of<price>("tick_size");
    if (x.ticks && above && tick) x.ticks->steps.push_back({*above, *tick});
  });
  x.lot = x.minimum = row.decimal_of<quantity>("min_trade_amount");
  x.fees.maker = row.decimal_of<rate>("maker_commission").value_or({});
  x.fees.taker = row.decimal_of<rate>("taker_commission").value_or({});
  x.is_active = row.flag("is_active");
  const auto state = row.text("state");
  x.accepts_orders = x.is_active && (state.empty() || state == "open");
  complete(x);
  return x;
}

struct derive_kind {
  std::string_view word;
  instrument_kind kind;
};
constexpr std::array derive_kinds{derive_kind{"option", instrument_kind::option},
                                  derive_kind{"perp", instrument_kind::perpetual},
                                  derive_kind{"erc20", instrument_kind::spot}};

void read_derive_option(fields& row, symbol_info& x) {
  row.each("option_details", [&](fields& option) {
    x.expiry_ns = option.time_ns("expiry");
    x.strike = option.decimal_of<price>("strike");
    const auto right = option.text("option_type");
    if (right != "C" && right != "P")
      return option.refuse("option_type", fmt::format("'{}' is neither C nor P", right));
    x.right = right == "C" ? option_type::call : option_type::put;
  });
  if (x.kind == instrument_kind::option && !x.right) row.refuse("option_details", "are missing");
}

/// {"instrument_name":"ETH-20261225-4000-C","instrument_type":"option","tick_size":"0.1",...}
std::optional<market> derive_market(fields& row) {
  market x{.at = venue::derive};
  x.id = row.text("instrument_name");
  if (x.id.empty()) row.refuse("instrument_name", "is missing");
  const auto type = row.text("instrument_type");
  const auto kind = std::ranges::find(derive_kinds, type, &derive_kind::word);
  if (kind == derive_kinds.end()) return row.refuse("instrument_type", fmt::format("'{}' is unknown", type)), x;
  x.info = {
      .kind = kind->kind, .base = row.text("base_currency"), .quote = row.text("quote_currency"), .settlement = "USDC"};
  read_derive_option(row, x.info);
  if (const auto tick = row.decimal_of<price>("tick_size"))
    x.ticks = tick_table{.base = *tick};
  else
    row.refuse("tick_size", "is missing");
  x.lot = row.decimal_of<quantity>("amount_step");
  x.minimum = row.decimal_of<quantity>("minimum_amount");
  x.fees.maker = row.decimal_of<rate>("maker_fee_rate").value_or({});
  x.fees.taker = row.decimal_of<rate>("taker_fee_rate").value_or({});
  x.fees.flat = row.decimal_of<rate>("base_fee").value_or({});
  x.is_active = x.accepts_orders = row.flag("is_active");
  complete(x);
  return x;
}

/// What the envelope's `error` says; empty if there is none.
std::string refusal_in(fields& answer, std::string& code) {
  std::string text;
  answer.each("error", [&](fields& refusal) {
    code = refusal.text("code");
    text = fmt::format("{} ({})", refusal.text("message"), code);
  });
  return text;
}

/// @returns how many pages there are
result<std::int64_t> load_derive_page(const std::string& url, std::string_view type, std::int64_t page,
                                      const fetch_function& fetch, listing& all) {
  constexpr std::string_view no_such_instruments = "12001"; // v2 says so of an empty list
  const auto body = fmt::format(R"({{"expired":false,"instrument_type":"{}","page":{},"page_size":1000}})", type, page);
  std::int64_t pages = 0;
  std::string refusal, code;
  bool is_answer = false;
  const auto done = fetch_json(fetch, {url, body}, [&](fields& answer) {
    refusal = refusal_in(answer, code);
    answer.each("result", [&](fields& found) {
      is_answer = true;
      found.each("instruments", [&](fields& row) { add_row(all, row, derive_market); });
      found.each("pagination", [&](fields& x) { pages = x.integer("num_pages").value_or(0); });
    });
  });
  if (!done) return std::unexpected{done.error()};
  if (code == no_such_instruments) return 0;
  if (!refusal.empty()) return fail(ec::malformed, fmt::format("{}: refused: {}", url, refusal));
  if (!is_answer) return fail(ec::malformed, url + ": neither 'result' nor 'error' in the answer");
  return pages;
}

} // namespace

result<listing> load_deribit(const std::string& base, const fetch_function& fetch) {
  const auto url = base + "/public/get_instruments?currency=any&expired=false";
  listing all;
  std::string refusal, code;
  const auto done = fetch_json(fetch, {url}, [&](fields& answer) {
    refusal = refusal_in(answer, code);
    answer.each("result", [&](fields& row) { add_row(all, row, deribit_market); });
  });
  if (!done) return std::unexpected{done.error()};
  if (!refusal.empty()) return fail(ec::malformed, fmt::format("{}: refused: {}", url, refusal));
  return all;
}

result<listing> load_derive(const std::string& base, const fetch_function& fetch) {
  const auto url = base + "/public/get_all_instruments";
  listing all;
  for (const auto& [type, kind] : derive_kinds) {
    std::int64_t pages = 1;
    for (std::int64_t page = 1; page <= pages; ++page) {
      const auto count = load_derive_page(url, type, page, fetch, all);
      if (!count) return std::unexpected{count.error()};
      pages = *count;
    }
  }
  return all;
}

} // namespace strike::catalog
