#include "exchange_state.hpp"

namespace strike::match {

void exchange::state::on_ticker(market& m, instrument_id id, const ticker& t, trust trusted) {
  if (m.is_watched) accrue_funding(m, id); // at the mark and rate that held until now
  const bool is_assumed = m.shown.quote(t, m.assumed);
  m.trusted = trusted;
  if (t.mark) m.mark = t.mark;
  if (t.underlying) m.underlying = t.underlying;
  if (t.funding) m.funding = t.funding;
  if (t.last) m.last = t.last;
  if (t.index && m.feed != nullptr) m.feed->observe(*t.index, now_ns);
  if (is_assumed) [[unlikely]]
    warn(m, id, warning::unknown_touch_size, "ticker without sizes: the assumed touch size is displayed");
  if (m.shown.is_crossed() && trusted == trust::live) [[unlikely]]
    warn(m, id, warning::crossed_book, "best bid at or above best ask");
  if (!m.is_watched) return;
  on_display(m, id);
  release_stops(m, id);
}

void exchange::state::on_snapshot(market& m, instrument_id id, const book_snapshot& b, trust trusted) {
  auto& book = m.shown.book();
  book.apply(b);
  if (trusted != trust::live) book.distrust(trusted);
  m.trusted = trusted;
  if (m.shown.uses_book() && book.is_crossed()) warn(m, id, warning::crossed_book, "best bid at or above best ask");
  if (m.is_watched) on_display(m, id);
}

void exchange::state::on_change(market& m, instrument_id id, const book_change& b, trust trusted) {
  auto& book = m.shown.book();
  m.trusted = trusted;
  switch (book.apply(b)) {
  case book_result::gap:
    warn(m, id, warning::book_gap, "a change did not follow the one before; waiting for a snapshot");
    break;
  case book_result::duplicate:
  case book_result::no_book:
    return;
  case book_result::applied:
    break;
  }
  if (trusted != trust::live) book.distrust(trusted);
  if (m.shown.uses_book() && book.is_crossed()) [[unlikely]]
    warn(m, id, warning::crossed_book, "best bid at or above best ask");
  if (m.is_watched) on_display(m, id);
}

void exchange::state::on_trade(market& m, instrument_id id, const trade& t) {
  m.last = t.at;
  if (!m.is_watched) return;
  if (t.aggressor) {
    match_trade(m, t, *t.aggressor);
  } else if (t.at >= m.shown.best(side::sell)) {
    match_trade(m, t, side::buy);
  } else if (t.at <= m.shown.best(side::buy)) {
    match_trade(m, t, side::sell);
  }
  release_stops(m, id); // which watches
}

void exchange::state::on_status(market& m, instrument_id id, const instrument_status& s) {
  if (s.definition) {
    rules.define(id, *s.definition);
    describe(m, id);
  }
  switch (s.state) {
  case instrument_state::listed:
  case instrument_state::tick_changed:
    break;
  case instrument_state::halted:
    m.is_halted = true;
    break;
  case instrument_state::resumed:
    m.is_halted = false;
    break;
  case instrument_state::expired:
    expire(m, id, "instrument expired");
    break;
  case instrument_state::settled:
    expire(m, id, "instrument settled");
    if (s.settlement) settle(m, id, *s.settlement);
    break;
  }
}

void exchange::state::on_display(market& m, instrument_id id) {
  m.shown.forget_changed();
  for (const auto of : {side::buy, side::sell})
    if (m.own->resting(of).size() > 0) {
      cross(m, of);
      update_queue(m, of);
    }
  watch(m, id);
}

} // namespace strike::match
