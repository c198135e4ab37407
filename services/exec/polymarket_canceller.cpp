#include "exec/polymarket_canceller.hpp"

#include "base/time.hpp"
#include "polymarket/answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace strike::exec {

using stage = polymarket_leg::stage;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::nanoseconds confirmation = 300ms; // by the user channel; then the order is asked for
constexpr std::int64_t first_pause_ns = 250 * ns_per_ms, longest_pause_ns = 4 * ns_per_s;
constexpr std::int64_t give_up_ns = 10 * ns_per_s;
constexpr int most_refusals = 8; // some 20 s: longer than takers are delayed

std::int64_t pause_ns(int failures) { return std::min(first_pause_ns << std::min(failures, 8), longest_pause_ns); }

} // namespace

void polymarket_canceller::cancel(polymarket_order& of, const moment& now) {
  auto* const x = of.current();
  if (!x || x->at == stage::over) return;
  requests_.try_emplace(x->id, request{.since_ns = now.steady_ns, .due_ns = now.steady_ns});
  flush(now);
}

void polymarket_canceller::flush(const moment& now) {
  if (!tools_.http.credentials()) return;
  std::vector<std::string> ids;
  const auto most = std::min(tools_.how.cancel_batch, static_cast<std::size_t>(tools_.how.cancels_burst));
  for (const auto& [id, x] : requests_)
    if (!x.is_under_way && now.steady_ns >= x.due_ns && ids.size() < most) ids.push_back(id);
  while (!ids.empty() && !tools_.http.take(polymarket_lane::cancel, static_cast<double>(ids.size()), now))
    ids.resize(ids.size() / 2);
  if (ids.empty()) return;
  for (const auto& id : ids) requests_[id].is_under_way = true;
  const std::vector<std::string_view> views(ids.begin(), ids.end());
  tools_.http.send(
      polymarket_lane::cancel, polymarket::cancel_call(views),
      [this, ids](const polymarket_http::answer& x, const moment& at) { on_answer(ids, x, at); }, now);
}

void polymarket_canceller::on_answer(const std::vector<std::string>& ids, const polymarket_http::answer& x,
                                     const moment& now) {
  const auto verdict = verdict_of(x);
  const auto told = verdict == http_verdict::answered ? polymarket::parse_cancel_answer(x->body)
                                                      : result<polymarket::cancel_answer>{};
  if (verdict == http_verdict::later) tools_.http.hold_off(polymarket_lane::cancel, pause_of(*x, 1s), now);
  for (const auto& id : ids) {
    const auto at = requests_.find(id);
    if (at == requests_.end()) continue;
    auto& of = at->second;
    of.is_under_way = false;
    const auto [order, leg] = tools_.book.find_leg(id);
    if (!leg || leg->at == stage::over) continue; // `round` drops it
    if (verdict != http_verdict::answered || !told) {
      on_failure(id, of, x, now);
      continue;
    }
    of.failures = 0;
    of.since_ns = now.steady_ns;
    const bool is_done = std::ranges::find(told->cancelled, id) != told->cancelled.end();
    of.due_ns = now.steady_ns + pause_ns(++of.refusals) + (is_done ? longest_pause_ns : 0);
    if (!is_done && of.refusals > most_refusals) {
      const auto why = told->refused.find(id);
      give_up(id, "Polymarket did not cancel it: " + (why == told->refused.end() ? "" : why->second), now);
      continue;
    }
    if (is_done) leg->is_seen = true;
    // what is listed as not cancelled is over, or not known yet
    tools_.look_up(*order, *leg, now, is_done ? confirmation : 0ms);
  }
}

void polymarket_canceller::on_failure(const std::string& id, request& x, const polymarket_http::answer& answer,
                                      const moment& now) {
  if (verdict_of(answer) == http_verdict::refused) return give_up(id, "Polymarket: " + text_of(answer), now);
  x.due_ns = now.steady_ns + pause_ns(x.failures++);
  if (now.steady_ns - x.since_ns < give_up_ns) return;
  x.since_ns = now.steady_ns; // it is tried further; the desk may ask meanwhile
  if (const auto* const order = tools_.book.find_leg(id).first)
    tools_.reports.on_no_answer(order->what.id, "the cancel: " + text_of(answer));
}

void polymarket_canceller::give_up(const std::string& id, std::string why, const moment& now) {
  requests_.erase(id);
  auto* const order = tools_.book.find_leg(id).first;
  if (!order || order->end) return;
  order->wants_cancel = false;
  order->amendment.reset();
  tools_.book.tell(*order, tools_.http.venue_ns(now), std::move(why));
}

void polymarket_canceller::cancel_everything(const moment& now) {
  wants_all_ = true;
  all_due_ns_ = now.steady_ns;
}

void polymarket_canceller::on_all(const polymarket_http::answer& x, const moment& now) {
  is_all_under_way_ = false;
  const auto told = verdict_of(x) == http_verdict::answered ? polymarket::parse_cancel_answer(x->body)
                                                            : result<polymarket::cancel_answer>{};
  if (verdict_of(x) != http_verdict::answered || !told) {
    wants_all_ = true;
    all_due_ns_ = now.steady_ns + pause_ns(all_failures_++);
    return tools_.log.error("Polymarket: cancelling all orders failed; it is tried again", {{"why", text_of(x)}});
  }
  all_failures_ = 0;
  tools_.http.charge(polymarket_lane::cancel, static_cast<double>(told->cancelled.size()), now);
  tools_.log.info("Polymarket: all orders cancelled", {{"orders", told->cancelled.size()}});
  for (const auto& id : told->cancelled)
    if (const auto [order, leg] = tools_.book.find_leg(id); leg && leg->at != stage::over) {
      leg->is_seen = true;
      tools_.look_up(*order, *leg, now, confirmation);
    }
}

std::int64_t polymarket_canceller::round(const moment& now) {
  std::erase_if(requests_, [this](const auto& x) {
    const auto* const leg = tools_.book.find_leg(x.first).second;
    return !leg || leg->at == stage::over;
  });
  if (wants_all_ && !is_all_under_way_ && now.steady_ns >= all_due_ns_ && tools_.http.credentials() &&
      tools_.http.take(polymarket_lane::cancel, 1, now)) {
    wants_all_ = false;
    is_all_under_way_ = true;
    tools_.http.send(
        polymarket_lane::cancel, polymarket::cancel_all_call(),
        [this](const polymarket_http::answer& x, const moment& at) { on_all(x, at); }, now);
  }
  flush(now);
  auto due_ns = INT64_MAX;
  const auto soonest_ns = tools_.http.ready_ns(polymarket_lane::cancel, 1, now);
  if (!tools_.http.credentials()) return due_ns; // they come with a log-in, and that with a round
  for (const auto& [id, x] : requests_)
    if (!x.is_under_way) due_ns = std::min(due_ns, std::max(x.due_ns, soonest_ns));
  return wants_all_ && !is_all_under_way_ ? std::min(due_ns, std::max(all_due_ns_, soonest_ns)) : due_ns;
}

} // namespace strike::exec
