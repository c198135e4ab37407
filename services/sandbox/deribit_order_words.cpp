#include "sandbox/deribit_order_words.hpp"

#include "base/time.hpp"
#include "sandbox/deribit_json.hpp"
#include "sandbox/deribit_params.hpp"
#include "sandbox/deribit_terms.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace strike::sandbox::deribit {

namespace {

constexpr std::size_t most_label_bytes = 64;
constexpr std::array<std::string_view, 7> types = {"limit",       "market",     "market_limit", "stop_limit",
                                                   "stop_market", "take_limit", "take_market"};
/// Of the page, but not of the sandbox: it says so instead of doing something else.
constexpr std::array<std::string_view, 8> unserved = {
    "advanced", "linked_order_type", "otoco_config", "display_amount",
    "max_show", "trigger_offset",    "mmp_group",    "trigger_fill_condition"};

struct force {
  std::string_view word;
  time_in_force value;
};
constexpr force forces[] = {{"good_til_cancelled", time_in_force::gtc},
                            {"good_til_day", time_in_force::gtd},
                            {"fill_or_kill", time_in_force::fok},
                            {"immediate_or_cancel", time_in_force::ioc}};
struct source_word {
  std::string_view word;
  trigger::source value;
};
constexpr source_word sources[] = {{"index_price", trigger::source::index},
                                   {"mark_price", trigger::source::mark},
                                   {"last_price", trigger::source::last}};

std::unexpected<rpc_error> bad(std::string_view param, std::string_view reason) {
  return std::unexpected{invalid_param(param, reason)};
}
bool is_triggered(std::string_view type) { return type.starts_with("stop_") || type.starts_with("take_"); }

} // namespace

std::int64_t next_settlement_ns(std::int64_t now_ns) {
  constexpr std::int64_t day_ns = 86'400 * ns_per_s, at_ns = 8 * 3'600 * ns_per_s;
  return (now_ns - at_ns) / day_ns * day_ns + at_ns + day_ns;
}

std::optional<rpc_error> lateness(const boost::json::object& params, std::int64_t now_ns) {
  const auto until_ms = integer_of(params, "valid_until");
  if (until_ms && *until_ms < now_ns / ns_per_ms) return rpc_error{13888, "timed_out"};
  return {};
}

rpc_error error_of(const refused& why) {
  const auto data = json_object{}.text("reason", why.text).take();
  switch (why.why) {
  case objection::unknown_instrument:
    return {10020, "invalid_or_unsupported_instrument", data};
  case objection::closed:
    return {13019, "orderbook_closed", data};
  case objection::halted:
    return {10012, "book_closed", data};
  case objection::form:
    return {11047, "unsupported_arg_combination", data};
  case objection::price:
    return {10023, "invalid_price", data};
  case objection::tick:
    return {10043, "price_wrong_tick", data};
  case objection::minimum:
    return {10002, "qty_too_low", data};
  case objection::lot:
    return {10021, "invalid_amount", data};
  case objection::nothing_to_cut:
    return {11030, "other_reject reduce_only", data};
  case objection::would_cross:
    return {11054, "post_only_reject", data};
  case objection::funds:
    return {10009, "not_enough_funds", data};
  case objection::not_open:
    return {11044, "not_open_order", data};
  }
  return {10001, "error", data};
}

std::expected<optional_quantity, rpc_error> order_reader::amount(const boost::json::object& params,
                                                                 const instrument& of) const {
  const auto given = decimal_of<quantity>(params, "amount"), contracts = decimal_of<quantity>(params, "contracts");
  if (!given) return std::unexpected{given.error()};
  if (!contracts) return std::unexpected{contracts.error()};
  optional_quantity made;
  if (*contracts)
    made = quantity{static_cast<std::int64_t>(mul_div((**contracts).nanos, contract_size(of).nanos, nanos_per_unit))};
  if (*given) {
    if (made && *made != **given) return std::unexpected{rpc_error{11029, "invalid_arguments"}};
    made = **given;
  }
  return made;
}

std::optional<rpc_error> order_reader::band_fault(const order_request& x) const {
  const auto& at = view.at(x.instrument);
  if (!at.quote.mark) return {};
  const auto band = band_of(at.listing->rules, *at.quote.mark);
  if (!band) return {};
  if (x.side == side::buy && x.limit > band->highest)
    return rpc_error{10007, "price_too_high " + to_string(band->highest)};
  if (x.side == side::sell && x.limit < band->lowest)
    return rpc_error{10005, "price_too_low " + to_string(band->lowest)};
  return {};
}

/// A post-only order that would cross goes a tick inside the spread.
void order_reader::step_aside(order_request& x) const {
  const auto met = desk.opposite_touch(x.instrument, x.side);
  const auto& ticks = desk.rules(x.instrument).ticks;
  if (!met || (x.side == side::buy ? x.limit < *met : x.limit > *met)) return;
  x.limit = x.side == side::buy ? ticks.next_below(*met) : ticks.next_above(*met);
}

