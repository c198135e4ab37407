// Requests of orders, and what their answers mean. Source: Derive API, sections "Order entry" and "Errors".
#include "derive/errors.hpp"
#include "exec/derive_venue.hpp"

#include <algorithm>

namespace strike::exec {
namespace {

using derive::remedy;

constexpr int most_retries = 2; // of an order whose signature the venue wants otherwise

} // namespace

void derive_venue::queue_place(derive_order& x, const moment& now) {
  const auto& symbol = tools_.instruments.at(x.what.request.instrument).symbol;
  x.is_queued = true;
  requests_.push(
      {.lane = derive_lane::orders,
       .budget = derive_budget::matching,
       .order = x.what.id,
       .symbol = symbol,
       .leave_by_ns = now.steady_ns + how_.hold_timeout.count(),
       .write =
           [this, id = x.what.id](std::uint64_t request, const moment& at) {
             auto& order = *find(id);
             auto text = write_order(order, {order.what.request.limit, order.what.request.size}, request, at);
             order.is_queued = false;
             order.is_in_flight = text.has_value();
             if (text) requests_total_.add();
             return text;
           },
       .done = [this, id = x.what.id](const derive_reply& reply) { on_placed(id, reply); }});
}

/// The venue wants another signature, and did not carry the request out. @returns whether it may go once more
bool derive_venue::sign_again(derive_order& x, const derive::refusal& why) {
  const auto what = derive::remedy_of(why);
  if (x.retries >= most_retries) return false;
  if (what == remedy::new_nonce) {
    tools_.log.warning("derive refused a nonce: check the clock, and that no other process has the same number",
                       {{"why", to_string(why)}});
  } else if (what == remedy::raise_fee) {
    const auto needed = derive::number_in_data(why);
    const auto& at = markets_.at(tools_.instruments.at(x.what.request.instrument).symbol);
    const double usual = to_double(max_fee_of(derive_order{}, at, x.what.request.limit, x.what.request.size));
    if (!needed || *needed > usual * how_.fee_limit / how_.fee_factor) return false;
    x.fee_floor = *needed * 1.05; // it moves with the index
  } else {
    return false;
  }
  ++x.retries;
  return true;
}

void derive_venue::on_placed(order_id id, const derive_reply& reply) {
  auto* const x = find(id);
  if (x == nullptr) return;
  x->is_queued = x->is_in_flight = false;
  using kind = derive_reply::kind;
  if (reply.how == kind::lost) return lose(id, reply.text);
  if (reply.how == kind::unsent) return x->is_ended ? void() : refuse_later(id, reply.text);
  if (reply.how == kind::answered) {
    const auto placed = reply.reader->placed();
    if (!placed) {
      note_malformed("the answer to an order", placed.error());
      return lose(id, placed.error().text);
    }
    log_in_again_ = 0;
    absorb(placed->placed);
    for (const auto& row : placed->fills) report_fill(row);
    return go_on(*x);
  }
  const auto what = derive::remedy_of(*reply.why);
  const auto text = to_string(*reply.why);
  if (what == remedy::unknown) return lose(id, text);
  if (!x->attempts.empty()) x->attempts.back().is_settled = true; // it is not there
  if (x->is_ended) return;
  if (what == remedy::stop) halt(text);
  if (what == remedy::log_in) drop(text);
  if (what == remedy::shorten_life) ask_session_keys();
  if (*reply.why->code == 11012 || *reply.why->code == 11013 || *reply.why->code == 11021)
    ask_terms(tools_.instruments.at(x->what.request.instrument).symbol);
  if (!reply.is_late && !x->cancel_wanted && sign_again(*x, *reply.why)) return queue_place(*x, now_);
  report_end(*x, order_state::rejected, text);
}

/// What was wanted while an answer was awaited.
void derive_venue::go_on(derive_order& x) {
  if (x.is_ended || x.is_in_flight || x.is_queued || x.replacing != 0 || x.newest() == nullptr) return;
  if (x.cancel_wanted) return x.is_cancelling ? void() : queue_cancel(x);
  if (const auto wanted = std::exchange(x.amend_wanted, {})) queue_replace(x, *wanted, now_);
}

void derive_venue::queue_replace(derive_order& x, derive_order::terms to, const moment& now) {
  const auto& symbol = tools_.instruments.at(x.what.request.instrument).symbol;
  want_market(symbol); // known, unless exec was started anew
  x.is_queued = true;
  x.amend_wanted = {};
  requests_.push({.lane = derive_lane::orders,
                  .budget = derive_budget::matching,
                  .order = x.what.id,
                  .symbol = symbol,
                  .leave_by_ns = now.steady_ns + how_.hold_timeout.count(),
                  .write = [this, id = x.what.id, to](std::uint64_t request, const moment& at) -> result<std::string> {
                    auto& order = *find(id);
                    order.is_queued = false;
                    const auto amount = to.size - order.filled();
                    if (order.is_ended || order.newest() == nullptr || amount.nanos <= 0)
                      return fail(ec::invalid_order, "derive: there is nothing left to amend");
                    if (!markets_.at(tools_.instruments.at(order.what.request.instrument).symbol).is_ready())
                      return fail(ec::session_down, "derive: the instrument's data is not known yet; amend it again");
                    auto text = write_order(order, {to.limit, amount, order.newest()}, request, at);
                    order.is_in_flight = text.has_value();
                    if (text) requests_total_.add();
                    return text;
                  },
                  .done = [this, id = x.what.id, to](const derive_reply& reply) { on_replaced(id, to, reply); }});
}

void derive_venue::on_replaced(order_id id, derive_order::terms to, const derive_reply& reply) {
  auto* const x = find(id);
  if (x == nullptr) return;
  x->is_queued = x->is_in_flight = false;
  using kind = derive_reply::kind;
  const auto refuse = [&](std::string why) { // nothing happened
    x->settle(x->replacing);
    if (x->is_ended) return;
    const auto fact = x->fact();
    if (fact && is_final(fact->state))
      report(*x); // what seemed to be the first half of it was the end
    else
      standing_later(id, std::move(why));
    go_on(*x);
  };
  if (reply.how == kind::lost) return lose(id, reply.text);
  if (reply.how == kind::unsent) return refuse(reply.text);
  if (reply.how == kind::answered) {
    auto done = reply.reader->replaced();
    if (!done) {
      note_malformed("the answer to a replacement", done.error());
      return lose(id, done.error().text);
    }
    bool is_new = false;
    if (!done->placed) { // cancelled, and not replaced
      done->cancelled->reason = "cancelled, but its replacement was refused: " + done->fault;
      x->settle(x->replacing);
      is_new = true;
    }
    if (done->placed) is_new |= take_row(*x, *done->placed);
    if (done->cancelled) is_new |= take_row(*x, *done->cancelled);
    if (is_new) report(*x);
    for (const auto& row : done->fills) report_fill(row);
    return go_on(*x);
  }
  const auto what = derive::remedy_of(*reply.why);
  auto text = to_string(*reply.why);
  if (what == remedy::unknown) return lose(id, text);
  if (what == remedy::stop) halt(text);
  if (what == remedy::log_in) drop(text);
  if (x->is_ended) return;
  if (what == remedy::closed) asked_.try_emplace(id, 0);
  if (!reply.is_late && !x->cancel_wanted && sign_again(*x, *reply.why)) {
    x->settle(x->replacing);
    return queue_replace(*x, to, now_);
  }
  refuse(std::move(text));
}

void derive_venue::queue_cancel(derive_order& x) {
  const auto& symbol = tools_.instruments.at(x.what.request.instrument).symbol;
  x.is_cancelling = true;
  const bool is_trigger = x.newest()->is_trigger && x.newest()->status == derive::order_status::untriggered;
  requests_.push({.lane = derive_lane::cancels,
                  .budget = is_trigger ? derive_budget::other : derive_budget::matching,
                  .order = x.what.id,
                  .symbol = symbol,
                  .write = [this, id = x.what.id, symbol, is_trigger](std::uint64_t request,
                                                                      const moment&) -> result<std::string> {
                    const auto* const order = find(id);
                    if (order == nullptr || order->is_ended || order->newest() == nullptr)
                      return fail(ec::not_found, "it has ended");
                    requests_total_.add();
                    return write_.cancel(request, symbol, order->newest()->venue_id, is_trigger);
                  },
                  .done = [this, id = x.what.id](const derive_reply& reply) { on_cancelled(id, reply); }});
}

/// Cancels whatever came, or comes, to be with the nonce.
void derive_venue::queue_burn(derive_order& x, std::uint64_t nonce) {
  for (auto& attempt : x.attempts)
    if (attempt.nonce == nonce) attempt.burned_ns = now_.steady_ns;
  const auto& symbol = tools_.instruments.at(x.what.request.instrument).symbol;
  requests_.push({.lane = derive_lane::cancels,
                  .budget = derive_budget::matching,
                  .order = x.what.id,
                  .symbol = symbol,
                  .write = [this, symbol, nonce](std::uint64_t request, const moment&) -> result<std::string> {
                    requests_total_.add();
                    return write_.cancel_by_nonce(request, symbol, nonce);
                  },
                  .done =
                      [this, id = x.what.id](const derive_reply& reply) {
                        // Of unclear shape, and "not found" is a good answer: what became of it is looked up.
                        if (reply.how == derive_reply::kind::refused && derive::remedy_of(*reply.why) == remedy::stop)
                          halt(to_string(*reply.why));
                        asked_.try_emplace(id, 0);
                      }});
}

void derive_venue::on_cancelled(order_id id, const derive_reply& reply) {
  auto* const x = find(id);
  if (x == nullptr) return;
  x->is_cancelling = x->cancel_wanted = false;
  if (x->is_ended) return;
  using kind = derive_reply::kind;
  if (reply.how == kind::unsent) return standing_later(id, reply.text);
  if (reply.how == kind::lost) return lose(id, reply.text);
  if (reply.how == kind::answered) {
    const auto row = reply.reader->order();
    if (row) return absorb(*row);
    note_malformed("the answer to a cancel", row.error());
    return lose(id, row.error().text);
  }
  auto text = to_string(*reply.why);
  switch (derive::remedy_of(*reply.why)) {
  case remedy::closed:
    asked_.try_emplace(id, 0);
    return;
  case remedy::unknown:
    return lose(id, text);
  case remedy::stop:
    halt(text);
    break;
  case remedy::log_in:
    drop(text);
    break;
  default:
    break;
  }
  standing_later(id, std::move(text));
}

/// Until the venue says that it did: it may be repeated.
void derive_venue::cancel_all_orders() {
  cancel_all_wanted_ = false;
  const auto push = [this](bool only_triggers) {
    requests_.push({.lane = derive_lane::cancels,
                    .budget = only_triggers ? derive_budget::other : derive_budget::cancel_all,
                    .write = [this, only_triggers](std::uint64_t request, const moment&) -> result<std::string> {
                      requests_total_.add();
                      return only_triggers ? write_.cancel_all_triggers(request) : write_.cancel_all(request);
                    },
                    .done =
                        [this](const derive_reply& reply) {
                          if (reply.how == derive_reply::kind::answered || reply.is_late) return;
                          tools_.log.error("derive did not confirm that it cancelled all orders; it is asked again",
                                           {{"why", reply.why ? to_string(*reply.why) : reply.text}});
                          const auto what = reply.why ? derive::remedy_of(*reply.why) : remedy::unknown;
                          if (what == remedy::stop) return halt(to_string(*reply.why));
                          cancel_all_wanted_ = what != remedy::reject;
                        }});
  };
  push(false);
  if (!how_.network.cancel_all_covers_triggers) push(true);
}

} // namespace strike::exec
