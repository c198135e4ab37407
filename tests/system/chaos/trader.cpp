#include "chaos/trader.hpp"

#include "base/time.hpp"

#include <spdlog/sinks/null_sink.h>

#include <algorithm>

namespace chaos {

using namespace strategies;

namespace {

/// The share of acts that are new orders; the others amend and cancel.
constexpr int places_in_ten = 6;

/// A limit that is so many ticks away from `at`, on the grid and above 0.
price shifted(const traded& what, price at, std::int64_t ticks) {
  const auto tick = what.tick;
  const auto moved = std::max<std::int64_t>(at.nanos / tick.nanos + ticks, 1) * tick.nanos;
  const bool is_binary = what.at == venue::polymarket;
  return {is_binary ? std::min(moved, nanos_per_unit - tick.nanos) : moved};
}

} // namespace

traders::traders(const bus::context& where, const std::string& endpoint, instrument_registry& names,
                 instrument_rules& rules, std::size_t count, std::uint64_t seed)
    : names_{names}, log_{"chaos", process::level::error, process::log_format::text,
                          std::make_shared<spdlog::sinks::null_sink_mt>(), [] { return bus_kit::utc_ns(); }},
      chance_{seed} {
  for (std::size_t n = 0; n < count; ++n) {
    auto made = std::make_unique<one>();
    auto& x = *made;
    x.name = "c" + std::to_string(n);
    x.positions = std::make_unique<position_book>(rules);
    x.route = std::make_unique<exec_route>(
        exec_route::tools{.strategy = x.name,
                          .epoch = static_cast<std::uint64_t>(bus_kit::utc_ns()),
                          .instruments = names,
                          .positions = *x.positions,
                          .log = log_,
                          .now_ns = [] { return bus_kit::utc_ns(); },
                          .send =
                              [this, &x](std::string_view bytes) {
                                const auto message = wire::decode_order_request(bytes, names_);
                                if (const auto* place = std::get_if<wire::place_order>(&message->body)) {
                                  x.client_ids[place->order] = x.open[place->order] = place->client_id;
                                  orders_[place->client_id] = {
                                      .strategy = x.name, .client_id = place->client_id, .request = place->request};
                                }
                                return client_->send(bytes);
                              },
                          .answer = [&x](order_update told) { x.news.push_back(std::move(told)); }});
    traders_.push_back(std::move(made));
  }
  const auto arrived = [this](exec_news x) {
    const std::scoped_lock lock{guard_};
    arrived_.push_back(std::move(x));
  };
  client_ =
      bus::request_client::open(
          where,
          {.connect = {.endpoint = endpoint},
           .identity = {},
           .on_message =
               [this, arrived](std::string_view bytes) { arrived(wire::decode_order_update(bytes, names_).value()); },
           .on_undelivered =
               [this, arrived](std::string_view bytes) {
                 arrived(exec_undelivered{wire::decode_order_request(bytes, names_).value()});
               },
           .on_link =
               [arrived](const bus::link_report& x) {
                 if (x.what == bus::link_state::connected)
                   arrived(exec_connected{});
                 else
                   arrived(exec_disconnected{x.text});
               }})
          .value();
}

void traders::pump() {
  std::deque<exec_news> all;
  {
    const std::scoped_lock lock{guard_};
    all.swap(arrived_);
  }
  for (const auto& x : all) {
    const std::string* only = nullptr;
    if (const auto* update = std::get_if<wire::order_update_message>(&x)) only = &update->header.strategy;
    if (const auto* back = std::get_if<exec_undelivered>(&x)) only = &back->message.header.strategy;
    for (auto& to : traders_)
      if (!only || *only == to->name) tell(*to, x);
  }
  if (all.empty()) usleep(500);
}

void traders::tell(one& to, const exec_news& what) {
  to.route->take(what);
  take_news(to);
}

void traders::take_news(one& from) {
  for (const auto& x : std::exchange(from.news, {})) take(from, x);
}

void traders::take(one& from, const order_update& x) {
  const auto at = from.client_ids.find(x.order);
  if (at == from.client_ids.end()) return; // refused by the route: nothing was sent
  auto& seen = orders_.at(at->second);
  seen.state = x.state;
  seen.filled = x.filled;
  seen.reason = x.reason;
  const bool is_taken = x.state == order_state::open || x.state == order_state::partially_filled ||
                        x.state == order_state::filled || x.state == order_state::expired || x.filled != quantity{};
  if (is_taken && !std::exchange(seen.was_taken, true)) ++taken_;
  if (x.execution) seen.executed = {seen.executed.nanos + x.execution->size.nanos};
  if (is_final(x.state)) from.open.erase(x.order);
}

std::map<std::string, std::size_t> traders::refusals() const {
  std::map<std::string, std::size_t> made;
  for (const auto& [id, x] : orders_) {
    if (x.state != order_state::rejected) continue;
    std::string kind;
    const auto whose = x.reason.find(id); // the same refusal of all
    for (const char c : (whose == std::string::npos ? x.reason : x.reason.substr(whose + id.size())).substr(0, 110))
      if (c == '"') // an id, or what the venue quotes
        break;
      else if (c < '0' || c > '9')
        kind += c;
      else if (!kind.ends_with('#'))
        kind += '#';
    ++made[kind];
  }
  return made;
}

bool traders::are_ready() const {
  return std::ranges::all_of(traders_, [](const auto& x) { return x->route->is_ready(); });
}

order_request traders::random_order(const traded& what) {
  const auto roll = [this](int n) { return static_cast<int>(chance_() % static_cast<unsigned>(n)); };
  order_request made{.instrument = what.id, .side = roll(2) == 0 ? side::buy : side::sell};
  made.size = {what.unit.nanos * (1 + roll(3))};
  const bool is_buy = made.side == side::buy;
  const auto touch = is_buy ? what.bid : what.ask;
  const auto other = is_buy ? what.ask : what.bid;
  const std::int64_t worse = is_buy ? 1 : -1;
  switch (roll(6)) {
  case 0: // takes
    made.tif = time_in_force::ioc;
    made.limit = shifted(what, *other, 3 * worse);
    break;
  case 1: // takes, and what is left rests
    made.limit = shifted(what, *other, worse);
    break;
  case 2:
    made.tif = time_in_force::fok;
    made.limit = shifted(what, *other, 2 * worse);
    break;
  case 3: // joins the touch
    made.limit = shifted(what, *touch, 0);
    made.post_only = roll(2) == 0;
    break;
  default: // waits behind it
    made.limit = shifted(what, *touch, -worse * (1 + roll(5)));
  }
  return made;
}

bool traders::act(const std::vector<traded>& where) {
  auto& by = *traders_[chance_() % traders_.size()];
  const auto roll = static_cast<int>(chance_() % 10);
  if (roll >= places_in_ten && !by.open.empty()) {
    auto at = by.open.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(chance_() % by.open.size()));
    const auto& seen = orders_.at(at->second);
    if (roll == 9 && seen.request.type == order_type::limit) {
      const auto what = std::ranges::find(where, seen.request.instrument, &traded::id);
      const auto steps = static_cast<std::int64_t>(chance_() % 5) - 2;
      if (what != where.end()) by.route->amend(at->first, shifted(*what, seen.request.limit, steps), seen.request.size);
    } else {
      by.route->cancel(at->first);
    }
  } else {
    const auto& what = where[chance_() % where.size()];
    if (!what.bid || !what.ask) return false;
    by.route->place(random_order(what));
  }
  take_news(by);
  return roll < places_in_ten;
}

std::string traders::place(const order_request& what) {
  auto& by = *traders_.front();
  const auto made = by.route->place(what);
  take_news(by);
  const auto at = by.client_ids.find(made);
  return at == by.client_ids.end() ? std::string{} : at->second;
}

void traders::amend(const std::string& client_id, price limit, quantity size) {
  auto& by = *traders_.front();
  for (const auto& [id, name] : by.client_ids)
    if (name == client_id) by.route->amend(id, limit, size);
  take_news(by);
}

void traders::cancel(const std::string& client_id) {
  auto& by = *traders_.front();
  for (const auto& [id, name] : by.client_ids)
    if (name == client_id) by.route->cancel(id);
  take_news(by);
}

void traders::cancel_all() {
  for (auto& x : traders_) x->route->cancel_all();
}

std::size_t traders::open_orders() const {
  std::size_t sum = 0;
  for (const auto& x : traders_) sum += x->open.size();
  return sum;
}

position traders::position_of(std::size_t trader, instrument_id what) const {
  return traders_[trader]->positions->of(what);
}

} // namespace chaos
