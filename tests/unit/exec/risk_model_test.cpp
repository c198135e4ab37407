#include "risk_kit.hpp"

#include <cmath>
#include <map>
#include <random>

using namespace strike;
using namespace strike::exec;
using namespace strike::literals;
using exec::test::risk_kit;

namespace {

/// Everything from the list of orders and positions, anew for every question, in doubles.
struct slow_model {
  struct order {
    owner_id owner;
    instrument_id what;
    side by;
    double limit, size, filled = 0;         ///< as it stands
    double asked_limit = 0, asked_size = 0; ///< the worse of all amends under way; 0: none
    double open() const { return std::max(size, asked_size) - filled; }
    double aggressive() const {
      if (asked_size == 0) return limit;
      return by == side::buy ? std::max(limit, asked_limit) : std::min(limit, asked_limit);
    }
  };
  struct price_of {
    double usd, delta;
    bool is_bitcoin;
  };
  std::map<std::uint64_t, order> orders;
  std::map<std::pair<owner_id, std::uint32_t>, double> held;
  std::map<std::uint32_t, price_of> prices;

  double position(instrument_id what, std::optional<owner_id> owner) const {
    double sum = 0;
    for (const auto& [key, size] : held)
      if (key.second == what.index && (!owner || key.first == *owner)) sum += size;
    return sum;
  }
  double open(instrument_id what, side by, std::optional<owner_id> owner) const {
    double sum = 0;
    for (const auto& [id, x] : orders)
      if (x.what == what && x.by == by && (!owner || x.owner == *owner)) sum += x.open();
    return sum;
  }
  double worst(instrument_id what, side by, std::optional<owner_id> owner, double more) const {
    return (by == side::buy ? 1 : -1) * position(what, owner) + open(what, by, owner) + more;
  }
  double notional(instrument_id what, side by, double more) const {
    const double at = prices.at(what.index).usd;
    return at * std::max(std::abs(worst(what, side::buy, {}, by == side::buy ? more : 0)),
                         std::abs(worst(what, side::sell, {}, by == side::sell ? more : 0)));
  }
  double portfolio() const {
    double sum = 0;
    for (const auto& [index, x] : prices) sum += notional({index}, side::buy, 0);
    return sum;
  }
  /// Of alpha's BTC: what is held and what its orders of that direction may add.
  double delta(bool is_up) const {
    double sum = 0;
    for (const auto& [index, x] : prices) {
      if (!x.is_bitcoin) continue;
      sum += position({index}, 0) * x.delta;
      const double buys = open({index}, side::buy, 0) * x.delta, sells = -open({index}, side::sell, 0) * x.delta;
      for (const double y : {buys, sells})
        if ((y > 0) == is_up) sum += y;
    }
    return sum;
  }
  bool crosses(instrument_id what, side by, double limit) const {
    for (const auto& [id, x] : orders)
      if (x.what == what && x.by != by &&
          (by == side::buy ? limit >= x.aggressive() - 1e-9 : limit <= x.aggressive() + 1e-9))
        return true;
    return false;
  }
};

struct risk_model : risk_kit {
  static constexpr double most_size = 400, most_notional = 3'000, most_portfolio = 9'000, most_delta = 0.1;
  static constexpr std::int64_t most_orders = 12;
  std::mt19937_64 random{20'261'126};
  slow_model model;
  int passed = 0, refused = 0, doubtful = 0;

  std::uint64_t below(std::uint64_t n) { return random() % n; }
  static quantity exactly(double x) { return {std::llround(x * 1e9)}; }

  risk_model() {
    limit("max_position_notional = 3000\nmax_portfolio_notional = 9000\nmax_open_orders = 12\ncollar = 0\n"
          "option_collar = 0\ncollar_ticks = 0\n[risk.strategy.alpha]\nmax_position_size = 400\nmax_delta = { BTC = "
          "0.1 }\n");
    requote(perpetual);
    requote(linear);
    requote(call);
  }
  void requote(instrument_id what) {
    const double coin = 60'000 + static_cast<double>(below(200)) - 100;
    const double delta = 0.3 + static_cast<double>(below(5)) / 10;
    if (what == perpetual) {
      quote(what, {.mark = coin});
      model.prices[what.index] = {1, 1 / coin, true};
    } else if (what == linear) {
      quote(what, {.mark = coin / 20});
      model.prices[what.index] = {coin / 20, 1, false};
    } else {
      quote(what, {.mark = 0.05, .underlying = coin, .delta = delta, .gamma = 0.0, .vega = 0.0});
      model.prices[what.index] = {coin, delta, true};
    }
  }
  double lot(instrument_id what) const { return to_double(rules.of(what).lot); }
  double some_price(instrument_id what, side by) {
    const double steps = static_cast<double>(below(12)) * (by == side::buy ? -1 : 1) + 1;
    if (what == perpetual) return 60'000 + steps * 10;
    return what == linear ? 3'000 + steps : 0.05 + steps * 0.0005;
  }
  instrument_id some_instrument() { return std::array{perpetual, linear, call}[below(3)]; }

