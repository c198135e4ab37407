// What notifications become.
#include "gateway-deribit/session.hpp"

#include <fmt/format.h>

namespace strike::gateway_deribit {

using gateway::moment;
using gateway::oddity;

void session::on_notification(std::string_view frame, const moment& now) {
  auto* to = channels_.find(reader_.channel());
  if (!to) return on_global(reader_.channel(), frame, now);
  switch (feed::channel_of_slot(to->topic)) {
  case channel::ticker:
    return on_ticker(*to, frame, now);
  case channel::book:
    return on_book(*to, frame, now);
  case channel::trades:
    return on_trades(*to, frame, now);
  case channel::status:
    return;
  }
}

void session::publish(const stream& to, std::int64_t venue_ns, trust state, decltype(market_event::body)&& body,
                      const moment& now) {
  port_.publish({.venue_ns = venue_ns,
                 .recv_ns = now.wall_ns,
                 .instrument = feed::instrument_of(to.topic),
                 .state = state,
                 .body = std::move(body)});
}

void session::on_ticker(const stream& to, std::string_view frame, const moment& now) {
  if (const auto ok = reader_.ticker(ticker_); !ok) return note_malformed("ticker", ok.error(), frame);
  publish(to, ticker_.venue_ns, trust::live, ticker_.values, now);
}

/// Source: Deribit API v2, section "book", rules 1 to 12.
void session::on_book(stream& to, std::string_view frame, const moment& now) {
  if (const auto ok = reader_.book(book_); !ok) {
    note_malformed("book", ok.error(), frame);
    return lose_sync(to, "malformed", now);
  }
  auto& x = book_;
  if (x.is_snapshot) {
    book_snapshot whole{.sequence = x.change_id, .bids = std::move(x.bids), .asks = std::move(x.asks)};
    to.book.apply(whole);
    return publish(to, x.venue_ns, judge(to, now), std::move(whole), now);
  }
  book_change change{
      .sequence = x.change_id, .previous = x.previous, .bids = std::move(x.bids), .asks = std::move(x.asks)};
  if (!x.has_previous) return lose_sync(to, "no prev_change_id", now);
  switch (to.book.apply(change)) {
  case book_result::applied:
    return publish(to, x.venue_ns, judge(to, now), std::move(change), now);
  case book_result::duplicate:
    return port_.note(oddity::duplicate, "book", frame);
  case book_result::gap:
    return lose_sync(to, "prev_change_id", now);
  case book_result::no_book:
    return lose_sync(to, "no snapshot", now);
  }
}

/// A crossed book is a sign of lost data; a fresh snapshot tells. One that is crossed again, as books of halted
/// instruments may be, is not to be trusted, but does not cost a snapshot each time.
trust session::judge(stream& to, const moment& now) {
  constexpr std::int64_t pause_ns = 30'000'000'000;
  if (!to.book.is_crossed()) return trust::live;
  if (to.crossed_ns != 0 && now.steady_ns - to.crossed_ns < pause_ns) return trust::resyncing;
  to.crossed_ns = now.steady_ns;
  lose_sync(to, "crossed", now);
  return trust::resyncing;
}

/// The book is wrong: it is said at once, and a snapshot asked for.
void session::lose_sync(stream& of, std::string_view why, const moment& now) {
  if (of.is_resyncing) return;
  const auto& name = shared_.names.at(feed::instrument_of(of.topic));
  port_.note(oddity::gap, why, name.symbol);
  of.book.distrust(trust::resyncing);
  publish(of, now.wall_ns, trust::resyncing, book_change{}, now);
  channels_.resync(of);
  if (channels_.resyncing() >= shared_.how.many_gaps)
    return end(fmt::format("{} books lost data", channels_.resyncing()));
  change_channels(now);
}

void session::on_trades(const stream& to, std::string_view frame, const moment& now) {
  if (const auto ok = reader_.trades(trades_); !ok) return note_malformed("trades", ok.error(), frame);
  const auto instrument = feed::instrument_of(to.topic);
  auto& all = shared_.last_trades;
  if (instrument.index >= all.size()) all.resize(instrument.index + 1);
  auto& last = all[instrument.index];
  for (auto& x : trades_) {
    if (x.sequence != 0 && x.sequence <= last) {
      port_.note(oddity::duplicate, "trade", x.what.id);
      continue;
    }
    if (last != 0 && x.sequence > last + 1) {
      port_.note(oddity::gap, "trade_seq", x.symbol);
      shared_.on_missed_trades(instrument, last + 1, x.sequence - 1);
    }
    if (x.sequence != 0) last = x.sequence;
    publish(to, x.venue_ns, trust::live, std::move(x.what), now);
  }
}

void session::on_global(std::string_view channel, std::string_view frame, const moment& now) {
  if (channel.starts_with("instrument.state.")) {
    auto x = reader_.state();
    return x ? shared_.on_state(*std::move(x), now) : note_malformed("instrument.state", x.error(), frame);
  }
  if (channel.starts_with("instrument.creation.")) {
    auto x = reader_.created();
    return x ? shared_.on_created(*std::move(x), now) : note_malformed("instrument.creation", x.error(), frame);
  }
  if (channel == "platform_state") {
    auto x = reader_.platform();
    return x ? shared_.on_platform(*std::move(x), now) : note_malformed("platform_state", x.error(), frame);
  }
  port_.note(oddity::unexpected, channel.substr(0, channel.find('.')), frame);
}

} // namespace strike::gateway_deribit
