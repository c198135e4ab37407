#include "exec/derive_requests.hpp"

#include "base/time.hpp"
#include "derive/errors.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace strike::exec {
namespace {

constexpr std::int64_t rate_pause_ns = ns_per_s; // where a refusal does not say how long
constexpr double tps_window_s = 5;               // Source: Derive API, "Rate limits": counted in windows of 5 s
constexpr std::size_t kept_late = 1000;

std::uint64_t number_of(std::string_view id) {
  std::uint64_t x = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), x);
  return error == std::errc{} && end == id.data() + id.size() ? x : 0;
}

std::uint32_t window_count(double per_second, std::uint32_t fallback) {
  const double count = std::floor(per_second * tps_window_s);
  return count >= 2 && count < 1e6 ? static_cast<std::uint32_t>(count) : fallback;
}

} // namespace

derive_requests::derive_requests(const derive_settings& how)
    : how_{how}, matching_{how.matching, how.window.count()}, matching_orders_{how.matching - how.reserve,
                                                                               how.window.count()},
      other_{how.other, how.window.count()}, cancel_all_{1, 1'100 * ns_per_ms} {}

void derive_requests::limit(const derive::account_row& by) {
  const auto window = how_.window.count();
  const auto matching = std::max(window_count(by.matching_tps.value_or(0), how_.matching), how_.reserve + 1);
  matching_ = {matching, window};
  matching_orders_ = {matching - how_.reserve, window};
  other_ = {window_count(by.non_matching_tps.value_or(0), how_.other), window};
  option_rate_ = by.option_tps.value_or(0);
  perp_rate_ = by.perp_tps.value_or(0);
  buckets_.clear();
}

bool derive_requests::withdraw(order_id order) {
  auto& lane = lanes_[static_cast<std::size_t>(derive_lane::orders)];
  return std::erase_if(lane, [&](const derive_request& x) { return x.order == order; }) > 0;
}

net::credit_pool& derive_requests::bucket_of(const std::string& symbol) {
  const auto known = buckets_.find(symbol);
  if (known != buckets_.end()) return known->second;
  const double told = symbol.ends_with("-PERP") ? perp_rate_ : std::ranges::count(symbol, '-') == 3 ? option_rate_ : 0;
  const double rate = told > 0 ? told : how_.instrument_rate;
  return buckets_.try_emplace(symbol, std::max(rate * tps_window_s, how_.instrument_burst), rate).first->second;
}

std::int64_t derive_requests::ready_ns(const derive_request& x, std::int64_t now_ns) {
  std::int64_t at = std::max(now_ns, held_until_ns_[static_cast<std::size_t>(x.budget)]);
  switch (x.budget) {
  case derive_budget::matching: {
    const bool is_order = x.lane == derive_lane::orders;
    at = std::max(at, matching_.ready_ns(now_ns));
    if (is_order) at = std::max(at, matching_orders_.ready_ns(now_ns));
    return std::max(at, bucket_of(x.symbol).ready_ns(is_order ? 1.0 + how_.reserve : 1.0, now_ns));
  }
  case derive_budget::other:
    return std::max(at, other_.ready_ns(now_ns));
  case derive_budget::cancel_all:
    break;
  }
  return std::max(at, cancel_all_.ready_ns(now_ns));
}

void derive_requests::pay(const derive_request& x, std::int64_t now_ns) {
  if (x.budget == derive_budget::other) other_.take(now_ns);
  if (x.budget == derive_budget::cancel_all) cancel_all_.take(now_ns);
  if (x.budget != derive_budget::matching) return;
  matching_.take(now_ns);
  if (x.lane == derive_lane::orders) matching_orders_.take(now_ns);
  bucket_of(x.symbol).take(1, now_ns);
}

/// One step through a lane. @returns false: nothing more can leave now
bool derive_requests::flush_lane(std::size_t lane, bool is_up, const moment& now, const sender& send,
                                 std::int64_t& due) {
  auto& queue = lanes_[lane];
  for (std::size_t i = 0; i < queue.size(); ++i) { // one instrument's limit holds up no other's orders
    const bool is_over = queue[i].leave_by_ns <= now.steady_ns;
    if (!is_over && !is_up && !queue[i].of_log_in) continue;
    if (!is_over) {
      const auto ready = ready_ns(queue[i], now.steady_ns);
      due = std::min({due, std::max(ready, now.steady_ns + 1), queue[i].leave_by_ns});
      if (ready > now.steady_ns) continue;
    }
    derive_request x = std::move(queue[i]);
    queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(i));
    if (is_over) {
      x.done({.text = "the venue's rate limit held it back for too long"});
      return true;
    }
    const auto id = ++last_id_;
    const auto text = x.write(id, now);
    if (!text) {
      x.done({.text = text.error().text});
      return true;
    }
    pay(x, now.steady_ns);
    if (auto sent = send(*text); !sent) {
      x.done({.text = sent.error().text});
      return true;
    }
    awaited_.emplace(id, awaited{std::move(x), now.steady_ns, now.steady_ns + how_.answer_timeout.count()});
    return true;
  }
  return false;
}

