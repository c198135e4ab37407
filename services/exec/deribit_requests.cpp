#include "exec/deribit_requests.hpp"

#include "base/backoff.hpp"
#include "deribit/errors.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace strike::exec {

using outcome = deribit_answer::outcome;

namespace {

constexpr std::chrono::seconds after_too_many{10};

net::credit_pool pool(const deribit::request_rate& allowed, double share) {
  return {std::max(1.0, allowed.burst * share), allowed.per_second * share};
}
/// New orders must be able to leave, however small the pool.
double reserve(double wanted, double burst) { return std::clamp(wanted, 0.0, std::max(0.0, burst - 1)); }

using request = deribit_requests::request;

/// Those of which `is_meant` says so, in their order.
template <class F> std::vector<request> take_out(std::deque<request>& from, F is_meant) {
  const auto at = std::stable_partition(from.begin(), from.end(), std::not_fn(is_meant));
  std::vector<request> out{std::move_iterator{at}, std::move_iterator{from.end()}};
  from.erase(at, from.end());
  return out;
}

} // namespace

deribit_requests::deribit_requests(const deribit_settings& how, const venue_tools& with, std::function<double()> random,
                                   deribit_session& over)
    : how_{how}, log_{with.log}, over_{over}, random_{std::move(random)}, sent_{with.metrics.get_counter(
                                                                              "strike_exec_venue_requests_total",
                                                                              "Requests to a venue",
                                                                              {{"venue", "deribit"}})},
      refused_{with.metrics.get_counter("strike_exec_venue_refusals_total", "Requests that a venue refused",
                                        {{"venue", "deribit"}})},
      retried_{with.metrics.get_counter("strike_exec_venue_retries_total", "Requests that a venue asked to repeat",
                                        {{"venue", "deribit"}})},
      depth_{with.metrics.get_gauge("strike_exec_venue_waiting", "Requests that wait for a limit of a venue",
                                    {{"venue", "deribit"}})},
      matching_{pool({how.matching_per_second, how.matching_burst}, how.limit_share)},
      other_{pool({how.other_per_second, how.other_burst}, how.limit_share)},
      cancel_all_{matching_}, reserve_{reserve(how.cancel_reserve, how.matching_burst * how.limit_share)} {}

net::credit_pool& deribit_requests::pool_of(lane x) {
  if (x == lane::query) return other_;
  return x == lane::cancel_all ? cancel_all_ : matching_;
}
double deribit_requests::kept_of(lane x) const { return x == lane::order ? reserve_ : 0; }

void deribit_requests::set_limits(const deribit::limits_message& x) {
  if (x.matching) {
    matching_ = pool(*x.matching, how_.limit_share);
    reserve_ = reserve(how_.cancel_reserve, x.matching->burst * how_.limit_share);
    log_.info("deribit: limits of the account", {{"orders_per_second", x.matching->per_second},
                                                 {"burst", x.matching->burst},
                                                 {"share_used", how_.limit_share}});
  }
  if (x.other) other_ = pool(*x.other, how_.limit_share);
  if (x.cancel_all) cancel_all_ = pool(*x.cancel_all, how_.limit_share);
}

void deribit_requests::push(request x, const moment& now) {
  lane_of(x.on).push_back(std::move(x));
  flush(now);
}

bool deribit_requests::has_place(order_id order) const {
  return std::ranges::any_of(lane_of(lane::order), [&](const request& x) { return x.is_place && x.order == order; });
}

std::vector<deribit_requests::request> deribit_requests::withdraw(std::optional<order_id> order) {
  return take_out(lane_of(lane::order), [order](const request& x) { return !order || x.order == *order; });
}

void deribit_requests::fail_all(std::string_view why, const moment& now) {
  for (auto& x : std::exchange(waiting_, {}))
    for (auto& each : x) each.done({.what = outcome::unsent, .why = std::string{why}}, now);
}

/// Of each lane what its limit allows; cancels first, and orders leave them the reserve.
void deribit_requests::flush(const moment& now) {
  for (const auto which : {lane::cancel_all, lane::cancel, lane::order, lane::query}) {
    auto& all = lane_of(which);
    for (std::size_t i = 0; i < all.size() && over_.can_send();) {
      if (all[i].not_before_ns > now.steady_ns) {
        ++i;
        continue;
      }
      auto& from = pool_of(which);
      if (from.ready_ns(1 + kept_of(which), now.steady_ns) > now.steady_ns || !from.take(1, now.steady_ns)) break;
      auto next = std::move(all[i]);
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
      send(std::move(next), now);
    }
  }
}

void deribit_requests::send(request x, const moment& now) {
  sent_.add();
  const auto write = x.write;
  over_.ask(
      write,
      [this, x = std::move(x)](const deribit_answer& answer, const moment& at) mutable {
        on_answer(std::move(x), answer, at);
      },
      now);
}

void deribit_requests::on_answer(request x, const deribit_answer& answer, const moment& now) {
  if (answer.what != outcome::refused) return x.done(answer, now);
  refused_.add();
  if (!deribit::is_known_error(answer.code))
    log_.error("deribit: an error that is not documented", {{"why", answer.why}});
  if (answer.code == deribit::code_too_many_requests) {
    for (auto* each : {&matching_, &other_, &cancel_all_}) each->drain(now.steady_ns);
    x.done(answer, now);
    return over_.end("the venue says " + answer.why, after_too_many, now);
  }
  const auto what = deribit::remedy_of(answer.code);
  const bool is_repeated = what == deribit::remedy::retry || what == deribit::remedy::log_in;
  const auto wait = backoff{how_.retry_first, how_.retry_longest}.delay(x.attempts + 1, random_()).count();
  if (!is_repeated || ++x.attempts > how_.retries || now.steady_ns + wait >= x.give_up_ns) return x.done(answer, now);
  retried_.add();
  if (what == deribit::remedy::log_in) over_.renew(now);
  x.not_before_ns = now.steady_ns + wait;
  x.last = answer;
  x.last.says = nullptr;
  lane_of(x.on).push_back(std::move(x));
}

void deribit_requests::expire(const moment& now) {
  std::vector<request> late;
  for (auto& all : waiting_)
    std::ranges::move(take_out(all, [&](const request& x) { return x.give_up_ns <= now.steady_ns; }),
                      std::back_inserter(late));
  for (auto& x : late) {
    if (x.attempts == 0)
      x.last = {.what = outcome::unsent, .why = "it waited too long for the venue's request limit (order_wait)"};
    x.done(x.last, now);
  }
}

std::int64_t deribit_requests::round(const moment& now) {
  expire(now);
  flush(now);
  auto next_ns = INT64_MAX;
  std::size_t depth = 0;
  for (const auto which : {lane::cancel_all, lane::cancel, lane::order, lane::query}) {
    const auto& all = lane_of(which);
    depth += all.size();
    for (const auto& x : all) {
      next_ns = std::min(next_ns, x.give_up_ns);
      if (!over_.can_send()) continue; // its end is an event
      const auto ready_ns = pool_of(which).ready_ns(1 + kept_of(which), now.steady_ns);
      next_ns = std::min(next_ns, std::max(ready_ns, x.not_before_ns));
    }
  }
  depth_.set(static_cast<std::int64_t>(depth));
  return next_ns;
}

} // namespace strike::exec
