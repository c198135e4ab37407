#include "gateway-polymarket/token_stream.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace strike::gateway_polymarket {

namespace {

constexpr std::int64_t first_book_ns = 5 * ns_per_s;  // after a subscription
constexpr std::int64_t new_tick_ns = 3 * ns_per_s;    // after a tick change
constexpr std::int64_t disagreement_ns = ns_per_s;    // between messages that belong together
constexpr std::int64_t first_pause_ns = 2 * ns_per_s; // between requests for a book
constexpr std::int64_t longest_pause_ns = 60 * ns_per_s;
constexpr std::int64_t calm_ns = 60 * ns_per_s; // a doubt so soon after another is asked about less often
constexpr price one{nanos_per_unit};

/// What the venue says of an empty side: 0 or 1, which no order can have.
optional_price as_level(optional_price x) { return x && *x > price{} && *x < one ? x : optional_price{}; }

std::int64_t pause_ns(int attempts) { return std::min(longest_pause_ns, first_pause_ns << std::min(attempts - 1, 5)); }

} // namespace

token_stream::token_stream(stream_tools with, instrument_id id, std::string token, const gateway::moment& subscribed)
    : with_{with}, id_{id}, token_{std::move(token)}, retry_ns_{subscribed.steady_ns + first_book_ns} {}

void token_stream::want(channel what, const gateway::moment& now) {
  wanted_[static_cast<std::size_t>(what)] = true;
  if (what == channel::book && book_.is_live()) publish_book(now);
  if (what == channel::ticker) said_.reset(), publish_ticker(now);
}

bool token_stream::is_wanted() const {
  return std::ranges::any_of(wanted_, [](bool x) { return x; });
}

// ---- what the venue says ----

void token_stream::on_book(const polymarket::market_message& x, const gateway::moment& now) {
  has_heard_ = true;
  if (is_frozen_) return;
  venue_ns_ = x.venue_ns;
  if (x.last) last_ = x.last;
  if (!x.fault.empty()) return doubt("a book that cannot be read", now);
  book_.replace(x.bids, x.asks, x.venue_ns);
  take_whole(now);
}

void token_stream::on_change(const polymarket::level_change& x, std::int64_t venue_ns, const gateway::moment& now) {
  has_heard_ = true;
  if (is_frozen_) return;
  if (x.is_malformed) {
    venue_ns_ = venue_ns;
    return doubt("a change that cannot be read", now);
  }
  if (!book_.add(x.on, x.level, venue_ns)) return;
  venue_bid_ = x.best_bid,
  venue_ask_ = x.best_ask; // none, as of an empty side: what was said before is not so any more
}

void token_stream::end_message(std::int64_t venue_ns, const gateway::moment& now) {
  auto change = book_.commit();
  if (!book_.is_live()) return;
  venue_ns_ = venue_ns;
  const bool is_crossed = book_.levels().is_crossed();
  if (change && wants(channel::book)) publish(std::move(*change), is_crossed ? trust::resyncing : trust::live, now);
  if (is_crossed) return doubt("a crossed book", now);
  publish_ticker(now);
  if (agrees())
    disagrees_since_ns_ = 0;
  else if (disagrees_since_ns_ == 0)
    disagrees_since_ns_ = now.steady_ns;
}

void token_stream::on_trade(const polymarket::market_message& x, const gateway::moment& now) {
  has_heard_ = true;
  if (is_frozen_) return;
  const auto key = fmt::format("{}-{}-{}-{}", x.venue_ns / ns_per_ms, to_string(*x.last), to_string(*x.size),
                               x.taker ? to_text(*x.taker) : "");
  const auto id = fmt::format("{}-{}", key, with_.seen.add(token_ + key));
  last_ = x.last;
  venue_ns_ = x.venue_ns;
  publish_ticker(now);
  if (!wants(channel::trades)) return;
  const bool is_known = with_.published.add(token_ + id) > 0;
  if (is_known && !leads_trades_) return with_.port.note(gateway::oddity::duplicate, "last_trade_price", token_);
  leads_trades_ = true;
  publish(trade{.at = *x.last, .size = *x.size, .aggressor = x.taker, .id = id}, trust::live, now);
}

void token_stream::on_touch(const polymarket::market_message& x, const gateway::moment& now) {
  has_heard_ = true;
  if (is_frozen_ || book_.is_live() || wants(channel::book) || !wants(channel::ticker)) return;
  venue_ns_ = x.venue_ns;
  send_ticker({.bid = as_level(x.best_bid), .ask = as_level(x.best_ask), .last = last_}, trust::live, now);
}

