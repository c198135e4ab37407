// Orders on their way, and what answers say of them.
#include "exec/deribit_venue.hpp"

#include "base/time.hpp"
#include "deribit/errors.hpp"
#include "deribit/order.hpp"

#include <utility>

namespace strike::exec {

using deribit::remedy;
using outcome = deribit_answer::outcome;

namespace {

/// A refusal that proves that nothing was done.
bool is_certain(const deribit_answer& x) {
  const auto what = deribit::remedy_of(x.code);
  return what == remedy::never || what == remedy::retry || what == remedy::log_in;
}

} // namespace

// ---- place ----

std::int64_t deribit_venue::valid_until_ms(const moment& now) const {
  return (session_.venue_ns(now) + how_.valid_for.count()) / ns_per_ms;
}

deribit_requests::request deribit_venue::place_request(order_id id, const moment& now) {
  return {.on = lane::order,
          .order = id,
          .is_place = true,
          .write =
              [this, id](std::uint64_t request, const moment& at) {
                auto& which = orders_.at(id);
                const auto until_ms = valid_until_ms(at);
                which.sent_ns = at.wall_ns;
                which.valid_until_ns = until_ms * ns_per_ms;
                to_.on_leaving(id);
                return deribit::place(request, which.symbol, which.what.label, which.what.request, until_ms);
              },
          .done = [this, id](const deribit_answer& x, const moment& at) { on_placed(id, x, at); },
          .give_up_ns = now.steady_ns + how_.order_wait.count()};
}

void deribit_venue::on_placed(order_id id, const deribit_answer& x, const moment& now) {
  auto* which = orders_.find(id);
  if (!which) return; // final, and forgotten
  switch (x.what) {
  case outcome::unsent:
    return reject(id, x.why);
  case outcome::silent:
    if (!which->is_final()) to_.on_no_answer(id, x.why);
    return;
  case outcome::refused:
    if (which->last || !is_certain(x)) return to_.on_no_answer(id, x.why); // news of it say that it lives
    return reject(id, x.why);
  case outcome::answered:
    break;
  }
  deribit::order_answer answer;
  if (const auto ok = x.says->placed(answer); !ok)
    return to_.on_no_answer(id, "the venue took it, but its answer cannot be read: " + ok.error().text);
  take_answer(*which, answer, now);
}

void deribit_venue::take_answer(deribit_order& which, const deribit::order_answer& answer, const moment& now) {
  if (orders_.find(answer.order) != &which) {
    tools_.log.error("deribit: an answer names another order than was asked about",
                     {{"label", which.what.label}, {"order", answer.order.id}});
    return to_.on_no_answer(which.what.id, "the venue's answer names another order");
  }
  orders_.take(answer.order, now);
  orders_.take(answer.trades);
}

// ---- amend ----

deribit_requests::request deribit_venue::edit_request(order_id id, const moment& now) {
  return {.on = lane::order,
          .order = id,
          .write =
              [this, id](std::uint64_t request, const moment& at) {
                auto& which = orders_.at(id);
                which.is_edit_waiting = false;
                auto terms = which.what.request;
                terms.limit = which.edit_limit;
                terms.size = which.edit_size;
                return deribit::edit(request, which.name(), terms, !which.stop_id.empty(), valid_until_ms(at));
              },
          .done = [this, id](const deribit_answer& x, const moment& at) { on_edited(id, x, at); },
          .give_up_ns = now.steady_ns + how_.order_wait.count()};
}

void deribit_venue::on_edited(order_id id, const deribit_answer& x, const moment& now) {
  auto* which = orders_.find(id);
  if (!which) return; // final, and forgotten
  switch (x.what) {
  case outcome::unsent:
    which->is_edit_waiting = false;
    return standing(id, x.why);
  case outcome::silent:
    if (!which->is_final()) to_.on_no_answer(id, x.why);
    return;
  case outcome::refused: // filled meanwhile, or it stands as before: the venue says which
    return inquiry_.ask(*which, "the amend was refused: " + x.why, now);
  case outcome::answered:
    break;
  }
  deribit::order_answer answer;
  if (const auto ok = x.says->placed(answer); !ok)
    return inquiry_.ask(*which, "the answer to the amend cannot be read: " + ok.error().text, now);
  take_answer(*which, answer, now);
}

// ---- cancel ----

void deribit_venue::send_cancel(deribit_order& which, const moment& now) {
  which.is_cancel_asked = true;
  which.is_edit_waiting = false;
  requests_.withdraw(which.what.id); // an amend that has not left
  requests_.push(
      {.on = lane::cancel,
       .write = [this, id = which.what.id](std::uint64_t request,
                                           const moment&) { return deribit::cancel(request, orders_.at(id).name()); },
       .done = [this, id = which.what.id](const deribit_answer& x, const moment& at) { on_cancelled(id, x, at); }},
      now);
}

void deribit_venue::on_cancelled(order_id id, const deribit_answer& x, const moment& now) {
  auto* which = orders_.find(id);
  if (!which) return; // final, and forgotten
  which->is_cancel_asked = false;
  which->cancel_again_ns = now.steady_ns + again_ns;
  if (which->is_final() || x.what == outcome::unsent) return;
  if (x.what == outcome::silent) return to_.on_no_answer(id, "cancel: " + x.why);
  if (x.what == outcome::refused) {
    which->wants_cancel = false;
    return inquiry_.ask(*which, "the cancel was refused: " + x.why, now);
  }
  if (const auto order = x.says->order(); order)
    orders_.take(*order, now);
  else if (const auto by_label = x.says->cancelled(); by_label)
    for (const auto& each : by_label->orders) orders_.take(each, now);
  if (!which->is_final()) inquiry_.ask(*which, {}, now); // a count alone does not say how it ended
}

void deribit_venue::send_cancel_all(const moment& now) {
  if (std::exchange(is_cancel_all_asked_, true)) return;
  requests_.push({.on = lane::cancel_all,
                  .write = [](std::uint64_t request, const moment&) { return deribit::cancel_all(request); },
                  .done = [this](const deribit_answer& x, const moment& at) { on_all_cancelled(x, at); }},
                 now);
}

void deribit_venue::on_all_cancelled(const deribit_answer& x, const moment& now) {
  is_cancel_all_asked_ = false;
  if (x.what == outcome::answered) {
    wants_cancel_all_ = false;
    return tools_.log.warning("deribit: cancelled everything");
  }
  tools_.log.error("deribit: cancel everything was not confirmed", {{"why", x.why}});
  if (x.what == outcome::refused)
    wants_cancel_all_ = false; // whoever asked for it verifies by the open orders
  else if (session_.is_up())
    send_cancel_all(now);
}

} // namespace strike::exec
