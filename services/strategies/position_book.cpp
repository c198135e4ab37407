#include "strategies/position_book.hpp"

#include "strategy/history.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace strike::strategies {

namespace {

constexpr match::owner_id me = 0;

} // namespace

void position_book::book(const fill& what) {
  ++fills_;
  ledger_.book(me, what);
}

void position_book::settle(const wire::position_settled& what) {
  ledger_.settle({.venue_ns = what.venue_ns,
                  .owner = me,
                  .instrument = what.instrument,
                  .size = what.size,
                  .delivery = what.delivery,
                  .payoff = what.payoff,
                  .fee = what.fee});
}

std::vector<instrument_id> position_book::adopt(const std::vector<wire::strategy_position>& all) {
  std::map<instrument_id, quantity> missing; // exec's sizes less ours
  std::map<instrument_id, double> prices;
  for (const auto& x : all) {
    missing[x.instrument] += x.size;
    prices[x.instrument] = x.average_price;
  }
  ledger_.each([&](match::owner_id, instrument_id id, const match::holding& x) { missing[id] -= x.size; });
  std::vector<instrument_id> changed;
  for (const auto& [id, size] : missing) {
    if (size == quantity{}) continue;
    changed.push_back(id);
    const double at = prices.contains(id) ? prices[id] : of(id).average_price;
    ledger_.book(me, {.instrument = id,
                      .side = size > quantity{} ? side::buy : side::sell,
                      .at = nearest_decimal<price>(at).value_or(price{}),
                      .size = size > quantity{} ? size : -size});
  }
  return changed;
}

position position_book::of(instrument_id instrument) const {
  const auto& held = ledger_.of(me, instrument);
  return {held.size, held.average_price(rules_.of(instrument))};
}

boost::json::array position_book::to_json(const std::function<std::string(instrument_id)>& name_of) const {
  boost::json::array all;
  ledger_.each([&](match::owner_id, instrument_id id, const match::holding& x) {
    if (x.size == quantity{}) return;
    all.push_back(boost::json::object{{"instrument", name_of(id)},
                                      {"size", json_number(to_double(x.size))},
                                      {"average_price", json_number(x.average_price(rules_.of(id)))}});
  });
  return all;
}

boost::json::array position_book::results() const {
  struct sums {
    money realized, fees;
  };
  std::map<std::string, sums> by_currency;
  ledger_.each([&](match::owner_id, instrument_id id, const match::holding& x) {
    auto& to = by_currency[rules_.of(id).info.settlement];
    to.realized += x.realized;
    to.fees += x.fees;
  });
  boost::json::array all;
  for (const auto& [currency, x] : by_currency)
    all.push_back(boost::json::object{{"currency", currency},
                                      {"realized", json_number(to_double(x.realized))},
                                      {"fees", json_number(to_double(x.fees))}});
  return all;
}

} // namespace strike::strategies
