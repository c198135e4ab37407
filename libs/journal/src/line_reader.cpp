#include "line_reader.hpp"

#include "base/symbol.hpp"
#include "json_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstring>

namespace strike::journal {

namespace ondemand = simdjson::ondemand;

namespace {

constexpr std::string_view not_a_number = "is not a number";
constexpr std::string_view out_of_range = "is beyond +-9.2e9";

std::string_view reason(decimal_fault fault) {
  if (fault == decimal_fault::too_precise) return "has more than nine decimals";
  return fault == decimal_fault::out_of_range ? out_of_range : not_a_number;
}

} // namespace

line_reader::line_reader(const read_options& options, instrument_registry& instruments)
    : options_{options}, instruments_{instruments} {}

std::size_t line_reader::text_hash::operator()(std::string_view text) const {
  constexpr std::uint64_t multiplier = 0x9E37'79B9'7F4A'7C15;
  const auto load = [&](std::size_t at) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    return word;
  };
  const auto mix = [](std::uint64_t a, std::uint64_t b) {
    const auto wide = static_cast<uint128>(a) * b;
    return static_cast<std::uint64_t>(wide) ^ static_cast<std::uint64_t>(wide >> 64);
  };
  std::uint64_t hash = text.size() * multiplier;
  if (text.size() < 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), text.size());
    return mix(hash ^ word, multiplier);
  }
  for (std::size_t at = 0; at + 8 < text.size(); at += 8) hash = mix(hash ^ load(at), multiplier);
  return mix(hash ^ load(text.size() - 8), multiplier);
}

bool line_reader::read(ondemand::object& object, market_event& event) {
  heading_ = {};
  is_order_ = false;
  auto& quotes = std::get<ticker>(event.body);
  for (auto item : object) {
    if (item.error() != simdjson::SUCCESS)
      return fault_ = fmt::format("not a JSON object: {}", simdjson::error_message(item.error())), false;
    auto&& field = std::move(item).value_unsafe(); // a reference: copying a field stalls on store forwarding
    const auto what = key_of(field);
    if (what == key::other) continue;
    auto& from = field.value();
    if (what == key::type) {
      std::string_view type;
      if (!text_of(what, from, type)) return false;
      if (type == "order") return is_order_ = true, false;
      if (type != "ticker") return read_typed(object, type, event);
    } else if (what <= key::trust) {
      if (!read_heading(what, from, event)) return false;
    } else if (what <= key::rho) {
      if (!read_ticker_field(what, from, quotes)) return false;
    }
  }
  return finish(event);
}

bool line_reader::read_heading(key what, value& from, market_event& event) {
  switch (what) {
  case key::timestamp:
    return heading_.has_time = time_of(what, from, options_.timestamp_unit, event.venue_ns);
  case key::instrument:
    return text_of(what, from, heading_.instrument);
  case key::venue:
    return text_of(what, from, heading_.venue);
  case key::recv_ns:
    return time_of(what, from, time_unit::nanoseconds, event.recv_ns);
  case key::venue_ns:
    return time_of(what, from, time_unit::nanoseconds, heading_.fine_ns);
  default:
    break;
  }
  std::string_view text;
  if (!text_of(what, from, text)) return false;
  const auto known = from_text<trust>(text);
  if (!known) return fault_ = known.error().text, false;
  event.state = *known;
  return true;
}

bool line_reader::read_ticker_field(key what, value& from, ticker& into) {
  switch (what) {
  case key::best_bid:
    return decimal_of(what, from, into.best_bid);
  case key::best_ask:
    return decimal_of(what, from, into.best_ask);
  case key::last:
    return decimal_of(what, from, into.last);
  case key::best_bid_size:
    return decimal_of(what, from, into.best_bid_size);
  case key::best_ask_size:
    return decimal_of(what, from, into.best_ask_size);
  case key::mark:
    return number_of(what, from, into.mark);
  case key::index:
    return number_of(what, from, into.index);
  case key::underlying:
    return number_of(what, from, into.underlying);
  case key::open_interest:
    return number_of(what, from, into.open_interest);
  case key::funding:
    return number_of(what, from, into.funding);
  case key::mark_iv:
    return number_of(what, from, into.mark_iv);
  case key::bid_iv:
    return number_of(what, from, into.bid_iv);
  case key::ask_iv:
    return number_of(what, from, into.ask_iv);
  case key::delta:
    return number_of(what, from, into.delta);
  case key::gamma:
    return number_of(what, from, into.gamma);
  case key::vega:
    return number_of(what, from, into.vega);
  case key::theta:
    return number_of(what, from, into.theta);
  default:
    return number_of(what, from, into.rho);
  }
}

