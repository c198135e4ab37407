#include "base/symbol.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike {

namespace {

constexpr std::int64_t expiry_hour_ns = 8 * 3600 * ns_per_s; ///< Deribit and Derive: 08:00 UTC

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

constexpr std::string_view month_names[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                            "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};

bool all_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

/// The parts between separators; more than `parts` can hold come out as a count of size + 1.
template <std::size_t N> std::size_t split(std::string_view text, char separator, std::string_view (&parts)[N]) {
  std::size_t count = 0;
  for (;;) {
    const auto at = text.find(separator);
    if (count == N) return N + 1;
    parts[count++] = text.substr(0, at);
    if (at == std::string_view::npos) return count;
    text.remove_prefix(at + 1);
  }
}

/// A coin: upper-case letters and digits, at most 15 of them.
bool is_coin(std::string_view text) {
  return !text.empty() && text.size() <= 15 &&
         std::ranges::all_of(text, [](char c) { return is_upper(c) || is_digit(c); });
}

/// "5JUN26": one or two digits without a leading zero, month, year of this century.
std::optional<std::int64_t> parse_deribit_date(std::string_view text) {
  const std::size_t day_digits = text.size() == 6 ? 1 : 2;
  if (text.size() != day_digits + 5 || text[0] == '0') return {};
  if (!all_digits(text.substr(0, day_digits)) || !all_digits(text.substr(day_digits + 3))) return {};
  const auto month = std::ranges::find(month_names, text.substr(day_digits, 3));
  if (month == std::end(month_names)) return {};
  unsigned day = 0;
  for (const char c : text.substr(0, day_digits)) day = day * 10 + static_cast<unsigned>(c - '0');
  const int year = 2000 + (text[text.size() - 2] - '0') * 10 + (text.back() - '0');
  const auto midnight = ns_from_date(year, static_cast<unsigned>(month - std::begin(month_names)) + 1, day);
  if (!midnight) return {};
  return *midnight + expiry_hour_ns;
}

/// "20261127".
std::optional<std::int64_t> parse_derive_date(std::string_view text) {
  if (text.size() != 8 || !all_digits(text)) return {};
  unsigned number = 0;
  for (const char c : text) number = number * 10 + static_cast<unsigned>(c - '0');
  const auto midnight = ns_from_date(static_cast<int>(number / 10'000), number / 100 % 100, number % 100);
  if (!midnight) return {};
  return *midnight + expiry_hour_ns;
}

/// "70000", "1d02" where `point` is 'd'.
optional_price parse_strike(std::string_view text, char point) {
  if (text.empty() || text.size() > 19 || (text[0] == '0' && (text.size() == 1 || text[1] != point))) return {};
  if (!is_digit(text[0]) || !std::ranges::all_of(text, [point](char c) { return is_digit(c) || c == point; })) return {};
  std::string plain{text};
  std::ranges::replace(plain, point, '.');
  const auto strike = parse_decimal<price>(plain);
  return strike && strike->nanos > 0 ? optional_price{*strike} : optional_price{};
}

std::optional<option_type> parse_right(std::string_view text) {
  if (text == "C") return option_type::call;
  if (text == "P") return option_type::put;
  return {};
}

std::unexpected<error> refuse(venue at, std::string_view symbol, std::string_view why) {
  return fail(ec::malformed, fmt::format("'{}' is no {} symbol: {}", symbol.substr(0, 96), to_text(at), why));
}

symbol_info deribit_pair(std::string_view pair) {
  const auto bar = pair.find('_');
  symbol_info info;
  info.base = pair.substr(0, bar);
  info.is_inverse = bar == std::string_view::npos;
  info.quote = info.is_inverse ? "USD" : std::string{pair.substr(bar + 1)};
  info.settlement = info.is_inverse ? info.base : info.quote;
  return info;
}

/// The dates of a combo, "19MAY26" or "29MAY26_5JUN26": the first expiry is what ends it.
std::optional<std::int64_t> parse_combo_dates(std::string_view text) {
  std::string_view dates[2];
  const auto count = split(text, '_', dates);
  if (count > 2) return {};
  auto first = parse_deribit_date(dates[0]);
  if (!first || count == 1) return first;
  const auto second = parse_deribit_date(dates[1]);
  if (!second) return {};
  return std::min(*first, *second);
}

bool is_combo_code(std::string_view text) {
  return !text.empty() && text.size() <= 12 && is_upper(text[0]) && is_coin(text);
}

bool are_combo_strikes(std::string_view text) {
  std::string_view strikes[8];
  const auto count = split(text, '_', strikes);
  return count <= 8 && std::all_of(strikes, strikes + count, [](auto x) { return parse_strike(x, 'd').has_value(); });
}

/// BTC-FS-25DEC26_PERP
result<symbol_info> parse_future_spread(std::string_view symbol, std::string_view legs, symbol_info info) {
  std::string_view dates[2];
  if (split(legs, '_', dates) != 2) return refuse(venue::deribit, symbol, "a future spread is COIN-FS-FAR_NEAR");
  const auto far = parse_deribit_date(dates[0]);
  const auto near = dates[1] == "PERP" ? far : parse_deribit_date(dates[1]);
  if (!far || !near) return refuse(venue::deribit, symbol, "expected dates such as 25DEC26, or PERP as the near leg");
  info.kind = instrument_kind::future_combo;
  info.expiry_ns = std::min(*far, *near);
  return info;
}

result<symbol_info> parse_deribit(std::string_view symbol) {
  std::string_view part[4];
  const auto parts = split(symbol, '-', part);
  const auto bar = part[0].find('_');
  if (!is_coin(part[0].substr(0, bar)) || (bar != std::string_view::npos && !is_coin(part[0].substr(bar + 1))))
    return refuse(venue::deribit, symbol, "it must start with COIN or BASE_QUOTE in upper case");
  auto info = deribit_pair(part[0]);
  if (parts == 1) {
    if (info.is_inverse) return refuse(venue::deribit, symbol, "a spot pair is BASE_QUOTE");
    info.kind = instrument_kind::spot;
    return info;
  }
  if (parts == 2) {
    info.kind = part[1] == "PERPETUAL" ? instrument_kind::perpetual : instrument_kind::future;
    if (info.kind == instrument_kind::perpetual) return info;
    const auto expiry = parse_deribit_date(part[1]);
    if (!expiry) return refuse(venue::deribit, symbol, "expected PERPETUAL or a date such as 5JUN26");
    info.expiry_ns = *expiry;
    return info;
  }
  if (parts == 3 && part[1] == "FS") return parse_future_spread(symbol, part[2], info);
  if (parts != 4) return refuse(venue::deribit, symbol, "an option is COIN-DATE-STRIKE-C or -P");
  if (is_combo_code(part[1])) {
    const auto expiry = parse_combo_dates(part[2]);
    if (!expiry || !are_combo_strikes(part[3]))
      return refuse(venue::deribit, symbol, "an option combo is COIN-CODE-DATE[_DATE]-STRIKE[_STRIKE...]");
    info.kind = instrument_kind::option_combo;
    info.expiry_ns = *expiry;
    return info;
  }
  const auto expiry = parse_deribit_date(part[1]);
  if (!expiry) return refuse(venue::deribit, symbol, "expected a date such as 5JUN26");
  info.strike = parse_strike(part[2], 'd');
  if (!info.strike) return refuse(venue::deribit, symbol, "expected a strike such as 70000 or 1d02");
  info.right = parse_right(part[3]);
  if (!info.right) return refuse(venue::deribit, symbol, "it must end in C or P");
  info.kind = instrument_kind::option;
  info.expiry_ns = *expiry;
  return info;
}

/// Derive's spot assets are mixed-case tokens ("sUSDe").
bool is_derive_asset(std::string_view text) {
  return text.size() >= 2 && text.size() <= 15 && !is_digit(text[0]) &&
         std::ranges::all_of(text, [](char c) { return is_upper(c) || is_digit(c) || (c >= 'a' && c <= 'z'); });
}

result<symbol_info> parse_derive(std::string_view symbol) {
  std::string_view part[4];
  const auto parts = split(symbol, '-', part);
  if (!is_derive_asset(part[0])) return refuse(venue::derive, symbol, "it must start with a currency");
  symbol_info info{.base = std::string{part[0]}, .quote = "USDC", .settlement = "USDC"};
  if (parts == 2 && part[1] == "PERP") {
    info.kind = instrument_kind::perpetual;
    info.quote = "USD";
    return info;
  }
  if (parts == 2) {
    if (!is_derive_asset(part[1]) || part[1] == "PERPETUAL")
      return refuse(venue::derive, symbol, "expected PERP or a quote currency");
    info.kind = instrument_kind::spot;
    info.quote = info.settlement = part[1];
    return info;
  }
  if (parts != 4) return refuse(venue::derive, symbol, "an option is CCY-YYYYMMDD-STRIKE-C or -P");
  const auto expiry = parse_derive_date(part[1]);
  if (!expiry) return refuse(venue::derive, symbol, "expected a date such as 20261127");
  info.expiry_ns = *expiry;
  info.strike = parse_strike(part[2], '_');
  if (!info.strike) return refuse(venue::derive, symbol, "expected a strike such as 3000 or 0_25");
  info.right = parse_right(part[3]);
  if (!info.right) return refuse(venue::derive, symbol, "it must end in C or P");
  info.kind = instrument_kind::option;
  return info;
}

std::string strike_text(price strike, char point) {
  auto text = to_string(strike);
  std::ranges::replace(text, '.', point);
  return text;
}

std::string date_text(venue at, std::int64_t expiry_ns) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::nanoseconds>{std::chrono::nanoseconds{expiry_ns}})};
  const auto year = static_cast<int>(date.year());
  const auto month = static_cast<unsigned>(date.month()), day = static_cast<unsigned>(date.day());
  if (at == venue::derive) return fmt::format("{:04}{:02}{:02}", year, month, day);
  return fmt::format("{}{}{:02}", day, month_names[month - 1], year % 100);
}

} // namespace

