#include "exec/order_desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace strike::exec {

namespace {

bool is_label_safe(std::string_view text) {
  return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
         std::string_view::npos;
}

} // namespace

void order_desk::attach(const account_name& account, order_venue& by, bool is_simulated) {
  auto& at = desk_of(account.at);
  at.account = account;
  at.by = &by;
  at.is_simulated = is_simulated;
  at.compared.emplace(account.at);
  set_ready(account.at, false, "its order session is not up yet");
}

std::string order_desk::name_of(instrument_id id) const {
  const auto& x = tools_.instruments.at(id);
  return fmt::format("{}:{}", to_text(x.at), x.symbol);
}

order_desk::market_data& order_desk::data_of(instrument_id id) {
  if (id.index >= market_data_.size()) market_data_.resize(id.index + 1);
  return market_data_[id.index];
}

void order_desk::want(instrument_id id) {
  if (!std::exchange(data_of(id).is_wanted, true)) tools_.want(id);
}

void order_desk::take(std::string_view peer, std::string_view bytes, const moment& now) {
  tools_.metrics.requests.add();
  const auto message = wire::decode_order_request(bytes, tools_.instruments);
  if (!message) {
    tools_.metrics.malformed.add();
    return tools_.log.warning("malformed order request", {{"why", message.error().text}});
  }
  if (auto* s = line_of(peer, message->header, now))
    std::visit([&](const auto& what) { handle(*s, what, now); }, message->body);
}

/// A new one at its first call.
result<owner_id> order_desk::owner_of_line(std::string_view name) {
  if (const auto* s = lines_.find(name)) return s->owner;
  const auto owner = tools_.store.owner_of(name);
  if (!owner) return owner;
  lines_.add(*owner, name);
  tools_.risk.name_owner(*owner, name);
  return owner;
}

strategy_line* order_desk::line_of(std::string_view peer, const wire::order_header& from, const moment& now) {
  if (from.strategy == account_owner)
    return tools_.log.warning("no strategy may have that name", {{"strategy", from.strategy}}), nullptr;
  const auto owner = owner_of_line(from.strategy);
  if (!owner) return store_failed(owner.error()), nullptr; // it sees no answer, and asks again
  auto* s = &lines_.of(*owner);
  s->peer = peer;
  if (from.epoch != s->epoch) {
    if (s->epoch != 0) {
      tools_.log.info("strategy started anew; its older orders are cancelled", {{"strategy", s->name}});
      cancel_open(s->owner, now);
    }
    s->epoch = from.epoch;
    s->seen = from.sequence - 1;
    keep(
        [this, key = "epoch of " + s->name, text = std::to_string(from.epoch)] { return tools_.store.set(key, text); });
  }
  if (from.sequence != s->seen + 1)
    tools_.log.warning("order requests were lost on the way",
                       {{"strategy", s->name}, {"expected", s->seen + 1}, {"came", from.sequence}});
  s->seen = from.sequence;
  return s;
}

/// @returns whether the id was used before; then its order was told
bool order_desk::tell_known(strategy_line& s, const std::string& client_id) {
  if (const auto* x = table_.find(client_id)) {
    tell(s, x->change());
    return true;
  }
  const auto is_kept = tools_.store.has(client_id);
  if (!is_kept) return store_failed(is_kept.error()), false; // no order leaves then
  if (!*is_kept) return false;
  const auto kept = tools_.store.read().find(client_id);
  if (!kept) return store_failed(kept.error()), false; // no order leaves then
  if (!*kept) return false;
  const tracked_order x{(*kept)->what, (*kept)->of_strategy, (*kept)->account.at,
                        order_life{(*kept)->what.id, (*kept)->what.request, (*kept)->last, (*kept)->fills}};
  tell(s, x.change());
  return true;
}

std::string order_desk::fault_of(const wire::place_order& what) const {
  if (!closed_why().empty()) return closed_why();
  if (what.client_id.size() > longest_client_id)
    return fmt::format("the client id has {} characters; venues take {}: choose a shorter name for the strategy",
                       what.client_id.size(), longest_client_id);
  if (!is_label_safe(what.client_id))
    return "the client id may hold A-Z a-z 0-9 . _ - only, since venues take no more: choose another name for the "
           "strategy";
  const auto at = tools_.instruments.at(what.request.instrument).at;
  if (!venues_[static_cast<std::size_t>(at)].by)
    return fmt::format("exec has no orders to carry out at {}", to_text(at));
  return {};
}

