#include "exec/polymarket_venue.hpp"

#include "base/time.hpp"
#include "exec/polymarket_audit.hpp"
#include "exec/polymarket_book.hpp"
#include "exec/polymarket_canceller.hpp"
#include "exec/polymarket_funds.hpp"
#include "exec/polymarket_http.hpp"
#include "exec/polymarket_inquiry.hpp"
#include "exec/polymarket_markets.hpp"
#include "exec/polymarket_sender.hpp"
#include "exec/polymarket_session.hpp"
#include "exec/report_queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <utility>

namespace strike::exec {

using stage = polymarket_leg::stage;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::nanoseconds fills_due = 2s; // after an order event; then trades are asked for

/// 53 random bits as a fraction.
double fraction(std::uint64_t x) { return static_cast<double>(x >> 11) / 9007199254740992.0; }

/// What `polymarket_sender` kept: "digest created_ms size condition".
std::optional<polymarket_leg> leg_of(const std::string& key, std::string& condition) {
  std::istringstream in{key};
  std::string id, created, size;
  in >> id >> created >> size >> condition;
  const auto shares = parse_decimal<quantity>(size);
  polymarket_leg made{.id = id, .at = stage::unsure};
  const auto [end, fault] = std::from_chars(created.data(), created.data() + created.size(), made.created_ms);
  if (fault != std::errc{} || !shares || !id.starts_with("0x")) return {};
  made.size = *shares;
  made.left_wall_ns = made.created_ms * ns_per_ms;
  return made;
}

} // namespace

struct polymarket_venue::impl {
  impl(polymarket_settings h, std::shared_ptr<const polymarket_account> a, venue_tools with, venue_reports& t,
       std::function<std::uint64_t()> chance);

  void on_news(polymarket::user_news&& news, const moment& now);
  void go_on(polymarket_order& of, const polymarket_end& how);
  void start_amendment(polymarket_order& of, const polymarket_amendment& target, const moment& now);
  money fee_of(instrument_id token, const polymarket::own_fill& x) const;
  void spend(const fill& x);
  result<void> check_amendment(const polymarket_order& of, price limit, quantity size, const moment& now);

  const polymarket_settings how;
  const std::shared_ptr<const polymarket_account> account;
  venue_tools tools;
  venue_reports& to;
  std::function<std::uint64_t()> random;
  report_queue reports;
  moment now{}; ///< of the call that is under way
  polymarket::order_signer signer;
  polymarket_http http;
  polymarket_book book;
  polymarket_markets markets;
  polymarket_funds funds;
  polymarket_session session;
  polymarket_inquiry inquiry;
  polymarket_sender sender;
  polymarket_canceller canceller;
  polymarket_audit audit;
  process::counter& events;
};

polymarket_venue::impl::impl(polymarket_settings h, std::shared_ptr<const polymarket_account> a, venue_tools with,
                             venue_reports& t, std::function<std::uint64_t()> chance)
    : how{std::move(h)}, account{std::move(a)}, tools{with}, to{t}, random{std::move(chance)},
      signer{account->key, {how.chain_id, how.wallet, account->funder, how.exchanges, how.builder}},
      http{tools.network,
           {how.clob, how.orders_per_second, how.orders_burst, how.cancels_per_second, how.cancels_burst, how.answer}},
      book{tools.instruments,
           reports,
           {.on_leg_over = [this](polymarket_order& of, const polymarket_end& x) { go_on(of, x); },
            .on_fill = [this](const fill_fact& x) { spend(x.what); },
            .warn =
                [this](std::string_view what, std::string_view detail) {
                  tools.log.error("Polymarket", {{"what", what}, {"detail", detail}});
                }}},
      markets{how, {http, tools.instruments, tools.rules, tools.log, reports}}, funds{http, tools.instruments,
                                                                                      static_cast<int>(how.wallet)},
      session{how,
              {tools.network, tools.log, http, account->key, [this] { return fraction(random()); }},
              {.on_state = [this](session_state next,
                                  std::string_view why) { reports.on_session(venue::polymarket, next, why); },
               .on_news = [this](polymarket::user_news&& x, const moment& at) { on_news(std::move(x), at); }}},
      inquiry{{how, http, book, tools.log, reports,
               [this](instrument_id token, const polymarket::own_fill& x) { return fee_of(token, x); }}},
      sender{{how, http, book, markets, funds, session, signer, tools.keys, tools.instruments, tools.log, reports,
              random,
              [this](polymarket_order& of, polymarket_leg& x, const moment& at) { inquiry.look_up(of, x, at); }}},
      canceller{{how, http, book, tools.log, reports,
                 [this](polymarket_order& of, polymarket_leg& x, const moment& at, std::chrono::nanoseconds delay) {
                   inquiry.look_up(of, x, at, delay);
                 }}},
      audit{{how, http, book, markets, tools.instruments, reports, sign::to_lower_string(account->funder),
             [this](instrument_id token, const polymarket::own_fill& x) { return fee_of(token, x); }}},
      events{tools.metrics.get_counter("strike_exec_polymarket_events_total",
                                       "orders and trades that Polymarket's user channel told of")} {}

