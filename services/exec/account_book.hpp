#pragma once

#include "exec/order_records.hpp"
#include "match/ledger.hpp"

#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace strike::exec {

/// Who, for orders and in tables, stands for what no strategy holds; no strategy has that name.
inline constexpr std::string_view account_owner = "(account)";

/// What the accounts hold: by strategy, and what is the accounts' own (adopted, or traded by others).
class account_book {
public:
  explicit account_book(instrument_rules& rules) : strategies_{rules} {}

  /// @param at_ns wall time of the booking
  void book(std::optional<owner_id> owner, const fill& what, std::int64_t at_ns);
  void settle(std::optional<owner_id> owner, const match::settlement& what, std::int64_t at_ns);
  void adopt(const adoption& what) { own_[what.instrument] += what.size; }
  /// One of the store.
  void replay(const booking& what);

  /// All that the venue should say the account holds.
  quantity in_all(instrument_id instrument) const;
  quantity own(instrument_id instrument) const;
  /// Every instrument that is held, or was.
  std::vector<instrument_id> instruments() const;
  /// When it last changed, wall time; 0: never.
  std::int64_t changed_ns(instrument_id instrument) const;
  const match::ledger& strategies() const { return strategies_; }
  /// Splits what a real venue settled for the account among those who hold it; the account's own comes last.
  std::vector<std::pair<std::optional<owner_id>, match::settlement>> shares(const match::settlement& of) const;

private:
  match::ledger strategies_;
  std::map<instrument_id, quantity> own_;
  std::map<instrument_id, quantity> all_;
  std::map<instrument_id, std::int64_t> changed_ns_;
};

} // namespace strike::exec
