#include "match/exchange.hpp"

#include "exchange_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace strike::match {

namespace {
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

/// Combos have no coin of their own, binaries no index.
bool has_index(const instrument& what) { return !what.info.base.empty() && what.info.kind != instrument_kind::binary; }

bool expires_by_itself(const instrument& what) {
  return what.info.expiry_ns != 0 &&
         (what.info.kind == instrument_kind::option || what.info.kind == instrument_kind::future);
}
} // namespace

market& exchange::state::market_of(instrument_id id) {
  if (id.index >= markets.size()) [[unlikely]]
    markets.resize(std::max<std::size_t>(id.index + 1, instruments.size()));
  auto& m = markets[id.index];
  if (!m.is_known) [[unlikely]]
    describe(m, id);
  return m;
}

void exchange::state::describe(market& m, instrument_id id) {
  const auto& what = rules.of(id);
  m.is_known = true;
  const int128 assumed = int128{config.assumed_touch_lots} * what.minimum.nanos;
  m.assumed.nanos = static_cast<std::int64_t>(std::min<int128>(assumed, never));
  if (has_index(what)) {
    const auto key = std::tuple{what.at, what.info.base, what.info.is_inverse};
    m.feed = &feeds.try_emplace(key, config.settlement_window_ns).first->second;
    if (expires_by_itself(what) && what.info.expiry_ns >= now_ns) m.feed->expect(what.info.expiry_ns, now_ns);
  }
  if (!m.own) return;
  if (config.fees_for) m.own->fees = config.fees_for(what);
  if (config.queue_for) m.own->queue = config.queue_for(what);
}

desk& exchange::state::desk_of(market& m, instrument_id id) {
  if (m.own) return *m.own;
  m.own = std::make_unique<desk>();
  m.own->funded_until_ns = now_ns;
  describe(m, id);
  if (const auto& what = rules.of(id); expires_by_itself(what)) {
    expiries.emplace(what.info.expiry_ns, id.index);
    reset_deadline();
  }
  return *m.own;
}

void exchange::state::watch(market& m, instrument_id id) {
  m.is_watched = m.own && (m.own->bids.size() + m.own->asks.size() + m.own->stops.size() > 0 ||
                           m.shown.has_consumption() || rules.of(id).info.kind == instrument_kind::perpetual);
}

void exchange::state::warn(market& m, instrument_id id, warning kind, std::string_view text) {
  const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(kind));
  if ((m.warned & bit) != 0) return;
  m.warned = static_cast<std::uint8_t>(m.warned | bit);
  listener.on_warning(kind, id, text);
}

std::string exchange::state::name(instrument_id id) const {
  const auto& what = instruments.at(id);
  return fmt::format("{}:{}", to_text(what.at), what.symbol);
}

optional_double exchange::state::mark_of(const market& m) const {
  if (m.mark) return m.mark;
  const auto bid = m.shown.best(side::buy), ask = m.shown.best(side::sell);
  if (bid != no_bid && ask != no_ask) return (to_double(bid) + to_double(ask)) / 2;
  return m.last ? to_double(*m.last) : optional_double{};
}

void exchange::state::reset_deadline() {
  deadline_ns = std::min(good_till.empty() ? never : good_till.begin()->first,
                         expiries.empty() ? never : expiries.begin()->first);
}

void exchange::state::fire(std::int64_t until_ns) {
  while (deadline_ns <= until_ns) {
    now_ns = std::max(now_ns, deadline_ns);
    if (!good_till.empty() && good_till.begin()->first == deadline_ns) {
      end(orders.find(order_id{good_till.begin()->second}), order_state::expired, "good till date");
    } else {
      const instrument_id id{expiries.begin()->second};
      expiries.erase(expiries.begin());
      settle_at_expiry(markets[id.index], id);
    }
    reset_deadline();
  }
}

exchange::exchange(exchange_config config, const instrument_registry& instruments, instrument_rules& rules,
                   exchange_listener& listener)
    : state_{std::make_unique<state>(std::move(config), instruments, rules, listener)} {}
exchange::~exchange() = default;

