// What became of orders, and how the account stands: one round of questions for all that was asked meanwhile.
// Source: Derive API, section "Connection lifecycle and recovery", steps 4 to 6.
#include "base/time.hpp"
#include "derive/errors.hpp"
#include "exec/derive_venue.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::exec {
namespace {

constexpr std::int64_t overlap_ns = 60 * ns_per_s; // between our clock and the venue's, and before a known trade
constexpr std::uint32_t most_pages = 100;
constexpr std::int64_t expiry_margin_s = 10;
constexpr std::int64_t no_such_method = -32601;

} // namespace

void derive_venue::ask_order(order_id id, const moment& now) {
  now_ = now;
  auto* const x = find(id);
  if (x == nullptr || x->is_ended) return;
  if (!is_up_) {
    later([this, id] { lose(id, halted_.empty() ? "the session is down" : halted_); });
    return;
  }
  asked_.try_emplace(id, now.steady_ns);
}

void derive_venue::ask_account(std::int64_t fills_since_ns, const moment& now) {
  now_ = now;
  if (!is_up_) {
    later([this] { to_.on_account_failed(venue::derive, halted_.empty() ? "the session is down" : halted_); });
    return;
  }
  account_asked_ = std::min(account_asked_.value_or(INT64_MAX), fills_since_ns);
}

void derive_venue::start_survey() {
  if (survey_) return;
  survey next;
  next.from_ns = now_.wall_ns;
  for (const auto& [id, not_before] : asked_) {
    const auto* const x = find(id);
    if (x == nullptr || not_before > now_.steady_ns) continue;
    next.orders.insert(id);
    // nothing of an order without a kept nonce ever left
    for (const auto& attempt : x->attempts) next.from_ns = std::min(next.from_ns, nonces_.made_ns(attempt.nonce));
  }
  if (account_asked_) next.from_ns = std::min(next.from_ns, *account_asked_);
  if (next.orders.empty() && !account_asked_) return;
  next.of_account = account_asked_.has_value();
  next.fills_since_ns = std::exchange(account_asked_, {}).value_or(0);
  next.from_ns = std::max<std::int64_t>(next.from_ns - overlap_ns, 0);
  next.asked_ns = now_.wall_ns;
  next.account.at = venue::derive;
  next.account.asked_ns = now_.wall_ns;
  for (const auto id : next.orders) asked_.erase(id);
  survey_ = std::move(next);
  survey_orders("private/get_open_orders", &derive_venue::survey_triggers);
}

void derive_venue::take_survey_row(const derive::order_row& row, bool is_open) {
  auto* const x = find(row.label, row.order_id);
  if (x == nullptr) {
    if (is_open) survey_->foreign.insert({row.order_id, row.label});
    return;
  }
  if (is_open) survey_->open.insert(x->what.id);
  if (take_row(*x, row) && !survey_->orders.contains(x->what.id)) report(*x);
}

void derive_venue::survey_orders(std::string_view method, void (derive_venue::*then)()) {
  requests_.push({.write = [this, method](std::uint64_t id, const moment&) -> result<std::string> {
                    return write_.of_subaccount(id, method);
                  },
                  .done =
                      [this, method, then](const derive_reply& reply) {
                        if (!survey_ || reply.is_late) return;
                        const bool is_unknown = reply.why && reply.why->code == no_such_method;
                        if (reply.how != derive_reply::kind::answered && !is_unknown)
                          return fail_survey(
                              fmt::format("{}: {}", method, reply.why ? to_string(*reply.why) : reply.text));
                        if (!is_unknown) {
                          const auto page = reply.reader->order_page();
                          if (!page) return fail_survey(page.error().text);
                          for (const auto& row : page->rows) take_survey_row(row, true);
                        }
                        (this->*then)();
                      }});
}

void derive_venue::survey_triggers() {
  survey_->page = 1;
  survey_orders("private/get_trigger_orders",
                survey_->orders.empty() ? &derive_venue::survey_trades : &derive_venue::survey_history);
}

void derive_venue::survey_history() {
  requests_.push({.write = [this](std::uint64_t id, const moment& now) -> result<std::string> {
                    if (!survey_) return fail(ec::session_down, "the session ended");
                    return write_.history(id, "private/get_order_history", survey_->from_ns / ns_per_ms,
                                          (now.wall_ns + overlap_ns) / ns_per_ms, survey_->page);
                  },
                  .done =
                      [this](const derive_reply& reply) {
                        if (!survey_ || reply.is_late) return;
                        if (reply.how != derive_reply::kind::answered)
                          return fail_survey("private/get_order_history: " +
                                             (reply.why ? to_string(*reply.why) : reply.text));
                        const auto page = reply.reader->order_page();
                        if (!page) return fail_survey(page.error().text);
                        for (const auto& row : page->rows) take_survey_row(row, false);
                        if (survey_->page >= page->pages) {
                          survey_->page = 1;
                          return survey_trades();
                        }
                        if (++survey_->page > most_pages) return fail_survey("the history of orders is too long");
                        survey_history();
                      }});
}

