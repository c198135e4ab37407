#include "exec/deribit_venue.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace strike::exec {

namespace {

constexpr std::string_view session_down = "the session with Deribit is down; nothing was sent";

} // namespace

deribit_venue::deribit_venue(deribit_settings how, const venue_tools& with, venue_reports& to,
                             std::function<double()> random)
    : how_{std::move(how)}, tools_{with}, to_{to}, session_{how_, with, random, *this}, requests_{how_, with, random,
                                                                                                  session_},
      orders_{with, to}, inquiry_{how_, with, session_, requests_, orders_, to}, account_{how_, with, requests_,
                                                                                          orders_, to} {}

void deribit_venue::restore(const venue_order& what, std::string_view venue_id, const std::vector<std::string>&) {
  orders_.learn(orders_.add(what), venue_id);
}

// ---- what is asked of us ----

/// Why the order cannot be sent now; empty: it can.
std::string deribit_venue::why_not(const venue_order& what) const {
  const auto& asked = what.request;
  const auto& info = tools_.instruments.at(asked.instrument).info;
  const auto& index = tools_.rules.of(asked.instrument).index;
  if (!session_.is_up()) return std::string{session_down};
  if (requests_.is_full()) return fmt::format("too many orders wait for Deribit's request limit ({})", how_.queue);
  if (info.kind == instrument_kind::future_combo || info.kind == instrument_kind::option_combo)
    return "combos are not traded at Deribit: their fills are told on their legs; order the legs";
  if (asked.type == order_type::market && asked.tif == time_in_force::fok)
    return "Deribit has no market order that must fill or be killed: use a limit order";
  if (asked.post_only && (asked.tif == time_in_force::ioc || asked.tif == time_in_force::fok))
    return "a post-only order rests: use gtc or gtd";
  for (const auto& name :
       std::array<std::string, 4>{"platform", "index " + index, "currency ALL", "currency " + info.settlement})
    if (locks_.contains(name)) return fmt::format("Deribit has locked trading ({}); it will say when it goes on", name);
  return {};
}

void deribit_venue::place(const approved_order& what, const moment& now) {
  const auto id = orders_.add(*what).what.id;
  if (auto why = why_not(*what); !why.empty()) return reject(id, std::move(why));
  requests_.push(place_request(id, now), now);
}

void deribit_venue::amend(order_id id, price limit, quantity size, const moment& now) {
  auto* which = orders_.find(id);
  if (!which) return not_known(id);
  if (which->is_final()) return;
  if (!session_.is_up()) return standing(id, session_down);
  if (requests_.is_full()) return standing(id, "too many orders wait for Deribit's request limit");
  if (requests_.has_place(id)) { // it leaves with these terms
    which->what.request.limit = limit;
    which->what.request.size = size;
    return;
  }
  which->edit_limit = limit;
  which->edit_size = size;
  if (!std::exchange(which->is_edit_waiting, true)) requests_.push(edit_request(id, now), now);
}

void deribit_venue::cancel(order_id id, const moment& now) {
  auto* which = orders_.find(id);
  if (!which) return not_known(id);
  if (which->is_final()) return;
  if (requests_.has_place(id)) {
    requests_.withdraw(id);
    return withdrawn(*which);
  }
  which->wants_cancel = true;
  if (session_.is_up() && !which->is_cancel_asked) send_cancel(*which, now);
}

void deribit_venue::cancel_everything(const moment& now) {
  for (const auto& x : requests_.withdraw({})) {
    auto* which = orders_.find(x.order);
    if (which && x.is_place) withdrawn(*which);
    if (which) which->is_edit_waiting = false;
  }
  wants_cancel_all_ = true;
  if (session_.is_up()) send_cancel_all(now);
}

void deribit_venue::ask_order(order_id id, const moment& now) {
  auto* which = orders_.find(id);
  if (!which) return not_known(id);
  if (session_.is_up()) return inquiry_.ask(*which, {}, now);
  later_.push_back([this, id] { to_.on_no_answer(id, session_down); });
}

void deribit_venue::ask_account(std::int64_t fills_since_ns, const moment& now) {
  if (session_.is_up()) return account_.ask(fills_since_ns, now);
  later_.push_back([this] { to_.on_account_failed(venue::deribit, session_down); });
}

std::int64_t deribit_venue::round(const moment& now) {
  for (auto all = std::exchange(later_, {}); const auto& tell : all) tell();
  session_.round(now);
  const auto asks_ns = inquiry_.round(now), deadline_ns = check_deadlines(now), limit_ns = requests_.round(now);
  orders_.forget_old();
  if (!later_.empty()) return now.steady_ns;
  return std::min({asks_ns, deadline_ns, limit_ns, session_.due_ns(now)}); // the session last: it has been asked since
}

/// What the venue does not keep for us: good till date, stops that went off, cancels that were not confirmed.
std::int64_t deribit_venue::check_deadlines(const moment& now) {
  auto next_ns = INT64_MAX;
  orders_.for_open([&](deribit_order& x) {
    const auto& asked = x.what.request;
    if (asked.tif == time_in_force::gtd && !x.wants_cancel) {
      const auto left_ns = asked.expire_ns - now.wall_ns;
      const auto due_ns = std::max(now.steady_ns + left_ns, x.cancel_again_ns);
      if (due_ns > now.steady_ns) {
        next_ns = std::min(next_ns, due_ns);
      } else {
        x.is_expiring = true;
        x.cancel_again_ns = now.steady_ns + again_ns;
        cancel(x.what.id, now);
      }
    }
    if (!session_.is_up()) return;
    if (x.wants_cancel && !x.is_cancel_asked) {
      if (x.cancel_again_ns <= now.steady_ns)
        send_cancel(x, now);
      else
        next_ns = std::min(next_ns, x.cancel_again_ns);
    }
    if (x.working_due_ns <= now.steady_ns) {
      x.working_due_ns = INT64_MAX;
      inquiry_.ask(x, {}, now);
    }
    next_ns = std::min(next_ns, x.working_due_ns);
  });
  return next_ns;
}

