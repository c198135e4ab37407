#include "feed/intake.hpp"

#include "bus/topic.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::feed {

namespace {

constexpr std::int64_t first_wait_ns = 500'000'000, longest_wait_ns = 30'000'000'000;

/// A snapshot holds no event of its own: it says what comes next.
bus::stamp stamp_of(const wire::market_message& x) {
  if (x.header.is_snapshot) return {x.header.epoch, x.header.sequence + 1, 0};
  return {x.header.epoch, x.header.sequence, static_cast<std::uint32_t>(x.events)};
}

bool is_live(const std::vector<market_event>& events, std::size_t first) {
  return std::all_of(events.begin() + static_cast<std::ptrdiff_t>(first), events.end(),
                     [](const market_event& x) { return x.state == trust::live; });
}

bool is_loss(bus::continuity x) { return x == bus::continuity::gap || x == bus::continuity::new_epoch; }

} // namespace

std::optional<slot> intake::slot_of_topic(std::string_view topic) {
  const auto hash = topic_index::hash_of(topic);
  const auto found = slots_.find(hash, [&](slot x) { return names_[x] == topic; });
  if (found != UINT32_MAX) return found;
  const auto refuse = [this](std::string why) {
    complaint_ = std::move(why);
    ++totals_.malformed;
    return std::optional<slot>{};
  };
  const auto parts = bus::parse_topic(topic);
  if (!parts) return refuse(parts.error().text);
  if (parts->root != bus::topic_root::market_data) return {};
  const auto id = instruments_.intern(parts->at, parts->name);
  if (!id) return refuse(id.error().text);
  const auto which = slot_of(*id, parts->what);
  learn(which, topic);
  return which;
}

void intake::learn(slot which, std::string_view topic) {
  if (which >= topics_.size()) {
    topics_.resize(which + 1);
    names_.resize(which + 1);
  }
  topics_[which].is_known = true;
  names_[which] = topic;
  slots_.insert(topic_index::hash_of(topic), which);
}

slot intake::expect(std::uint64_t topic_hash) const {
  const auto which = slots_.find(topic_hash, [](slot) { return true; });
  if (which == UINT32_MAX) return which;
  __builtin_prefetch(&names_[which]);
  __builtin_prefetch(&topics_[which]);
  tracker_.prefetch(which);
  return which;
}

std::optional<arrival> intake::read(std::string_view topic, std::string_view bytes, std::size_t endpoint,
                                    std::int64_t now_ns, std::vector<market_event>& out) {
  const auto which = slot_of_topic(topic);
  if (!which) return {};
  ++totals_.messages;
  arrival got{.what = *which, .first_event = out.size()};
  const auto message = decoder_.decode(bytes, instrument_of(*which), out);
  if (!message) {
    ++totals_.malformed;
    complaint_ = fmt::format("{}: {}", topic, message.error().text);
    return {};
  }
  got.header = message->header;
  got.order = tracker_.observe(*which, stamp_of(*message));
  auto& state = topics_[*which];
  const bool is_for_others = message->header.is_snapshot && state.is_synced &&
                             got.order.kind == bus::continuity::in_order && is_live(out, got.first_event);
  if (got.order.kind == bus::continuity::duplicate || is_for_others) {
    ++totals_.duplicates;
    out.resize(got.first_event);
    return {};
  }
  state.endpoint = static_cast<std::uint16_t>(endpoint);
  totals_.unreadable += message->skipped;
  totals_.snapshots += message->header.is_snapshot ? 1 : 0;
  totals_.gaps += got.order.kind == bus::continuity::gap ? 1 : 0;
  totals_.lost += got.order.lost;
  totals_.new_epochs += got.order.kind == bus::continuity::new_epoch ? 1 : 0;
  if (got.order.seen > 0) {
    const auto begin = out.begin() + static_cast<std::ptrdiff_t>(got.first_event);
    out.erase(begin, begin + std::min<std::ptrdiff_t>(got.order.seen, out.end() - begin));
  }
  judge(got, message->skipped == 0, now_ns, out);
  totals_.events += out.size() - got.first_event;
  return got;
}

