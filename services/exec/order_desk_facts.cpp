// What venues say of orders, fills and settlements.
#include "exec/order_desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace strike::exec {

/// In memory, or taken out of the store: a word may come long after the end.
tracked_order* order_desk::order_of(order_id id) {
  if (auto* x = table_.find(id)) return x;
  auto kept = tools_.store.read().find(id);
  if (!kept) return store_failed(kept.error()), nullptr;
  if (!*kept || (*kept)->account != desk_of((*kept)->account.at).account) {
    tools_.log.error("a venue speaks of an order that the store does not have", {{"order", id.value}});
    return nullptr;
  }
  auto& x = **kept;
  return &table_.add({.what = x.what,
                      .of_strategy = x.of_strategy,
                      .at = x.account.at,
                      .life = order_life{x.what.id, x.what.request, std::move(x.last), std::move(x.fills)}});
}

std::optional<owner_id> order_desk::holder_of(const tracked_order& x) {
  return lines_.of(x.what.owner).name == account_owner ? std::nullopt : std::optional{x.what.owner};
}

/// One that the adapter does not know, since it had ended before the last start.
std::optional<stored_order> order_desk::own_order(venue at, const venue_name& name) {
  if (name == venue_name{}) return {};
  auto kept = tools_.store.read().find(desk_of(at).account, name);
  if (!kept) store_failed(kept.error());
  return kept ? *std::move(kept) : std::nullopt;
}

/// No order leaves any more, since its intent might not be kept.
void order_desk::store_failed(const error& why) {
  tools_.metrics.store_failures.add();
  if (store_why_.empty())
    tools_.log.error("the order store failed: no new orders until it can be written again", {{"why", why.text}});
  store_why_ = "exec takes no orders, since its store failed: " + why.text;
  next_save_ns_ = tools_.clock().steady_ns + save_again_ns;
}

void order_desk::file_intents() {
  if (!has_unfiled()) return;
  if (const auto ok = tools_.store.file_intents(); !ok) store_failed(ok.error());
}

std::int64_t order_desk::keep_unsaved(const moment& now) {
  if (store_why_.empty()) return INT64_MAX;
  if (now.steady_ns < next_save_ns_) return next_save_ns_;
  if (const auto done = tools_.store.file_intents(); !done) return store_failed(done.error()), next_save_ns_;
  while (!unsaved_.empty()) {
    if (const auto done = unsaved_.front()(); !done) return store_failed(done.error()), next_save_ns_;
    unsaved_.pop_front();
  }
  store_why_.clear();
  tools_.log.info("the order store can be written again; all of the meantime is kept");
  return INT64_MAX;
}

void order_desk::after(tracked_order& x, const order_life::standing& before, bool is_kept) {
  const auto now = tools_.clock();
  const auto& last = x.life.last();
  if (!is_kept && last != before) keep([this, id = x.what.id, last] { return tools_.store.save(id, last); });
  if (x.life.has_left())
    tools_.risk.on_order(x.what.id,
                         {.state = last.state,
                          .limit = last.limit,
                          .size = last.size,
                          .open = x.life.remaining(),
                          .is_settled = x.life.stage() == order_stage::working || x.life.is_final()},
                         now);
  for (auto& news : x.life.take_news()) tell(x, std::move(news));
  if (x.life.ask_due(now) != INT64_MAX)
    doubtful_.insert(x.what.id.value);
  else
    doubtful_.erase(x.what.id.value);
  tools_.metrics.doubtful.set(static_cast<std::int64_t>(doubtful_.size()));
  if (!x.life.is_final() || !table_.open().contains(x.what.id.value)) return;
  tools_.metrics.open.add(-1);
  table_.ended(x);
}

/// One that waited for its limit of the rate is measured with its wait; one that leaves again, not again.
void order_desk::on_leaving(order_id order) {
  auto* x = table_.find(order);
  if (!x || x->left_ns != 0) return;
  const auto now = tools_.clock();
  x->left_ns = now.steady_ns;
  if (const auto from = std::exchange(x->signal_ns, 0); from != 0)
    tools_.metrics.signal_to_wire[static_cast<std::size_t>(x->at)]->observe(
        static_cast<std::uint64_t>(std::max<std::int64_t>(now.wall_ns - from, 0)));
}

void order_desk::acknowledged(tracked_order& x) {
  if (const auto from = std::exchange(x.left_ns, 0); from > 0)
    tools_.metrics.wire_to_ack[static_cast<std::size_t>(x.at)]->observe(
        static_cast<std::uint64_t>(std::max<std::int64_t>(tools_.clock().steady_ns - from, 0)));
}

void order_desk::on_order(const order_fact& what) {
  auto* x = order_of(what.order);
  if (!x) return;
  acknowledged(*x);
  const auto before = x->life.last();
  const auto contradiction = x->life.contradiction();
  x->life.on_order(what);
  if (x->life.contradiction() != contradiction) {
    tools_.metrics.contradictions.add();
    tools_.log.warning("the venue contradicts itself", {{"order", x->what.label}, {"what", x->life.contradiction()}});
    note("difference", x->what.label, x->life.contradiction());
  }
  after(*x, before);
}

