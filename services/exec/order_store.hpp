#pragma once

#include "exec/checkpointer.hpp"
#include "exec/order_reader.hpp"

#include <memory>

namespace strike::exec {

/// The ORDER STORE: every order that may have left, what became of it, and every fill, in one SQLite file, and the
/// intents of the last moment in a log beside it (-intents). What a call wrote is safe from the death of this process
/// when it returns (WAL, synchronous=NORMAL); a power cut may take the last moments, which reconciliation gets back
/// from the venue. One process at a time. One thread.
///
/// Sizes, prices and money are whole 1e-9, times nanoseconds. Positions are not kept: they follow from fills,
/// settlements and adoptions.
class order_store final : public order_keys {
public:
  static constexpr int kept_refusals = 100'000; ///< some 25 MB

  /// Makes the file and its folder if there is none.
  /// @param told hears when the store's log cannot be moved into its file
  /// @returns `ec::io`: locked by another exec, damaged, of a newer version, not writable; the text says what to do
  static result<std::unique_ptr<order_store>> open(const std::filesystem::path& file, instrument_registry& instruments,
                                                   checkpoint_listener told = {});
  ~order_store() override;

  /// The number of a strategy, a new one at its first call.
  result<owner_id> owner_of(std::string_view strategy);
  /// Whether there is an order of that client id.
  result<bool> has(std::string_view client_id) const;
  /// The intent: before a byte of it goes to the venue. Its client id is new (`has`).
  result<void> add(const stored_order& what);
  result<void> keep(order_id order, std::string_view key) override;
  /// An order that ended before it left. It is none of `order_reader::orders`, and its client id stays free.
  /// @param what its request, its account, when, and its last state and reason; the oldest of `kept_refusals` goes
  result<void> refuse(const stored_order& what);
  /// What `add`, `keep` and `refuse` have put into the log of intents goes into the tables. It is never necessary, and
  /// best done when no order waits; every other call does it first.
  result<void> file_intents();
  bool has_unfiled() const;
  result<void> save(order_id order, const order_life::standing& last);

  /// A fill, and how its order stands with it.
  /// @param order none: of an order that is not exec's
  /// @param owner none: it changes what no strategy holds
  /// @returns false: it was booked before; nothing changed
  result<bool> book(const account_name& account, std::string_view trade_id, const fill& what, std::int64_t at_ns);
  result<bool> book(const account_name& account, std::string_view trade_id, const fill& what, order_id order,
                    std::optional<owner_id> owner, const order_life::standing& last, std::int64_t at_ns);
  /// A fill that the venue took back.
  /// @returns false: it was taken back before
  result<bool> undo(const account_name& account, std::string_view trade_id, order_id order, std::string_view why,
                    const order_life::standing& last, std::int64_t at_ns);
  /// @param owner none: of what no strategy holds
  result<void> settle(const account_name& account, std::optional<owner_id> owner, const match::settlement& what,
                      std::int64_t at_ns);
  result<void> adopt(const account_name& account, const adoption& what, std::int64_t at_ns);
  result<void> note(const audit_entry& what);
  /// A text under a key, such as the states of the risk gate.
  result<void> set(std::string_view key, std::string_view text);

  const order_reader& read() const;

private:
  struct state;
  explicit order_store(std::unique_ptr<state> x);
  std::unique_ptr<state> state_;
};

} // namespace strike::exec
