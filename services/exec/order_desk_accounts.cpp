// Restart, sessions, and the comparison with what venues say of the account.
#include "base/time.hpp"
#include "exec/order_desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace strike::exec {

void order_desk::note(std::string kind, std::string subject, std::string text) {
  keep([this, made = audit_entry{tools_.clock().wall_ns, std::move(kind), std::move(subject), std::move(text)}] {
    return tools_.store.note(made);
  });
}

result<void> order_desk::restore(const std::function<void(const booking&)>& held) {
  const auto& from = tools_.store.read();
  const auto names = from.strategies();
  if (!names) return std::unexpected{names.error()};
  for (const auto& name : *names) {
    auto& s = lines_.add(static_cast<owner_id>(lines_.size()), name);
    tools_.risk.name_owner(s.owner, name);
    const auto epoch = from.value("epoch of " + name);
    if (!epoch) return std::unexpected{epoch.error()};
    std::from_chars(epoch->data(), epoch->data() + epoch->size(), s.epoch); // none: it was never heard
  }
  auto ok = from.bookings({}, [&](booking&& x) {
    if (x.account != desk_of(x.account.at).account) return;
    book_.replay(x);
    if (const auto* made = std::get_if<fill>(&x.what)) tools_.risk.on_fill(x.owner, *made);
    if (const auto* made = std::get_if<match::settlement>(&x.what)) tools_.risk.on_settlement(x.owner, *made);
    if (const auto* made = std::get_if<adoption>(&x.what)) tools_.risk.on_adopted(made->instrument, made->size);
    held(x);
  });
  if (!ok) return ok;
  const auto last = from.last_order();
  if (!last) return std::unexpected{last.error()};
  last_order_ = *last;
  auto open = from.orders({.is_open = true});
  if (!open) return std::unexpected{open.error()};
  for (auto& x : *open) restore_order(std::move(x));
  for (const auto id : book_.instruments())
    if (book_.in_all(id) != quantity{}) want(id);
  return {};
}

void order_desk::restore_order(stored_order&& x) {
  auto& at = desk_of(x.account.at);
  if (!at.by || at.account != x.account)
    return tools_.log.warning("an open order of an account that is not configured now; it stays as it is",
                              {{"order", x.what.label}, {"venue", to_text(x.account.at)}, {"account", x.account.name}});
  const auto venue_id = x.last.venue_id;
  auto& made = table_.add({.what = x.what,
                           .of_strategy = x.of_strategy,
                           .at = x.account.at,
                           .life = order_life{x.what.id, x.what.request, std::move(x.last), std::move(x.fills)}});
  tools_.metrics.open.add(1);
  tools_.risk.restore_order(
      made.what, {.limit = made.life.last().limit, .size = made.life.last().size, .open = made.life.remaining()});
  doubtful_.insert(made.what.id.value);
  at.by->restore(made.what, venue_id, x.keys);
}

std::int64_t order_desk::round(const moment& now) {
  while (!waiting_.empty()) {
    auto* x = table_.find(order_id{waiting_.front()});
    const bool is_over = !x || x->life.has_left() || x->life.is_final();
    if (!is_over && x->waits_until_ns > now.steady_ns) break;
    waiting_.pop_front();
    if (is_over) continue;
    if (data_of(x->what.request.instrument).has_come) {
      send(*x, now); // risk says what is missing
      continue;
    }
    refuse_order(*x, order_state::rejected,
                 fmt::format("no market data of {} came within {} s; is its gateway up, and the symbol right?",
                             name_of(x->what.request.instrument), data_wait_ns / ns_per_s),
                 now);
  }
  const auto waits_ns = waiting_.empty() ? INT64_MAX : table_.find(order_id{waiting_.front()})->waits_until_ns;
  return std::min({waits_ns, ask_orders(now), ask_venues(now), keep_unsaved(now), tools_.risk.round(now)});
}

