#pragma once

#include "sandbox/derive_accounts.hpp"
#include "sandbox/derive_order_params.hpp"
#include "sandbox/trading_desk.hpp"

#include <map>
#include <set>

namespace strike::sandbox::derive {

struct order_rules {
  api version = api::v3;
  network chain = network::mainnet;
  std::int64_t least_signature_life_ns = 300'000'000'000; ///< sources say 10 s or 300 s for v3
  std::int64_t nonce_window_ns = 300'000'000'000;         ///< v3; sources say 5 minutes to 120 days
  bool burns_unseen_nonces = true;                        ///< `cancel_by_nonce` of a nonce that did not come yet
  std::size_t most_open_orders = 1'000;                   ///< of a subaccount
};

/// What Derive knows of an order beside what the desk does.
struct order_extra {
  order_params asked;
  std::string replaced = {};        ///< the id of the order in whose stead it came; empty: none
  std::string trigger_message = {}; ///< why its trigger led to nothing; empty: it did not
};

/// Orders of all wallets: what the venue checks before and beside the matching. One thread.
/// Source: Derive, order entry, signing, errors.
class order_entry {
public:
  order_entry(order_rules how, trading_desk& desk, const market_view& market, const wallets& who)
      : how_{how}, terms_{terms_of(how.version, how.chain)}, desk_{desk}, market_{market}, wallets_{who} {}

  /// A subaccount that may trade.
  void add(std::uint64_t subaccount, owner_id as) { owners_[subaccount] = as; }
  /// @returns 14001 if it is not one of the caller's
  answer<owner_id> owner_of(const caller& who, std::uint64_t subaccount) const;

  answer<order_id> place(const caller& who, const order_params& x, std::int64_t now_ns);
  struct replacement {
    order_id cancelled;
    answer<order_id> created; ///< the cancel stands, whatever became of it
  };
  struct replace_terms {
    std::string order_id; ///< empty: by nonce
    std::optional<std::uint64_t> nonce;
    std::string expected_filled; ///< empty: whatever it is
  };
  answer<replacement> replace(const caller& who, const replace_terms& old, const order_params& x, std::int64_t now_ns);
  /// The hashes the venue finds, for `private/order_debug`.
  answer<order_hashes> debug(const caller& who, const order_params& x) const;

  /// @param instrument empty: any
  /// @returns 11003 to 11006 if it is not open any more, or never was
  answer<order_id> find_open(owner_id owner, std::string_view instrument, std::string_view name) const;
  /// @returns none if the nonce is not one of an open order; then it is burnt
  std::optional<order_id> cancel_by_nonce(const caller& who, owner_id owner, std::string_view instrument,
                                          std::uint64_t nonce, std::int64_t now_ns);
  /// Those open orders of an account that fit. @returns how many
  std::int64_t cancel_where(owner_id owner, const std::function<bool(const order_record&)>& fits,
                            std::string_view reason, std::int64_t now_ns);

  const order_extra& extra(order_id id) const { return extras_.at(id); }
  /// All that were accepted, oldest first.
  const std::map<order_id, order_extra>& accepted() const { return extras_; }
  /// What happened since the last call, without what clients are not told; releases orders whose triggers fired.
  std::vector<desk_event> take_events(std::int64_t now_ns);

private:
  answer<void> check(const caller& who, const order_params& x, std::int64_t now_ns) const;
  answer<void> check_expiry(const order_params& x, const session_key& key, std::int64_t now_ns) const;
  answer<void> check_nonce(const wallet& of, std::uint64_t nonce, std::int64_t now_ns) const;
  answer<void> check_form(const order_params& x, const instrument_view& of) const;
  answer<order_request> request_of(const order_params& x, const instrument_view& of, std::int64_t now_ns) const;
  answer<void> check_price(owner_id owner, const order_params& x, const instrument_view& of,
                           order_request& request) const;
  answer<order_id> enter(owner_id owner, const order_params& x, std::string replaced, std::int64_t now_ns);

  const order_rules how_;
  const signing_terms terms_;
  trading_desk& desk_;
  const market_view& market_;
  const wallets& wallets_;
  std::map<std::uint64_t, owner_id> owners_;
  std::map<order_id, order_extra> extras_;
  std::set<order_id> untold_; ///< killed as they came: the client had an error instead
};

} // namespace strike::sandbox::derive
