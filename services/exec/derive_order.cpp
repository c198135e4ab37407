#include "exec/derive_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace strike::exec {
namespace {

using derive::order_status;

bool is_final(order_status x) {
  switch (x) {
  case order_status::filled:
  case order_status::cancelled:
  case order_status::expired:
  case order_status::rejected:
    return true;
  case order_status::open:
  case order_status::untriggered:
  case order_status::algo_active:
  case order_status::other:
    break;
  }
  return false;
}

/// Of an order whose newest leg stands so. A market or ioc order can be `filled` with less than its amount.
order_state state_of(const derive_order::leg& x, quantity filled, bool is_expiring) {
  switch (x.status) {
  case order_status::filled:
    return x.filled < x.amount ? order_state::cancelled : order_state::filled;
  case order_status::cancelled:
    return is_expiring ? order_state::expired : order_state::cancelled;
  case order_status::expired:
    return order_state::expired;
  case order_status::rejected:
    return order_state::rejected;
  case order_status::open:
  case order_status::untriggered:
  case order_status::algo_active:
  case order_status::other:
    break;
  }
  return filled > quantity{} ? order_state::partially_filled : order_state::open;
}

std::string reason_of(const derive_order::leg& x, bool is_expiring) {
  if (x.status == order_status::filled && x.filled < x.amount) return "the rest was not filled";
  if (x.status == order_status::cancelled && is_expiring) return "its time is over";
  if (x.status == order_status::expired && x.reason.empty()) return "its signature expired";
  return x.reason;
}

} // namespace

bool derive_order::merge(const derive::order_row& row) {
  settle(row.nonce);
  auto at = std::ranges::find(legs, row.order_id, &leg::venue_id);
  if (at == legs.end()) {
    const auto later = std::ranges::find_if(legs, [&](const leg& x) {
      return x.nonce != 0 && row.nonce != 0 ? x.nonce > row.nonce : x.created_ns > row.created_ns;
    });
    at = legs.insert(later, leg{.venue_id = row.order_id});
  } else if (row.updated_ns < at->updated_ns || (row.updated_ns == at->updated_ns && row.filled < at->filled)) {
    return false;
  }
  const leg before = *at;
  if (row.nonce != 0) at->nonce = row.nonce;
  if (!exec::is_final(at->status)) at->status = row.status;
  at->is_trigger = row.is_trigger;
  at->amount = row.amount;
  at->filled = std::max(at->filled, row.filled);
  at->limit = row.limit;
  if (row.created_ns != 0) at->created_ns = row.created_ns;
  at->updated_ns = std::max(at->updated_ns, row.updated_ns);
  if (!row.reason.empty()) at->reason = row.reason;
  return before.status != at->status || before.filled != at->filled || before.updated_ns != at->updated_ns ||
         before.amount != at->amount || before.limit != at->limit;
}

quantity derive_order::filled() const {
  quantity sum;
  for (const auto& x : legs) sum += x.filled;
  return sum;
}

quantity derive_order::filled_before() const { return legs.empty() ? quantity{} : filled() - legs.back().filled; }

std::optional<order_fact> derive_order::fact() const {
  const auto* const last = newest();
  if (last == nullptr || last->status == order_status::other) return {};
  if (replacing != 0 && last->nonce != replacing && last->status == order_status::cancelled) return {};
  std::int64_t told_ns = 0;
  for (const auto& x : legs) told_ns = std::max(told_ns, x.updated_ns);
  const auto state = state_of(*last, filled(), is_expiring);
  return order_fact{.venue_ns = told_ns,
                    .order = what.id,
                    .state = state,
                    .filled = filled(),
                    .venue_id = last->venue_id,
                    .limit = what.request.limit.nanos > 0 ? last->limit : price{},
                    .size = filled_before() + last->amount,
                    .reason = strike::is_final(state) ? reason_of(*last, is_expiring) : ""};
}

bool derive_order::has_outstanding_attempts() const {
  return std::ranges::any_of(attempts, [](const attempt& x) { return !x.is_settled; });
}

void derive_order::settle(std::uint64_t nonce) {
  for (auto& x : attempts)
    if (x.nonce == nonce) x.is_settled = true;
  if (replacing == nonce) replacing = 0;
}

std::string key_of(const derive_order::attempt& x) { return fmt::format("nonce {} until {}", x.nonce, x.expiry_s); }

std::optional<derive_order::attempt> attempt_of(std::string_view key) {
  constexpr std::string_view first = "nonce ", second = " until ";
  const auto at = key.find(second);
  if (!key.starts_with(first) || at == std::string_view::npos) return {};
  const auto nonce = key.substr(first.size(), at - first.size()), until = key.substr(at + second.size());
  derive_order::attempt x;
  const auto read = [](std::string_view text, auto& into) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc{} && end == text.data() + text.size();
  };
  if (!read(nonce, x.nonce) || !read(until, x.expiry_s)) return {};
  return x;
}

} // namespace strike::exec