void order_desk::handle(strategy_line& s, const wire::place_order& what, const moment& now) {
  if (tell_known(s, what.client_id)) return; // came twice
  if (auto why = fault_of(what); !why.empty()) return reject(s, what, std::move(why), now);
  const order_id id{++last_order_};
  auto& x = table_.add({.what = {id, s.owner, what.client_id, what.request},
                        .of_strategy = what.order,
                        .at = tools_.instruments.at(what.request.instrument).at,
                        .life = order_life{id, what.request, now.wall_ns},
                        .signal_ns = what.placed_ns});
  tools_.metrics.open.add(1);
  want(what.request.instrument);
  if (data_of(what.request.instrument).has_mark) return send(x, now);
  x.waits_until_ns = now.steady_ns + data_wait_ns;
  waiting_.push_back(id.value);
}

/// Past the risk check and the store to the venue.
void order_desk::send(tracked_order& x, const moment& now, std::optional<quantity> closes) {
  const auto refuse_it = [&](std::string why) { refuse_order(x, order_state::rejected, std::move(why), now); };
  if (!closed_why().empty()) return refuse_it(closed_why());
  auto approved = closes ? tools_.risk.check_closing(x.what, *closes, now) : tools_.risk.check(x.what, now);
  if (!approved) return refuse_it(approved.error().text);
  const auto kept = tools_.store.add({.what = x.what,
                                      .of_strategy = x.of_strategy,
                                      .account = desk_of(x.at).account,
                                      .placed_ns = now.wall_ns,
                                      .last = x.life.last()});
  if (!kept) {
    if (kept.error().code == ec::io) store_failed(kept.error());
    refuse_it("the order could not be kept: " + kept.error().text);
    return tools_.risk.on_order(x.what.id, {.state = order_state::cancelled}, now);
  }
  tools_.metrics.placed.add();
  x.life.sent();
  desk_of(x.at).by->place(*approved, now);
}

void order_desk::handle(strategy_line& s, const wire::amend_order& what, const moment& now) {
  auto* x = open_order(s, what.client_id);
  if (!x) return;
  const auto refuse = [&](std::string_view why) {
    auto told = x->update();
    told.venue_ns = now.wall_ns;
    told.reason = fmt::format("amend refused: {}", why);
    tell(s, wire::order_change{what.client_id, "", std::move(told)});
  };
  if (!x->life.has_left()) return refuse("the order waits for the data of its instrument; cancel it instead");
  if (!closed_why().empty()) return refuse(closed_why());
  if (const auto ok = tools_.risk.check_amend(x->what.id, what.limit, what.size, now); !ok)
    return refuse(ok.error().text);
  x->life.amend_sent(what.limit, what.size);
  desk_of(x->at).by->amend(x->what.id, what.limit, what.size, now);
}

void order_desk::handle(strategy_line& s, const wire::cancel_order& what, const moment& now) {
  if (auto* x = open_order(s, what.client_id)) cancel(*x, now);
}

void order_desk::handle(strategy_line& s, const wire::cancel_strategy_orders&, const moment& now) {
  cancel_open(s.owner, now);
}

wire::account_snapshot order_desk::account_of(const strategy_line& s) {
  wire::account_snapshot account;
  for (const auto* x : table_.open_of(s.owner)) account.orders.push_back(x->change());
  book_.strategies().each([&](owner_id owner, instrument_id instrument, const match::holding& x) {
    if (owner == s.owner && x.size != quantity{})
      account.positions.push_back({instrument, x.size, x.average_price(tools_.rules.of(instrument))});
  });
  return account;
}

void order_desk::publish_accounts(std::string_view prefix) {
  for (owner_id owner = 0; owner < lines_.size(); ++owner) {
    auto& s = lines_.of(owner);
    if (s.topic.starts_with(prefix)) lines_.publish(s, account_of(s));
  }
}

