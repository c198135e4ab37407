// What a session makes of notifications; its life and its requests are in session.cpp.
#include "gateway-derive/session.hpp"

#include "base/time.hpp"
#include "gateway-derive/book_diff.hpp"

#include <algorithm>

namespace strike::gateway_derive {

using gateway::moment;
using gateway::oddity;

namespace {

/// A book so much younger than the last one is no late message, whatever its id says.
constexpr std::int64_t restarted_ns = 10 * ns_per_s;

} // namespace

void session::on_notification(std::string_view frame, const moment& now) {
  const auto name = reader_.channel();
  const auto* channel = channels_.find(name);
  if (channel == nullptr) return port_.note(oddity::unexpected, derive::family(name), frame);
  if (channel->wishes == 0) return; // it is being left
  const auto topic = channel->topic;
  switch (feed::channel_of_slot(topic)) {
  case channel::ticker:
    // a spot instrument's topic has two channels
    return derive::family(name) == ticker_family_ ? on_ticker(topic, frame, now) : on_spot(frame, now);
  case channel::book:
    return on_book(topic, frame, now);
  case channel::trades:
    return on_trades(topic, frame, now);
  case channel::status:
    break;
  }
}

void session::note_malformed(std::string_view what, const error& why, std::string_view frame) {
  port_.note(oddity::malformed, what, (why.text + ": ").append(frame));
}

void session::publish(feed::slot topic, std::int64_t venue_ns, decltype(market_event::body)&& body, const moment& now) {
  port_.publish({venue_ns, now.wall_ns, feed::instrument_of(topic), trust::live, std::move(body)});
}

void session::on_ticker(feed::slot topic, std::string_view frame, const moment& now) {
  auto read = reader_.ticker();
  if (!read) return note_malformed("ticker", read.error(), frame);
  quote_ns_ = now.steady_ns;
  auto& mine = streams_[topic];
  if (read->venue_ns < mine.ticker_ns) return port_.note(oddity::duplicate, "ticker", frame);
  mine.ticker_ns = read->venue_ns;
  if (mine.index_ns > read->venue_ns) read->values.index = mine.last.index; // the spot feed's is newer
  mine.last = read->values;
  publish(topic, std::max(mine.ticker_ns, mine.index_ns), read->values, now);
}

void session::on_spot(std::string_view frame, const moment& now) {
  const auto read = reader_.spot();
  if (!read) return note_malformed("spot feed", read.error(), frame);
  for (const auto& [currency, price] : read->prices) {
    const auto found = spots_.find(currency);
    if (found == spots_.end()) continue;
    const auto topic = feed::slot_of(found->second, channel::ticker);
    auto& mine = streams_[topic];
    if (mine.ticker_ns == 0 || read->venue_ns <= std::max(mine.ticker_ns, mine.index_ns)) continue;
    mine.index_ns = read->venue_ns;
    if (mine.last.index == optional_double{price}) continue;
    mine.last.index = price;
    publish(topic, mine.index_ns, mine.last, now);
  }
}

void session::on_book(feed::slot topic, std::string_view frame, const moment& now) {
  auto read = reader_.book();
  if (!read) return note_malformed("book", read.error(), frame);
  quote_ns_ = now.steady_ns;
  auto& mine = streams_[topic];
  if (read->publish_id <= mine.publish_id) {
    if (read->venue_ns < mine.book_ns + restarted_ns) return port_.note(oddity::duplicate, "book", frame);
    port_.note(oddity::gap, "publish_id began anew", frame);
  }
  mine.publish_id = read->publish_id;
  mine.book_ns = read->venue_ns;
  if (!read->bids.empty() && !read->asks.empty() && read->bids.front().at >= read->asks.front().at)
    return port_.note(oddity::gap, "crossed book", frame);
  book_snapshot book{read->publish_id, std::move(read->bids), std::move(read->asks)};
  auto change = mine.has_book ? change_between(mine.book, book) : std::nullopt;
  mine.book = std::move(book);
  mine.has_book = true;
  if (change)
    publish(topic, read->venue_ns, std::move(*change), now);
  else
    publish(topic, read->venue_ns, mine.book, now);
}

void session::on_trades(feed::slot topic, std::string_view frame, const moment& now) {
  auto read = reader_.trades();
  if (!read) return note_malformed("trades", read.error(), frame);
  claim_trades(topic, now);
  const auto id = feed::instrument_of(topic);
  if (!shared_.tape.belongs_to(id, heard_)) return; // another socket sends them, and fills what is between
  const auto& symbol = shared_.names.at(id).symbol;
  for (auto& row : *read) {
    if (row.symbol != symbol)
      port_.note(oddity::unexpected, "trade of another instrument", frame);
    else if (!publish_trade(topic, std::move(row), now))
      port_.note(oddity::duplicate, "trade", frame);
  }
}

bool session::publish_trade(feed::slot topic, derive::trade_message&& x, const moment& now) {
  const auto id = feed::instrument_of(topic);
  if (!shared_.tape.is_new(id, x.what.id)) return false;
  if (x.is_rfq) x.what.aggressor.reset(); // negotiated: no flow
  publish(topic, x.venue_ns, std::move(x.what), now);
  return true;
}

} // namespace strike::gateway_derive
