#include "router/routing.hpp"

#include "bus/topic.hpp"

#include <caf/actor_addr.hpp>

#include <algorithm>

namespace strike::router {

namespace {

/// What a subscription asks for upstream; see feed::demand_table.
std::string prefix_of(const subscription& x) {
  auto made = x.is_prefix ? bus::market_prefix(x.at, x.symbol) : bus::market_topic(x.at, x.symbol, x.what);
  return made ? *std::move(made) : std::string{}; // a symbol with a slash exists nowhere
}

bool is_deep(const subscription& x) { return x.is_prefix && (x.what == channel::book || x.what == channel::trades); }

} // namespace

routing::routing(ports& out, instrument_registry& instruments, std::chrono::nanoseconds grace)
    : out_{out}, instruments_{instruments}, demand_{grace}, intake_{instruments},
      late_joiners_{instruments}, routes_{instruments} {}

const std::uint32_t* routing::find(const consumer_ptr& who) const {
  const auto found = numbers_.find(who.get());
  return found == numbers_.end() ? nullptr : &found->second;
}

std::uint32_t routing::index_of(const consumer_ptr& who) {
  if (const auto* known = find(who)) return *known;
  const auto free = std::ranges::find(members_, nullptr, &member::who);
  const auto index = static_cast<std::uint32_t>(free - members_.begin());
  if (free == members_.end()) members_.emplace_back();
  members_[index] = {.who = who};
  numbers_.emplace(who.get(), index);
  return index;
}

std::vector<consumer_ptr> routing::consumers() const {
  std::vector<consumer_ptr> out;
  for (const auto& x : members_)
    if (x.who) out.push_back(x.who);
  return out;
}

void routing::want(const consumer_ptr& who, const std::vector<subscription>& what) {
  const auto index = index_of(who);
  std::vector<subscription> added;
  for (const auto& x : what)
    if (!prefix_of(x).empty() && routes_.subscribe(index, x)) added.push_back(x);
  auto& me = members_[index];
  me.wishes.insert(me.wishes.end(), added.begin(), added.end());
  greet(me, added);
  for (const auto& x : added) begin_wish(x);
}

void routing::unwant(const consumer_ptr& who, const std::vector<subscription>& what, std::int64_t now_ns) {
  const auto* index = find(who);
  if (!index) return;
  for (const auto& x : what) {
    if (!routes_.unsubscribe(*index, x)) continue;
    std::erase(members_[*index].wishes, x);
    end_wish(x, now_ns);
  }
}

void routing::leave(const consumer_ptr& who, std::int64_t now_ns) {
  const auto* index = find(who);
  if (!index) return;
  const auto wishes = members_[*index].wishes;
  unwant(who, wishes, now_ns);
  members_[*index] = {};
  numbers_.erase(who.get());
}

void routing::leave(const caf::actor_addr& who, std::int64_t now_ns) {
  for (const auto& x : consumers())
    if (x->to.address() == who) leave(x, now_ns);
}

void routing::begin(const std::string& prefix) {
  if (!demand_.add(prefix)) return;
  ++upstream_;
  out_.subscribe(prefix);
}

void routing::end(const std::string& prefix, std::int64_t now_ns) { demand_.remove(prefix, now_ns); }

void routing::begin_wish(const subscription& what) {
  begin(prefix_of(what));
  if (!is_deep(what)) return;
  auto known = std::ranges::find(deep_wishes_, what, &deep_wish::what);
  if (known == deep_wishes_.end()) known = deep_wishes_.insert(known, {.what = what});
  if (known->count++ > 0) return;
  for (std::uint32_t i = 0; i < announced_.size(); ++i) {
    const auto& name = instruments_.at({i});
    if (!announced_[i] || !what.matches(name.at, name.symbol)) continue;
    known->topics.push_back(*bus::market_topic(name.at, name.symbol, what.what));
    begin(known->topics.back());
  }
}

void routing::end_wish(const subscription& what, std::int64_t now_ns) {
  end(prefix_of(what), now_ns);
  const auto known = std::ranges::find(deep_wishes_, what, &deep_wish::what);
  if (!is_deep(what) || known == deep_wishes_.end() || --known->count > 0) return;
  for (const auto& topic : known->topics) end(topic, now_ns);
  deep_wishes_.erase(known);
}

void routing::want_downstream(const bus::demand& wish, std::int64_t now_ns) {
  if (!wish.is_wanted) return end(wish.prefix, now_ns);
  begin(wish.prefix);
  late_joiners_.add(wish.prefix);
}

void routing::announce(instrument_id id) {
  if (id.index >= announced_.size()) announced_.resize(id.index + 1);
  if (announced_[id.index]) return;
  announced_[id.index] = true;
  const auto& name = instruments_.at(id);
  for (auto& x : deep_wishes_) {
    if (!x.what.matches(name.at, name.symbol)) continue;
    x.topics.push_back(*bus::market_topic(name.at, name.symbol, x.what.what));
    begin(x.topics.back());
  }
}

/// What is known already comes at once; what is not, upstream sends.
void routing::greet(member& to, const std::vector<subscription>& what) {
  auto block = std::make_shared<std::vector<market_event>>();
  const auto add = [&](instrument_id id, channel x) {
    if (auto state = values_.snapshot(feed::slot_of(id, x))) block->push_back(*std::move(state));
  };
  for (const auto& x : what) {
    if (!x.is_prefix) {
      if (const auto id = instruments_.find(x.at, x.symbol)) add(*id, x.what);
      continue;
    }
    for (std::uint32_t i = 0; i < announced_.size(); ++i) {
      const auto& name = instruments_.at({i});
      if (announced_[i] && x.matches(name.at, name.symbol)) add({i}, x.what);
    }
  }
  if (block->empty()) return;
  std::vector<std::uint32_t> all(block->size());
  for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
  send(to, std::move(block), std::move(all));
}

void routing::take(std::span<const bus::message> arrived, std::int64_t now_ns) {
  auto block = spare_ ? std::move(spare_) : std::make_shared<std::vector<market_event>>();
  block->clear();
  block->reserve(arrived.size());
  look_ahead(arrived);
  for (const auto& message : arrived) {
    const auto got = intake_.read(message.topic(), message.bytes(), message.endpoint(), now_ns, *block);
    if (got || !message.topic().starts_with("md/")) out_.republish(message.topic(), message.bytes());
    if (got) route(*got, *block);
  }
  flush(block);
}

/// With many instruments each message would wait for memory five times; so all of a batch wait together.
void routing::look_ahead(std::span<const bus::message> arrived) {
  if (arrived.size() < 4) return;
  ahead_.clear();
  for (const auto& message : arrived) {
    ahead_.push_back(feed::topic_index::hash_of(message.topic()));
    intake_.prefetch(ahead_.back());
  }
  for (auto& x : ahead_) {
    const auto what = intake_.expect(x);
    x = what;
    if (what == UINT32_MAX) continue;
    routes_.prefetch(feed::instrument_of(what), feed::channel_of_slot(what));
    values_.prefetch(what);
  }
  for (const auto x : ahead_) {
    const auto what = static_cast<feed::slot>(x);
    if (what == UINT32_MAX) continue;
    intake_.prefetch_name(what);
    values_.prefetch_value(what);
  }
}

void routing::route(const feed::arrival& got, const std::vector<market_event>& events) {
  const auto id = feed::instrument_of(got.what);
  if (id.index >= announced_.size() || !announced_[id.index]) announce(id);
  for (auto i = got.first_event; i < events.size(); ++i) {
    values_.apply(events[i]);
    pick(got.what, static_cast<std::uint32_t>(i));
  }
}

void routing::pick(feed::slot what, std::uint32_t event) {
  for (const auto index : routes_.receivers(feed::instrument_of(what), feed::channel_of_slot(what))) {
    auto& picks = members_[index].picks;
    if (picks.empty()) touched_.push_back(index);
    picks.push_back(event);
  }
}

void routing::flush(const block_ptr& block) {
  for (const auto index : touched_) {
    auto& to = members_[index];
    const auto waiting = to.who->pending.load();
    if (to.who->is_behind.load() || (waiting > 0 && waiting + to.picks.size() > to.who->bound))
      miss(to, *block);
    else
      send(to, block, std::move(to.picks));
    to.picks.clear();
  }
  if (touched_.empty()) spare_ = block;
  touched_.clear();
}

void routing::miss(member& who, const std::vector<market_event>& block) {
  for (const auto i : who.picks) {
    const auto what = feed::slot_of(block[i]);
    const auto kind = feed::channel_of_slot(what);
    if (kind == channel::trades) {
      ++who.who->lost;
      continue;
    }
    const bool is_first = who.is_missed.insert(what).second;
    if (is_first) who.missed.push_back(what);
    if (kind == channel::book)
      who.who->resynced += is_first ? 1 : 0;
    else
      who.who->conflated += is_first ? 0 : 1;
  }
  // The consumer may have drained just before it could see this: then nobody else would tell us.
  if (!who.who->is_behind.exchange(true) && who.who->pending.load() == 0) drained(who.who);
}

void routing::drained(const consumer_ptr& who) {
  const auto* index = find(who);
  if (!index || !who->is_behind.load()) return;
  auto& me = members_[*index];
  auto block = std::make_shared<std::vector<market_event>>();
  for (const auto what : me.missed) {
    auto state = values_.snapshot(what);
    if (!state) state = values_.mark(what, trust::resyncing); // its snapshot follows
    if (state) block->push_back(*std::move(state));
  }
  me.missed.clear();
  me.is_missed.clear();
  who->is_behind = false;
  std::vector<std::uint32_t> all(block->size());
  for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
  if (!all.empty()) send(me, std::move(block), std::move(all));
}

void routing::send(member& to, block_ptr block, std::vector<std::uint32_t> picks) {
  to.who->pending += picks.size();
  out_.deliver(*to.who, std::make_shared<const parcel>(parcel{std::move(block), std::move(picks)}));
}

void routing::disconnected(std::size_t endpoint) {
  auto block = std::make_shared<std::vector<market_event>>();
  for (const auto what : intake_.disconnected(endpoint)) {
    auto mark = values_.mark(what, trust::stale);
    if (!mark) continue;
    values_.distrust(what, trust::stale);
    encoder_.encode(bytes_, intake_.snapshot_header(what), {&*mark, 1});
    out_.republish(intake_.topic_of(what), bytes_);
    pick(what, static_cast<std::uint32_t>(block->size()));
    block->push_back(*std::move(mark));
  }
  flush(block);
}

void routing::republish_state(feed::slot what) {
  const auto state = values_.snapshot(what);
  if (!state) return;
  encoder_.encode(bytes_, intake_.snapshot_header(what), {&*state, 1});
  out_.republish(intake_.topic_of(what), bytes_);
}

void routing::forget_unwanted(const std::string& prefix) {
  const auto parts = bus::parse_prefix(prefix);
  if (!parts || parts->root.text != "md") return;
  if (!parts->name.is_complete) {
    for (feed::slot what = 0; what < values_.end(); ++what) forget_if_unwanted(what, prefix);
    return;
  }
  const auto id = instruments_.find(*from_text<venue>(parts->at.text), parts->name.text);
  if (!id) return;
  for (const auto& row : enum_names<channel>::table) forget_if_unwanted(feed::slot_of(*id, row.value), prefix);
}

/// A value that nobody keeps up to date must not greet a later consumer as the newest.
void routing::forget_if_unwanted(feed::slot what, const std::string& prefix) {
  if (!intake_.is_known(what) || !intake_.topic_of(what).starts_with(prefix)) return;
  const auto& name = instruments_.at(feed::instrument_of(what));
  if (demand_.wants(name.at, name.symbol, feed::channel_of_slot(what))) return;
  intake_.forget(what);
  values_.forget(what);
}

std::int64_t routing::poll(std::int64_t now_ns) {
  for (const auto& prefix : demand_.expire(now_ns)) {
    --upstream_;
    out_.unsubscribe(prefix);
    forget_unwanted(prefix);
  }
  for (const auto& topic : intake_.due(now_ns)) out_.ask_again(topic);
  late_joiners_.send(
      now_ns, values_.end(),
      [this](feed::slot what, const std::string& prefix) {
        return values_.has(what) && intake_.is_known(what) && intake_.topic_of(what).starts_with(prefix);
      },
      [this](feed::slot what) { republish_state(what); });
  return std::min({demand_.next_expiry_ns(), intake_.next_due_ns(), late_joiners_.next_ns()});
}

} // namespace strike::router
