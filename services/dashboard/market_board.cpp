#include "dashboard/market_board.hpp"

#include "bus/topic.hpp"
#include "dashboard/json_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace strike::dashboard {

namespace {

constexpr double smoothing_s = 3; ///< rates follow within about so long

/// The coin whose price a ticker tells; empty: none.
std::string_view coin_of(const instrument_registry::entry& x) {
  return x.info.kind == instrument_kind::binary ? std::string_view{} : std::string_view{x.info.base};
}

} // namespace

std::string qualified_name(const instrument_registry& names, instrument_id id) {
  const auto& x = names.at(id);
  return fmt::format("{}:{}", to_text(x.at), x.symbol);
}

quote& market_board::quote_of(instrument_id id) {
  if (id.index >= quotes_.size()) quotes_.resize(id.index + 1);
  return quotes_[id.index];
}

const quote* market_board::find(instrument_id id) const {
  return id.index < quotes_.size() ? &quotes_[id.index] : nullptr;
}

optional_double market_board::mark(instrument_id id) const {
  const auto* const x = find(id);
  if (!x || !x->has_ticker()) return {};
  if (x->last.mark) return x->last.mark;
  if (x->last.best_bid && x->last.best_ask) return (to_double(*x->last.best_bid) + to_double(*x->last.best_ask)) / 2;
  if (x->last.last) return to_double(*x->last.last);
  return {};
}

optional_double market_board::underlying_price(std::string_view base) const {
  const auto found = prices_.find(base);
  return found == prices_.end() ? optional_double{} : optional_double{found->second.price};
}

void market_board::take(std::string_view topic, std::string_view bytes, std::size_t endpoint, std::int64_t steady_ns,
                        std::int64_t wall_ns) {
  const auto before = intake_.counts();
  events_.clear();
  const auto got = intake_.read(topic, bytes, endpoint, steady_ns, events_);
  const auto parts = bus::parse_topic(topic);
  if (!parts) return;
  auto& health = health_of(parts->at);
  const auto& now = intake_.counts();
  health.malformed += now.malformed - before.malformed;
  health.gaps += now.gaps - before.gaps;
  health.lost += now.lost - before.lost;
  health.restarts += now.new_epochs - before.new_epochs;
  if (!got) return;
  for (std::size_t i = got->first_event; i < events_.size(); ++i) apply(events_[i], wall_ns);
  if (got->header.is_snapshot) return; // the past: it says nothing of how the feed does
  health.events += events_.size() - got->first_event;
  health.newest_ns = wall_ns;
  for (std::size_t i = got->first_event; i < events_.size(); ++i)
    if (const auto& x = events_[i]; x.recv_ns != 0 && x.venue_ns != 0)
      health.delay_ms += (static_cast<double>(x.recv_ns - x.venue_ns) / 1e6 - health.delay_ms) / 64;
}

void market_board::apply(const market_event& event, std::int64_t wall_ns) {
  auto& x = quote_of(event.instrument);
  if (const auto* t = std::get_if<ticker>(&event.body)) {
    x.last = *t;
    x.state = event.state;
    x.venue_ns = event.venue_ns;
    x.recv_ns = wall_ns;
    note_price(coin_of(names_.at(event.instrument)), *t);
  } else if (const auto* done = std::get_if<trade>(&event.body)) {
    x.traded = done->at;
    x.traded_size = done->size;
    x.aggressor = done->aggressor;
    x.traded_ns = event.venue_ns;
  } else if (const auto* status = std::get_if<instrument_status>(&event.body)) {
    if (status->definition) rules_.define(event.instrument, *status->definition);
    x.is_over = status->state == instrument_state::expired || status->state == instrument_state::settled;
  } else {
    apply_book(event, wall_ns);
  }
}

/// An index is the coin's price; an expiry's forward stands in for it until an index is known.
void market_board::note_price(std::string_view coin, const ticker& from) {
  if (coin.empty() || (!from.index && !from.underlying)) return;
  auto found = prices_.find(coin);
  if (found == prices_.end()) found = prices_.emplace(std::string{coin}, coin_price{}).first;
  if (from.index)
    found->second = {*from.index, true};
  else if (!found->second.is_index)
    found->second = {*from.underlying, false};
}

void market_board::apply_book(const market_event& event, std::int64_t wall_ns) {
  auto& x = quote_of(event.instrument);
  if (!x.book) x.book = std::make_unique<order_book>();
  if (const auto* snapshot = std::get_if<book_snapshot>(&event.body)) x.book->apply(*snapshot);
  if (const auto* change = std::get_if<book_change>(&event.body)) x.book->apply(*change);
  if (event.state != trust::live) x.book->distrust(event.state);
  x.book_ns = wall_ns;
}

void market_board::disconnected(std::size_t endpoint) {
  for (const auto which : intake_.disconnected(endpoint)) {
    auto& x = quote_of(feed::instrument_of(which));
    if (feed::channel_of_slot(which) == channel::ticker) x.state = trust::stale;
    if (feed::channel_of_slot(which) == channel::book && x.book) x.book->distrust(trust::stale);
  }
}

void market_board::poll(std::int64_t steady_ns) {
  const double passed_s = static_cast<double>(steady_ns - polled_ns_) / 1e9;
  const double weight = polled_ns_ == 0 ? 0 : 1 - std::exp(-passed_s / smoothing_s);
  for (std::size_t i = 0; i < feeds_.size(); ++i) {
    auto& x = feeds_[i];
    x.rate += (static_cast<double>(x.events - counted_[i]) / passed_s - x.rate) * weight;
    counted_[i] = x.events;
    x.live = x.resyncing = x.stale = 0;
  }
  polled_ns_ = steady_ns;
  for (std::uint32_t i = 0; i < quotes_.size(); ++i) {
    const auto& x = quotes_[i];
    if (x.is_over) continue;
    auto& health = health_of(names_.at({i}).at);
    const auto count = [&health](trust state) {
      ++(state == trust::live ? health.live : state == trust::resyncing ? health.resyncing : health.stale);
    };
    if (x.has_ticker()) count(x.state);
    if (x.book) count(x.book->state());
  }
}

std::string market_board::feeds_json() const {
  std::string out = "[";
  json_list rows{out};
  for (const auto& row : enum_names<venue>::table) {
    const auto& x = feeds_[static_cast<std::size_t>(row.value)];
    if (x.events == 0 && x.live + x.resyncing + x.stale == 0) continue;
    json_object line{rows.next()};
    line.add("venue", row.text).add("events", x.events).add("rate", std::round(x.rate * 10) / 10);
    line.add("newest_ms", x.newest_ns / 1'000'000).add("gaps", x.gaps).add("lost", x.lost);
    line.add("restarts", x.restarts).add("malformed", x.malformed).add("delay_ms", std::round(x.delay_ms * 10) / 10);
    line.add("live", x.live).add("resyncing", x.resyncing).add("stale", x.stale).end();
  }
  return out += ']';
}

} // namespace strike::dashboard