std::int64_t order_desk::ask_orders(const moment& now) {
  auto next_ns = INT64_MAX;
  const auto doubtful = doubtful_; // an answer may come while we ask
  for (const auto number : doubtful) {
    auto* x = table_.find(order_id{number});
    if (!x || desk_of(x->at).session != session_state::up) continue; // asked when it is up
    if (x->life.ask_due(now) <= now.steady_ns) {
      tools_.metrics.questions.add();
      x->life.asked(now);
      desk_of(x->at).by->ask_order(x->what.id, now);
    }
    next_ns = std::min(next_ns, x->life.ask_due(now));
  }
  return next_ns;
}

std::int64_t order_desk::ask_venues(const moment& now) {
  auto next_ns = INT64_MAX;
  for (auto& at : venues_) {
    if (!at.compared) continue;
    if (at.compared->due_ns() <= now.steady_ns) {
      const auto newest = tools_.store.read().newest_fill_ns(at.account);
      if (!newest) return store_failed(newest.error()), next_save_ns_;
      auto since_ns = *newest == 0 ? now.wall_ns : *newest;
      for (const auto number : table_.open())
        if (const auto* x = table_.find(order_id{number}); x->at == at.account.at)
          since_ns = std::min(since_ns, x->life.last().changed_ns);
      at.compared->asked(now.steady_ns);
      at.by->ask_account(since_ns - reconciler::fill_margin_ns, now);
    }
    next_ns = std::min(next_ns, at.compared->due_ns());
  }
  return next_ns;
}

/// Until it is compared with a venue takes only what makes positions smaller.
void order_desk::set_ready(venue at, bool is_ready, std::string_view why) {
  tools_.risk.on_reconciling(at, is_ready, tools_.clock());
  tools_.metrics.venue_ready[static_cast<std::size_t>(at)]->set(is_ready ? 1 : 0);
  tools_.on_venue(at, why);
}

void order_desk::on_session(venue where, session_state now, std::string_view why) {
  auto& at = desk_of(where);
  const auto clock = tools_.clock();
  const bool is_change = std::exchange(at.session, now) != now;
  at.compared->restart(now == session_state::up, clock.steady_ns);
  set_ready(where, false,
            now == session_state::up ? "orders and positions are compared"
                                     : fmt::format("its order session is down: {}", why));
  if (now == session_state::up) {
    at.last_down.clear();
    tools_.log.info("order session is up; orders and positions are compared",
                    {{"venue", to_text(where)}, {"account", at.account.name}, {"how", why}});
  } else if (is_change || at.last_down != why) {
    at.last_down = why;
    tools_.log.warning("order session is down", {{"venue", to_text(where)}, {"why", why}});
  }
}

void order_desk::on_account_failed(venue where, std::string_view why) {
  auto& at = desk_of(where);
  at.compared->failed(tools_.clock().steady_ns);
  if (at.session == session_state::up && !at.compared->is_reconciled())
    set_ready(where, false, fmt::format("its account could not be asked for: {}", why));
  tools_.log.warning("the account could not be asked for; trying again", {{"venue", to_text(where)}, {"why", why}});
}

void order_desk::on_account(account_fact&& what) {
  auto& at = desk_of(what.at);
  if (at.session != session_state::up) return;
  for (const auto& x : what.fills) on_fill(x);
  for (const auto& x : what.open) on_order(x);
  claim_orders(what);
  const auto now = tools_.clock();
  adopt_first(at, what, now);
  const bool was_done = at.compared->is_reconciled();
  const auto found = at.compared->compare(what, table_, book_, tools_.instruments);
  report_orders(at, what, found, now);
  report_positions(at, found, now);
  at.compared->done(found.is_settled, tools_.reconcile, now.steady_ns);
  if (tools_.on_account) tools_.on_account(what);
  if (was_done || !at.compared->is_reconciled()) return;
  set_ready(what.at, true, {});
  tools_.log.info("orders and positions compared", {{"venue", to_text(what.at)},
                                                    {"open", what.open.size()},
                                                    {"positions", what.positions.size()},
                                                    {"differences", found.confirmed.size()}});
}

/// Orders that the adapter takes for those of others, since they had ended before the last start: they are open, and
/// exec's. The comparison finds them so.
void order_desk::claim_orders(account_fact& from) {
  std::erase_if(from.foreign_orders, [&](const venue_name& name) {
    const auto own = own_order(from.at, name);
    if (!own || !order_of(own->what.id)) return false;
    desk_of(from.at).by->restore(own->what, name.id, own->keys);
    from.open.push_back({.order = own->what.id, .venue_id = name.id});
    return true;
  });
}

