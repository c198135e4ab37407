#include "sandbox/deribit_orders.hpp"

#include "sandbox/deribit_channel.hpp"
#include "sandbox/deribit_json.hpp"
#include "sandbox/deribit_params.hpp"
#include "sandbox/deribit_terms.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace strike::sandbox::deribit {

namespace {

constexpr std::uint64_t first_order = 55'500'000'000, first_trade = 900'000'000;

/// Bare digits for BTC, with a prefix elsewhere. Source: Deribit page, section 11.3.
std::string order_name(const instrument& of, std::uint64_t n) {
  const auto digits = std::to_string(first_order + n);
  if (of.info.kind == instrument_kind::spot) return of.symbol + "-" + digits;
  return of.info.settlement == "BTC" ? digits : of.info.settlement + "-" + digits;
}

/// "ETH-SLIS-12", "USDC-SLMB-77".
std::string trigger_name(const instrument& of, const order_wish& x, std::uint64_t n) {
  const char* const what = x.words.type.starts_with("stop_") ? "SL" : "TP";
  const char by = x.ticket.waits_for->by == trigger::source::index  ? 'I'
                  : x.ticket.waits_for->by == trigger::source::mark ? 'M'
                                                                    : 'T';
  return fmt::format("{}-{}{}{}-{}", of.info.settlement, what, by, x.ticket.request.side == side::buy ? 'B' : 'S', n);
}

/// Source: Deribit page, section 8.6.
std::string trade_name(const instrument& of, std::uint64_t n) {
  const auto digits = std::to_string(first_trade + n);
  if (!of.info.is_inverse) return of.info.base + "_" + of.info.quote + "-" + digits;
  return of.info.base == "BTC" ? digits : of.info.base + "-" + digits;
}

rpc_error closed_error(const order_record& x) {
  if (x.state == order_state::filled) return {10010, "already_closed"};
  return {11044, "not_open_order"};
}

bool is_one_of(const boost::json::object& params, std::string_view name, const std::string& text) {
  const auto* const given = params.if_contains(name);
  if (!given || !given->is_array()) {
    const auto word = text_of(params, name);
    return word.empty() || word == "any" || word == text;
  }
  return std::ranges::any_of(given->get_array(),
                             [&](const auto& x) { return x.is_string() && x.get_string() == text; });
}

} // namespace

orders::orders(const market_source& source, const market_view& view, order_settings how)
    : how_{std::move(how)}, view_{view},
      desk_{{.at = venue::deribit, .fees_for = fees_of, .order_name = order_name, .trade_name = trade_name},
            source,
            view} {}

void orders::on_event(const market_event& what, std::int64_t now_ns) {
  now_ns_ = now_ns;
  desk_.on_event(what, now_ns);
  digest();
}

std::int64_t orders::advance(std::int64_t now_ns) {
  now_ns_ = now_ns;
  const auto next = desk_.advance(now_ns);
  digest();
  return next;
}

void orders::on_disconnect(std::uint64_t connection, bool spares_triggers, std::int64_t now_ns) {
  for (owner_id owner = 0; owner < desk_.accounts(); ++owner)
    for (const auto* x : desk_.open_orders(owner)) {
      const bool is_spared = spares_triggers && x->state == order_state::pending;
      if (words_of(x->id).connection == connection && !is_spared) desk_.cancel(x->id, "cancel_on_disconnect", now_ns);
    }
  digest();
}

/// What the desk tells goes into `changes_`; triggers that fired make orders, which tell more.
void orders::digest() {
  for (auto events = desk_.take_events(); !events.empty(); events = desk_.take_events())
    for (const auto& x : events) {
      words_.resize(desk_.orders().size());
      note(x);
      if (x.what == desk_event::kind::triggered) spawn(x.order);
    }
}

account_change& orders::change_of(owner_id owner, instrument_id of) {
  const auto found =
      std::ranges::find_if(changes_, [&](const auto& x) { return x.owner == owner && x.instrument == of; });
  if (found != changes_.end()) return *found;
  return changes_.emplace_back(account_change{.owner = owner, .instrument = of, .orders = {}, .trades = {}});
}

void orders::note(const desk_event& x) {
  auto& to = change_of(x.order.owner, x.order.request.instrument);
  if (x.fill) note_fill(x, to);
  auto json = json_of(x.order);
  const auto known = std::ranges::find(to.orders, x.order.id, &std::pair<order_id, std::string>::first);
  if (known != to.orders.end())
    known->second = std::move(json);
  else
    to.orders.emplace_back(x.order.id, std::move(json));
}

