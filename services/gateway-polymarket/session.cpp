#include "gateway-polymarket/session.hpp"

#include "base/time.hpp"
#include "polymarket/book_hash.hpp"
#include "polymarket/request.hpp"

namespace strike::gateway_polymarket {

using gateway::moment;
using gateway::oddity;
using polymarket::market_message;
using polymarket::message_kind;

namespace {

constexpr std::int64_t patience_ns = 30 * ns_per_s; // after a PING
constexpr std::size_t trades_remembered = 10'000;

} // namespace

session::session(gateway::session_port& port, session_tools with)
    : port_{port}, with_{with}, seen_trades_{trades_remembered} {
  with_.desk.join(*this);
}

session::~session() {
  with_.desk.leave(*this);
  for (const auto& [token, x] : lines_) with_.markets.unwant(token);
}

// ---- subscriptions ----

session::line* session::find(std::string_view token) {
  const auto at = lines_.find(token);
  return at == lines_.end() ? nullptr : at->second.get();
}

void session::add(instrument_id id, const moment& now) {
  const auto& token = with_.names.at(id).symbol;
  const stream_tools tools{port_, with_.desk, with_.trades, seen_trades_};
  auto& made = *lines_.emplace(token, std::make_unique<line>(token_stream{tools, id, token, now})).first->second;
  if (auto* other = find(with_.markets.complement(token))) {
    made.audit = other->audit = std::make_shared<mirror_audit>();
    made.other = other;
    other->other = &made;
  }
  with_.markets.want(token, now);
  to_subscribe_.push_back(token);
  call_at(now.steady_ns);
}

void session::remove(std::string_view token) {
  const auto at = lines_.find(token);
  if (auto* other = at->second->other) other->other = nullptr, other->audit.reset();
  lines_.erase(at);
  with_.markets.unwant(token);
}

void session::want(const std::vector<feed::slot>& topics, const moment& now) {
  for (const auto topic : topics) {
    const auto id = feed::instrument_of(topic);
    const auto& token = with_.names.at(id).symbol;
    if (!find(token)) add(id, now);
    find(token)->stream.want(feed::channel_of_slot(topic), now);
  }
}

/// What is wanted again before the next round stays subscribed.
void session::unwant(const std::vector<feed::slot>& topics, const moment& now) {
  for (const auto topic : topics) {
    auto* x = find(with_.names.at(feed::instrument_of(topic)).symbol);
    if (!x) continue;
    x->stream.unwant(feed::channel_of_slot(topic));
    if (!x->stream.is_wanted()) call_at(now.steady_ns);
  }
}

void session::flush(const moment&) {
  std::vector<std::string> gone;
  for (const auto& [token, x] : lines_)
    if (!x->stream.is_wanted()) gone.push_back(token);
  for (const auto& token : gone) remove(token);
  std::erase_if(to_subscribe_, [this](const std::string& token) { return !find(token); });
  if (has_greeted_ && !gone.empty())
    port_.send(polymarket::unsubscription(std::vector<std::string_view>{gone.begin(), gone.end()}));
  if (to_subscribe_.empty()) return;
  const std::vector<std::string_view> tokens{to_subscribe_.begin(), to_subscribe_.end()};
  port_.send(has_greeted_ ? polymarket::subscription(tokens) : polymarket::first_subscription(tokens));
  has_greeted_ = true;
  to_subscribe_.clear();
}

bool session::is_settled() const {
  return is_open_ && to_subscribe_.empty() &&
         std::ranges::all_of(lines_, [](const auto& x) { return x.second->stream.is_answered(); });
}

// ---- time ----

void session::opened(const moment& now) {
  is_open_ = true;
  next_ping_ns_ = now.steady_ns + with_.how.ping.count();
  due_ns_ = now.steady_ns;
  round(now);
}

void session::keep_alive(const moment& now) {
  if (now.steady_ns >= dead_ns_) {
    dead_ns_ = next_ping_ns_ = INT64_MAX;
    return port_.give_up("no frame for 30 s after a PING");
  }
  if (now.steady_ns < next_ping_ns_) return;
  port_.send(polymarket::ping_frame);
  next_ping_ns_ = now.steady_ns + with_.how.ping.count();
  if (dead_ns_ == INT64_MAX) dead_ns_ = now.steady_ns + patience_ns;
}

std::int64_t session::round(const moment& now) {
  if (!is_open_) return INT64_MAX;
  if (now.steady_ns < due_ns_ && inbox_.empty()) return due_ns_;
  due_ns_ = INT64_MAX;
  for (const auto& [token, book] : std::exchange(inbox_, {})) {
    auto* x = find(token);
    if (!x) continue;
    x->stream.on_fetched(book, now);
    check_books(*x, now);
  }
  for (const auto& [token, x] : lines_) {
    if (x->audit && now.steady_ns >= x->audit->due_ns()) end_suspicion(*x, now);
    x->stream.round(now);
    if (x->stream.take_resubscribe()) to_subscribe_.push_back(token);
    call_at(x->stream.due_ns());
    if (x->audit) call_at(x->audit->due_ns());
  }
  flush(now);
  keep_alive(now);
  call_at(std::min(next_ping_ns_, dead_ns_));
  call_at(with_.desk.round(now));
  return due_ns_;
}

void session::fetched(std::string_view token, const std::optional<whole_book>& book) {
  if (find(token)) inbox_.emplace_back(token, book);
}

// ---- frames ----

void session::received(std::string_view frame, const moment& now) {
  dead_ns_ = INT64_MAX;
  const auto start = frame.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return;
  if (frame[start] != '{' && frame[start] != '[') return on_text(frame);
  const auto objects = frames_.read(frame);
  if (!objects) return port_.note(oddity::malformed, "frame", frame);
  for (const auto& x : *objects) on_object(x, now);
}

void session::on_text(std::string_view frame) {
  if (frame != "PONG" && frame != "NO NEW ASSETS") port_.note(oddity::unknown, "text", frame);
}

void session::on_object(const market_message& x, const moment& now) {
  if (!x.fault.empty()) port_.note(oddity::malformed, x.fault, x.type);
  switch (x.kind) {
  case message_kind::price_change:
    return on_changes(x, now);
  case message_kind::new_market:
    return;
  case message_kind::market_resolved:
    return on_resolved(x, now);
  case message_kind::unknown:
    return port_.note(oddity::unknown, x.type, x.asset);
  default:
    return on_token(x, now);
  }
}

void session::on_changes(const market_message& x, const moment& now) {
  touched_.clear();
  for (const auto& change : x.changes) {
    auto* of = find(change.asset);
    if (!of) continue; // the market's other token comes along
    if (x.venue_ns == 0)
      of->stream.doubt("a change without a time", now);
    else
      of->stream.on_change(change, x.venue_ns, now);
    if (std::ranges::find(touched_, of) == touched_.end()) touched_.push_back(of);
  }
  for (auto* of : touched_) {
    of->stream.end_message(x.venue_ns, now);
    call_at(of->stream.due_ns());
  }
  for (const auto& change : x.changes)
    if (auto* of = change.is_malformed ? nullptr : find(change.asset)) check_level(*of, change, now);
}

void session::on_token(const market_message& x, const moment& now) {
  auto* of = find(x.asset);
  if (!of) return port_.note(oddity::unexpected, x.type, x.asset);
  auto& stream = of->stream;
  if (x.kind == message_kind::book) {
    stream.on_book(x, now);
    audit_hash(x, *of, now);
    check_books(*of, now);
  } else if (x.kind == message_kind::tick_size_change) {
    stream.on_tick_change(x.venue_ns, now);
  } else if (!x.fault.empty()) {
    return;
  } else if (x.kind == message_kind::last_trade_price) {
    stream.on_trade(x, now);
  } else {
    stream.on_touch(x, now);
  }
  if (x.tick && x.venue_ns != 0) with_.markets.tick_is(x.asset, *x.tick, x.venue_ns, now);
  call_at(stream.due_ns());
}

void session::on_resolved(const market_message& x, const moment& now) {
  for (const auto token : x.assets)
    if (auto* of = find(token)) of->stream.freeze();
  with_.markets.resolved(x.assets, x.winner, x.venue_ns != 0 ? x.venue_ns : now.wall_ns);
}

// ---- audits ----

void session::audit_hash(const market_message& x, line& of, const moment& now) {
  if (with_.how.hash_audit == 0 || ++books_heard_ % with_.how.hash_audit != 0) return;
  const auto is_right = polymarket::has_right_hash(x.text);
  if (!is_right) return port_.note(oddity::refused, "hash audit", is_right.error().text);
  if (!*is_right) of.stream.doubt("a book that is not what its hash says", now);
}

/// After a change: the level, in both books.
void session::check_level(line& x, const polymarket::level_change& change, const moment& now) {
  if (!x.audit || !x.audit->is_armed()) return;
  if (x.audit->is_suspicious()) return check_books(x, now);
  if (!x.stream.book().is_live() || !x.other->stream.book().is_live()) return;
  if (is_mirrored(x.stream.book().levels(), x.other->stream.book().levels(), change.on, change.level.at)) return;
  x.audit->check(false, now.steady_ns);
  call_at(x.audit->due_ns());
}

void session::check_books(line& x, const moment& now) {
  if (!x.audit || !x.stream.book().is_live() || !x.other->stream.book().is_live()) return;
  x.audit->check(are_mirrors(x.stream.book().levels(), x.other->stream.book().levels()), now.steady_ns);
  call_at(x.audit->due_ns());
}

/// They still differ, or one of them is being mended anyway.
void session::end_suspicion(line& x, const moment& now) {
  check_books(x, now);
  if (now.steady_ns < x.audit->due_ns()) return;
  x.audit->spend();
  if (!x.stream.book().is_live() || !x.other->stream.book().is_live()) return;
  x.stream.doubt("the books of a market are not mirrors", now);
  x.other->stream.doubt("the books of a market are not mirrors", now);
}

} // namespace strike::gateway_polymarket