void exchange::on_market(const market_event& event, std::int64_t now_ns) {
  auto& s = *state_;
  assert(now_ns >= s.now_ns);
  if (s.deadline_ns < now_ns) [[unlikely]]
    s.fire(now_ns - 1);
  s.now_ns = now_ns;
  const auto id = event.instrument;
  auto& m = s.market_of(id);
  if (const auto* t = std::get_if<ticker>(&event.body))
    s.on_ticker(m, id, *t, event.state);
  else if (const auto* c = std::get_if<book_change>(&event.body))
    s.on_change(m, id, *c, event.state);
  else if (const auto* x = std::get_if<trade>(&event.body))
    s.on_trade(m, id, *x);
  else if (const auto* b = std::get_if<book_snapshot>(&event.body))
    s.on_snapshot(m, id, *b, event.state);
  else
    s.on_status(m, id, std::get<instrument_status>(event.body));
}

void exchange::place(owner_id owner, order_id id, const order_request& request, std::int64_t now_ns) {
  advance(now_ns);
  state_->place(owner, id, request);
}

void exchange::amend(owner_id owner, order_id id, price limit, quantity size, std::int64_t now_ns) {
  advance(now_ns);
  state_->amend(owner, id, limit, size);
}

void exchange::cancel(owner_id owner, order_id id, std::int64_t now_ns) {
  advance(now_ns);
  const auto at = state_->orders.find(id);
  if (at == order_slab::none || state_->orders[at].owner != owner) return;
  state_->end(at, order_state::cancelled, "by request");
}

void exchange::cancel_all(owner_id owner, std::int64_t now_ns) {
  advance(now_ns);
  for (const auto at : state_->orders.of(owner)) state_->end(at, order_state::cancelled, "by request");
}

void exchange::hold(owner_id owner, const fill& what, std::int64_t now_ns) {
  auto& s = *state_;
  s.now_ns = std::max(s.now_ns, now_ns);
  auto& m = s.market_of(what.instrument);
  s.desk_of(m, what.instrument); // it will expire, or pay funding
  s.watch(m, what.instrument);
  s.owner_count = std::max(s.owner_count, owner + 1);
  s.accounts.book(owner, what);
}

void exchange::hold(const settlement& what) { state_->accounts.settle(what); }

std::int64_t exchange::next_deadline_ns() const { return state_->deadline_ns; }

void exchange::advance(std::int64_t now_ns) {
  assert(now_ns >= state_->now_ns);
  state_->fire(now_ns);
  state_->now_ns = now_ns;
}

std::optional<order_update> exchange::standing(order_id id) const {
  const auto at = state_->orders.find(id);
  if (at == order_slab::none) return {};
  const auto& x = state_->orders[at];
  const auto state_now = x.filled > quantity{} ? order_state::partially_filled : order_state::open;
  return order_update{state_->now_ns, id, x.request.instrument, state_now, x.filled, x.rest(), {}, {}};
}

optional_double exchange::queue_ahead(order_id id) const {
  const auto at = state_->orders.find(id);
  return at == order_slab::none ? optional_double{} : state_->orders[at].front;
}

optional_price exchange::best_bid(instrument_id id) const {
  if (id.index >= state_->markets.size()) return {};
  const auto& m = state_->markets[id.index];
  auto best = m.shown.best(side::buy);
  if (m.own && m.own->bids.size() > 0) best = std::max(best, m.own->bids.best());
  return best == no_bid ? optional_price{} : best;
}

optional_price exchange::best_ask(instrument_id id) const {
  if (id.index >= state_->markets.size()) return {};
  const auto& m = state_->markets[id.index];
  auto best = m.shown.best(side::sell);
  if (m.own && m.own->asks.size() > 0) best = std::min(best, m.own->asks.best());
  return best == no_ask ? optional_price{} : best;
}

optional_double exchange::mark(instrument_id id) const {
  return id.index < state_->markets.size() ? state_->mark_of(state_->markets[id.index]) : optional_double{};
}

std::size_t exchange::open_orders() const { return state_->orders.size(); }
const match::ledger& exchange::accounts() const { return state_->accounts; }

} // namespace strike::match