void order_desk::on_fill(const fill_fact& what) {
  if (!what.what.instrument.is_valid())
    return tools_.log.error("a fill without its instrument", {{"trade", what.trade_id}});
  const auto at = tools_.instruments.at(what.what.instrument).at;
  if (what.order.value == 0) {
    const auto own = own_order(at, what.of);
    if (!own) return take_foreign(at, what);
    auto known = what;
    known.order = own->what.id;
    return on_fill(known);
  }
  auto* x = order_of(what.order);
  if (!x) return take_foreign(at, what); // the account holds it, whoever ordered it
  acknowledged(*x);
  const auto before = x->life.last();
  if (!x->life.on_fill(what)) return;
  const auto now = tools_.clock();
  auto made = what.what;
  made.order = what.order;
  const auto owner = holder_of(*x);
  keep([this, &account = desk_of(x->at).account, trade_id = what.trade_id, made, owner, last = x->life.last(),
        now]() -> result<void> {
    const auto booked = tools_.store.book(account, trade_id, made, made.order, owner, last, now.wall_ns);
    return booked ? result<void>{} : std::unexpected{booked.error()};
  });
  book_.book(owner, made, now.wall_ns);
  tools_.risk.on_fill(owner, made);
  tools_.metrics.fills.add();
  after(*x, before, true);
  if (undone_early_.contains({x->at, what.trade_id})) undo(*x, what.trade_id, "before the fill itself was told");
}

void order_desk::take_foreign(venue at, const fill_fact& what) {
  const auto now = tools_.clock();
  const auto booked = tools_.store.book(desk_of(at).account, what.trade_id, what.what, now.wall_ns);
  if (!booked) return store_failed(booked.error()); // the next comparison tells it again
  if (!*booked) return;                             // before
  book_.book({}, what.what, now.wall_ns);
  tools_.risk.on_fill({}, what.what);
  want(what.what.instrument);
  tools_.metrics.foreign_fills.add();
  auto text = fmt::format("trade {}: {} {} at {}, of an order that is not exec's", what.trade_id,
                          to_text(what.what.side), to_string(what.what.size), to_string(what.what.at));
  tools_.log.warning("foreign fill", {{"instrument", name_of(what.what.instrument)}, {"what", text}});
  note("difference", name_of(what.what.instrument), std::move(text));
}

void order_desk::on_fill_undone(venue at, std::string_view trade_id, std::string_view why) {
  bool is_known = false;
  for (auto* x : table_.with_fill(at, trade_id)) {
    is_known = true;
    undo(*x, trade_id, why);
  }
  const auto booked = tools_.store.read().fills_of(desk_of(at).account, trade_id);
  if (!booked) return store_failed(booked.error());
  for (const auto& made : *booked) {
    is_known = true;
    if (made.order.value != 0) {
      if (auto* x = order_of(made.order)) undo(*x, trade_id, why); // once: what is undone stays so
      continue;
    }
    const auto undone = tools_.store.undo(desk_of(at).account, trade_id, {}, why, {}, tools_.clock().wall_ns);
    if (!undone) store_failed(undone.error());
    if (!undone || !*undone) continue;
    auto opposite = made;
    opposite.side = strike::opposite(made.side);
    book_.book({}, opposite, tools_.clock().wall_ns);
    tools_.risk.on_fill_undone({}, made);
  }
  if (!is_known) undone_early_.emplace(at, trade_id);
}

void order_desk::undo(tracked_order& x, std::string_view trade_id, std::string_view why) {
  const auto before = x.life.last();
  const auto gone = x.life.on_fill_undone(trade_id, why);
  if (!gone) return;
  const auto now = tools_.clock();
  keep([this, &account = desk_of(x.at).account, id = x.what.id, trade = std::string{trade_id}, text = std::string{why},
        last = x.life.last(), now]() -> result<void> {
    const auto undone = tools_.store.undo(account, trade, id, text, last, now.wall_ns);
    return undone ? result<void>{} : std::unexpected{undone.error()};
  });
  auto opposite = *gone;
  opposite.side = strike::opposite(gone->side);
  opposite.fee = -gone->fee;
  book_.book(holder_of(x), opposite, now.wall_ns);
  tools_.risk.on_fill_undone(holder_of(x), *gone);
  tools_.log.warning("the venue took a fill back", {{"order", x.what.label}, {"trade", trade_id}, {"why", why}});
  note("difference", x.what.label, x.life.last().reason);
  after(x, before, true);
}

void order_desk::on_no_answer(order_id order, std::string_view why) {
  auto* x = order_of(order);
  if (!x) return;
  const auto before = x->life.last();
  x->life.on_no_answer(why, tools_.clock());
  after(*x, before);
}

void order_desk::on_absent(order_id order, std::string_view why) {
  auto* x = order_of(order);
  if (!x) return;
  const auto before = x->life.last();
  x->life.on_absent(why, tools_.clock().wall_ns);
  after(*x, before);
}

void order_desk::on_settlement(const match::settlement& what) {
  auto& at = desk_of(tools_.instruments.at(what.instrument).at);
  if (at.is_simulated) return settle(at, what.owner, what);
  for (const auto& [owner, share] : book_.shares(what)) settle(at, owner, share);
}

void order_desk::settle(venue_desk& at, std::optional<owner_id> owner, const match::settlement& what) {
  const auto now = tools_.clock();
  keep([this, &account = at.account, owner, what, now] {
    return tools_.store.settle(account, owner, what, now.wall_ns);
  });
  book_.settle(owner, what, now.wall_ns);
  tools_.risk.on_settlement(owner, what);
  if (!owner) return;
  tell(lines_.of(*owner), wire::position_settled{.venue_ns = what.venue_ns,
                                                 .instrument = what.instrument,
                                                 .size = what.size,
                                                 .delivery = what.delivery,
                                                 .payoff = what.payoff,
                                                 .fee = what.fee});
}

} // namespace strike::exec
