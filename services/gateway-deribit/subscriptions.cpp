#include "gateway-deribit/subscriptions.hpp"

#include "base/time.hpp"
#include "deribit/request.hpp"

#include <algorithm>
#include <unordered_set>

namespace strike::gateway_deribit {

namespace {

constexpr std::int64_t first_retry_ns = 60 * ns_per_s, longest_retry_ns = 900 * ns_per_s;

} // namespace

void subscriptions::want(feed::slot topic, std::string channel) {
  auto& made = streams_[topic];
  if (!made) {
    made = std::make_unique<stream>(stream{.topic = topic, .channel = std::move(channel)});
    by_channel_.emplace(made->channel, made.get());
  }
  const bool was_leaving = made->is_on && !made->is_wanted;
  made->is_wanted = true;
  if (was_leaving && feed::channel_of_slot(topic) == channel::book)
    return resync(*made); // who comes back needs a whole one
  note(*made);
}

void subscriptions::unwant(feed::slot topic) {
  const auto at = streams_.find(topic);
  if (at == streams_.end()) return;
  at->second->is_wanted = false;
  note(*at->second);
}

void subscriptions::resync(stream& what) {
  if (what.is_resyncing) return;
  what.is_resyncing = true;
  ++resyncing_;
  note(what);
}

stream* subscriptions::find(std::string_view channel) const {
  const auto at = by_channel_.find(channel);
  return at == by_channel_.end() ? nullptr : at->second;
}

void subscriptions::note(stream& x) {
  if (is_dirty(x))
    dirty_.insert(x.topic);
  else
    dirty_.erase(x.topic);
}

/// Leaves go first: a resync joins only after them.
std::optional<subscriptions::batch> subscriptions::next(std::int64_t now_ns) {
  while (!retries_.empty() && retries_.begin()->first <= now_ns) {
    if (const auto at = streams_.find(retries_.begin()->second); at != streams_.end()) note(*at->second);
    retries_.erase(retries_.begin());
  }
  if (auto leave = pack(false)) return leave;
  return pack(true);
}

std::optional<subscriptions::batch> subscriptions::pack(bool is_join) const {
  batch made{.is_join = is_join};
  std::size_t bytes = 0;
  for (const auto topic : dirty_) {
    const auto& x = *streams_.at(topic);
    if (x.is_on == is_join) continue;
    bytes += deribit::bytes_of(x.channel);
    if (made.channels.size() == deribit::most_channels || bytes > deribit::most_bytes) break;
    made.channels.push_back(x.channel);
    made.topics.push_back(topic);
  }
  return made.channels.empty() ? std::optional<batch>{} : made;
}

std::vector<std::string> subscriptions::done(const batch& what, const std::vector<std::string>& accepted,
                                             std::int64_t now_ns) {
  const std::unordered_set<std::string_view> taken{accepted.begin(), accepted.end()};
  std::vector<std::string> left_out;
  for (const auto topic : what.topics) {
    const auto at = streams_.find(topic);
    auto& x = *at->second;
    if (what.is_join && !taken.contains(x.channel)) {
      left_out.push_back(x.channel);
      refused(x, now_ns);
      continue;
    }
    if (what.is_join)
      joined(x);
    else
      x.is_on = false;
    note(x);
    if (x.is_on || x.is_wanted) continue;
    if (x.is_resyncing) --resyncing_;
    by_channel_.erase(x.channel);
    dirty_.erase(topic);
    streams_.erase(at);
  }
  return left_out;
}

void subscriptions::joined(stream& x) {
  x.is_on = true;
  x.refusals = 0;
  if (x.is_resyncing) --resyncing_;
  x.is_resyncing = false;
}

void subscriptions::refused(stream& x, std::int64_t now_ns) {
  dirty_.erase(x.topic);
  const auto wait_ns = std::min(first_retry_ns << std::min(x.refusals, 8), longest_retry_ns);
  ++x.refusals;
  retries_.insert({now_ns + wait_ns, x.topic});
}

} // namespace strike::gateway_deribit
