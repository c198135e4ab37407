// What the venue says becomes what the desk is told.
#include "base/time.hpp"
#include "derive/errors.hpp"
#include "derive/profile.hpp"
#include "derive/request.hpp"
#include "exec/derive_venue.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::exec {
namespace {

constexpr std::size_t kept_ended = 10'000;
constexpr std::int64_t settlement_retry_ns = 30 * ns_per_s;

/// Two own orders on both sides of a trade share its id.
std::string fill_id(const derive::fill_row& x) { return x.trade_id + "/" + x.order_id; }

} // namespace

/// Nothing of it is at the venue.
void derive_venue::refuse_later(order_id id, std::string why, order_state as) {
  later([this, id, as, why = std::move(why)] {
    if (auto* const x = find(id)) return x->is_ended ? void() : report_end(*x, as, why);
    to_.on_order({.venue_ns = now_.wall_ns, .order = id, .state = as, .reason = why}); // it was never taken on
  });
}

/// The order stands as it stood.
void derive_venue::standing_later(order_id id, std::string why) {
  later([this, id, why = std::move(why)] {
    const auto* const x = find(id);
    if (x == nullptr || x->is_ended) return;
    auto fact = x->fact();
    if (!fact) return to_.on_no_answer(id, why); // it left, and was never answered
    if (is_final(fact->state)) return;
    fact->reason = why;
    to_.on_order(*fact);
  });
}

void derive_venue::ended(derive_order& x) {
  if (std::exchange(x.is_ended, true)) return;
  ended_.push_back(x.what.id);
  asked_.erase(x.what.id);
  if (ended_.size() <= kept_ended) return;
  const auto old = ended_.front();
  ended_.pop_front();
  if (const auto* const gone = find(old)) {
    by_label_.erase(gone->what.label);
    for (const auto& leg : gone->legs) by_venue_id_.erase(leg.venue_id);
  }
  orders_.erase(old.value);
}

void derive_venue::report_end(derive_order& x, order_state as, std::string why) {
  const order_fact fact{
      .venue_ns = now_.wall_ns, .order = x.what.id, .state = as, .filled = x.filled(), .reason = std::move(why)};
  ended(x); // may forget an older one
  to_.on_order(fact);
}

void derive_venue::report(derive_order& x) {
  const auto fact = x.fact();
  if (!fact) return;
  if (is_final(fact->state)) ended(x);
  to_.on_order(*fact);
}

/// No answer, or one that says nothing.
void derive_venue::lose(order_id id, std::string_view why) {
  auto* const x = find(id);
  if (x == nullptr || x->is_ended) return;
  to_.on_no_answer(id, why);
  if (x->cancel_wanted && x->newest() != nullptr) return go_on(*x); // an event told its id
  if (x->cancel_wanted)
    for (const auto& attempt : x->attempts)
      if (!attempt.is_settled) queue_burn(*x, attempt.nonce);
}

bool derive_venue::take_row(derive_order& x, const derive::order_row& row) {
  by_venue_id_[row.order_id] = x.what.id;
  return x.merge(row);
}

/// A row of an order, from whichever message.
void derive_venue::absorb(const derive::order_row& row) {
  auto* const x = find(row.label, row.order_id);
  if (x == nullptr) return;
  const bool is_new = take_row(*x, row);
  if (row.status == derive::order_status::other) {
    tools_.log.warning("derive has a status of orders that is not known", {{"status", row.status_word}});
    return lose(x->what.id, "its status is '" + row.status_word + "'");
  }
  if (is_new) report(*x);
  go_on(*x);
}

/// None, and noted, if its symbol is none.
std::optional<fill_fact> derive_venue::fact_of(const derive::fill_row& row) {
  const auto instrument = tools_.instruments.intern(venue::derive, row.symbol);
  if (!instrument) {
    note_malformed("the symbol of a trade", instrument.error());
    return {};
  }
  const auto* const x = find(row.label, row.order_id);
  const auto order = x ? x->what.id : order_id{};
  return fill_fact{.trade_id = fill_id(row),
                   .order = order,
                   .what = {.venue_ns = row.venue_ns,
                            .order = order,
                            .instrument = *instrument,
                            .side = row.what,
                            .at = row.at,
                            .size = row.size,
                            .fee = row.fee,
                            .liquidity = row.role},
                   .of = x ? venue_name{} : venue_name{row.order_id, row.label}};
}