std::expected<void, rpc_error> order_reader::read_trigger(const boost::json::object& params, order_wish& to) const {
  auto& x = to.ticket;
  const auto word = text_of(params, "trigger");
  const auto found = std::ranges::find(sources, word, &source_word::word);
  if (found == std::end(sources)) return bad("trigger", "must be index_price, mark_price or last_price");
  const auto level = decimal_of<price>(params, "trigger_price");
  if (!level) return std::unexpected{level.error()};
  if (!*level || **level <= price{}) return std::unexpected{rpc_error{11036, "invalid_trigger_price"}};
  if (!desk.rules(x.request.instrument).ticks.is_on_tick(**level))
    return std::unexpected{rpc_error{10044, "trigger_price_wrong_tick"}};
  const bool is_stop = to.words.type.starts_with("stop_");
  x.waits_for = trigger{.by = found->value, .at = **level, .is_rise = is_stop == (x.request.side == side::buy)};
  to.words.trigger = word;
  const auto& quote = view.at(x.request.instrument).quote;
  const auto now = found->value == trigger::source::index  ? quote.index
                   : found->value == trigger::source::mark ? quote.mark
                   : quote.last                            ? optional_double{to_double(*quote.last)}
                                                           : optional_double{};
  if (now && x.waits_for->is_rise && *now >= to_double(**level))
    return std::unexpected{rpc_error{10035, "trigger_price_too_low"}};
  if (now && !x.waits_for->is_rise && *now <= to_double(**level))
    return std::unexpected{rpc_error{10034, "trigger_price_too_high"}};
  return {};
}

std::expected<void, rpc_error> order_reader::read_price(const boost::json::object& params, order_wish& to) const {
  auto& x = to.ticket.request;
  const auto met = desk.opposite_touch(x.instrument, x.side);
  if (to.words.type == "market" || to.words.type.ends_with("_market")) {
    x.type = order_type::market;
    if (const auto& mark = view.at(x.instrument).quote.mark)
      if (const auto band = band_of(desk.rules(x.instrument), *mark))
        to.words.bound = x.side == side::buy ? band->highest : band->lowest;
    return {};
  }
  if (to.words.type == "market_limit") {
    if (!met) return std::unexpected{rpc_error{11030, "other_reject no_liquidity"}};
    x.limit = *met;
    to.words.original_type = std::exchange(to.words.type, "limit");
    return {};
  }
  const auto limit = decimal_of<price>(params, "price");
  if (!limit) return std::unexpected{limit.error()};
  if (!*limit) return bad("price", "must be given");
  x.limit = **limit;
  if (x.post_only && !to.words.reject_post_only && !to.ticket.waits_for) step_aside(x);
  if (auto fault = band_fault(x)) return std::unexpected{*std::move(fault)};
  return {};
}

std::expected<order_wish, rpc_error> order_reader::wish(const boost::json::object& params, side of,
                                                        owner_id owner) const {
  for (const auto name : unserved)
    if (params.contains(name)) return std::unexpected{rpc_error{10033, "not_implemented", in_quotes(name)}};
  const auto* const at = view.find(venue::deribit, text_of(params, "instrument_name"));
  if (!at) return std::unexpected{rpc_error{13020, "not_found"}};
  order_wish made{.ticket = {.owner = owner, .label = text_of(params, "label")}};
  auto& x = made.ticket.request;
  x.instrument = at->listing->id;
  x.side = of;
  if (made.ticket.label.size() > most_label_bytes) return bad("label", "at most 64 characters");
  const auto size = amount(params, at->listing->rules);
  if (!size) return std::unexpected{size.error()};
  if (!*size) return bad("amount", "amount or contracts must be given");
  x.size = **size;
  if (const auto type = text_of(params, "type"); !type.empty()) made.words.type = type;
  if (made.words.type == "trailing_stop")
    return std::unexpected{rpc_error{10033, "not_implemented", in_quotes("trailing_stop")}};
  if (std::ranges::find(types, made.words.type) == types.end()) return bad("type", "is no type of order");
  if (const auto word = text_of(params, "time_in_force"); !word.empty()) made.words.time_in_force = word;
  const auto tif = std::ranges::find(forces, made.words.time_in_force, &force::word);
  if (tif == std::end(forces)) return bad("time_in_force", "is no time in force");
  x.tif = tif->value;
  if (x.tif == time_in_force::gtd) x.expire_ns = next_settlement_ns(now_ns);
  x.post_only = flag_of(params, "post_only");
  x.reduce_only = flag_of(params, "reduce_only");
  made.words.reject_post_only = flag_of(params, "reject_post_only");
  if (x.post_only && x.tif != time_in_force::gtc)
    return std::unexpected{rpc_error{11047, "unsupported_arg_combination"}};
  if (is_triggered(made.words.type))
    if (auto ok = read_trigger(params, made); !ok) return std::unexpected{ok.error()};
  if (auto ok = read_price(params, made); !ok) return std::unexpected{ok.error()};
  return made;
}

std::expected<trading_desk::amendment, rpc_error> order_reader::amendment(const boost::json::object& params,
                                                                          const order_record& of) const {
  const auto limit = decimal_of<price>(params, "price");
  if (!limit) return std::unexpected{limit.error()};
  const auto size = amount(params, desk.rules(of.request.instrument));
  if (!size) return std::unexpected{size.error()};
  if (!*size) return bad("amount", "amount or contracts must be given");
  auto wanted = of.request;
  wanted.limit = limit->value_or(of.request.limit);
  wanted.size = **size;
  wanted.post_only = flag_of(params, "post_only");
  wanted.reduce_only = params.contains("reduce_only") ? flag_of(params, "reduce_only") : of.request.reduce_only;
  if (wanted.type == order_type::limit) {
    if (wanted.post_only && !flag_of(params, "reject_post_only") && of.state != order_state::pending)
      step_aside(wanted);
    if (auto fault = band_fault(wanted)) return std::unexpected{*std::move(fault)};
  }
  const auto level = decimal_of<price>(params, "trigger_price");
  if (!level) return std::unexpected{level.error()};
  if (*level && !desk.rules(of.request.instrument).ticks.is_on_tick(**level))
    return std::unexpected{rpc_error{10044, "trigger_price_wrong_tick"}};
  return trading_desk::amendment{wanted.limit, wanted.size, wanted.post_only, wanted.reduce_only,
                                 *level ? optional_price{**level} : optional_price{}};
}

} // namespace strike::sandbox::deribit
