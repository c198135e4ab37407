#include "feed/last_values.hpp"

namespace strike::feed {

namespace {

void keep(std::unique_ptr<market_event>& where, const market_event& event) {
  if (where)
    *where = event;
  else
    where = std::make_unique<market_event>(event);
}

} // namespace

void last_values::apply(const market_event& event) {
  if (event.instrument.index >= values_.size()) values_.resize(event.instrument.index + 1);
  auto& known = values_[event.instrument.index];
  switch (channel_of(event)) {
  case channel::ticker:
    keep(known.ticker, event);
    return;
  case channel::status:
    keep(known.status, event);
    return;
  case channel::trades:
    return;
  case channel::book:
    break;
  }
  if (!known.book) known.book = std::make_unique<book_state>();
  auto& state = *known.book;
  if (event.state != trust::live)
    state.book.distrust(event.state);
  else if (const auto* snapshot = std::get_if<book_snapshot>(&event.body))
    state.book.apply(*snapshot);
  else if (state.book.apply(std::get<book_change>(event.body)) != book_result::applied)
    return;
  state.venue_ns = event.venue_ns;
  state.recv_ns = event.recv_ns;
}

void last_values::distrust(slot which, trust why) {
  const auto id = instrument_of(which).index;
  if (id >= values_.size()) return;
  auto& known = values_[id];
  if (channel_of_slot(which) == channel::ticker && known.ticker) known.ticker->state = why;
  if (channel_of_slot(which) == channel::book && known.book) known.book->book.distrust(why);
}

std::optional<market_event> last_values::mark(slot which, trust why) const {
  if (!has(which)) return {};
  const auto id = instrument_of(which);
  const auto& known = values_[id.index];
  if (channel_of_slot(which) == channel::book)
    return market_event{known.book->venue_ns, known.book->recv_ns, id, why, book_change{}};
  if (channel_of_slot(which) != channel::ticker) return {};
  auto out = *known.ticker;
  out.state = why;
  return out;
}

void last_values::forget(slot which) {
  if (!has(which)) return;
  auto& known = values_[instrument_of(which).index];
  switch (channel_of_slot(which)) {
  case channel::ticker:
    known.ticker.reset();
    return;
  case channel::status:
    known.status.reset();
    return;
  case channel::book:
    known.book.reset();
    return;
  case channel::trades:
    return;
  }
}

void last_values::prefetch_value(slot which) const {
  const auto id = instrument_of(which).index;
  if (id >= values_.size() || channel_of_slot(which) != channel::ticker) return;
  const auto* bytes = reinterpret_cast<const char*>(values_[id].ticker.get());
  for (std::size_t i = 0; bytes && i < sizeof(market_event); i += 64) __builtin_prefetch(bytes + i, 1);
}

bool last_values::has(slot which) const {
  const auto id = instrument_of(which).index;
  if (id >= values_.size()) return false;
  switch (channel_of_slot(which)) {
  case channel::ticker:
    return values_[id].ticker != nullptr;
  case channel::status:
    return values_[id].status != nullptr;
  case channel::book:
    return values_[id].book != nullptr;
  case channel::trades:
    break;
  }
  return false;
}

bool last_values::is_live(slot which) const {
  if (!has(which)) return false;
  const auto& known = values_[instrument_of(which).index];
  if (channel_of_slot(which) == channel::book) return known.book->book.state() == trust::live;
  return channel_of_slot(which) == channel::status || known.ticker->state == trust::live;
}

std::optional<market_event> last_values::snapshot(slot which) const {
  const auto id = instrument_of(which);
  if (id.index >= values_.size()) return {};
  const auto& known = values_[id.index];
  switch (channel_of_slot(which)) {
  case channel::ticker:
    return known.ticker ? std::optional{*known.ticker} : std::nullopt;
  case channel::status:
    return known.status ? std::optional{*known.status} : std::nullopt;
  case channel::trades:
    return {};
  case channel::book:
    break;
  }
  if (!is_live(which)) return {};
  const auto& book = known.book->book;
  book_snapshot all{.sequence = book.sequence(),
                    .bids{book.bids().begin(), book.bids().end()},
                    .asks{book.asks().begin(), book.asks().end()}};
  return market_event{known.book->venue_ns, known.book->recv_ns, id, trust::live, std::move(all)};
}

const order_book* last_values::book(instrument_id id) const {
  return id.index < values_.size() && values_[id.index].book ? &values_[id.index].book->book : nullptr;
}

} // namespace strike::feed