money polymarket_venue::impl::fee_of(instrument_id token, const polymarket::own_fill& x) const {
  const auto* const at = markets.known(token);
  if (!at || !at->fee) return {};
  return polymarket::round_fee(polymarket::taker_fee(x.size, x.at, *at->fee), how.fee_rounding);
}

void polymarket_venue::impl::on_news(polymarket::user_news&& news, const moment& at) {
  events.add(news.orders.size() + news.trades.size());
  const auto& api_key = http.credentials().value().api_key;
  const auto fee = [this](instrument_id token, const polymarket::own_fill& x) { return fee_of(token, x); };
  for (const auto& row : news.trades) // first, so that an order's end finds its fills told
    (void)book.take(row, api_key, fee, true);
  for (const auto& row : news.orders) {
    book.take(row, http.venue_ns(at));
    const auto [of, x] = book.find_leg(row.id);
    if (!x) continue;
    if (row.status == polymarket::order_status::unmatched && x->at != stage::over)
      inquiry.look_up(*of, *x, at);
    else if (x->traded < x->matched) // its trade is on the way, or lost
      inquiry.look_up(*of, *x, at, fills_due);
  }
}

void polymarket_venue::impl::spend(const fill& x) {
  if (x.side == side::sell) return funds.spend(x.instrument, x.size.nanos / 1000);
  funds.spend({}, static_cast<std::int64_t>((notional(x.at, x.size) + x.fee).nanos / 1000));
}

/// The old leg is cancelled, and what it had filled is known.
void polymarket_venue::impl::go_on(polymarket_order& of, const polymarket_end&) {
  const auto target = *std::exchange(of.amendment, {});
  const auto left = target.size - of.filled();
  if (left <= quantity{}) {
    of.what.request.size = of.filled();
    return book.end(of, {order_state::filled}, http.venue_ns(now));
  }
  sender.place(of, target.limit, left, now);
}

result<void> polymarket_venue::impl::check_amendment(const polymarket_order& of, price limit, quantity size,
                                                     const moment& at) {
  const auto& asked = of.what.request;
  if (!session.is_up()) return fail(ec::session_down, "no session with Polymarket");
  if (asked.type == order_type::market) return fail(ec::invalid_order, "a market order has no limit");
  const auto* const market = markets.known(asked.instrument);
  if (!market && sender.is_waiting(of)) return {}; // for that, too
  if (!market) {
    (void)markets.find(asked.instrument, at);
    return fail(ec::invalid_order, "its market is being looked up: amend it in a moment");
  }
  auto changed = asked;
  changed.limit = limit;
  if (size <= of.filled()) return {}; // then only the cancel is needed
  const auto plan = plan_polymarket(changed, limit, size - of.filled(), *market, markets.tick(asked.instrument), how,
                                    http.venue_ns(at));
  return plan ? result<void>{} : std::unexpected{plan.error()};
}