result<symbol_info> parse_symbol(venue at, std::string_view symbol) {
  switch (at) {
  case venue::deribit:
    return parse_deribit(symbol);
  case venue::derive:
    return parse_derive(symbol);
  case venue::polymarket:
    break;
  }
  if (auto id = parse_token_id(symbol); !id) return std::unexpected{id.error()};
  return symbol_info{.kind = instrument_kind::binary, .quote = "pUSD", .settlement = "pUSD"};
}

result<std::string> print_symbol(venue at, const symbol_info& info) {
  const bool is_deribit = at == venue::deribit;
  const auto front = is_deribit && !info.is_inverse ? info.base + "_" + info.quote : info.base;
  if (at != venue::polymarket) switch (info.kind) {
    case instrument_kind::perpetual:
      return front + (is_deribit ? "-PERPETUAL" : "-PERP");
    case instrument_kind::spot:
      return is_deribit ? front : info.base + "-" + info.quote;
    case instrument_kind::future:
      if (is_deribit) return front + "-" + date_text(at, info.expiry_ns);
      break;
    case instrument_kind::option:
      if (!info.strike || !info.right) break;
      return fmt::format("{}-{}-{}-{}", front, date_text(at, info.expiry_ns),
                         strike_text(*info.strike, is_deribit ? 'd' : '_'),
                         *info.right == option_type::call ? 'C' : 'P');
    case instrument_kind::future_combo:
    case instrument_kind::option_combo:
    case instrument_kind::binary:
      break;
    }
  return fail(ec::malformed,
              fmt::format("a {} has no symbol that follows from its terms at {}", to_text(info.kind), to_text(at)));
}

