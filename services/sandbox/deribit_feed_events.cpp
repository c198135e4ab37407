#include "base/time.hpp"
#include "sandbox/deribit_feed.hpp"
#include "sandbox/deribit_json.hpp"

// Of `feed`: what events do to channels.
namespace strike::sandbox::deribit {

void feed::on_event(const market_event& x, std::int64_t now_ns) {
  if (std::holds_alternative<instrument_status>(x.body)) return on_status(x, now_ns);
  const auto found = by_instrument_.find(x.instrument.index);
  const auto* const done = std::get_if<trade>(&x.body);
  if (found == by_instrument_.end() && !(done && !by_kind_.empty())) return;
  const auto json = done ? market_.last_trade_json(x.instrument) : std::string{};
  if (found != by_instrument_.end())
    for (auto* to : found->second) {
      if (std::holds_alternative<ticker>(x.body))
        on_ticker(*to, x, now_ns);
      else if (done)
        on_trade(*to, json, now_ns);
      else
        on_book(*to, x, now_ns);
    }
  if (!done) return;
  const auto& info = market_.at(x.instrument).listing->rules.info;
  for (auto* to : by_kind_)
    if (matches(to->what.kind, to->what.currency, info)) on_trade(*to, json, now_ns);
}

void feed::on_book(topic& x, const market_event& what, std::int64_t now_ns) {
  if (x.what.what == topic_kind::grouped_book) return schedule(x, now_ns);
  if (x.what.what != topic_kind::book) return;
  if (const auto* whole = std::get_if<book_snapshot>(&what.body)) {
    order_book made;
    made.apply(*whole);
    x.sequence = whole->sequence;
    x.touched.clear();
    cancel(x);
    return publish(x, book_snapshot_json(x.what.instrument, made, what.venue_ns), now_ns);
  }
  const auto& change = std::get<book_change>(what.body);
  const auto& before = market_.at(x.id).book;
  if (!x.what.is_raw) {
    x.touched.add(change, before);
    return schedule(x, now_ns);
  }
  x.sequence = change.sequence;
  publish(x,
          book_change_json(x.what.instrument, what.venue_ns, change.sequence, change.previous,
                           touched_levels::json(change, before)),
          now_ns, frame_kind::book_change);
}

void feed::on_ticker(topic& x, const market_event& what, std::int64_t now_ns) {
  switch (x.what.what) {
  case topic_kind::ticker:
    if (!x.what.is_raw) return schedule(x, now_ns);
    return publish(x, ticker_json(market_.ticker_fields_of(x.id, std::get<ticker>(what.body), what.venue_ns)), now_ns);
  case topic_kind::incremental_ticker:
  case topic_kind::quote:
  case topic_kind::perpetual:
    return schedule(x, now_ns);
  default:
    return;
  }
}

void feed::on_trade(topic& x, std::string_view json, std::int64_t now_ns) {
  if (x.what.what != topic_kind::trades && x.what.what != topic_kind::trades_of_kind) return;
  if (x.what.is_raw) return publish(x, json_array{}.add(json).take(), now_ns);
  x.trades.add(json);
  schedule(x, now_ns);
}

void feed::on_status(const market_event& what, std::int64_t now_ns) {
  const auto& status = std::get<instrument_status>(what.body);
  if (by_kind_.empty() || status.state == instrument_state::tick_changed) return;
  const auto& view = market_.at(what.instrument);
  const auto& rules = view.listing->rules;
  const bool is_new = status.state == instrument_state::listed;
  const auto state = json_object{}
                         .integer("timestamp", what.venue_ns / ns_per_ms)
                         .text("state", state_word(status.state))
                         .text("instrument_name", rules.symbol)
                         .take();
  for (auto* to : by_kind_) {
    if (!matches(to->what.kind, to->what.currency, rules.info)) continue;
    if (to->what.what == topic_kind::instrument_state) publish(*to, state, now_ns);
    if (to->what.what == topic_kind::instrument_creation && is_new) publish(*to, instrument_json(view), now_ns);
  }
}

} // namespace strike::sandbox::deribit