  /// Below 0: it must be refused; above: it must pass; near 0 the rounding may decide.
  double room(owner_id owner, instrument_id what, side by, double limit, double more, bool is_new) const {
    double least = 1;
    const auto need = [&](double value, double most) { least = std::min(least, (most - value) / most); };
    if (model.crosses(what, by, limit)) return -1;
    if (is_new && static_cast<std::int64_t>(model.orders.size()) >= most_orders) return -1;
    if (more <= 0) return least;
    if (owner == alpha) need(model.worst(what, by, alpha, more), most_size);
    need(model.worst(what, by, {}, more) * model.prices.at(what.index).usd, most_notional);
    if (const double grown = model.notional(what, by, more) - model.notional(what, by, 0); grown > 1e-9)
      need(model.portfolio() + grown, most_portfolio);
    if (owner == alpha && model.prices.at(what.index).is_bitcoin) {
      const double added = (by == side::buy ? more : -more) * model.prices.at(what.index).delta;
      need(added > 0 ? model.delta(true) + added : -(model.delta(false) + added), most_delta);
    }
    return least;
  }
  void expect(double room_left, const std::string& got, const char* what, int step) {
    if (std::abs(room_left) < 1e-6) return void(++doubtful);
    ++(got.empty() ? passed : refused);
    ASSERT_EQ(got.empty(), room_left > 0) << what << " of step " << step << ": room " << room_left << ", " << got;
  }

  void place_one(int step) {
    const auto what = some_instrument();
    const auto by = below(2) == 0 ? side::buy : side::sell;
    const auto owner = static_cast<owner_id>(below(2));
    const double size = lot(what) * static_cast<double>(1 + below(what == linear ? 300 : what == call ? 1 : 10));
    const double limit = some_price(what, by);
    const double left = room(owner, what, by, limit, size, true);
    auto x = by == side::buy ? buy(what, {exactly(limit).nanos}, exactly(size))
                             : sell(what, {exactly(limit).nanos}, exactly(size));
    const auto got = place(x, owner);
    if (got.empty()) model.orders[last_order] = {owner, what, by, limit, size};
    expect(left, got, "place", step);
  }
  void amend_one(std::uint64_t id, slow_model::order& x, int step) {
    const double limit = some_price(x.what, x.by), size = x.filled + lot(x.what) * static_cast<double>(1 + below(10));
    const double left = room(x.owner, x.what, x.by, limit, size - x.filled - x.open(), false);
    const bool is_too_small = size < to_double(rules.of(x.what).minimum);
    const auto got = amend({id}, {exactly(limit).nanos}, exactly(size));
    if (got.empty()) {
      const double worst =
          std::max(x.aggressive() * (x.by == side::buy ? 1 : -1), limit * (x.by == side::buy ? 1 : -1));
      x.asked_size = std::max({x.size, x.asked_size, size});
      x.asked_limit = std::abs(worst);
    }
    expect(is_too_small ? -1 : left, got, "amend", step);
  }
  void tell(std::uint64_t id, const slow_model::order& x, order_state state) {
    gate->on_order({id},
                   {.state = state,
                    .limit = {exactly(x.limit).nanos},
                    .size = exactly(x.size),
                    .open = exactly(x.size - x.filled),
                    .is_settled = x.asked_size == 0},
                   now);
  }
  void answer(std::uint64_t id, slow_model::order& x) {
    if (below(2) == 0) { // carried out
      x.limit = x.asked_limit;
      x.size = std::max(x.filled + lot(x.what), x.asked_size - lot(x.what));
    }
    x.asked_limit = x.asked_size = 0;
    tell(id, x, order_state::open);
  }
  void fill_one(std::uint64_t id, slow_model::order& x) {
    const double size = std::min(x.size - x.filled, lot(x.what) * static_cast<double>(1 + below(5)));
    if (size <= 0) return;
    hold(x.what, x.by, {exactly(x.limit).nanos}, exactly(size), x.owner);
    x.filled += size;
    model.held[{x.owner, x.what.index}] += x.by == side::buy ? size : -size;
    const bool is_over = x.filled > x.size - 1e-9;
    tell(id, x, is_over ? order_state::filled : order_state::partially_filled);
    if (is_over) model.orders.erase(id);
  }
  void compare(int step) const {
    for (const auto what : {perpetual, linear, call}) {
      const auto& total = gate->book().of(what);
      ASSERT_NEAR(to_double(total.held), model.position(what, {}), 1e-9) << step;
      ASSERT_NEAR(to_double(total.buys), model.open(what, side::buy, {}), 1e-9) << step;
      ASSERT_NEAR(to_double(gate->book().of(alpha, what).sells), model.open(what, side::sell, alpha), 1e-9) << step;
    }
    ASSERT_NEAR(to_double(gate->book().all().notional), model.portfolio(), 1e-4) << step;
    ASSERT_NEAR(to_double(gate->book().of(venue::deribit).notional), model.portfolio(), 1e-4) << step;
    ASSERT_EQ(gate->book().all().open_orders, static_cast<std::int64_t>(model.orders.size())) << step;
    const auto& load = gate->book().of(alpha).of(greek::delta, gate->book().weight(call).underlying);
    ASSERT_NEAR(static_cast<double>(load.held + load.up) * greek_unit, model.delta(true), 1e-6) << step;
    ASSERT_NEAR(static_cast<double>(load.held + load.down) * greek_unit, model.delta(false), 1e-6) << step;
  }
};

TEST_F(risk_model, agrees_with_one_that_counts_everything_anew) {
  for (int step = 0; step < 20'000; ++step) {
    const auto kind = below(10);
    if (kind < 4) {
      place_one(step);
    } else if (kind == 4) {
      requote(some_instrument());
    } else if (!model.orders.empty()) {
      const auto at = std::next(model.orders.begin(), static_cast<std::ptrdiff_t>(below(model.orders.size())));
      const auto id = at->first;
      if (kind == 5 || kind == 6) {
        fill_one(id, at->second);
      } else if (kind == 7) {
        amend_one(id, at->second, step);
      } else if (at->second.asked_size > 0) {
        answer(id, at->second);
      } else if (kind == 9) {
        end({id});
        model.orders.erase(at);
      }
    }
    if (HasFatalFailure()) return;
    compare(step);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(passed, 2'000);
  EXPECT_GT(refused, 2'000);
  EXPECT_LT(doubtful, 200);
}

} // namespace