bool line_reader::finish(market_event& event) {
  if (!heading_.has_time) return fault_ = "no timestamp", false;
  if (heading_.instrument.empty()) return fault_ = "no instrument", false;
  if (heading_.fine_ns >= 0) event.venue_ns = heading_.fine_ns;
  return resolve_instrument(event.instrument);
}

bool line_reader::resolve_instrument(instrument_id& id) {
  std::size_t row = venue_count;
  if (!heading_.venue.empty()) {
    const auto at = from_text<venue>(heading_.venue);
    if (!at) return fault_ = at.error().text, false;
    row = static_cast<std::size_t>(*at);
  }
  auto& known = symbols_[row];
  if (const auto hit = known.find(heading_.instrument); hit != known.end()) return id.index = hit->second, true;

  auto at = row < venue_count ? std::optional{static_cast<venue>(row)} : options_.default_venue;
  if (!at) at = infer_venue(heading_.instrument);
  if (!at)
    return fault_ = fmt::format("instrument '{}' fits no venue's symbols; add \"venue\" to the line or --venue to the "
                                "command",
                                heading_.instrument.substr(0, 96)),
           false;
  const auto made = instruments_.intern(*at, heading_.instrument);
  if (!made) return fault_ = made.error().text, false;
  id = *made;
  known.emplace(instruments_.at(id).symbol, id.index);
  return true;
}

bool line_reader::time_of(key what, value& from, time_unit unit, std::int64_t& ns) {
  const auto token = token_of(from);
  std::int64_t count = 0;
  const auto* const end = token.data() + token.size();
  const auto [stop, fault] = std::from_chars(token.data(), end, count);
  if (fault == std::errc{} && stop == end)
    return ns_from_count(count, unit, ns) || refuse(what, token, "is outside the years 1970 to 2262");
  // 1700000000.25: seconds with a fraction
  if (fault == std::errc{} && *stop == '.' && (unit == time_unit::automatic || unit == time_unit::seconds) &&
      parse_nanos(token, ns) == decimal_fault::none && ns >= 0)
    return true;
  return refuse(what, token, "is not a time: a whole count of s, ms, us or ns, or seconds with a fraction");
}

bool line_reader::count_of(key what, value& from, std::uint64_t& count) {
  const auto token = token_of(from);
  const auto [stop, fault] = std::from_chars(token.data(), token.data() + token.size(), count);
  if (fault == std::errc{} && stop == token.data() + token.size()) return true;
  return refuse(what, token, "is not a whole number from 0 to 2^64 - 1");
}

bool line_reader::text_of(key what, value& from, std::string_view& text) {
  const auto token = token_of(from);
  if (token.size() >= 2 && token.front() == '"' && token.back() == '"' &&
      std::memchr(token.data(), '\\', token.size()) == nullptr)
    return text = token.substr(1, token.size() - 2), true;
  if (from.get_string().get(text) == simdjson::SUCCESS) return true; // with escapes
  return refuse(what, token, "is not a text");
}

template <class T> bool line_reader::decimal_of(key what, value& from, optional_value<T>& into) {
  const auto token = token_of(from);
  T number;
  const auto fault = parse_nanos(token, number.nanos);
  if (fault == decimal_fault::none) return into = number, true;
  if (token == "null") return into.reset(), true;
  return refuse(what, token, reason(fault));
}

bool line_reader::number_of(key what, value& from, optional_double& into) {
  const auto token = token_of(from);
  if (token == "null") return into.reset(), true;
  double number = 0;
  if (from.get_double().get(number) == simdjson::SUCCESS) return into = number, true;
  return refuse(what, token, not_a_number);
}

bool line_reader::refuse(key what, std::string_view token, std::string_view why) {
  fault_ = fmt::format("{} {} {}", key_table::name_of(what), token.substr(0, 64), why);
  return false;
}

// the lines that are not tickers, in typed_lines.cpp, need these two
template bool line_reader::decimal_of(key, value&, optional_price&);
template bool line_reader::decimal_of(key, value&, optional_quantity&);

} // namespace strike::journal
