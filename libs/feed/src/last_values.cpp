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
  auto& entry = values_[event.instrument.index];
  switch (channel_of(event)) {
  case channel::ticker:
    keep(entry.ticker, event);
    return;
  case channel::status:
    keep(entry.status, event);
    return;
  case channel::trades:
    return;
  case channel::book:
    break;
  }
  if (!entry.book) entry.book = std::make_unique<book_state>();
  auto& state = *entry.book;
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
  auto& entry = values_[id];
  if (channel_of_slot(which) == channel::ticker && entry.ticker) entry.ticker->state = why;
  if (channel_of_slot(which) == channel::book && entry.book) entry.book->book.distrust(why);
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
  const auto& entry = values_[instrument_of(which).index];
  if (channel_of_slot(which) == channel::book) return entry.book->book.state() == trust::live;
  return channel_of_slot(which) == channel::status || entry.ticker->state == trust::live;
}

std::optional<market_event> last_values::snapshot(slot which) const {
  const auto id = instrument_of(which);
  if (id.index >= values_.size()) return {};
  const auto& entry = values_[id.index];
  switch (channel_of_slot(which)) {
  case channel::ticker:
    return entry.ticker ? std::optional{*entry.ticker} : std::nullopt;
  case channel::status:
    return entry.status ? std::optional{*entry.status} : std::nullopt;
  case channel::trades:
    return {};
  case channel::book:
    break;
  }
  if (!is_live(which)) return {};
  const auto& book = entry.book->book;
  book_snapshot all{.sequence = book.sequence(),
                    .bids{book.bids().begin(), book.bids().end()},
                    .asks{book.asks().begin(), book.asks().end()}};
  return market_event{entry.book->venue_ns, entry.book->recv_ns, id, trust::live, std::move(all)};
}

const order_book* last_values::book(instrument_id id) const {
  return id.index < values_.size() && values_[id.index].book ? &values_[id.index].book->book : nullptr;
}

} // namespace strike::feed
