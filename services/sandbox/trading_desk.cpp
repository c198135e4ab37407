#include "sandbox/trading_desk.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::sandbox {

namespace {

match::exchange_config config_of(const trading_desk::settings& how) {
  match::exchange_config made;
  // Half of what leaves a level stood behind us: orders at the touch of a made-up market fill within seconds.
  made.queue_for = [](const instrument&) { return match::queue_model{.rule = match::queue_rule::proportional}; };
  made.fees_for = [fees = how.fees_for](const instrument& x) { return fees ? fees(x) : match::fee_schedule{}; };
  return made;
}

bool reduces(const order_request& x, quantity held) {
  return x.side == side::buy ? held < quantity{} : held > quantity{};
}

std::string name_of(const std::function<std::string(const instrument&, std::uint64_t)>& by, const instrument& what,
                    std::uint64_t n) {
  return by ? by(what, n) : std::to_string(n);
}

/// The price that a trigger watches, if the event tells it.
optional_price watched(trigger::source by, const market_event& what) {
  if (const auto* done = std::get_if<trade>(&what.body))
    return by == trigger::source::last ? done->at : optional_price{};
  const auto* quote = std::get_if<ticker>(&what.body);
  if (!quote || by == trigger::source::last) return {};
  const auto value = by == trigger::source::mark ? quote->mark : quote->index;
  if (!value) return {};
  const auto made = nearest_decimal<price>(*value);
  return made ? *made : optional_price{};
}

} // namespace

trading_desk::trading_desk(settings how, const market_source& source, const market_view& view)
    : how_{std::move(how)}, source_{source}, view_{view}, rules_{source.instruments(), {}}, exchange_{
                                                                                                config_of(how_),
                                                                                                source.instruments(),
                                                                                                rules_, *this} {}

owner_id trading_desk::open_account(std::string name, std::map<std::string, money> balances) {
  accounts_.push_back({.name = std::move(name), .start = {balances.begin(), balances.end()}, .open = {}});
  return static_cast<owner_id>(accounts_.size() - 1);
}

void trading_desk::take_listings() {
  const auto listed = source_.listings(how_.at);
  for (; taken_ < listed.size(); ++taken_) rules_.define(listed[taken_].id, adapted(listed[taken_].rules));
}

instrument trading_desk::adapted(instrument x) const {
  if (how_.adapt) how_.adapt(x);
  return x;
}

void trading_desk::on_event(const market_event& what, std::int64_t now_ns) {
  take_listings();
  const auto* status = std::get_if<instrument_status>(&what.body);
  if (status && status->definition && how_.adapt) {
    auto own = what;
    std::get<instrument_status>(own.body).definition = std::make_shared<const instrument>(adapted(*status->definition));
    exchange_.on_market(own, clock(now_ns));
  } else {
    exchange_.on_market(what, clock(now_ns));
  }
  if (waiting_.contains(what.instrument.index)) pull_triggers(what);
}

std::int64_t trading_desk::advance(std::int64_t now_ns) {
  exchange_.advance(clock(now_ns));
  return exchange_.next_deadline_ns();
}

void trading_desk::pull_triggers(const market_event& what) {
  auto& waiting = waiting_[what.instrument.index];
  std::vector<order_id> fired;
  for (const auto id : waiting) {
    const auto& level = *at(id).waits_for;
    const auto now = watched(level.by, what);
    if (now && (level.is_rise ? *now >= level.at : *now <= level.at)) fired.push_back(id);
  }
  for (const auto id : fired) {
    waiting.erase(id);
    record(id).updated_ns = now_ns_;
    tell(desk_event::kind::triggered, at(id));
  }
}

