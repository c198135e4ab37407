#include "exec/deribit_orders.hpp"

#include "base/time.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace strike::exec {

using deribit::order_phase;

namespace {

/// How long after a stop went off the order that works for it may take to appear.
constexpr std::int64_t working_wait_ns = 2 * ns_per_s;

std::string name_of(side x) { return x == side::buy ? "buy" : "sell"; }

} // namespace

deribit_order& deribit_orders::add(const venue_order& what) {
  auto& made = by_id_[what.id.value];
  if (made) return *made;
  made = std::make_unique<deribit_order>(deribit_order{.what = what});
  const auto& name = tools_.instruments.at(what.request.instrument);
  made->symbol = name.symbol;
  made->currency = name.info.settlement;
  by_label_[what.label] = made.get();
  open_.push_back(what.id);
  return *made;
}

deribit_order* deribit_orders::find(order_id id) {
  const auto at = by_id_.find(id.value);
  return at == by_id_.end() ? nullptr : at->second.get();
}

void deribit_orders::learn(deribit_order& which, std::string_view venue_id) {
  if (venue_id.empty() || which.venue_id == venue_id) return;
  which.venue_id = venue_id;
  by_venue_id_[which.venue_id] = &which;
}

deribit_order* deribit_orders::find(const deribit::order_message& what) {
  const auto by_id = [this](const std::string& id) -> deribit_order* {
    const auto at = id.empty() ? by_venue_id_.end() : by_venue_id_.find(id);
    return at == by_venue_id_.end() ? nullptr : at->second;
  };
  if (auto* known = by_id(what.id)) return known;
  auto* found = by_id(what.triggered_by);
  if (!found && !what.label.empty()) {
    const auto at = by_label_.find(what.label);
    if (at != by_label_.end()) found = at->second;
  }
  if (!found || found->symbol != what.symbol || found->what.request.side != what.side) return nullptr;
  if (found->venue_id.empty() && what.triggered_by.empty()) return learn(*found, what.id), found;
  if (what.triggered_by.empty() && !found->went_off) return nullptr; // another program's, with our label
  succeed(*found, what.triggered_by.empty() ? found->venue_id : what.triggered_by, what.id);
  return found;
}

/// A stop went off: another order works for it.
void deribit_orders::succeed(deribit_order& which, std::string stop_id, std::string_view working_id) {
  which.stop_id = std::move(stop_id);
  by_venue_id_[which.stop_id] = &which;
  which.working_due_ns = INT64_MAX;
  learn(which, working_id);
}

deribit_order* deribit_orders::find(const deribit::user_trade& what) {
  auto* found = [&]() -> deribit_order* {
    if (const auto at = by_venue_id_.find(what.order); at != by_venue_id_.end()) return at->second;
    const auto at = what.label.empty() ? by_label_.end() : by_label_.find(what.label);
    return at == by_label_.end() ? nullptr : at->second;
  }();
  if (!found || found->symbol != what.symbol) return nullptr;
  if (found->venue_id.empty()) return learn(*found, what.order), found;
  if (found->venue_id == what.order || found->stop_id == what.order) return found;
  if (found->what.request.stop == price{} || !found->stop_id.empty()) return nullptr; // another's, with our label
  succeed(*found, found->venue_id, what.order);
  return found;
}

void deribit_orders::take(const deribit::order_message& what, const moment& now) {
  auto* which = find(what);
  if (!which) return;
  const auto fact = merge(*which, what, now);
  if (fact) to_.on_order(*fact);
  if (!what.phase) to_.on_no_answer(which->what.id, "the venue names a state that is not known: " + what.phase_word);
}

void deribit_orders::take(const std::vector<deribit::user_trade>& what) {
  for (const auto& each : what)
    if (const auto fact = fill_of(each, find(each))) to_.on_fill(*fact);
}

order_fact deribit_orders::fact_of(const deribit_order& which, const deribit::order_message& what,
                                   order_state state) const {
  const auto& asked = which.what.request;
  order_fact x{.venue_ns = what.updated_ns, .order = which.what.id, .state = state, .filled = what.filled};
  x.venue_id = which.venue_id;
  if (asked.type == order_type::limit) x.limit = what.price.value_or({}); // of a market order it is a mere bound
  x.size = what.amount.value_or({});
  const bool by_user = what.cancel_reason.empty() || what.cancel_reason == "user_request";
  if (state == order_state::cancelled) {
    const auto expiry_ns = tools_.instruments.at(asked.instrument).info.expiry_ns;
    const bool is_over = what.cancel_reason == "settlement" && expiry_ns > 0 && what.updated_ns >= expiry_ns;
    if ((which.is_expiring && by_user) || is_over) x.state = order_state::expired;
    if (!by_user) x.reason = what.cancel_reason;
    if (which.is_expiring && by_user) x.reason = "its time is over";
  } else if (state == order_state::rejected) {
    x.reason = what.cancel_reason.empty() ? "rejected by the venue" : what.cancel_reason;
  }
  return x;
}

