#include "exec/risk_rules.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::exec {

namespace {

constexpr std::size_t longest_label = 36;

template <class... Ts> refusal refuse(risk_rule rule, fmt::format_string<Ts...> text, Ts&&... xs) {
  return {rule, fmt::format(text, std::forward<Ts>(xs)...)};
}

bool may_be_negative(instrument_kind x) {
  return x == instrument_kind::future_combo || x == instrument_kind::option_combo;
}

refused check_price(const instrument& rules, std::string_view name, price x) {
  if (!may_be_negative(rules.info.kind) && x <= price{})
    return refuse(risk_rule::instrument, "{} {} must be above 0", name, to_string(x));
  const auto tick = rules.ticks.tick_at(x);
  if (x.nanos % tick.nanos != 0)
    return refuse(risk_rule::instrument, "{} {} is not on the tick {}; the next are {} and {}", name, to_string(x),
                  to_string(tick), to_string(rules.ticks.round_down(x)), to_string(rules.ticks.round_up(x)));
  if (rules.info.kind != instrument_kind::binary) return {};
  const price lowest = rules.ticks.next_above({}), highest = rules.ticks.next_below({nanos_per_unit});
  if (x < lowest || x > highest)
    return refuse(risk_rule::instrument, "{} {} is outside {} and {}, the bounds of this binary", name, to_string(x),
                  to_string(lowest), to_string(highest));
  return {};
}

bool is_label_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

} // namespace

refused check_label(std::string_view label) {
  if (label.empty() || label.size() > longest_label)
    return refuse(risk_rule::label, "a client id has 1 to {} characters, this one {}", longest_label, label.size());
  if (!std::ranges::all_of(label, is_label_char))
    return refuse(risk_rule::label, "a client id holds only A-Z a-z 0-9 . _ -");
  return {};
}

refused check_terms(const order_request& x, std::int64_t wall_ns) {
  const bool never_rests = x.tif == time_in_force::ioc || x.tif == time_in_force::fok;
  if (x.type == order_type::market && x.limit != price{})
    return refuse(risk_rule::terms, "a market order has no limit, this one {}; make it a limit order",
                  to_string(x.limit));
  if (x.type == order_type::market && x.post_only)
    return refuse(risk_rule::terms, "a market order cannot be post-only; give it a limit, or drop post_only");
  if (x.type == order_type::market && x.tif == time_in_force::gtd)
    return refuse(risk_rule::terms, "a market order never rests, and so cannot be gtd; use ioc");
  if (x.post_only && never_rests)
    return refuse(risk_rule::terms, "post_only and {} contradict each other; use gtc or gtd", to_text(x.tif));
  if (x.tif == time_in_force::gtd && x.expire_ns <= wall_ns)
    return refuse(risk_rule::terms, "a gtd order must expire in the future, this one does at {}, and it is {}",
                  iso_from_ns(x.expire_ns), iso_from_ns(wall_ns));
  if (x.tif != time_in_force::gtd && x.expire_ns != 0)
    return refuse(risk_rule::terms, "expire_ns is for gtd orders; this one is {}", to_text(x.tif));
  if (x.stop < price{}) return refuse(risk_rule::terms, "stop {} must not be negative", to_string(x.stop));
  return {};
}

refused check_price_and_size(const instrument& rules, const order_request& x) {
  if (x.type == order_type::limit)
    if (auto bad = check_price(rules, "limit", x.limit)) return bad;
  if (x.size <= quantity{}) return refuse(risk_rule::instrument, "size {} must be above 0", to_string(x.size));
  if (x.size.nanos % rules.lot.nanos != 0)
    return refuse(risk_rule::instrument, "size {} is not a multiple of the lot {}", to_string(x.size),
                  to_string(rules.lot));
  if (x.size < rules.minimum)
    return refuse(risk_rule::instrument, "size {} is below the minimum {}", to_string(x.size),
                  to_string(rules.minimum));
  return {};
}

refused check_instrument(const instrument& rules, const order_request& x, std::int64_t wall_ns) {
  if (rules.info.expiry_ns != 0 && wall_ns >= rules.info.expiry_ns)
    return refuse(risk_rule::instrument, "the instrument expired at {}", iso_from_ns(rules.info.expiry_ns));
  if (x.stop > price{})
    if (auto bad = check_price(rules, "stop", x.stop)) return bad;
  return check_price_and_size(rules, x);
}

} // namespace strike::exec