std::optional<refused> trading_desk::objection_to(owner_id owner, const order_request& x) const {
  const auto no = [](objection why, std::string text) { return refused{why, std::move(text)}; };
  if (!x.instrument.is_valid() || !view_.at(x.instrument).listing)
    return no(objection::unknown_instrument, "no such instrument");
  const auto& what = rules_.of(x.instrument);
  const auto kind = what.info.kind;
  if (kind == instrument_kind::future_combo || kind == instrument_kind::option_combo)
    return no(objection::unknown_instrument, what.symbol + " is a combo: trade its legs");
  const auto state = view_.at(x.instrument).state;
  if (state == instrument_state::expired || state == instrument_state::settled)
    return no(objection::closed, what.symbol + " has expired");
  if (state == instrument_state::halted) return no(objection::halted, what.symbol + " is halted");
  const bool is_immediate = x.tif == time_in_force::ioc || x.tif == time_in_force::fok || x.type == order_type::market;
  if (x.post_only && is_immediate) return no(objection::form, "a post-only order must be able to rest");
  if (x.tif == time_in_force::gtd && x.expire_ns <= now_ns_) return no(objection::form, "its time has passed");
  if (x.type == order_type::limit) {
    if (x.limit <= price{}) return no(objection::price, fmt::format("price {} is not above 0", to_string(x.limit)));
    if (kind == instrument_kind::binary && x.limit.nanos >= nanos_per_unit)
      return no(objection::price, fmt::format("price {} is not below 1", to_string(x.limit)));
    if (!what.ticks.is_on_tick(x.limit))
      return no(objection::tick, fmt::format("price {} is not on the tick {}", to_string(x.limit),
                                             to_string(what.ticks.tick_at(x.limit))));
  }
  if (x.size < what.minimum)
    return no(objection::minimum,
              fmt::format("size {} is below the minimum {}", to_string(x.size), to_string(what.minimum)));
  if (x.size.nanos % what.lot.nanos != 0)
    return no(objection::lot, fmt::format("size {} is no multiple of {}", to_string(x.size), to_string(what.lot)));
  if (x.reduce_only && !reduces(x, position(owner, x.instrument).size))
    return no(objection::nothing_to_cut, fmt::format("a {} reduces no position in {}", to_text(x.side), what.symbol));
  return funds_objection(owner, x);
}

std::expected<order_id, refused> trading_desk::place(order_ticket ticket, std::int64_t now_ns) {
  advance(now_ns);
  take_listings();
  auto& x = ticket.request;
  if (x.instrument.index >= source_.instruments().size())
    return std::unexpected{refused{objection::unknown_instrument, "no such instrument"}};
  const auto why = objection_to(ticket.owner, x);
  if (x.reduce_only && !why) {
    const auto held = position(ticket.owner, x.instrument).size;
    x.size = std::min(x.size, held < quantity{} ? -held : held);
  }
  const order_id id{orders_.size() + 1};
  if (ticket.name.empty()) ticket.name = name_of(how_.order_name, rules_.of(x.instrument), id.value);
  auto& made = orders_.emplace_back(order_record{.id = id,
                                                 .owner = ticket.owner,
                                                 .name = std::move(ticket.name),
                                                 .label = std::move(ticket.label),
                                                 .request = x,
                                                 .created_ns = now_ns_,
                                                 .updated_ns = now_ns_,
                                                 .waits_for = ticket.waits_for});
  by_name_[made.name] = id;
  if (why) {
    made.state = order_state::rejected;
    made.reason = why->text;
    return std::unexpected{*why};
  }
  accounts_[made.owner].open.insert(id);
  if (made.waits_for) {
    waiting_[x.instrument.index].insert(id);
    tell(desk_event::kind::changed, made);
    return id;
  }
  if (auto taken = submit(made); !taken) return std::unexpected{taken.error()};
  return id;
}

/// Into the market, as it stands.
std::expected<void, refused> trading_desk::submit(order_record& of) {
  exchange_.place(of.owner, of.id, of.request, now_ns_);
  if (of.state != order_state::rejected) return {};
  const auto why = of.request.post_only ? objection::would_cross : objection::form;
  return std::unexpected{refused{why, of.reason}};
}

std::expected<void, refused> trading_desk::release(order_id id, std::int64_t now_ns) {
  advance(now_ns);
  auto& of = record(id);
  if (const auto why = objection_to(of.owner, of.request)) {
    end(of, order_state::rejected, why->text);
    return std::unexpected{*why};
  }
  return submit(of);
}

void trading_desk::finish(order_id id, order_state how, std::string_view reason, std::int64_t now_ns) {
  advance(now_ns);
  if (auto& of = record(id); of.state == order_state::pending) end(of, how, reason);
}

std::expected<void, refused> trading_desk::amend(order_id id, const amendment& to, std::int64_t now_ns) {
  advance(now_ns);
  auto& of = record(id);
  if (!of.is_open()) return std::unexpected{refused{objection::not_open, of.name + " is not open"}};
  auto wanted = of.request;
  wanted.limit = to.limit;
  wanted.size = to.size;
  wanted.post_only = to.post_only;
  wanted.reduce_only = to.reduce_only;
  accounts_[of.owner].open.erase(id); // what it is held for now is free for it
  const auto why = to.size > of.filled ? objection_to(of.owner, wanted) : std::nullopt;
  accounts_[of.owner].open.insert(id);
  if (why) return std::unexpected{*why};
  of.is_amended = true;
  if (of.state == order_state::pending) {
    of.request = wanted;
    if (to.trigger_at) of.waits_for->at = *to.trigger_at;
    of.updated_ns = now_ns_;
    tell(desk_event::kind::changed, of);
    return {};
  }
  const bool has_same_flags = of.request.post_only == to.post_only && of.request.reduce_only == to.reduce_only;
  if (!has_same_flags && to.size > of.filled) {
    of.request = wanted;
    return reenter(of, to);
  }
  of.request = wanted;
  const auto before = earlier_.contains(id) ? earlier_[id] : quantity{};
  exchange_.amend(of.owner, id, to.limit, to.size - before, now_ns_);
  if (const auto now = exchange_.standing(id)) of.request.size = before + now->filled + now->remaining;
  if (of.state == order_state::cancelled && to.post_only && to.size > of.filled)
    return std::unexpected{refused{objection::would_cross, of.reason}};
  return {};
}