/// What the account held before exec first saw it is its own.
void order_desk::adopt_first(venue_desk& at, const account_fact& what, const moment& now) {
  const auto key = fmt::format("first seen {} {}", to_text(at.account.at), at.account.name);
  const auto seen = tools_.store.read().value(key);
  if (!seen) return store_failed(seen.error());
  if (!seen->empty()) return;
  for (const auto& x : what.positions) {
    const auto more = x.size - book_.in_all(x.instrument);
    if (more == quantity{}) continue;
    adopt(at, {x.instrument, more, "held before exec's first start"}, now);
    tools_.log.info("position adopted as the account's own",
                    {{"instrument", name_of(x.instrument)}, {"size", to_string(more)}});
  }
  keep([this, key, text = std::to_string(now.wall_ns)] { return tools_.store.set(key, text); });
}

void order_desk::adopt(venue_desk& at, const adoption& what, const moment& now) {
  keep([this, &account = at.account, what, now] { return tools_.store.adopt(account, what, now.wall_ns); });
  book_.adopt(what);
  tools_.risk.on_adopted(what.instrument, what.size);
  want(what.instrument);
}

void order_desk::report_orders(venue_desk& at, const account_fact& what, const comparison& found, const moment& now) {
  for (const auto id : found.missing) {
    tools_.metrics.questions.add();
    at.by->ask_order(id, now);
  }
  for (const auto id : found.revived) {
    const auto* x = table_.find(id);
    tools_.metrics.differences.add();
    tools_.log.warning("an order is open at the venue and final here; it is cancelled", {{"order", x->what.label}});
    note("difference", x->what.label,
         fmt::format("open at the venue, {} here; cancelled", to_text(x->life.last().state)));
    at.by->cancel(id, now);
  }
  std::set<venue_name> foreign{what.foreign_orders.begin(), what.foreign_orders.end()};
  const bool is_cancelled = tools_.reconcile.orders == foreign_orders::cancel;
  for (const auto& name : foreign) {
    if (at.foreign_orders.contains(name)) continue;
    tools_.metrics.differences.add();
    tools_.log.warning("an open order that is not exec's",
                       {{"venue", to_text(what.at)}, {"order", name.id}, {"label", name.label}, {"cancelled", is_cancelled}});
    note("difference", std::string{to_text(what.at)},
         fmt::format("open order {} is not exec's{}", name.id, is_cancelled ? "; everything is cancelled" : ""));
  }
  if (is_cancelled && !foreign.empty()) at.by->cancel_everything(now);
  at.foreign_orders = std::move(foreign);
}

void order_desk::report_positions(venue_desk& at, const comparison& found, const moment& now) {
  at.unexplained.clear();
  at.is_settled = found.is_settled;
  for (const auto& x : found.differences)
    tools_.log.warning(
        "a position differs; it is looked at again",
        {{"instrument", name_of(x.instrument)}, {"here", to_string(x.ours)}, {"venue", to_string(x.theirs)}});
  for (const auto& x : found.confirmed) {
    const auto text = fmt::format("the venue holds {}, exec {} ({} of it the account's own)", to_string(x.theirs),
                                  to_string(x.ours), to_string(book_.own(x.instrument)));
    const bool is_adopted = !at.compared->is_reconciled() && tools_.reconcile.positions == foreign_positions::adopt;
    if (is_adopted) {
      adopt(at, {x.instrument, x.theirs - x.ours, "differed at the start"}, now);
    } else {
      at.unexplained.push_back(x);
      tools_.risk.on_mismatch(x.instrument, text, now);
    }
    if (!at.differences.insert({x.instrument, x.ours, x.theirs}).second) continue; // said before
    tools_.metrics.differences.add();
    tools_.log.error(is_adopted ? "position differs; adopted" : "position differs; the instrument is halted",
                     {{"instrument", name_of(x.instrument)}, {"what", text}});
    note("difference", name_of(x.instrument), text + (is_adopted ? "; adopted" : "; halted"));
  }
}

} // namespace strike::exec