void orders::note_fill(const desk_event& x, account_change& in) {
  const auto& view = view_.at(in.instrument);
  const auto last = view.quote.last;
  const auto sequence = ++trade_sequences_[{in.owner, in.instrument.index}];
  trades_.push_back({user_trade_json(*x.fill, {.order = x.order,
                                               .words = words_of(x.order.id),
                                               .rules = desk_.rules(in.instrument),
                                               .quote = view.quote,
                                               .sequence = sequence,
                                               .tick_direction = !last || x.fill->what.at > *last ? 0
                                                                 : x.fill->what.at == *last       ? 1
                                                                                                  : 2,
                                               .tells_taker = how_.tells_taker_direction}),
                     sequence});
  in.trades.push_back(trades_.back().json);
}

/// The working order of a trigger order. Source: Deribit page, section 12.2.
void orders::spawn(const order_record& fired) {
  auto words = words_of(fired.id);
  words.parent_id = fired.name;
  words.trigger.clear();
  words.type = fired.request.type == order_type::market ? "market" : "limit";
  const auto made = desk_.place({.owner = fired.owner, .request = fired.request, .label = fired.label}, now_ns_);
  words_.resize(desk_.orders().size());
  words_.back() = std::move(words);
  if (made)
    desk_.finish(fired.id, order_state::cancelled, "triggered", now_ns_);
  else
    desk_.finish(fired.id, order_state::rejected, made.error().text, now_ns_);
}

std::string orders::json_of(const order_record& x) const {
  return order_json(x, words_of(x.id), desk_.rules(x.request.instrument));
}

std::string orders::json_of(const order_list& which) const {
  json_array made;
  for (const auto* x : which) made.add(json_of(*x));
  return made.take();
}

std::string orders::result_of(order_id id, std::size_t fills_before) const {
  json_array trades;
  for (const auto* x : desk_.fills_of(id))
    if (x->sequence > fills_before) trades.add(trades_[x->sequence - 1].json);
  return json_object{}.add("order", json_of(desk_.at(id))).add("trades", trades.take()).take();
}

outcome orders::place(const params& x, side of, const caller& by) {
  now_ns_ = by.now_ns;
  if (auto late = lateness(x, by.now_ns)) return std::unexpected{*std::move(late)};
  auto wish = order_reader{desk_, view_, by.now_ns}.wish(x, of, by.owner);
  if (!wish) return std::unexpected{wish.error()};
  return placed(*std::move(wish), by);
}

outcome orders::placed(order_wish wish, const caller& by) {
  wish.words.connection = by.connection;
  const auto& rules = desk_.rules(wish.ticket.request.instrument);
  if (wish.ticket.waits_for) wish.ticket.name = trigger_name(rules, wish, desk_.orders().size() + 1);
  const auto fills_before = desk_.fills().size();
  const auto made = desk_.place(std::move(wish.ticket), by.now_ns);
  words_.resize(desk_.orders().size());
  words_.back() = std::move(wish.words);
  if (!made) return std::unexpected{error_of(made.error())};
  digest();
  return result_of(*made, fills_before);
}

/// The open order that `order_id` names.
std::expected<const order_record*, rpc_error> orders::open_one(const params& x, const caller& by) const {
  const auto name = text_of(x, "order_id");
  if (name.empty()) return std::unexpected{invalid_param("order_id", "must be given")};
  const auto* const found = desk_.find(name);
  if (!found || found->state == order_state::rejected) return std::unexpected{rpc_error{10004, "order_not_found"}};
  if (found->owner != by.owner) return std::unexpected{rpc_error{10029, "not_owner_of_order"}};
  if (!found->is_open()) return std::unexpected{closed_error(*found)};
  return found;
}

outcome orders::change(order_id id, const params& x, const caller& by) {
  now_ns_ = by.now_ns;
  const auto to = order_reader{desk_, view_, by.now_ns}.amendment(x, desk_.at(id));
  if (!to) return std::unexpected{to.error()};
  const auto fills_before = desk_.fills().size();
  words_[id.value - 1].reject_post_only = flag_of(x, "reject_post_only");
  const auto made = desk_.amend(id, *to, by.now_ns);
  digest();
  if (!made) return std::unexpected{error_of(made.error())};
  return result_of(id, fills_before);
}

outcome orders::edit(const params& x, const caller& by) {
  if (auto late = lateness(x, by.now_ns)) return std::unexpected{*std::move(late)};
  const auto of = open_one(x, by);
  if (!of) return std::unexpected{of.error()};
  return change((*of)->id, x, by);
}