void intake::judge(arrival& got, bool is_readable, std::int64_t now_ns, std::vector<market_event>& events) {
  const bool is_new = got.order.kind == bus::continuity::first;
  switch (channel_of_slot(got.what)) {
  case channel::ticker: // whole by itself
    if (is_live(events, got.first_event))
      regain_sync(got.what);
    else
      topics_[got.what].is_synced = false; // its source mends it, unasked
    break;
  case channel::trades: // what was lost stays lost
    regain_sync(got.what);
    break;
  case channel::status:
    drop_foreign_definitions(got, events);
    if (got.header.is_snapshot || is_new)
      regain_sync(got.what);
    else if (is_loss(got.order.kind))
      lose_sync(got.what, now_ns);
    break;
  case channel::book:
    if (!got.header.is_snapshot && (is_loss(got.order.kind) || !is_readable)) lose_sync(got.what, now_ns);
    judge_book(got, now_ns, events);
    break;
  }
  got.is_synced = topics_[got.what].is_synced;
}

void intake::judge_book(arrival& got, std::int64_t now_ns, std::vector<market_event>& events) {
  for (auto i = got.first_event; i < events.size(); ++i) {
    auto& event = events[i];
    if (event.state != trust::live)
      topics_[got.what].is_synced = false;
    else if (std::holds_alternative<book_snapshot>(event.body))
      regain_sync(got.what);
    else if (!topics_[got.what].is_synced)
      event.state = trust::resyncing;
  }
  // a subscriber is sent a snapshot without asking; only when none comes must it ask
  if (!topics_[got.what].is_synced && !asks_.contains(got.what)) lose_sync(got.what, now_ns + first_wait_ns);
}

void intake::drop_foreign_definitions(const arrival& got, std::vector<market_event>& events) {
  const auto& name = instruments_.at(instrument_of(got.what));
  const auto is_foreign = [&](const market_event& x) {
    const auto* status = std::get_if<instrument_status>(&x.body);
    return status && status->definition &&
           (status->definition->at != name.at || status->definition->symbol != name.symbol);
  };
  const auto begin = events.begin() + static_cast<std::ptrdiff_t>(got.first_event);
  const auto kept = std::remove_if(begin, events.end(), is_foreign);
  if (kept == events.end()) return;
  totals_.malformed += static_cast<std::uint64_t>(events.end() - kept);
  complaint_ = fmt::format("{}: a definition of another instrument", names_[got.what]);
  events.erase(kept, events.end());
}

void intake::lose_sync(slot which, std::int64_t ask_ns) {
  topics_[which].is_synced = false;
  auto& mine = asks_[which];
  if (mine.at_ns != 0) due_.erase({mine.at_ns, which});
  mine = {.at_ns = ask_ns, .wait_ns = first_wait_ns};
  due_.emplace(ask_ns, which);
}

void intake::regain_sync(slot which) {
  if (topics_[which].is_synced) return;
  topics_[which].is_synced = true;
  const auto mine = asks_.find(which);
  if (mine == asks_.end()) return;
  due_.erase({mine->second.at_ns, which});
  asks_.erase(mine);
}

std::vector<std::string> intake::due(std::int64_t now_ns) {
  std::vector<std::string> out;
  while (!due_.empty() && due_.begin()->first <= now_ns) {
    const auto which = due_.begin()->second;
    auto& mine = asks_.at(which);
    due_.erase(due_.begin());
    mine.at_ns = now_ns + mine.wait_ns;
    mine.wait_ns = std::min(mine.wait_ns * 2, longest_wait_ns);
    due_.emplace(mine.at_ns, which);
    out.push_back(names_[which]);
  }
  return out;
}

std::vector<slot> intake::disconnected(std::size_t endpoint) {
  std::vector<slot> out;
  for (slot which = 0; which < topics_.size(); ++which) {
    auto& topic = topics_[which];
    if (!topic.is_known || topic.endpoint != endpoint) continue;
    topic.is_synced = false;
    out.push_back(which);
  }
  return out;
}

void intake::forget(slot which) {
  if (!is_known(which)) return;
  tracker_.forget(which);
  regain_sync(which); // nothing is to be asked for
  topics_[which].is_synced = false;
}

} // namespace strike::feed
