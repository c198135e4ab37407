#include "exec/polymarket_book.hpp"

#include "base/time.hpp"

#include <algorithm>
#include <utility>

namespace strike::exec {

using polymarket::order_event;
using polymarket::order_status;
using polymarket::trade_status;
using stage = polymarket_leg::stage;

namespace {

constexpr quantity dust{nanos_per_unit / 100}; // by which a fill may miss the ordered size
constexpr std::size_t orders_remembered = 20'000, fills_remembered = 100'000;
constexpr std::int64_t expiry_tolerance_ns = 5 * ns_per_s;

bool is_complete(const polymarket_leg& x) { return x.matched > quantity{} && x.matched + dust > x.size; }

/// How the row says that the order ended; none: it did not, or it is not sure.
std::optional<polymarket_end> end_of(const polymarket::order_row& row, const polymarket_order& of,
                                     const polymarket_leg& x, std::int64_t now_ns) {
  const bool is_cancelled = row.event == order_event::cancellation || row.status == order_status::cancelled ||
                            row.status == order_status::resolved || row.status == order_status::invalid;
  if (is_complete(x) && (is_cancelled || row.status == order_status::matched || x.matched >= x.size))
    return polymarket_end{order_state::filled};
  const auto& asked = of.what.request;
  const bool never_rests =
      asked.tif == time_in_force::ioc || asked.tif == time_in_force::fok || asked.type == order_type::market;
  if (!is_cancelled && never_rests && row.status == order_status::matched)
    return polymarket_end{order_state::cancelled, "nothing more to trade with at once"};
  if (!is_cancelled) return {};
  if (row.status == order_status::resolved) return polymarket_end{order_state::expired, "the market was resolved"};
  if (row.status == order_status::invalid)
    return polymarket_end{x.is_seen ? order_state::cancelled : order_state::rejected,
                          "removed by Polymarket, as when the balance is gone"};
  if (asked.tif == time_in_force::gtd && !of.wants_cancel && !of.amendment &&
      now_ns + expiry_tolerance_ns >= asked.expire_ns)
    return polymarket_end{order_state::expired, "its time was over"};
  if (of.wants_cancel || of.amendment) return polymarket_end{order_state::cancelled, "by request"};
  if (never_rests) return polymarket_end{order_state::cancelled, "nothing more to trade with at once"};
  return polymarket_end{order_state::cancelled, row.reason.empty() ? "by Polymarket" : "by Polymarket: " + row.reason};
}

} // namespace

quantity polymarket_order::filled() const {
  quantity sum;
  for (const auto& x : legs) sum += std::max(x.matched, x.traded);
  return sum;
}

polymarket_book::order& polymarket_book::add(const venue_order& what) {
  auto& x = *orders_.insert_or_assign(what.id.value, std::make_unique<order>(order{.what = what})).first->second;
  open_[what.id.value] = &x;
  return x;
}

polymarket_book::leg& polymarket_book::add_leg(order& to, leg made) {
  by_leg_[made.id] = to.what.id.value;
  return to.legs.emplace_back(std::move(made));
}

polymarket_book::order* polymarket_book::find(order_id id) {
  const auto at = orders_.find(id.value);
  return at == orders_.end() ? nullptr : at->second.get();
}

std::pair<polymarket_book::order*, polymarket_book::leg*> polymarket_book::find_leg(std::string_view id) {
  const auto at = by_leg_.find(id);
  if (at == by_leg_.end()) return {};
  auto& x = *orders_.at(at->second);
  const auto which = std::ranges::find(x.legs, id, &leg::id);
  return {&x, which == x.legs.end() ? nullptr : &*which};
}

void polymarket_book::take(const polymarket::order_row& row, std::int64_t now_ns) {
  const auto [of, x] = find_leg(row.id);
  if (!x) return;
  const bool is_more = row.matched > x->matched;
  x->matched = std::max(x->matched, row.matched);
  if (x->at == stage::over) {
    if (is_more) tell(*of, now_ns);
    return;
  }
  const auto at_ns = row.venue_ns != 0 ? row.venue_ns : now_ns;
  const auto ended = end_of(row, *of, *x, at_ns);
  x->is_seen = true;
  if (ended) return end_leg(*of, *x, *ended, at_ns);
  if (row.status == order_status::unmatched) return; // resting or failed: whoever hears of it asks
  const bool is_new = x->at != stage::standing;
  x->at = stage::standing;
  x->body.clear();
  if ((is_new || is_more) && x == of->current()) tell(*of, at_ns);
}

polymarket_book::booking polymarket_book::book_fill(const std::string& trade_id, trade_status status,
                                                    std::string_view why) {
  const auto [at, is_new] = fills_.try_emplace(trade_id, known_fill{status});
  if (is_new) {
    fill_ids_.push_back(trade_id);
    forget_old();
  }
  auto& known = at->second;
  if (!is_new && is_final(known.status)) return booking::known; // never back from there
  known.status = status;
  if (status == trade_status::failed) {
    reports_.on_fill_undone(venue::polymarket, trade_id, why.empty() ? "its settlement failed" : why);
    return std::exchange(known.is_told, true) ? booking::known : booking::failed;
  }
  if (status == trade_status::retrying || std::exchange(known.is_told, true)) return booking::known;
  return booking::told;
}

std::vector<fill_fact> polymarket_book::take(const polymarket::trade_row& trade, std::string_view api_key,
                                             const fee_function& fee, bool tells) {
  std::vector<fill_fact> counted;
  const auto fills =
      polymarket::own_fills(trade, api_key, [this](std::string_view id) { return by_leg_.contains(id); });
  for (const auto& x : fills) {
    const auto name = names_.intern(venue::polymarket, x.asset);
    if (!name) {
      call_.warn("a fill of what is no token is not booked: look at the trade at the venue", trade.id);
      continue;
    }
    const auto [of, part] = find_leg(x.order);
    fill_fact fact{.trade_id = trade.id + ":" + x.order,
                   .order = of ? of->what.id : order_id{},
                   .what = {.venue_ns = trade.match_ns,
                            .order = of ? of->what.id : order_id{},
                            .instrument = *name,
                            .side = x.side,
                            .at = x.at,
                            .size = x.size,
                            .fee = x.role == liquidity::taker ? fee(*name, x) : money{},
                            .liquidity = x.role},
                   .of = of ? venue_name{} : venue_name{.id = x.order}};
    const bool has_failed = trade.status == trade_status::failed;
    if (trade.status != trade_status::retrying && (of || !has_failed)) counted.push_back(fact);
    const auto booked = book_fill(fact.trade_id, trade.status, trade.why);
    if (booked == booking::known) continue;
    if (booked == booking::told) call_.on_fill(fact);
    if (part) {
      part->traded += x.size; // a failed one too: the venue counts it as matched
      part->matched = std::max(part->matched, part->traded);
    }
    // one that failed before it was told is told behind its end, so that it is counted and never held
    if (tells && (of || booked == booking::told)) reports_.on_fill(fact);
    if (part && part->at != stage::over && part->traded >= part->size) {
      part->is_seen = true;
      end_leg(*of, *part, {order_state::filled}, trade.match_ns);
    }
  }
  return counted;
}

void polymarket_book::end_leg(order& of, leg& x, polymarket_end how, std::int64_t now_ns) {
  if (x.at == stage::over) return;
  x.at = stage::over;
  x.body.clear();
  if (of.end) return;
  if (&x != of.current()) return tell(of, now_ns); // an older one, of which only the fills count
  if (how.how == order_state::cancelled && of.amendment && !of.wants_cancel) return call_.on_leg_over(of, how);
  end(of, std::move(how), now_ns);
}

order_fact polymarket_book::standing(order& x, std::int64_t now_ns, std::string reason) {
  x.told_ns = std::max(x.told_ns + 1, now_ns); // each word is newer than the one before
  const auto filled = x.filled();
  const auto* const now = x.current();
  order_fact fact{.venue_ns = x.told_ns,
                  .order = x.what.id,
                  .state = filled > quantity{} ? order_state::partially_filled : order_state::open,
                  .filled = filled,
                  .venue_id = now ? now->id : "",
                  .limit = x.what.request.limit,
                  .size = x.what.request.size,
                  .reason = std::move(reason)};
  if (!x.end) return fact;
  fact.state = x.end->state;
  if (fact.reason.empty()) fact.reason = x.end->reason;
  return fact;
}

void polymarket_book::tell(order& x, std::int64_t now_ns, std::string reason) {
  reports_.on_order(standing(x, now_ns, std::move(reason)));
}

void polymarket_book::end(order& x, polymarket_end how, std::int64_t now_ns) {
  if (x.end) return;
  auto fact = standing(x, now_ns, std::move(how.why));
  fact.state = how.how;
  x.end = fact;
  for (auto& part : x.legs) part.at = stage::over;
  x.amendment.reset();
  x.wants_cancel = false;
  open_.erase(x.what.id.value);
  ended_.push_back(x.what.id.value);
  reports_.on_order(fact);
  forget_old();
}

void polymarket_book::revive(order& x, leg& part) {
  x.end.reset();
  part.at = stage::standing;
  part.is_seen = true;
  open_[x.what.id.value] = &x;
  std::erase(ended_, x.what.id.value);
}

void polymarket_book::absent(order& x, std::string_view why) {
  if (x.end) return;
  x.end =
      order_fact{.venue_ns = x.told_ns, .order = x.what.id, .state = order_state::rejected, .reason = std::string{why}};
  open_.erase(x.what.id.value);
  ended_.push_back(x.what.id.value);
  reports_.on_absent(x.what.id, why);
  forget_old();
}

void polymarket_book::forget_old() {
  while (ended_.size() > orders_remembered) {
    const auto at = orders_.find(ended_.front());
    ended_.pop_front();
    if (at == orders_.end()) continue;
    for (const auto& x : at->second->legs) by_leg_.erase(x.id);
    orders_.erase(at);
  }
  while (fill_ids_.size() > fills_remembered) {
    fills_.erase(fill_ids_.front());
    fill_ids_.pop_front();
  }
}

} // namespace strike::exec