polymarket_venue::polymarket_venue(polymarket_settings how, std::shared_ptr<const polymarket_account> account,
                                   venue_tools with, venue_reports& to, std::function<std::uint64_t()> random)
    : impl_{std::make_unique<impl>(std::move(how), std::move(account), with, to, std::move(random))} {}

polymarket_venue::~polymarket_venue() = default;

void polymarket_venue::restore(const venue_order& what, std::string_view venue_id,
                               const std::vector<std::string>& keys) {
  auto& of = impl_->book.add(what);
  for (const auto& key : keys) {
    if (auto leg = leg_of(key, of.condition)) {
      leg->is_seen = leg->id == venue_id;
      leg->limit = what.request.limit;
      impl_->book.add_leg(of, *std::move(leg));
    } else {
      impl_->tools.log.error("a stored key of an order cannot be read: look for the order at the venue",
                             {{"label", what.label}, {"key", key}});
    }
  }
  if (!of.condition.empty()) impl_->session.follow(of.condition);
}

void polymarket_venue::place(const approved_order& what, const moment& now) {
  impl_->now = now;
  auto& of = impl_->book.add(*what);
  impl_->sender.place(of, of.what.request.limit, of.what.request.size, now);
}

void polymarket_venue::amend(order_id id, price limit, quantity size, const moment& now) {
  auto& in = *impl_;
  in.now = now;
  auto* const of = in.book.find(id);
  if (!of || of->end) return;
  const auto at_ns = in.http.venue_ns(now);
  if (of->wants_cancel) return in.book.tell(*of, at_ns, "it is being cancelled");
  if (const auto fits = in.check_amendment(*of, limit, size, now); !fits)
    return in.book.tell(*of, at_ns, fits.error().text);
  if (in.sender.take_back(*of)) { // it had not left
    if (auto* const last = of->current(); last && last->at == stage::waiting) last->at = stage::over;
    of->amendment = {limit, size};
    return in.go_on(*of, {});
  }
  if (auto* const last = of->current(); last && last->at == stage::unsure)
    return in.book.tell(*of, at_ns, "whether Polymarket has it is not known yet: amend it once that is");
  of->amendment = {limit, size};
  in.canceller.cancel(*of, now);
}

void polymarket_venue::cancel(order_id id, const moment& now) {
  auto& in = *impl_;
  in.now = now;
  auto* const of = in.book.find(id);
  if (!of || of->end) return;
  of->amendment.reset();
  if (in.sender.take_back(*of))
    return in.book.end(*of, {order_state::cancelled, "by request, before it left"}, in.http.venue_ns(now));
  of->wants_cancel = true;
  in.canceller.cancel(*of, now);
}

void polymarket_venue::cancel_everything(const moment& now) {
  auto& in = *impl_;
  in.now = now;
  in.canceller.cancel_everything(now);
  std::vector<order_id> open;
  for (const auto& [id, x] : in.book.open()) open.push_back({id});
  // one by one too: an order that is on its way is not there yet for the venue's own call
  for (const auto id : open) cancel(id, now);
}

void polymarket_venue::ask_order(order_id id, const moment& now) {
  auto& in = *impl_;
  in.now = now;
  if (auto* const of = in.book.find(id))
    in.inquiry.ask(*of, now);
  else
    in.reports.on_absent(id, "Polymarket's adapter was never given this order");
}

void polymarket_venue::ask_account(std::int64_t fills_since_ns, const moment& now) {
  impl_->now = now;
  impl_->audit.ask(fills_since_ns, now);
}

std::int64_t polymarket_venue::round(const moment& now) {
  auto& in = *impl_;
  in.now = now;
  in.http.round(now);
  auto due_ns = in.session.round(now);
  in.reports.deliver(in.to); // what is asked in return leaves in this round
  in.audit.round(now);
  for (const auto next_ns : {in.sender.round(now), in.canceller.round(now), in.inquiry.round(now),
                             in.markets.round(now), in.http.round(now)})
    due_ns = std::min(due_ns, next_ns);
  if (in.reports.is_empty()) return due_ns;
  in.reports.deliver(in.to);
  return now.steady_ns; // and what is asked now, in the next
}

} // namespace strike::exec
