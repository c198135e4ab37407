#include "feed/market_publisher.hpp"

#include "bus/sequence.hpp"
#include "bus/topic.hpp"
#include "feed/snapshot_queue.hpp"
#include "wire/market.hpp"

#include <algorithm>
#include <utility>

namespace strike::feed {

struct market_publisher::impl {
  impl(bus::publisher out, config x, const instrument_registry& names)
      : socket{std::move(out)}, settings{std::move(x)},
        instruments{names}, demand{settings.grace}, sequence{settings.epoch}, late_joiners{names} {}

  void take(const bus::demand& wish, std::int64_t now_ns);
  bool is_wanted(slot which);
  const std::string& topic_of(slot which);
  void send(slot which, const wire::market_header& header, std::span<const market_event> events);
  void send_state(slot which);
  void publish_run(slot which, std::span<const market_event> events);
  void send_stale(slot which, market_event last);

  bus::publisher socket;
  config settings;
  const instrument_registry& instruments;
  demand_table demand;
  bus::sequencer sequence;
  last_values values;
  snapshot_queue late_joiners;
  std::vector<std::string> topics; ///< by slot; empty: not yet made
  std::vector<std::int8_t> wanted; ///< by slot: 1 yes, 0 no, -1 not yet known
  std::vector<char> has_unsent;    ///< by slot: there were events that nobody wanted
  std::uint64_t wanted_as_of = 0;  ///< version of the demand
  wire::market_encoder encoder;
  std::string bytes;
};

void market_publisher::impl::take(const bus::demand& wish, std::int64_t now_ns) {
  if (!wish.is_wanted) return demand.remove(wish.prefix, now_ns);
  const bool is_new = demand.add(wish.prefix);
  late_joiners.add(wish.prefix);
  if (is_new && settings.on_demand && demand_table::kind_of(wish.prefix) != demand_table::kind::tap)
    settings.on_demand(wish);
}

bool market_publisher::impl::is_wanted(slot which) {
  if (wanted_as_of != demand.version()) {
    std::ranges::fill(wanted, std::int8_t{-1});
    wanted_as_of = demand.version();
  }
  if (which >= wanted.size()) wanted.resize(which + 1, -1);
  if (wanted[which] < 0) {
    const auto& name = instruments.at(instrument_of(which));
    wanted[which] = demand.wants(name.at, name.symbol, channel_of_slot(which)) ? 1 : 0;
  }
  return wanted[which] == 1;
}

const std::string& market_publisher::impl::topic_of(slot which) {
  if (which >= topics.size()) topics.resize(which + 1);
  auto& topic = topics[which];
  if (topic.empty()) {
    const auto& name = instruments.at(instrument_of(which));
    topic = *bus::market_topic(name.at, name.symbol, channel_of_slot(which)); // the registry has checked the symbol
  }
  return topic;
}

void market_publisher::impl::send(slot which, const wire::market_header& header, std::span<const market_event> events) {
  encoder.encode(bytes, header, events);
  socket.publish(topic_of(which), bytes);
}

/// A snapshot counts nothing: who is up to date ignores it. After events that nobody wanted nobody is, and the state is
/// an event like any other, for all.
void market_publisher::impl::send_state(slot which) {
  const auto state = values.snapshot(which);
  if (!state) return;
  wire::market_header header{.epoch = sequence.epoch(), .sequence = sequence.last(which), .is_snapshot = true};
  if (has_unsent[which] != 0 && is_wanted(which))
    header = {.epoch = sequence.epoch(), .sequence = sequence.next(which).first};
  has_unsent[which] = has_unsent[which] != 0 && header.is_snapshot;
  send(which, header, {&*state, 1});
}

void market_publisher::impl::publish_run(slot which, std::span<const market_event> events) {
  if (which >= has_unsent.size()) has_unsent.resize(which + 1);
  for (const auto& x : events) values.apply(x);
  if (!is_wanted(which)) {
    has_unsent[which] = 1;
    return;
  }
  if (has_unsent[which] != 0 && channel_of_slot(which) == channel::book && values.is_live(which))
    return send_state(which); // changes alone would be applied to an old book
  has_unsent[which] = 0;
  const auto stamp = sequence.next(which, static_cast<std::uint32_t>(events.size()));
  send(which, {.epoch = stamp.epoch, .sequence = stamp.first}, events);
}

/// Takes back what was said last; late joiners are not told of it.
void market_publisher::impl::send_stale(slot which, market_event last) {
  last.state = trust::stale;
  if (channel_of_slot(which) == channel::book) last.body = book_change{};
  send(which, {.epoch = sequence.epoch(), .sequence = sequence.next(which).first}, {&last, 1});
}

market_publisher::market_publisher(std::unique_ptr<impl> x) : impl_{std::move(x)} {}
market_publisher::market_publisher(market_publisher&&) noexcept = default;
market_publisher& market_publisher::operator=(market_publisher&&) noexcept = default;
market_publisher::~market_publisher() = default;

result<market_publisher> market_publisher::bind(const bus::context& where, config config,
                                                const instrument_registry& instruments) {
  auto socket = bus::publisher::bind(where, config.bind, config.on_link);
  if (!socket) return std::unexpected{socket.error()};
  return market_publisher{std::make_unique<impl>(std::move(*socket), std::move(config), instruments)};
}

void market_publisher::publish(std::span<const market_event> events) {
  for (std::size_t begin = 0, end = 0; begin < events.size(); begin = end) {
    const auto which = slot_of(events[begin]);
    while (end < events.size() && slot_of(events[end]) == which) ++end;
    impl_->publish_run(which, events.subspan(begin, end - begin));
  }
}

void market_publisher::distrust(venue at, trust why) {
  auto& x = *impl_;
  for (slot which = 0; which < x.values.end(); ++which) {
    if (x.instruments.at(instrument_of(which)).at != at) continue;
    if (const auto mark = x.values.mark(which, why)) publish({&*mark, 1});
  }
}

void market_publisher::distrust(slot which, trust why) {
  auto& x = *impl_;
  const auto mark = x.values.is_live(which) ? x.values.mark(which, why) : std::nullopt;
  if (!mark) return;
  x.values.apply(*mark);
  x.send(which, {.epoch = x.sequence.epoch(), .sequence = x.sequence.next(which).first}, {&*mark, 1});
}

void market_publisher::restart(std::uint64_t epoch, last_values state) {
  auto& x = *impl_;
  const auto before = std::exchange(x.values, std::move(state));
  x.sequence = bus::sequencer{epoch};
  x.has_unsent.assign(std::max<std::size_t>(x.has_unsent.size(), x.values.end()), 0);
  for (slot which = 0; which < x.values.end(); ++which) // changes that come before the snapshot need it
    x.has_unsent[which] = channel_of_slot(which) == channel::book;
  for (slot which = 0; which < before.end(); ++which) {
    if (channel_of_slot(which) == channel::status || !x.is_wanted(which) || x.values.is_live(which)) continue;
    if (const auto last = before.snapshot(which)) x.send_stale(which, *last);
  }
  x.late_joiners.add("md/");
}

std::int64_t market_publisher::poll(std::int64_t now_ns) {
  auto& x = *impl_;
  const auto look_ns = x.socket.poll_demand([&x, now_ns](const bus::demand& wish) { x.take(wish, now_ns); }, now_ns);
  x.late_joiners.send(
      now_ns, x.values.end(),
      [&x](slot which, const std::string& prefix) {
        return x.values.has(which) && x.topic_of(which).starts_with(prefix);
      },
      [&x](slot which) { x.send_state(which); });
  for (const auto& prefix : x.demand.expire(now_ns))
    if (x.settings.on_demand && demand_table::kind_of(prefix) != demand_table::kind::tap)
      x.settings.on_demand({false, prefix});
  return std::min({look_ns, x.demand.next_expiry_ns(), x.late_joiners.next_ns()});
}

void market_publisher::publish_bytes(std::string_view topic, std::string_view bytes) {
  impl_->socket.publish(topic, bytes);
}

bool market_publisher::is_wanted(instrument_id id, channel what) { return impl_->is_wanted(slot_of(id, what)); }
bool market_publisher::has_demand() const { return !impl_->demand.is_empty(); }
int market_publisher::fd() const { return impl_->socket.fd(); }
const std::string& market_publisher::endpoint() const { return impl_->socket.endpoint(); }
const bus::counters& market_publisher::counts() const { return impl_->socket.counts(); }

} // namespace strike::feed