outcome orders::edit_by_label(const params& x, const caller& by) {
  if (auto late = lateness(x, by.now_ns)) return std::unexpected{*std::move(late)};
  for (const auto* name : {"label", "instrument_name"})
    if (text_of(x, name).empty()) return std::unexpected{invalid_param(name, "must be given")};
  const auto which = chosen(x, by.owner, "all");
  if (!which) return std::unexpected{which.error()};
  if (which->size() != 1) return std::unexpected{rpc_error{13032, "non_unique_order_label"}};
  return change(which->front()->id, x, by);
}

outcome orders::cancel(const params& x, const caller& by) {
  const auto of = open_one(x, by);
  if (!of) return std::unexpected{of.error()};
  desk_.cancel((*of)->id, "user_request", by.now_ns);
  digest();
  return json_of(**of);
}

outcome orders::cancel_some(const params& x, const caller& by) {
  const auto which = chosen(x, by.owner, "all");
  return which ? cancelled(*which, x, by) : std::unexpected{which.error()};
}

outcome orders::cancel_by_label(const params& x, const caller& by) {
  if (text_of(x, "label").empty()) return std::unexpected{invalid_param("label", "must be given")};
  return cancel_some(x, by);
}

outcome orders::cancel_by_instrument(const params& x, const caller& by) {
  const auto at = named(x);
  return at ? cancel_some(x, by) : std::unexpected{at.error()};
}

/// A count, or with `detailed` the orders by instrument. Source: Deribit page, section 11.5, the recorded shape.
outcome orders::cancelled(const order_list& which, const params& x, const caller& by) {
  for (const auto* one : which) desk_.cancel(one->id, "user_request", by.now_ns);
  digest();
  if (!flag_of(x, "detailed")) return std::to_string(which.size());
  std::map<std::pair<std::string, std::string>, json_array> by_instrument;
  for (const auto* one : which)
    by_instrument[{desk_.rules(one->request.instrument).symbol, one->waits_for ? "trigger" : "limit"}].add(
        json_of(*one));
  json_array made;
  for (auto& [key, rows] : by_instrument) {
    const auto& rules = view_.find(venue::deribit, key.first)->listing->rules;
    json_object one;
    one.text("instrument_name", key.first).text("currency", currency_of(rules.info)).text("type", key.second);
    made.add(one.add("result", rows.take()).take());
  }
  return made.take();
}

outcome orders::close_position(const params& x, const caller& by) {
  now_ns_ = by.now_ns;
  const auto at = named(x);
  if (!at) return std::unexpected{at.error()};
  const auto held = desk_.position(by.owner, (*at)->listing->id).size;
  if (held == quantity{}) return std::unexpected{error_of({objection::nothing_to_cut, "there is no position"})};
  auto order = x;
  order["amount"] = to_string(held < quantity{} ? -held : held);
  order["reduce_only"] = true;
  return place(order, held < quantity{} ? side::buy : side::sell, by);
}

bool orders::is_of_type(const order_record& x, std::string_view type) const {
  const auto& own = words_of(x.id).type;
  if (type == "all") return true;
  if (!x.waits_for) return type == "limit";
  const auto family = own.substr(0, own.find('_')); // "stop" of "stop_limit"
  return type == "trigger_all" || type == own || type == family || type == family + "_all";
}

bool orders::is_meant(const order_record& x, const params& by) const {
  const auto& rules = desk_.rules(x.request.instrument);
  const auto name = text_of(by, "instrument_name"), pair = text_of(by, "currency_pair");
  const auto& info = rules.info;
  return is_one_of(by, "currency", currency_of(info)) && matches(text_of(by, "kind"), "any", info) &&
         (name.empty() || name == rules.symbol) && (!by.contains("label") || text_of(by, "label") == x.label) &&
         (pair.empty() || pair == rules.index);
}

std::expected<orders::order_list, rpc_error> orders::chosen(const params& x, owner_id owner,
                                                            std::string_view without_type) const {
  constexpr std::array<std::string_view, 13> types = {
      "all",  "limit", "trigger_all", "stop_all",    "stop_limit",    "stop_market", "take_all",
      "take", "stop",  "take_limit",  "take_market", "trailing_stop", "trailing_all"};
  auto type = text_of(x, "type");
  if (type.empty()) type = without_type;
  if (std::ranges::find(types, type) == types.end())
    return std::unexpected{invalid_param("type", "is no type of open orders")};
  order_list made;
  for (const auto* one : desk_.open_orders(owner))
    if (is_meant(*one, x) && is_of_type(*one, type)) made.push_back(one);
  return made;
}

} // namespace strike::sandbox::deribit