void token_stream::on_tick_change(std::int64_t venue_ns, const gateway::moment& now) {
  has_heard_ = true;
  if (is_frozen_) return;
  distrust(venue_ns, now.steady_ns + new_tick_ns, now);
}

void token_stream::on_fetched(const std::optional<whole_book>& book, const gateway::moment& now) {
  if (is_frozen_ || book_.is_live()) return;
  is_answered_ = true;
  if (!book) return; // asked for again, ever less often
  if (!book_.restore(book->bids, book->asks, book->venue_ns))
    return with_.port.note(gateway::oddity::refused, "a book by REST that is behind the stream", token_);
  if (book->last && !last_) last_ = book->last;
  venue_ns_ = std::max(venue_ns_, book->venue_ns);
  take_whole(now);
}

void token_stream::take_whole(const gateway::moment& now) {
  is_answered_ = true;
  venue_bid_.reset(), venue_ask_.reset();
  disagrees_since_ns_ = 0;
  if (book_.levels().is_crossed()) return doubt("a crossed book", now);
  publish_book(now);
  publish_ticker(now);
}

// ---- doubts ----

bool token_stream::agrees() const {
  const auto* bid = book_.levels().best_bid();
  const auto* ask = book_.levels().best_ask();
  const auto is_same = [](optional_price said, const book_level* held) {
    return !said || as_level(said) == (held ? optional_price{held->at} : optional_price{});
  };
  return is_same(venue_bid_, bid) && is_same(venue_ask_, ask);
}

void token_stream::doubt(std::string_view why, const gateway::moment& now) {
  if (is_frozen_) return;
  with_.port.note(gateway::oddity::gap, why, token_);
  distrust(venue_ns_, now.steady_ns, now);
}

void token_stream::distrust(std::int64_t not_before_ns, std::int64_t retry_ns, const gateway::moment& now) {
  const bool was_live = book_.is_live();
  book_.distrust(not_before_ns);
  disagrees_since_ns_ = 0;
  venue_bid_.reset(), venue_ask_.reset();
  if (!was_live) return;
  if (now.steady_ns >= calm_from_ns_) attempts_ = 0;
  calm_from_ns_ = now.steady_ns + calm_ns;
  retry_ns_ = attempts_ == 0 ? retry_ns : std::max(retry_ns, now.steady_ns + pause_ns(attempts_));
  if (wants(channel::book)) publish(book_change{}, trust::resyncing, now);
  if (said_) send_ticker(*said_, trust::resyncing, now);
  said_.reset();
}

void token_stream::round(const gateway::moment& now) {
  if (is_frozen_) return;
  if (disagrees_since_ns_ != 0 && now.steady_ns - disagrees_since_ns_ >= disagreement_ns)
    doubt("the touch is not what the venue says", now);
  if (book_.is_live() || now.steady_ns < retry_ns_) return;
  if (!is_answered_ && attempts_ == 0) with_.port.note(gateway::oddity::gap, "no book after a subscription", token_);
  with_.desk.ask(token_);
  retry_ns_ = now.steady_ns + pause_ns(++attempts_);
  resubscribes_ = !has_heard_;
}

std::int64_t token_stream::due_ns() const {
  if (is_frozen_) return INT64_MAX;
  if (!book_.is_live()) return retry_ns_;
  return disagrees_since_ns_ == 0 ? INT64_MAX : disagrees_since_ns_ + disagreement_ns;
}

// ---- events ----

token_stream::touch token_stream::read_touch() const {
  touch made{.last = last_};
  if (const auto* bid = book_.levels().best_bid()) made.bid = bid->at, made.bid_size = bid->size;
  if (const auto* ask = book_.levels().best_ask()) made.ask = ask->at, made.ask_size = ask->size;
  return made;
}

void token_stream::publish_book(const gateway::moment& now) {
  if (wants(channel::book)) publish(book_.snapshot(), trust::live, now);
}

void token_stream::publish_ticker(const gateway::moment& now) {
  if (!wants(channel::ticker) || !book_.is_live()) return;
  if (const auto made = read_touch(); made != said_) send_ticker(made, trust::live, now);
}

void token_stream::send_ticker(const touch& x, trust state, const gateway::moment& now) {
  said_ = x;
  publish(ticker{.best_bid = x.bid,
                 .best_ask = x.ask,
                 .last = x.last,
                 .best_bid_size = x.bid_size,
                 .best_ask_size = x.ask_size},
          state, now);
}

template <class Body> void token_stream::publish(Body&& body, trust state, const gateway::moment& now) {
  with_.port.publish({venue_ns_, now.wall_ns, id_, state, std::forward<Body>(body)});
}

} // namespace strike::gateway_polymarket
