#pragma once

#include "match/exchange.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace strike::match {

/// Listens to an exchange, keeps every report, and holds its accounts against what was reported, on its own arithmetic:
/// position == sum of fills, cash == flows or realised profit - fees + payoffs + funding; one final state per order.
class recording_listener : public exchange_listener {
public:
  struct update {
    owner_id owner;
    order_update what;
  };
  std::vector<update> updates;
  std::vector<settlement> settlements;
  std::vector<std::pair<warning, instrument_id>> warnings;

  void on_update(owner_id owner, const order_update& x) override {
    EXPECT_FALSE(finished_.contains(x.order.value)) << "order " << x.order.value << " was told of after its end";
    if (is_final(x.state)) {
      finished_.insert(x.order.value);
      EXPECT_EQ(x.remaining, quantity{});
    }
    auto& filled = filled_[x.order.value];
    if (x.execution) {
      filled += x.execution->size;
      EXPECT_GT(x.execution->size, quantity{});
      book(owner, *x.execution);
    }
    EXPECT_EQ(x.filled, filled);
    updates.push_back({owner, x});
  }
  void on_settlement(const settlement& x) override {
    settlements.push_back(x);
    auto& p = positions_[{x.owner, x.instrument}];
    EXPECT_EQ(x.size, p.size);
    p = {};
    cash_[x.owner] += x.payoff - x.fee;
  }
  void on_warning(warning kind, instrument_id id, std::string_view) override {
    for (const auto& seen : warnings) EXPECT_NE(seen, std::pair(kind, id)) << "a warning came twice";
    warnings.emplace_back(kind, id);
  }

  /// The instrument is needed to know what a fill moves.
  void know(instrument_id id, const instrument& what) { known_[id] = what; }
  void merged(owner_id owner, instrument_id yes, instrument_id no, quantity size) {
    positions_[{owner, yes}].size -= size;
    positions_[{owner, no}].size -= size;
    cash_[owner] += money{size.nanos};
  }
  bool is_finished(order_id id) const { return finished_.contains(id.value); }

  void expect_conserved(const exchange& venue) const {
    std::map<owner_id, money> cash;
    for (const auto& x : venue.accounts().balances()) cash[x.owner] += x.cash;
    venue.accounts().each([&](owner_id owner, instrument_id, const holding& h) { cash[owner] -= h.funding; });
    for (const auto& [owner, expected] : cash_) {
      // realised profit is shared out by position, rounding by 1e-9 at every closing fill
      EXPECT_LE(distance(cash[owner], expected), money{rounding_})
          << to_string(cash[owner]) << " is not " << to_string(expected);
    }
    for (const auto& [key, p] : positions_) EXPECT_EQ(venue.accounts().of(key.first, key.second).size, p.size);
  }

private:
  struct position {
    quantity size;
    money flows; ///< of the open part
  };
  static money distance(money a, money b) { return a < b ? b - a : a - b; }
  static int128 round_div(int128 a, int128 b) {
    const bool negative = (a < 0) != (b < 0);
    a = a < 0 ? -a : a, b = b < 0 ? -b : b;
    return (negative ? -1 : 1) * ((2 * a + b) / (2 * b));
  }

  void book(owner_id owner, const fill& x) {
    const auto& what = known_.at(x.instrument);
    auto& p = positions_[{owner, x.instrument}];
    const auto signed_size = x.side == side::buy ? x.size : -x.size;
    const bool is_future = what.info.kind == instrument_kind::future || what.info.kind == instrument_kind::perpetual;
    const int128 units = round_div(int128{signed_size.nanos} * what.multiplier.nanos, nanos_per_unit);
    const money flow = is_future && what.info.is_inverse ? money{round_div(units * nanos_per_unit, x.at.nanos)}
                                                         : money{-round_div(units * x.at.nanos, nanos_per_unit)};
    if (is_future) {
      p.flows += flow;
      // profit is realised only by what closes: when flat, all flows are profit
      const auto before = p.size;
      p.size += signed_size;
      realize(owner, p, before, signed_size, flow);
    } else {
      p.size += signed_size;
      cash_[owner] += flow;
    }
    cash_[owner] -= x.fee;
  }
  void realize(owner_id owner, position& p, quantity before, quantity change, money flow) {
    const bool closes = before.nanos != 0 && (before.nanos > 0) != (change.nanos > 0);
    if (!closes) return;
    const auto held = before.nanos < 0 ? -before.nanos : before.nanos,
               traded = change.nanos < 0 ? -change.nanos : change.nanos;
    const auto closed = std::min(held, traded);
    const money closing{round_div(flow.nanos * closed, traded)};
    const money opening = p.flows - flow;
    const money cost{round_div(opening.nanos * closed, held)};
    cash_[owner] += closing + cost;
    p.flows -= closing + cost;
    ++rounding_;
  }

  std::map<std::pair<owner_id, instrument_id>, position> positions_;
  std::map<owner_id, money> cash_;
  std::map<instrument_id, instrument> known_;
  std::map<std::uint64_t, quantity> filled_;
  std::set<std::uint64_t> finished_;
  int128 rounding_ = 0; ///< 1e-9 allowed for each closing fill
};

} // namespace strike::match