void derive_venue::survey_trades() {
  requests_.push({.write = [this](std::uint64_t id, const moment& now) -> result<std::string> {
                    if (!survey_) return fail(ec::session_down, "the session ended");
                    return write_.history(id, "private/get_trade_history", survey_->from_ns / ns_per_ms,
                                          (now.wall_ns + overlap_ns) / ns_per_ms, survey_->page);
                  },
                  .done =
                      [this](const derive_reply& reply) {
                        if (!survey_ || reply.is_late) return;
                        if (reply.how != derive_reply::kind::answered)
                          return fail_survey("private/get_trade_history: " +
                                             (reply.why ? to_string(*reply.why) : reply.text));
                        const auto page = reply.reader->fill_page();
                        if (!page) return fail_survey(page.error().text);
                        for (const auto& row : page->rows) {
                          const bool is_undone = row.stage == derive::settlement_stage::undone;
                          if (!survey_->of_account || !survey_->orders.empty() || is_undone) report_fill(row);
                          if (!survey_->of_account || row.venue_ns < survey_->fills_since_ns) continue;
                          if (auto fact = fact_of(row)) survey_->account.fills.push_back(std::move(*fact));
                        }
                        if (survey_->page < page->pages) {
                          if (++survey_->page > most_pages) return fail_survey("the history of trades is too long");
                          return survey_trades();
                        }
                        return survey_->of_account ? survey_holdings() : conclude_survey();
                      }});
}

/// Positions, and what is held of coins that are traded for USDC.
void derive_venue::survey_holdings() {
  requests_.push({.write = [this](std::uint64_t id, const moment&) -> result<std::string> {
                    return write_.of_subaccount(id, "private/get_subaccount");
                  },
                  .done =
                      [this](const derive_reply& reply) {
                        if (!survey_ || reply.is_late) return;
                        if (reply.how != derive_reply::kind::answered)
                          return fail_survey("private/get_subaccount: " +
                                             (reply.why ? to_string(*reply.why) : reply.text));
                        const auto account = reply.reader->subaccount();
                        if (!account) return fail_survey(account.error().text);
                        if (!account->is_trusted) return fail_survey("the venue could not read the account itself");
                        for (const auto& x : account->holdings) {
                          if (x.is_asset) {
                            const auto spot = tools_.instruments.find(venue::derive, x.name + "-USDC");
                            if (spot) survey_->account.positions.push_back({*spot, x.size});
                            continue;
                          }
                          const auto id = tools_.instruments.intern(venue::derive, x.name);
                          if (!id) return fail_survey(id.error().text);
                          survey_->account.positions.push_back({*id, x.size});
                        }
                        conclude_survey();
                      }});
}

void derive_venue::conclude_survey() {
  auto done = std::move(*survey_);
  survey_.reset();
  for (const auto id : done.orders) conclude_order(id);
  if (!done.of_account) return;
  for (const auto id : done.open) {
    const auto* const x = find(id);
    if (x == nullptr || x->is_ended) continue; // it ended meanwhile
    if (auto fact = x->fact(); fact && !is_final(fact->state)) done.account.open.push_back(std::move(*fact));
  }
  done.account.foreign_orders.assign(done.foreign.begin(), done.foreign.end());
  to_.on_account(std::move(done.account));
}

/// A nonce that neither list shows may still be on its way: the venue is told to refuse it, and asked once more.
void derive_venue::conclude_order(order_id id) {
  auto* const x = find(id);
  if (x == nullptr || x->is_ended) return;
  if (x->is_in_flight || x->is_queued) return; // its answer is to come
  std::int64_t look_again_ns = 0;
  for (auto& attempt : x->attempts) {
    if (attempt.is_settled) continue;
    const bool is_over = attempt.expiry_s + expiry_margin_s < now_.wall_ns / ns_per_s;
    const auto believed_ns = attempt.burned_ns + how_.absent_after.count();
    if (is_over || (attempt.burned_ns != 0 && believed_ns <= now_.steady_ns)) {
      x->settle(attempt.nonce);
      continue;
    }
    if (attempt.burned_ns == 0) queue_burn(*x, attempt.nonce);
    look_again_ns = std::max(look_again_ns, attempt.burned_ns + how_.absent_after.count());
  }
  if (look_again_ns != 0) {
    asked_[id] = look_again_ns;
    return;
  }
  if (x->newest() == nullptr) {
    ended(*x);
    to_.on_absent(id, "derive has no order of this label, and can no longer come to have one");
    return;
  }
  if (!x->fact()) return lose(id, "the venue has a status of it that is not known");
  report(*x);
  if (!x->is_ended) go_on(*x);
}

void derive_venue::fail_survey(std::string why) {
  auto failed = std::move(*survey_);
  survey_.reset();
  for (const auto id : failed.orders) lose(id, why);
  if (failed.of_account) to_.on_account_failed(venue::derive, why);
}

} // namespace strike::exec