void derive_venue::report_fill(const derive::fill_row& row) {
  const auto fact = fact_of(row);
  if (!fact) return;
  const auto& id = fact->trade_id;
  to_.on_fill(*fact);
  if (row.stage == derive::settlement_stage::late)
    tools_.log.error("derive does not know whether a trade settled; compare the positions", {{"trade", id}});
  if (row.stage != derive::settlement_stage::undone || !undone_.insert(id).second) return;
  undone_total_.add();
  tools_.log.error("derive took a fill back", {{"trade", id}, {"symbol", row.symbol}, {"stage", row.stage_word}});
  to_.on_fill_undone(venue::derive, id, "its settlement ended as " + row.stage_word);
}

void derive_venue::on_notification() {
  const std::string channel{reader_.channel()};
  const auto own = fmt::format("{}.", keys_->subaccount);
  if (derive::family(channel) == "ticker_slim") {
    const auto symbol = channel.substr(12, channel.rfind('.') - 12);
    const auto at = markets_.find(symbol);
    if (at == markets_.end()) return;
    const auto band = reader_.band();
    if (!band) return note_malformed(channel, band.error());
    take_band(at->second, *band);
  } else if (channel == own + "orders") {
    const auto rows = reader_.orders();
    if (!rows) return note_malformed(channel, rows.error());
    for (const auto& row : *rows) absorb(row);
  } else if (channel.starts_with(own + "trades")) {
    const auto rows = reader_.fills();
    if (!rows) return note_malformed(channel, rows.error());
    for (const auto& row : *rows) report_fill(row);
  } else if (channel == own + "balances") {
    const auto rows = reader_.balances();
    if (!rows) return note_malformed(channel, rows.error());
    for (const auto& row : *rows) on_balance(row);
  }
}

void derive_venue::on_balance(const derive::balance_row& row) {
  if (row.reason == "onchain_revert" || row.reason == "double_revert")
    tools_.log.error("derive undid a change of the account; the trade channel, or the next comparison, tells which",
                     {{"name", row.name}, {"why", row.reason}});
  if (row.reason == "liquidation")
    tools_.log.error("derive liquidates the subaccount", {{"name", row.name}, {"balance", to_string(row.after)}});
  if (row.reason != "option_settlement") return;
  const auto id = tools_.instruments.find(venue::derive, row.name);
  if (id && row.before != row.after) ask_settlement(*id, row.before - row.after);
}

/// An option expired: its payoff follows from the venue's price for its expiry.
void derive_venue::ask_settlement(instrument_id id, quantity size) {
  const auto& info = tools_.instruments.at(id).info;
  if (info.kind != instrument_kind::option || !info.strike || !info.right) return;
  requests_.push({.write = [base = info.base](std::uint64_t request, const moment&) -> result<std::string> {
                    return derive::call(request, "public/get_option_settlement_prices",
                                        derive::one_param("currency", base));
                  },
                  .done =
                      [this, id, size](const derive_reply& reply) {
                        const auto& what = tools_.instruments.at(id).info;
                        optional_double delivery;
                        if (reply.how == derive_reply::kind::answered) {
                          const auto prices = reply.reader->settled();
                          if (!prices) note_malformed("settlement prices", prices.error());
                          for (std::size_t i = 0; prices && i < prices->size(); ++i)
                            if ((*prices)[i].expiry_ns == what.expiry_ns) delivery = (*prices)[i].price;
                        }
                        if (reply.is_late) return;
                        if (!delivery) {
                          settlements_.push_back({id, size, now_.steady_ns + settlement_retry_ns});
                          return;
                        }
                        const double strike = to_double(*what.strike);
                        const double worth = *what.right == option_type::call ? *delivery - strike : strike - *delivery;
                        const auto payoff = nearest_decimal<price>(std::max(worth, 0.0));
                        to_.on_settlement({.venue_ns = what.expiry_ns,
                                           .instrument = id,
                                           .size = size,
                                           .delivery = *delivery,
                                           .payoff = payoff ? notional(*payoff, size) : money{}});
                      }});
}

void derive_venue::note_malformed(std::string_view what, const error& why) {
  malformed_.add();
  tools_.log.error("derive sent what cannot be read", {{"what", what}, {"why", why.text}});
}

} // namespace strike::exec