/// The match knows no change of flags: the rest of the order goes in anew.
std::expected<void, refused> trading_desk::reenter(order_record& of, const amendment& to) {
  is_silent_ = true;
  exchange_.cancel(of.owner, of.id, now_ns_);
  is_silent_ = false;
  earlier_[of.id] = of.filled;
  auto rest = of.request;
  rest.size = to.size - of.filled;
  exchange_.place(of.owner, of.id, rest, now_ns_);
  if (of.state != order_state::rejected) return {};
  of.state = order_state::cancelled; // it was accepted once
  tell(desk_event::kind::changed, of);
  return std::unexpected{refused{to.post_only ? objection::would_cross : objection::form, of.reason}};
}

bool trading_desk::cancel(order_id id, std::string_view reason, std::int64_t now_ns) {
  advance(now_ns);
  auto& of = record(id);
  if (!of.is_open()) return false;
  if (of.state == order_state::pending) {
    end(of, order_state::cancelled, reason);
    return true;
  }
  ending_ = reason;
  exchange_.cancel(of.owner, id, now_ns_);
  ending_ = {};
  return true;
}

/// Of an order that is not in the match.
void trading_desk::end(order_record& of, order_state how, std::string_view reason) {
  of.state = how;
  of.reason = reason;
  of.updated_ns = now_ns_;
  waiting_[of.request.instrument.index].erase(of.id);
  accounts_[of.owner].open.erase(of.id);
  tell(desk_event::kind::changed, of);
}

void trading_desk::on_update(owner_id owner, const order_update& update) {
  if (is_silent_) return;
  auto& of = record(update.order);
  const auto before = earlier_.find(of.id);
  of.filled = update.filled + (before == earlier_.end() ? quantity{} : before->second);
  of.state = update.state == order_state::open && of.filled > quantity{} ? order_state::partially_filled : update.state;
  of.updated_ns = now_ns_;
  if (is_final(of.state)) {
    of.reason = ending_.empty() ? update.reason : std::string{ending_};
    accounts_[owner].open.erase(of.id);
  }
  if (of.state == order_state::rejected) return;
  if (update.execution)
    book(of, *update.execution);
  else
    tell(desk_event::kind::changed, of);
}

void trading_desk::book(order_record& of, const fill& what) {
  of.paid += int128{what.at.nanos} * what.size.nanos;
  const auto n = fills_.size() + 1;
  fills_.push_back({.trade_id = name_of(how_.trade_name, rules_.of(what.instrument), n),
                    .sequence = n,
                    .owner = of.owner,
                    .what = what});
  fills_by_order_[of.id].push_back(n - 1);
  tell(desk_event::kind::filled, of, fills_.back());
}

void trading_desk::tell(desk_event::kind what, const order_record& of, std::optional<fill_record> fill) {
  events_.push_back({.what = what, .order = of, .fill = std::move(fill)});
}

const order_record* trading_desk::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &at(found->second);
}

std::vector<const order_record*> trading_desk::open_orders(owner_id of) const {
  std::vector<const order_record*> made;
  for (const auto id : accounts_[of].open) made.push_back(&at(id));
  return made;
}

std::vector<const fill_record*> trading_desk::fills_of(order_id of) const {
  std::vector<const fill_record*> made;
  if (const auto found = fills_by_order_.find(of); found != fills_by_order_.end())
    for (const auto place : found->second) made.push_back(&fills_[place]);
  return made;
}

void trading_desk::add_resting(std::set<instrument_id>& to) const {
  for (const auto& x : accounts_)
    for (const auto id : x.open)
      if (at(id).state != order_state::pending) to.insert(at(id).request.instrument);
}

optional_price trading_desk::opposite_touch(instrument_id of, side taker) const {
  const auto& view = view_.at(of);
  const auto levels = taker == side::buy ? view.book.asks() : view.book.bids();
  if (view.book_ns != 0) return levels.empty() ? optional_price{} : levels.back().at;
  return taker == side::buy ? view.quote.best_ask : view.quote.best_bid;
}

} // namespace strike::sandbox