void order_desk::handle(strategy_line& s, const wire::ask_account& what, const moment& now) {
  auto account = account_of(s);
  for (const auto& id : what.client_ids) {
    if (const auto* x = table_.find(id)) {
      if (x->life.is_final()) account.orders.push_back(x->change());
      continue;
    }
    const auto kept = tools_.store.read().find(id);
    if (kept && *kept) {
      auto told = order_life{(*kept)->what.id, (*kept)->what.request, (*kept)->last, (*kept)->fills}.update();
      told.order = (*kept)->of_strategy;
      account.orders.push_back({id, "", std::move(told)});
    } else {
      account.orders.push_back(
          {id,
           "",
           {.venue_ns = now.wall_ns, .state = order_state::cancelled, .reason = "exec does not know this order"}});
    }
  }
  tools_.log.info("strategy connected",
                  {{"strategy", s.name}, {"orders", account.orders.size()}, {"positions", account.positions.size()}});
  tell(s, std::move(account));
}

void order_desk::handle(strategy_line& s, const wire::unknown_order& what, const moment& now) {
  tools_.metrics.unknown.add();
  tools_.log.warning("an order request that this version does not know", {{"strategy", s.name}, {"what", what.what}});
  if (what.client_id.empty() || table_.find(what.client_id)) return;
  tools_.metrics.refused.add();
  tell(s, wire::order_change{.client_id = what.client_id,
                             .update = {.venue_ns = now.wall_ns,
                                        .state = order_state::rejected,
                                        .reason = what.what + ": exec is older than the strategy"}});
}

/// An order of that strategy that is not final. Its end may be on its way: then there is nothing to do.
tracked_order* order_desk::open_order(const strategy_line& s, std::string_view client_id) {
  auto* x = table_.find(client_id);
  return x && x->what.owner == s.owner && !x->life.is_final() ? x : nullptr;
}

void order_desk::cancel(tracked_order& x, const moment& now) {
  if (x.life.has_left()) {
    x.life.cancel_sent();
    return desk_of(x.at).by->cancel(x.what.id, now);
  }
  refuse_order(x, order_state::cancelled, "by request, before it left", now);
}

void order_desk::cancel_open(owner_id owner, const moment& now) {
  for (auto* x : table_.open_of(owner)) cancel(*x, now);
}

void order_desk::cancel_all(const moment& now) {
  for (owner_id owner = 0; owner < lines_.size(); ++owner) cancel_open(owner, now);
}

std::vector<std::string> order_desk::open_names() {
  std::vector<std::string> all;
  for (const auto number : table_.open()) {
    const auto* x = table_.find(order_id{number});
    all.push_back(
        fmt::format("{} ({}, {})", x->what.label, name_of(x->what.request.instrument), to_text(x->life.last().state)));
  }
  return all;
}

void order_desk::on_market(const market_event& event, const moment& now) {
  tools_.risk.on_market(event, now);
  if (std::holds_alternative<instrument_status>(event.body)) return;
  auto& data = data_of(event.instrument);
  data.has_come = true;
  if (data.has_mark || !tools_.risk.market(event.instrument).mark) return;
  data.has_mark = true;
  std::vector<std::uint64_t> ready;
  std::erase_if(waiting_, [&](std::uint64_t number) {
    const auto* x = table_.find(order_id{number});
    const bool is_ready = x && x->what.request.instrument == event.instrument;
    if (is_ready) ready.push_back(number);
    return is_ready;
  });
  for (const auto number : ready)
    if (auto* x = table_.find(order_id{number}); !x->life.is_final()) send(*x, now);
}

void order_desk::tell(tracked_order& x, order_life::news what) {
  what.update.order = x.of_strategy;
  if (what.update.execution) what.update.execution->order = x.of_strategy;
  tell(lines_.of(x.what.owner),
       wire::order_change{x.what.label, std::move(what.trade_id), std::move(what.update), x.terms()});
}

void order_desk::tell(strategy_line& s, decltype(wire::order_update_message::body) what) {
  tools_.metrics.updates.add();
  if (!lines_.tell(s, std::move(what)) && s.name != account_owner) tools_.metrics.undelivered.add();
}

} // namespace strike::exec
