#pragma once

#include "base/order.hpp"
#include "base/rules.hpp"

#include <functional>
#include <map>
#include <span>
#include <vector>

namespace strike::match {

using owner_id = std::uint32_t;

/// The cash that a trade of one instrument moves, in its settlement currency, without fees: what a buyer pays is
/// negative. Linear and premium: -size x price x multiplier. Inverse futures and perpetuals (sizes in USD):
/// +size x multiplier / price coin. `size` is signed.
money trade_flow(const instrument& what, price at, quantity size);
double trade_flow(const instrument& what, double at, quantity size);

/// What one owner holds of one instrument.
struct holding {
  quantity size;         ///< signed
  money cost;            ///< sum of the flows of the open part: negative for a long linear position
  money realized;        ///< profit of closed parts, settlement included, before fees and funding
  money fees;            ///< paid; negative = received
  money funding;         ///< received; negative = paid
  money settled;         ///< payoffs received at expiry or resolution; futures: the profit against the delivery price
  quantity bought, sold; ///< turnover of fills; stays at the largest quantity once it is reached
  /// Price of the open part implied by `cost`; 0 when flat.
  double average_price(const instrument& what) const;
};

/// A position that ended by expiry or resolution.
struct settlement {
  std::int64_t venue_ns = 0;
  owner_id owner = 0;
  instrument_id instrument;
  quantity size;       ///< signed, before
  double delivery = 0; ///< delivery price of the underlying; binary: 1, 0 or 0.5
  money payoff;        ///< received; negative = paid
  money fee;
};

/// Positions and cash of all owners. Cash is kept per owner, venue and currency; an owner's cash starts at 0, so that
/// it is profit, and a bankroll is counted once by whoever holds it.
///
/// Conservation, checked by the tests after every event: position = sum of fills; equity changes only by flows, fees,
/// funding and marks.
class ledger {
public:
  explicit ledger(instrument_rules& rules);

  void book(owner_id owner, const fill& what);
  void settle(const settlement& what);
  void fund(owner_id owner, instrument_id instrument, money received);
  /// Moves both legs of a merged pair out and 1 per pair in; each leg is closed against half of it. The owner holds at
  /// least `size` of both.
  void merge(owner_id owner, instrument_id yes, instrument_id no, quantity size);

  const holding& of(owner_id owner, instrument_id instrument) const; ///< an empty one if there is none
  /// Realised: premiums and payoffs of options, spot and binaries; closed profit of futures; less fees.
  struct balance {
    owner_id owner;
    venue at;
    std::string currency;
    money cash;
    money fees; ///< paid in all
  };
  std::vector<balance> balances() const; ///< by owner, venue, currency
  /// Cash plus the value of open positions. @param mark price per unit; where it has none, the position's cost counts
  struct equity_row {
    owner_id owner;
    venue at;
    std::string currency;
    double equity;
  };
  std::vector<equity_row> equity(const std::function<optional_double(instrument_id)>& mark) const;
  /// Every non-empty holding, by owner then instrument.
  void each(const std::function<void(owner_id, instrument_id, const holding&)>& visit) const;

private:
  struct account {
    holding held;
    balance* funds = nullptr; ///< where its cash goes; set once the account is used
  };
  account& account_of(owner_id owner, instrument_id instrument);

  instrument_rules& rules_;
  std::vector<std::vector<account>> accounts_; ///< by owner, then instrument index
  std::map<std::tuple<owner_id, venue, std::string>, balance> balances_;
};

} // namespace strike::match
