#pragma once

#include "base/rules.hpp"
#include "match/ledger.hpp"
#include "strategy/context.hpp"
#include "wire/order.hpp"

#include <boost/json/array.hpp>

#include <vector>

namespace strike::strategies {

/// What one strategy holds, as exec tells it: fill by fill, and as a whole after a connection. One thread.
class position_book {
public:
  explicit position_book(instrument_rules& rules) : rules_{rules}, ledger_{rules} {}

  void book(const fill& what);
  void settle(const wire::position_settled& what);
  /// Exec's word on everything that is held; differences become its own.
  /// @returns the instruments whose size was another one here
  std::vector<instrument_id> adopt(const std::vector<wire::strategy_position>& all);

  position of(instrument_id instrument) const;
  std::uint64_t fills() const { return fills_; }
  /// [{"instrument":i, "size":s, "average_price":p}], by instrument; `name_of` makes the text.
  boost::json::array to_json(const std::function<std::string(instrument_id)>& name_of) const;
  /// Fees paid so far and profit of closed parts, by currency: [{"currency":c, "realized":r, "fees":f}].
  boost::json::array results() const;

private:
  instrument_rules& rules_;
  match::ledger ledger_;
  std::uint64_t fills_ = 0;
};

} // namespace strike::strategies