std::int64_t derive_requests::flush(bool is_up, const moment& now, const sender& send) {
  std::int64_t due = INT64_MAX;
  lapse(now, due);
  for (std::size_t lane = 0; lane < derive_lanes; ++lane) {
    std::int64_t lane_due = INT64_MAX;
    while (flush_lane(lane, is_up, now, send, lane_due)) lane_due = INT64_MAX;
    due = std::min(due, lane_due);
  }
  for (const auto& [id, x] : awaited_)
    if (!x.is_late) due = std::min(due, x.deadline_ns);
  return due;
}

void derive_requests::lapse(const moment& now, std::int64_t& due) {
  std::vector<std::uint64_t> over;
  for (const auto& [id, x] : awaited_)
    if (!x.is_late && x.deadline_ns <= now.steady_ns) over.push_back(id);
  for (const auto id : over) {
    const auto at = awaited_.find(id);
    if (at == awaited_.end() || std::exchange(at->second.is_late, true)) continue; // `done` may flush
    const auto& x = at->second;
    lapsed_sent_ns_ = std::max(lapsed_sent_ns_, x.sent_ns);
    const auto done = x.what.done; // may push, but nothing that ends this entry
    done({.how = derive_reply::kind::lost, .text = "no answer in time"});
  }
  if (!over.empty()) due = now.steady_ns + 1;
  while (awaited_.size() > kept_late && awaited_.begin()->second.is_late) awaited_.erase(awaited_.begin());
}

bool derive_requests::take(derive::message_reader& reply, const moment& now) {
  const auto at = awaited_.find(number_of(reply.id()));
  if (at == awaited_.end()) return false;
  awaited x = std::move(at->second);
  awaited_.erase(at);
  const auto& why = reply.refused();
  if (why && derive::remedy_of(*why) == derive::remedy::wait) {
    ++rate_refusals_;
    const auto pause = derive::retry_delay_ns(*why).value_or(rate_pause_ns);
    held_until_ns_[static_cast<std::size_t>(x.what.budget)] = now.steady_ns + pause;
    if (!x.is_late) { // not carried out: the same again
      auto& lane = lanes_[static_cast<std::size_t>(x.what.lane)];
      lane.push_front(std::move(x.what));
      return true;
    }
  }
  x.what.done({.how = why ? derive_reply::kind::refused : derive_reply::kind::answered,
               .reader = &reply,
               .why = why ? &*why : nullptr,
               .is_late = x.is_late});
  return true;
}

void derive_requests::disconnected(std::string_view why) {
  auto lost = std::exchange(awaited_, {});
  auto questions = std::exchange(lanes_[static_cast<std::size_t>(derive_lane::questions)], {});
  auto orders = std::exchange(lanes_[static_cast<std::size_t>(derive_lane::orders)], {});
  held_until_ns_ = {};
  for (const auto& [id, x] : lost)
    if (!x.is_late) x.what.done({.how = derive_reply::kind::lost, .text = std::string{why}});
  for (const auto* queue : {&questions, &orders})
    for (const auto& x : *queue) x.done({.text = std::string{why}});
}

} // namespace strike::exec
