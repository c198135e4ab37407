#include "gateway-derive/subscriptions.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace strike::gateway_derive {

namespace {

constexpr std::size_t largest_batch = 100;
constexpr int most_failures = 3;

} // namespace

std::int64_t quarantine::until_ns(const std::string& channel, std::int64_t now_ns) {
  const auto found = until_ns_.find(channel);
  if (found == until_ns_.end()) return 0;
  if (found->second > now_ns) return found->second;
  until_ns_.erase(found);
  return 0;
}

bool subscriptions::is_open(const channel& x) {
  return x.wishes > 0 && x.is != state::confirmed && x.is != state::refused;
}

template <class F> void subscriptions::change(channel& x, F f) {
  const bool before = is_open(x);
  f();
  open_ = open_ + (is_open(x) ? 1 : 0) - (before ? 1 : 0);
}

void subscriptions::ask(const std::string& name, channel& x) {
  change(x, [&] { x.is = state::idle; });
  to_ask_.push_back(name);
}

void subscriptions::put_away(const std::string& name, channel& x, std::int64_t until_ns) {
  change(x, [&] { x.is = state::refused; });
  waiting_.emplace(until_ns, name);
}

void subscriptions::ask_after_failure(const std::string& name, channel& x, std::string why, outcome& into,
                                      std::int64_t now_ns) {
  into.reports.push_back({name, std::move(why), trouble::lost});
  if (++x.failures < most_failures) return ask(name, x);
  x.failures = 0;
  put_away(name, x, quarantine_.add(name, now_ns));
}

void subscriptions::want(const std::string& name, feed::slot topic) {
  const auto [found, is_new] = channels_.try_emplace(name, channel{.topic = topic, .most_together = largest_batch});
  auto& x = found->second;
  change(x, [&] { ++x.wishes; });
  if (is_new) to_ask_.push_back(name);
}

void subscriptions::unwant(const std::string& name) {
  const auto found = channels_.find(name);
  if (found == channels_.end() || found->second.wishes == 0) return;
  auto& x = found->second;
  change(x, [&] { --x.wishes; });
  if (x.wishes > 0) return;
  if (x.is == state::confirmed) to_leave_.push_back(name);
  if (x.is == state::idle || x.is == state::refused) channels_.erase(found);
}

const subscriptions::channel* subscriptions::find(std::string_view name) const {
  const auto found = channels_.find(name);
  return found == channels_.end() ? nullptr : &found->second;
}

bool subscriptions::is_confirmed(std::string_view name) const {
  const auto* x = find(name);
  return x != nullptr && x->wishes > 0 && x->is == state::confirmed;
}

std::optional<subscriptions::batch> subscriptions::next(std::int64_t now_ns) {
  for (; due_ns() <= now_ns; waiting_.erase(waiting_.begin())) {
    const auto& name = waiting_.begin()->second;
    if (const auto found = channels_.find(name); found != channels_.end() && found->second.is == state::refused)
      ask(name, found->second);
  }
  batch out;
  for (auto room = largest_batch; !to_ask_.empty(); to_ask_.pop_front()) {
    const auto& name = to_ask_.front();
    const auto found = channels_.find(name);
    if (found == channels_.end() || found->second.is != state::idle) continue;
    auto& x = found->second;
    if (x.wishes == 0) {
      channels_.erase(found);
      continue;
    }
    if (const auto until_ns = quarantine_.until_ns(name, now_ns); until_ns > 0) {
      put_away(name, x, until_ns);
      continue;
    }
    room = std::min(room, x.most_together);
    if (out.channels.size() >= room) break;
    x.is = state::asked;
    out.channels.push_back(name);
  }
  if (!out.channels.empty()) return out;
  out.is_subscribe = false;
  for (; !to_leave_.empty() && out.channels.size() < largest_batch; to_leave_.pop_front()) {
    const auto found = channels_.find(to_leave_.front());
    if (found != channels_.end() && (found->second.wishes > 0 || found->second.is != state::confirmed)) continue;
    if (found != channels_.end()) found->second.is = state::leaving;
    out.channels.push_back(to_leave_.front());
  }
  return out.channels.empty() ? std::optional<batch>{} : out;
}

void subscriptions::settle(const std::string& name, const derive::subscription_reply& answer, outcome& into,
                           std::int64_t now_ns) {
  const auto found = channels_.find(name);
  if (found == channels_.end()) return;
  auto& x = found->second;
  const auto status = answer.status.find(name);
  const bool is_named = status != answer.status.end();
  if (is_named && status->second != "ok") {
    into.reports.push_back({name, status->second});
    put_away(name, x, quarantine_.add(name, now_ns));
  } else if (is_named || std::ranges::find(answer.current, name) != answer.current.end()) {
    change(x, [&] { x.is = state::confirmed; });
    x.most_together = largest_batch;
    into.confirmed.push_back(name);
    if (x.wishes == 0) to_leave_.push_back(name);
    return;
  } else {
    ask_after_failure(name, x, "was not answered", into, now_ns);
  }
  if (x.wishes == 0) channels_.erase(found);
}

void subscriptions::left(const batch& asked) {
  for (const auto& name : asked.channels) {
    const auto found = channels_.find(name);
    if (found == channels_.end()) continue;
    if (found->second.wishes == 0)
      channels_.erase(found);
    else
      ask(name, found->second);
  }
}

void subscriptions::compare(const derive::subscription_reply& answer, outcome& into, std::int64_t now_ns) {
  if (!answer.has_current) return;
  const std::set<std::string_view> current(answer.current.begin(), answer.current.end());
  for (auto& [name, x] : channels_)
    if (x.is == state::confirmed && x.wishes > 0 && !current.contains(name)) {
      std::erase(into.confirmed, name);
      ask_after_failure(name, x, "is not among the current subscriptions", into, now_ns);
    }
  for (const auto name : current) {
    const std::string stray{name};
    if (channels_.contains(stray) || ++strays_[stray] > most_failures) continue;
    into.reports.push_back({stray, "is subscribed though nobody wants it", trouble::stray});
    to_leave_.push_back(stray);
  }
}

subscriptions::outcome subscriptions::take(const batch& asked, const derive::subscription_reply& answer,
                                           std::int64_t now_ns) {
  outcome out;
  if (asked.is_subscribe)
    for (const auto& name : asked.channels) settle(name, answer, out, now_ns);
  else
    left(asked);
  compare(answer, out, now_ns);
  return out;
}

subscriptions::outcome subscriptions::refuse(const batch& asked, const std::string& why, std::int64_t now_ns) {
  outcome out;
  if (!asked.is_subscribe) {
    left(asked);
    return out;
  }
  if (asked.channels.size() == 1) return take(asked, {.status = {{asked.channels.front(), why}}}, now_ns);
  for (const auto& name : asked.channels) {
    const auto found = channels_.find(name);
    if (found == channels_.end()) continue;
    found->second.most_together = (asked.channels.size() + 1) / 2;
    ask(name, found->second);
  }
  return out;
}

void subscriptions::again(const batch& asked) {
  for (const auto& name : asked.channels) {
    const auto found = channels_.find(name);
    if (found == channels_.end()) {
      to_leave_.push_back(name);
    } else if (asked.is_subscribe) {
      ask(name, found->second);
    } else {
      change(found->second, [&] { found->second.is = state::confirmed; });
      to_leave_.push_back(name);
    }
  }
}

} // namespace strike::gateway_derive