std::optional<order_fact> deribit_orders::merge(deribit_order& which, const deribit::order_message& what,
                                                const moment& now) {
  if (what.id == which.stop_id && what.id != which.venue_id) return {}; // its successor speaks now
  if (!what.phase) {
    tools_.log.error("deribit: an order state that is not documented",
                     {{"order", what.id}, {"label", what.label}, {"state", what.phase_word}});
    return {};
  }
  if (*what.phase == order_phase::triggered) {
    if (!std::exchange(which.went_off, true)) which.working_due_ns = now.steady_ns + working_wait_ns;
    return {};
  }
  const auto state = [&] {
    switch (*what.phase) {
    case order_phase::filled:
      return order_state::filled;
    case order_phase::cancelled:
      return order_state::cancelled;
    case order_phase::rejected:
      return order_state::rejected;
    case order_phase::untriggered:
    case order_phase::triggered:
    case order_phase::open:
      break;
    }
    return what.filled > quantity{} ? order_state::partially_filled : order_state::open;
  }();
  auto fact = fact_of(which, what, state);
  if (fact.venue_ns == 0 && which.last) fact.venue_ns = which.last->venue_ns; // not told: not older
  const auto rank = [](const order_fact& x) { return std::tuple{x.venue_ns, x.filled, strike::is_final(x.state)}; };
  if (which.last) {
    const bool is_venues = which.last->venue_ns > 0; // else what was concluded here, which the venue may correct
    if (is_venues && strike::is_final(which.last->state) && !strike::is_final(fact.state)) return {};
    if (rank(fact) <= rank(*which.last)) return {};
  }
  which.last = fact;
  which.is_lost = false;
  auto& terms = which.what.request;
  if (fact.limit != price{}) terms.limit = fact.limit;
  if (fact.size > quantity{}) terms.size = fact.size;
  return fact;
}

std::optional<fill_fact> deribit_orders::fill_of(const deribit::user_trade& what, const deribit_order* of) {
  const auto instrument = tools_.instruments.intern(venue::deribit, what.symbol);
  if (!instrument) {
    tools_.log.error("deribit: a fill of an instrument that is not understood; its position is not counted",
                     {{"trade", what.id}, {"why", instrument.error().text}});
    return {};
  }
  if (of && of->what.request.side != what.side)
    tools_.log.warning("deribit: a fill names another side than its order; the order's counts",
                       {{"trade", what.id}, {"says", name_of(what.side)}});
  const auto& info = tools_.instruments.at(*instrument).info;
  money fee{what.fee.value_or({}).nanos};
  if (what.fee_currency == info.base && info.base != info.settlement) {
    fee = notional(what.at, *what.fee); // a spot fee that was taken in the coin bought
  } else if (!what.fee_currency.empty() && what.fee_currency != info.settlement && fee != money{}) {
    tools_.log.warning("deribit: a fee in a currency that is not the instrument's",
                       {{"trade", what.id}, {"currency", what.fee_currency}, {"fee", to_string(fee)}});
  }
  return fill_fact{.trade_id = what.id,
                   .order = of ? of->what.id : order_id{},
                   .what = {.venue_ns = what.venue_ns,
                            .order = of ? of->what.id : order_id{},
                            .instrument = *instrument,
                            .side = of ? of->what.request.side : what.side,
                            .at = what.at,
                            .size = what.size,
                            .fee = fee,
                            .liquidity = what.liquidity,
                            .reason = fill_reason::venue},
                   .of = of ? venue_name{} : venue_name{what.order, what.label}};
}

void deribit_orders::for_open(const std::function<void(deribit_order&)>& each) {
  for (std::size_t i = 0; i < open_.size();) {
    auto* x = find(open_[i]);
    if (x && !x->is_final()) {
      each(*x);
      ++i;
      continue;
    }
    if (x) final_.push_back(open_[i]);
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void deribit_orders::forget_old() {
  while (final_.size() > kept_final) {
    const auto at = by_id_.find(final_.front().value);
    final_.pop_front();
    if (at == by_id_.end()) continue;
    by_venue_id_.erase(at->second->venue_id);
    by_venue_id_.erase(at->second->stop_id);
    by_label_.erase(at->second->what.label);
    by_id_.erase(at);
  }
}

} // namespace strike::exec
