#include "polymarket/amounts.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>
#include <numeric>

namespace strike::polymarket {

namespace {

using boost::multiprecision::int256_t;

constexpr price one{nanos_per_unit};
constexpr std::int64_t nanos_per_cent = nanos_per_unit / 100;

struct tick_rule {
  price tick;
  int decimals;
};
/// Source: Polymarket clob-client-v2 and ts-sdk, ROUNDING_CONFIG.
constexpr tick_rule tick_rules[] = {{{100'000'000}, 1}, {{10'000'000}, 2}, {{5'000'000}, 3},
                                    {{2'500'000}, 4},   {{1'000'000}, 3},  {{100'000}, 4}};

std::int64_t power_of_ten(int x) { return detail::power_of_ten[x]; }

/// A price as a count of 10^-decimals.
struct scaled_price {
  std::int64_t count = 0;
  int decimals = 0;
};

enum class price_rounding : std::uint8_t { half_up, down };

result<scaled_price> scale(price at, price tick, price_rounding rounding) {
  const auto decimals = price_decimals(tick);
  if (!decimals) return std::unexpected{decimals.error()};
  const auto unit = power_of_ten(9 - *decimals);
  const auto count = (at.nanos + (rounding == price_rounding::half_up ? unit / 2 : 0)) / unit;
  if (count <= 0 || count >= power_of_ten(*decimals))
    return fail(ec::invalid_order, "price " + to_string(at) + " is not between 0 and 1");
  return scaled_price{count, *decimals};
}

/// In hundredths, which all that is ordered comes in.
result<std::int64_t> hundredths(quantity x, const char* what) {
  const auto count = x.nanos / nanos_per_cent;
  if (count <= 0) return fail(ec::invalid_order, std::string{what} + " " + to_string(x) + " is below 0.01");
  return count;
}

result<std::uint64_t> amount_of(int128 millionths) {
  if (millionths <= 0 || millionths > int128{INT64_MAX})
    return fail(ec::invalid_order, "the order is worth less than a millionth, or too much for the venue");
  return static_cast<std::uint64_t>(millionths);
}

result<amounts> both(result<std::uint64_t> maker, result<std::uint64_t> taker) {
  if (!maker) return std::unexpected{maker.error()};
  if (!taker) return std::unexpected{taker.error()};
  return amounts{*maker, *taker};
}

/// hundredths of a share x price, in millionths of pUSD.
int128 value_of(std::int64_t count, const scaled_price& at) {
  return int128{count} * at.count * power_of_ten(4 - at.decimals);
}

} // namespace

result<int> price_decimals(price tick) {
  for (const auto& x : tick_rules)
    if (x.tick == tick) return x.decimals;
  return fail(ec::malformed, "tick " + to_string(tick) +
                                 " is none of 0.1, 0.01, 0.005, 0.0025, 0.001, 0.0001; "
                                 "Polymarket has a new one, and Strike must learn it");
}

bool is_valid_price(price x, price tick) {
  return tick > price{} && x >= tick && x <= one - tick && x.nanos % tick.nanos == 0;
}

result<amounts> limit_amounts(side on, price at, quantity size, price tick) {
  const auto scaled = scale(at, tick, price_rounding::half_up);
  if (!scaled) return std::unexpected{scaled.error()};
  const auto count = hundredths(size, "size");
  if (!count) return std::unexpected{count.error()};
  const auto shares = amount_of(int128{*count} * 10'000);
  const auto cash = amount_of(value_of(*count, *scaled));
  return on == side::buy ? both(cash, shares) : both(shares, cash);
}

result<amounts> market_amounts(side on, price worst, quantity amount, price tick, share_rounding rounding) {
  const auto scaled = scale(worst, tick, price_rounding::down);
  if (!scaled) return std::unexpected{scaled.error()};
  const auto count = hundredths(amount, on == side::buy ? "amount" : "size");
  if (!count) return std::unexpected{count.error()};
  const auto given = amount_of(int128{*count} * 10'000);
  if (on == side::sell) return both(given, amount_of(value_of(*count, *scaled)));
  const auto dividend = int128{*count} * power_of_ten(2 * scaled->decimals);
  const auto shares = (dividend + (rounding == share_rounding::up ? scaled->count - 1 : 0)) / scaled->count;
  return both(given, amount_of(shares * power_of_ten(4 - scaled->decimals)));
}

quantity whole_cents_size(price at, quantity size) {
  const auto step = nanos_per_unit / std::gcd(at.nanos, nanos_per_unit); // hundredths of a share to a whole cent
  const auto count = size.nanos / nanos_per_cent;
  return {count / step * step * nanos_per_cent};
}

depth worst_price(std::span<const book_level> best_first, quantity amount, bool is_cash) {
  depth found;
  money sum;
  for (const auto& level : best_first) {
    found.worst = level.at;
    sum += is_cash ? notional(level.at, level.size) : money{level.size.nanos};
    if (sum >= money{amount.nanos}) return found.is_complete = true, found;
  }
  return found;
}

money taker_fee(quantity shares, price at, const fee_terms& terms) {
  int256_t dividend = int256_t{shares.nanos} * terms.rate.nanos;
  int256_t divisor = nanos_per_unit; // the result is in 1e-9 again
  for (int i = 0; i < terms.exponent; ++i) {
    dividend *= int256_t{at.nanos} * (nanos_per_unit - at.nanos);
    divisor *= int256_t{nanos_per_unit} * nanos_per_unit;
  }
  const int256_t nearest = (dividend + divisor / 2) / divisor;
  return {static_cast<int128>(nearest)};
}

money round_fee(money exact, fee_rounding how) {
  constexpr int128 unit = nanos_per_unit / 100'000;
  const auto more = how == fee_rounding::cut ? int128{0} : how == fee_rounding::nearest ? unit / 2 : unit - 1;
  return {(exact.nanos + more) / unit * unit};
}

money affordable(money amount, price at, money balance, const fee_terms& terms, price builder_rate, price slippage) {
  const auto base = std::min(amount, balance);
  const quantity shares{static_cast<std::int64_t>(mul_div(base.nanos, nanos_per_unit, at.nanos))};
  auto fee = taker_fee(shares, at, terms);
  fee += money{mul_div(fee.nanos, slippage.nanos, nanos_per_unit)};
  fee += money{mul_div(base.nanos, builder_rate.nanos, nanos_per_unit)};
  if (balance > amount + fee) return amount;
  return std::max(balance - fee, money{});
}

} // namespace strike::polymarket
