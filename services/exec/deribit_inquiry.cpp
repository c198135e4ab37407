#include "exec/deribit_inquiry.hpp"

#include "base/time.hpp"
#include "deribit/errors.hpp"
#include "deribit/order.hpp"
#include "exec/deribit_trades.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace strike::exec {

using deribit::order_phase;
using outcome = deribit_answer::outcome;

namespace {

constexpr std::int64_t code_invalid_order_id = 10025;
/// A trade's venue time may lie before our clock's time of sending.
constexpr std::int64_t clock_margin_ns = 60 * ns_per_s;
constexpr int history_length = 100;

/// The venue knows no such order, or no longer.
bool says_gone(const deribit_answer& x) {
  return x.what == outcome::refused &&
         (deribit::remedy_of(x.code) == deribit::remedy::closed || x.code == code_invalid_order_id);
}

} // namespace

void deribit_inquiry::ask(deribit_order& which, std::string reason, const moment& now) {
  const auto [at, is_new] = asked_.try_emplace(which.what.id);
  if (at->second.reason.empty()) at->second.reason = std::move(reason);
  if (!is_new) return;
  if (which.venue_id.empty())
    by_label(which, 0, now);
  else
    by_id(which, now);
}

void deribit_inquiry::query(deribit_order& which, deribit_session::writer write, reader read, const moment& now) {
  over_.push({.on = deribit_requests::lane::query,
              .write = std::move(write),
              .done =
                  [this, id = which.what.id, read = std::move(read)](const deribit_answer& x, const moment& at) {
                    if (auto* of = orders_.find(id)) read(x, *of, at);
                  }},
             now);
}

// ---- by the venue's id ----

void deribit_inquiry::by_id(deribit_order& which, const moment& now) {
  query(
      which,
      [venue_id = which.venue_id](std::uint64_t id, const moment&) { return deribit::order_state(id, venue_id); },
      [this](const deribit_answer& x, deribit_order& of, const moment& at) { on_state(x, of, at); }, now);
}

void deribit_inquiry::on_state(const deribit_answer& x, deribit_order& which, const moment& now) {
  if (says_gone(x)) {
    if (which.what.request.stop > price{} && which.stop_id.empty() && !which.is_final())
      return find_working(which, now);
    return ask_fills(which, false, true, now);
  }
  if (x.what != outcome::answered) return no_answer(which, x.why);
  const auto order = x.says->order();
  if (!order) return no_answer(which, order.error().text);
  if (!order->phase) return no_answer(which, "the venue names a state that is not known: " + order->phase_word);
  orders_.merge(which, *order, now);
  if (*order->phase == order_phase::triggered && which.stop_id.empty()) return find_working(which, now);
  if (order->filled > quantity{}) return ask_fills(which, false, false, now);
  conclude(which);
}

// ---- by label ----

/// Spot pairs settle in no one currency: both are asked.
std::vector<std::string> deribit_inquiry::currencies_of(const deribit_order& which) const {
  const auto& info = tools_.instruments.at(which.what.request.instrument).info;
  if (info.kind == instrument_kind::spot) return {info.quote, info.base};
  return {which.currency};
}

void deribit_inquiry::by_label(deribit_order& which, std::size_t currency, const moment& now) {
  asked_[which.what.id].again_ns = INT64_MAX;
  if (which.valid_until_ns == 0) which.valid_until_ns = session_.venue_ns(now) + how_.valid_for.count();
  query(
      which,
      [name = currencies_of(which).at(currency), label = which.what.label](std::uint64_t id, const moment&) {
        return deribit::order_state_by_label(id, name, label);
      },
      [this, currency](const deribit_answer& x, deribit_order& of, const moment& at) {
        on_labelled(x, of, currency, at);
      },
      now);
}

void deribit_inquiry::on_labelled(const deribit_answer& x, deribit_order& which, std::size_t currency,
                                  const moment& now) {
  if (x.what != outcome::answered && !says_gone(x)) return no_answer(which, x.why);
  std::vector<deribit::order_message> all;
  if (x.what == outcome::answered) {
    if (const auto ok = x.says->orders(all); !ok) return no_answer(which, ok.error().text);
  }
  for (const auto& each : all)
    if (orders_.find(each) == &which) orders_.merge(which, each, now);
  if (!which.venue_id.empty()) return by_id(which, now);
  if (currency + 1 < currencies_of(which).size()) return by_label(which, currency + 1, now);
  not_there(x, which, now);
}

/// Nothing has the label. That is final only when the venue, by its own clock, no longer takes the order up.
void deribit_inquiry::not_there(const deribit_answer& x, deribit_order& which, const moment& now) {
  const auto told_ns = x.says ? x.says->taken_up_ns() : 0;
  const auto venue_ns = told_ns > 0 ? told_ns : session_.venue_ns(now);
  const auto wait_ns = which.valid_until_ns + how_.absent_after.count() - venue_ns;
  if (wait_ns < 0) return by_fills(which, now);
  asked_[which.what.id].again_ns = now.steady_ns + wait_ns + ns_per_ms;
}

