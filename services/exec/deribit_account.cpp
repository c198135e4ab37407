#include "exec/deribit_account.hpp"

#include "deribit/order.hpp"
#include "exec/deribit_trades.hpp"

#include <algorithm>
#include <utility>

namespace strike::exec {

using outcome = deribit_answer::outcome;

void deribit_account::ask(std::int64_t fills_since_ns, const moment& now) {
  if (made_) {
    next_since_ns_ = std::min(fills_since_ns, next_since_ns_.value_or(fills_since_ns));
    return;
  }
  made_.emplace(account_fact{.at = venue::deribit});
  since_ns_ = fills_since_ns;
  ask_open(now);
}

/// One question of several: its answer is read, or the whole has failed.
void deribit_account::query(std::string_view what, deribit_session::writer write, reader read,
                            std::function<void(const moment&)> next, const moment& now) {
  over_.push({.on = deribit_requests::lane::query,
              .write = std::move(write),
              .done =
                  [this, what = std::string{what}, read = std::move(read),
                   next = std::move(next)](const deribit_answer& x, const moment& at) {
                    if (x.what != outcome::answered) return finish(fail(ec::session_down, what + ": " + x.why), at);
                    if (auto ok = read(*x.says, at); !ok) return finish(std::move(ok), at);
                    next(at);
                  }},
             now);
}

/// Twice, since sources differ whether "all" names the stops that wait.
void deribit_account::ask_open(const moment& now) {
  const auto read = [this](deribit::message_reader& says, const moment& at) { return take_open(says, at); };
  const auto stops = [this, read](const moment& at) {
    query(
        "open stop orders", [](std::uint64_t id, const moment&) { return deribit::open_orders(id, "trigger_all"); },
        read, [this](const moment& t) { ask_fills(t); }, at);
  };
  made_->asked_ns = now.wall_ns;
  query(
      "open orders", [](std::uint64_t id, const moment&) { return deribit::open_orders(id, "all"); }, read, stops, now);
}

result<void> deribit_account::take_open(deribit::message_reader& says, const moment& now) {
  std::vector<deribit::order_message> all;
  if (auto ok = says.orders(all); !ok) return ok;
  for (const auto& x : all) {
    auto* own = orders_.find(x);
    if (!own) {
      if (std::ranges::find(made_->foreign_orders, x.id, &venue_name::id) == made_->foreign_orders.end())
        made_->foreign_orders.push_back({x.id, x.label});
      continue;
    }
    orders_.merge(*own, x, now);
    if (!own->last || own->is_final()) continue; // it ended meanwhile: its own news tell
    std::erase_if(made_->open, [&](const order_fact& known) { return known.order == own->what.id; });
    made_->open.push_back(*own->last);
  }
  return {};
}

void deribit_account::ask_fills(const moment& now) {
  ask_trades(
      over_, {.currencies = how_.currencies, .since_ns = since_ns_, .now_ns = now.wall_ns},
      [this](result<std::vector<deribit::user_trade>>&& all, const moment& at) {
        if (!all) return finish(std::unexpected{all.error()}, at);
        for (const auto& x : *all)
          if (auto fact = orders_.fill_of(x, orders_.find(x))) made_->fills.push_back(*std::move(fact));
        ask_positions(at);
      },
      now);
}

void deribit_account::ask_positions(const moment& now) {
  query(
      "positions", [](std::uint64_t id, const moment&) { return deribit::positions(id); },
      [this](deribit::message_reader& says, const moment&) { return take_positions(says); },
      [this](const moment& at) { finish({}, at); }, now);
}

result<void> deribit_account::take_positions(deribit::message_reader& says) {
  std::vector<deribit::position_message> all;
  if (auto ok = says.positions(all); !ok) return ok;
  for (const auto& x : all) {
    const auto instrument = tools_.instruments.intern(venue::deribit, x.symbol);
    if (instrument)
      made_->positions.push_back({*instrument, x.size});
    else
      tools_.log.error("deribit: a position in an instrument that is not understood; it is not counted",
                       {{"why", instrument.error().text}, {"size", to_string(x.size)}});
  }
  return {};
}

void deribit_account::finish(result<void> how_it_ended, const moment& now) {
  auto made = std::exchange(made_, std::nullopt);
  const auto next = std::exchange(next_since_ns_, std::nullopt);
  if (next && how_it_ended) ask(*next, now); // before it is told, as its listener may ask again
  if (how_it_ended)
    to_.on_account(*std::move(made));
  else
    to_.on_account_failed(venue::deribit, how_it_ended.error().text);
}

} // namespace strike::exec