std::optional<venue> infer_venue(std::string_view symbol) {
  for (const auto& row : enum_names<venue>::table)
    if (parse_symbol(row.value, symbol)) return row.value;
  return {};
}

result<token_id> parse_token_id(std::string_view decimal_digits) {
  if (!all_digits(decimal_digits) || decimal_digits.size() > 78 ||
      (decimal_digits[0] == '0' && decimal_digits.size() > 1))
    return refuse(venue::polymarket, decimal_digits, "a token id is up to 78 decimal digits without a leading zero");
  token_id id{};
  for (const char c : decimal_digits) {
    unsigned carry = static_cast<unsigned>(c - '0');
    for (auto byte = id.rbegin(); byte != id.rend(); ++byte) {
      carry += *byte * 10U;
      *byte = static_cast<std::uint8_t>(carry & 0xFF);
      carry >>= 8;
    }
    if (carry != 0) return refuse(venue::polymarket, decimal_digits, "it is above 2^256 - 1");
  }
  return id;
}

std::string to_string(const token_id& id) {
  token_id rest = id;
  std::string digits;
  do {
    unsigned remainder = 0;
    for (auto& byte : rest) {
      remainder = remainder << 8 | byte;
      byte = static_cast<std::uint8_t>(remainder / 10);
      remainder %= 10;
    }
    digits.insert(digits.begin(), static_cast<char>('0' + remainder));
  } while (std::ranges::any_of(rest, [](auto byte) { return byte != 0; }));
  return digits;
}

result<qualified_symbol> parse_qualified_symbol(std::string_view text) {
  if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    const auto at = from_text<venue>(text.substr(0, colon));
    if (!at) return std::unexpected{at.error()};
    const auto symbol = text.substr(colon + 1);
    if (auto info = parse_symbol(*at, symbol); !info) return std::unexpected{info.error()};
    return qualified_symbol{*at, std::string{symbol}};
  }
  const auto at = infer_venue(text);
  if (!at)
    return fail(ec::malformed, fmt::format("'{}' fits no venue's symbols; write venue:symbol, for example "
                                           "deribit:BTC-27NOV26-90000-C",
                                           text.substr(0, 96)));
  return qualified_symbol{*at, std::string{text}};
}

} // namespace strike