/// An order that ended at once may have been forgotten already; its fills are not.
void deribit_inquiry::by_fills(deribit_order& which, const moment& now) {
  const auto since_ns = which.sent_ns > 0 ? which.sent_ns - clock_margin_ns : now.wall_ns - how_.lookback.count();
  ask_trades(
      over_, {.currencies = currencies_of(which), .since_ns = since_ns, .now_ns = now.wall_ns},
      [this, id = which.what.id](result<std::vector<deribit::user_trade>>&& all, const moment& at) {
        auto* of = orders_.find(id);
        if (!of) return;
        if (!all) return no_answer(*of, all.error().text);
        for (const auto& x : *all) orders_.find(x); // learns the id of the order with our label
        if (!of->venue_id.empty()) return by_id(*of, at);
        asked_.erase(id);
        of->is_lost = true;
        to_.on_absent(id, "the venue has no order and no fill with its label, and its time to be taken up has passed");
      },
      now);
}

// ---- a stop that went off ----

/// The order that works for it: among the open ones, else among those of late.
void deribit_inquiry::find_working(deribit_order& which, const moment& now) {
  query(
      which, [](std::uint64_t id, const moment&) { return deribit::open_orders(id, "all"); },
      [this](const deribit_answer& x, deribit_order& of, const moment& at) { on_candidates(x, of, false, at); }, now);
}

void deribit_inquiry::on_candidates(const deribit_answer& x, deribit_order& which, bool is_last, const moment& now) {
  if (x.what != outcome::answered) return no_answer(which, x.why);
  std::vector<deribit::order_message> all;
  if (const auto ok = x.says->orders(all); !ok) return no_answer(which, ok.error().text);
  for (const auto& each : all)
    if (orders_.find(each) == &which) orders_.merge(which, each, now);
  if (!which.stop_id.empty()) return by_id(which, now);
  if (is_last) return no_answer(which, "its trigger went off, and the venue does not show the order that works for it");
  query(
      which,
      [symbol = which.symbol](std::uint64_t id, const moment&) {
        return deribit::order_history(id, symbol, history_length);
      },
      [this](const deribit_answer& y, deribit_order& of, const moment& at) { on_candidates(y, of, true, at); }, now);
}

// ---- its fills, and the end ----

void deribit_inquiry::ask_fills(deribit_order& which, bool historical, bool is_gone, const moment& now) {
  query(
      which,
      [venue_id = which.venue_id, historical](std::uint64_t id, const moment&) {
        return deribit::trades_of_order(id, venue_id, historical);
      },
      [this, historical, is_gone](const deribit_answer& x, deribit_order& of, const moment& at) {
        on_fills(x, of, historical, is_gone, at);
      },
      now);
}

void deribit_inquiry::on_fills(const deribit_answer& x, deribit_order& which, bool historical, bool is_gone,
                               const moment& now) {
  if (x.what != outcome::answered && !says_gone(x)) return no_answer(which, x.why);
  deribit::trade_page page;
  if (x.what == outcome::answered) {
    if (const auto ok = x.says->user_trades(page); !ok) return no_answer(which, ok.error().text);
  }
  orders_.take(page.trades);
  quantity filled;
  for (const auto& each : page.trades) filled += each.size;
  auto& found = asked_[which.what.id].filled;
  found = std::max(found, filled);
  const auto wanted = is_gone ? which.what.request.size : which.last ? which.last->filled : quantity{};
  if (found < wanted && !historical) return ask_fills(which, true, is_gone, now);
  if (is_gone) return conclude_gone(which, now);
  conclude(which);
}

/// The venue has forgotten the order: what its fills say is all there is.
void deribit_inquiry::conclude_gone(deribit_order& which, const moment& now) {
  const auto found = asked_[which.what.id].filled;
  if (!which.is_final()) {
    order_fact end{.venue_ns = session_.venue_ns(now), .order = which.what.id};
    end.filled = std::max(found, which.last ? which.last->filled : quantity{});
    const bool is_filled = end.filled >= which.what.request.size;
    end.state = is_filled ? order_state::filled : which.is_expiring ? order_state::expired : order_state::cancelled;
    end.venue_id = which.venue_id;
    if (!is_filled) end.reason = "no longer at the venue";
    which.last = end;
  }
  conclude(which);
}

void deribit_inquiry::conclude(deribit_order& which) {
  const auto at = asked_.find(which.what.id);
  if (at == asked_.end()) return;
  const auto reason = std::move(at->second.reason);
  asked_.erase(at);
  if (!which.last) return to_.on_no_answer(which.what.id, "the venue's answer says nothing of its state");
  auto fact = *which.last;
  if (!reason.empty()) fact.reason = fact.reason.empty() ? reason : fact.reason + "; " + reason;
  to_.on_order(fact);
}

void deribit_inquiry::no_answer(deribit_order& which, std::string_view why) {
  asked_.erase(which.what.id);
  to_.on_no_answer(which.what.id, why);
}

void deribit_inquiry::fail_waiting(std::string_view why) {
  std::vector<order_id> all;
  for (const auto& [id, x] : asked_)
    if (x.again_ns != INT64_MAX) all.push_back(id);
  for (const auto id : all) {
    asked_.erase(id);
    to_.on_no_answer(id, why);
  }
}

std::int64_t deribit_inquiry::round(const moment& now) {
  auto next_ns = INT64_MAX;
  std::vector<order_id> due;
  for (const auto& [id, x] : asked_) {
    if (x.again_ns <= now.steady_ns)
      due.push_back(id);
    else
      next_ns = std::min(next_ns, x.again_ns);
  }
  for (const auto id : due)
    if (auto* which = orders_.find(id)) by_label(*which, 0, now);
  return due.empty() ? next_ns : now.steady_ns;
}

} // namespace strike::exec