// ---- what is told ----

void deribit_venue::reject(order_id id, std::string why) {
  later_.push_back([this, id, why = std::move(why)] {
    auto* which = orders_.find(id);
    if (!which || which->last) return;
    which->last = order_fact{.order = id, .state = order_state::rejected, .reason = why};
    to_.on_order(*which->last);
  });
}

/// It never left.
void deribit_venue::withdrawn(deribit_order& which) {
  which.last = order_fact{.order = which.what.id,
                          .state = which.is_expiring ? order_state::expired : order_state::cancelled,
                          .reason = "ended before it left"};
  later_.push_back([this, fact = *which.last] { to_.on_order(fact); });
}

/// An amend that did not leave: the order is as it was.
void deribit_venue::standing(order_id id, std::string_view why) {
  later_.push_back([this, id, text = std::string{why}] {
    const auto* which = orders_.find(id);
    if (!which || which->is_final()) return;
    if (!which->last) return to_.on_no_answer(id, text);
    auto fact = *which->last;
    fact.reason = text;
    to_.on_order(fact);
  });
}

void deribit_venue::not_known(order_id id) {
  later_.push_back([this, id] { to_.on_no_answer(id, "the adapter does not know the order: restore it first"); });
}

// ---- what the session tells ----

void deribit_venue::on_up(const moment& now) {
  if (wants_cancel_all_) send_cancel_all(now);
  orders_.for_open([&](deribit_order& x) {
    if (x.wants_cancel && !x.is_cancel_asked) send_cancel(x, now);
  });
  to_.on_session(venue::deribit, session_state::up, "logged in and subscribed");
}

void deribit_venue::on_down(std::string_view why, const moment& now) {
  locks_.clear();
  to_.on_session(venue::deribit, session_state::down, why);
  requests_.fail_all(session_down, now);
  inquiry_.fail_waiting(session_down);
}

void deribit_venue::lock(std::string_view what, bool is_locked) {
  const auto at = locks_.find(what);
  if ((at != locks_.end()) == is_locked) return;
  if (is_locked)
    locks_.emplace(what);
  else
    locks_.erase(at);
  tools_.log.warning(is_locked ? "deribit: trading is locked" : "deribit: trading goes on", {{"what", what}});
}

void deribit_venue::on_platform_locked(bool is_locked) { lock("platform", is_locked); }

void deribit_venue::on_news(deribit::message_reader& news, std::string_view frame, const moment& now) {
  const auto channel = news.channel();
  if (channel.starts_with("user.changes.")) return on_changes(news, frame, now);
  std::string fault;
  if (channel.starts_with("user.portfolio.")) {
    return on_portfolio(news);
  } else if (channel == "user.lock") {
    if (const auto x = news.user_lock(); x)
      lock("currency " + x->currency, x->is_locked);
    else
      fault = x.error().text;
  } else if (channel == "platform_state") {
    if (const auto x = news.platform(); x)
      lock(x->index.empty() ? "platform" : "index " + x->index, x->is_down);
    else
      fault = x.error().text;
  }
  if (!fault.empty()) tools_.log.error("deribit: unreadable news", {{"why", fault}, {"text", frame.substr(0, 400)}});
}

/// What cannot be read is not passed over: the orders that it names are asked for.
void deribit_venue::on_changes(deribit::message_reader& news, std::string_view frame, const moment& now) {
  deribit::changes_message all;
  const auto ok = news.changes(all);
  if (ok) {
    for (const auto& x : all.orders) orders_.take(x, now);
    return orders_.take(all.trades);
  }
  tools_.log.error("deribit: unreadable changes", {{"why", ok.error().text}, {"text", frame.substr(0, 1000)}});
  orders_.for_open([&](deribit_order& x) {
    const bool is_named = frame.find('"' + x.what.label + '"') != std::string_view::npos ||
                          (!x.venue_id.empty() && frame.find('"' + x.venue_id + '"') != std::string_view::npos);
    if (is_named) to_.on_no_answer(x.what.id, "news of it cannot be read: " + ok.error().text);
  });
}

void deribit_venue::on_portfolio(deribit::message_reader& news) {
  const auto x = news.portfolio();
  if (!x) return tools_.log.error("deribit: unreadable portfolio", {{"why", x.error().text}});
  const auto set = [&](const char* name, const char* help, optional_double value) {
    const process::metric_registry::labels by{{"venue", "deribit"}, {"currency", x->currency}};
    if (value) tools_.metrics.get_gauge(name, help, by, 1e-9).set(static_cast<std::int64_t>(*value * 1e9));
  };
  set("strike_exec_equity", "Equity of the account", x->equity);
  set("strike_exec_available_funds", "Funds for new orders; with cross collateral the whole pool's", x->available);
}

/// The answer to an order that was given up as silent: the order's state is news all the same.
void deribit_venue::on_late(deribit::message_reader& says, const moment& now) {
  if (says.refused()) return;
  deribit::order_answer answer;
  if (says.placed(answer)) {
    orders_.take(answer.order, now);
    orders_.take(answer.trades);
  } else if (const auto order = says.order(); order) {
    orders_.take(*order, now);
  }
}

} // namespace strike::exec
