// What requests answer: instruments, logins, subscriptions, delivery prices.
#include "impl.hpp"

#include "base/symbol.hpp"
#include "base/time.hpp"

#include <algorithm>

namespace strike::deribit {

namespace {

/// An expiry after this means never. The venue writes 08:00 of a day in the year 3000, which int64 nanoseconds cannot
/// hold.
constexpr std::int64_t never_ms = 4'102'444'800'000; // 2100-01-01

/// What `get_instruments` says of one. Source: Deribit API v2, section "Instruments"; older answers lack many fields.
struct listing_fields {
  std::string name, kind, type, future_type, period, base, quote, counter, settlement, option, state, index;
  optional_price tick, strike;
  optional_quantity contract_size, lot, minimum;
  std::vector<tick_table::step> steps;
  std::int64_t created_ms = 0, expires_ms = 0;
  bool is_active = true, is_steps_broken = false;

  bool is_linear() const {
    if (!type.empty()) return type == "linear";
    if (!future_type.empty()) return future_type == "linear";
    return quote != base && (quote == "USDC" || quote == "USDT" || quote == "USDE");
  }
};

bool read_ms(value_reader& read, ondemand::value& from, std::string_view what, std::int64_t& into) {
  return from.get_int64().get(into) == simdjson::SUCCESS || read.refuse(what, {}, "is no whole number");
}

bool read_steps(value_reader& read, ondemand::value& from, std::vector<tick_table::step>& into) {
  if (is_null(from)) return true;
  return read.elements(from, "tick_size_steps", [&](ondemand::value& one) {
    optional_price above, tick;
    const bool ok = read.fields(one, "tick_size_steps", [&](std::string_view key, ondemand::value& value) {
      if (key == "above_price") return read.exact(value, key, above);
      return key != "tick_size" || read.exact(value, key, tick);
    });
    if (!ok || !above || !tick || *tick <= price{}) return ok && read.refuse("tick_size_steps", {}, "lacks a field");
    into.push_back({*above, *tick});
    return true;
  });
}

bool read_field(value_reader& read, listing_fields& x, std::string_view key, ondemand::value& value) {
  if (key == "instrument_name") return read.text(value, key, x.name);
  if (key == "kind") return read.text(value, key, x.kind);
  if (key == "instrument_type") return read.text(value, key, x.type);
  if (key == "future_type") return read.text(value, key, x.future_type);
  if (key == "settlement_period") return read.text(value, key, x.period);
  if (key == "base_currency") return read.text(value, key, x.base);
  if (key == "quote_currency") return read.text(value, key, x.quote);
  if (key == "counter_currency") return read.text(value, key, x.counter);
  if (key == "settlement_currency") return read.text(value, key, x.settlement);
  if (key == "option_type") return read.text(value, key, x.option);
  if (key == "state") return read.text(value, key, x.state);
  if (key == "price_index") return read.text(value, key, x.index);
  if (key == "tick_size") return read.exact(value, key, x.tick);
  if (key == "tick_size_steps") return read_steps(read, value, x.steps);
  if (key == "strike") return read.exact(value, key, x.strike);
  if (key == "contract_size") return read.exact(value, key, x.contract_size);
  if (key == "lot_size") return read.exact(value, key, x.lot);
  if (key == "min_trade_amount") return read.exact(value, key, x.minimum);
  if (key == "creation_timestamp") return read_ms(read, value, key, x.created_ms);
  if (key == "expiration_timestamp") return read_ms(read, value, key, x.expires_ms);
  return key != "is_active" || read.flag(value, key, x.is_active);
}

std::optional<instrument_kind> kind_of(const listing_fields& x) {
  if (x.kind == "future") return x.period == "perpetual" ? instrument_kind::perpetual : instrument_kind::future;
  if (x.kind == "option") return instrument_kind::option;
  if (x.kind == "spot") return instrument_kind::spot;
  if (x.kind == "future_combo") return instrument_kind::future_combo;
  if (x.kind == "option_combo") return instrument_kind::option_combo;
  return {};
}

/// The step of sizes. Options are sized in coin and counted in contracts of one coin, but trade in steps of the
/// minimum.
quantity lot_of(const listing_fields& x) {
  if (x.lot && *x.lot > quantity{}) return *x.lot;
  const bool is_step = x.kind != "option" && x.kind != "option_combo" && x.contract_size &&
                       *x.contract_size > quantity{} && (*x.minimum).nanos % (*x.contract_size).nanos == 0;
  return is_step ? *x.contract_size : *x.minimum;
}

bool fill(value_reader& read, const listing_fields& x, listing& into) {
  const auto kind = kind_of(x);
  if (!kind) return read.refuse("kind", x.kind, "is not known");
  if (!x.tick || *x.tick <= price{}) return read.refuse(x.name, {}, "has no tick_size");
  if (!x.minimum || *x.minimum <= quantity{}) return read.refuse(x.name, {}, "has no min_trade_amount");
  auto info = parse_symbol(venue::deribit, x.name);
  if (!info) return read.refuse("instrument_name", x.name, info.error().text);
  auto& rules = into.rules;
  rules = {.at = venue::deribit, .symbol = x.name, .info = *std::move(info)};
  rules.info.kind = *kind;
  rules.info.is_inverse = *kind != instrument_kind::spot && !x.is_linear();
  if (!x.base.empty()) rules.info.base = x.base;
  if (!x.settlement.empty()) rules.info.settlement = x.settlement;
  if (!rules.info.is_inverse && !x.quote.empty()) rules.info.quote = x.quote;
  if (x.expires_ms > 0) rules.info.expiry_ns = x.expires_ms < never_ms ? x.expires_ms * ns_per_ms : 0;
  if (x.strike) rules.info.strike = *x.strike;
  if (const auto right = from_text<option_type>(x.option)) rules.info.right = *right;
  rules.ticks = {.base = *x.tick, .steps = x.steps};
  std::ranges::sort(rules.ticks.steps, {}, &tick_table::step::above);
  rules.minimum = *x.minimum;
  rules.lot = lot_of(x);
  rules.index = x.index;
  into.state = !x.state.empty() ? x.state : x.is_active ? "open" : "inactive";
  into.created_ns = x.created_ms * ns_per_ms;
  return true;
}

} // namespace

std::optional<instrument_state> state_of(std::string_view word) {
  if (word == "open" || word == "started") return instrument_state::resumed;
  if (word == "created") return instrument_state::listed;
  if (word == "settlement" || word == "locked" || word == "halted" || word == "inactive" || word == "settled")
    return instrument_state::halted;
  if (word == "delivered" || word == "archivized" || word == "closed" || word == "terminated")
    return instrument_state::expired;
  return {};
}

bool message_reader::impl::read_listing(ondemand::value& from, listing& into) {
  listing_fields x;
  return fields(from, "instrument",
                [&](std::string_view key, ondemand::value& value) { return read_field(*this, x, key, value); }) &&
         fill(*this, x, into);
}

result<listing_page> message_reader::listings() {
  listing_page into;
  auto& x = *impl_;
  ondemand::value answer;
  const bool ok = x.data(answer) && x.elements(answer, "result", [&](ondemand::value& one) {
    listing made;
    if (x.read_listing(one, made))
      into.listings.push_back(std::move(made));
    else
      into.faults.push_back(x.fault);
    return true;
  });
  if (!ok) return x.broken();
  return into;
}

result<listing> message_reader::listed() {
  listing into;
  ondemand::value answer;
  if (!impl_->data(answer) || !impl_->read_listing(answer, into)) return impl_->broken();
  return into;
}

result<listing> message_reader::created() {
  listing into;
  ondemand::value data;
  if (!impl_->data(data) || !impl_->read_listing(data, into)) return impl_->broken();
  return into;
}

result<std::vector<std::string>> message_reader::channels() {
  std::vector<std::string> into;
  auto& x = *impl_;
  ondemand::value answer;
  const bool ok = x.data(answer) && x.elements(answer, "result", [&](ondemand::value& one) {
    return x.text(one, "result", into.emplace_back());
  });
  if (!ok) return x.broken();
  return into;
}

result<login> message_reader::logged_in() {
  login into;
  auto& x = *impl_;
  ondemand::value answer;
  std::uint64_t expires = 0;
  const bool ok = x.data(answer) && x.fields(answer, "result", [&](std::string_view key, ondemand::value& value) {
    if (key == "refresh_token") return x.text(value, key, into.refresh_token);
    if (key == "scope") return x.text(value, key, into.scope);
    return key != "expires_in" || x.count(value, key, expires);
  });
  if (!ok) return x.broken();
  into.expires_in_s = static_cast<std::int64_t>(std::min<std::uint64_t>(expires, 10 * 365 * 86'400));
  return into;
}

result<std::vector<delivery>> message_reader::deliveries() {
  std::vector<delivery> into;
  auto& x = *impl_;
  const auto read_one = [&](ondemand::value& one) {
    std::string date;
    optional_double at;
    const bool ok = x.fields(one, "delivery_price", [&](std::string_view key, ondemand::value& value) {
      if (key == "date") return x.text(value, key, date);
      return key != "delivery_price" || x.number(value, key, at);
    });
    const auto day = ns_from_text(date);
    if (!ok || !day || !at) return ok && x.refuse("delivery_prices", date, "lacks date or price");
    into.push_back({*day, *at});
    return true;
  };
  ondemand::value answer;
  const bool ok = x.data(answer) && x.fields(answer, "result", [&](std::string_view key, ondemand::value& value) {
    return key != "data" || x.elements(value, key, read_one);
  });
  if (!ok) return x.broken();
  return into;
}

} // namespace strike::deribit
