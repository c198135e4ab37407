#pragma once

#include "exec/order_reader.hpp"

#include <memory>

namespace strike::exec {

/// The ORDER STORE: every order that may have left, what became of it, and every fill, in one SQLite file. What a call
/// wrote is safe from the death of this process when it returns (WAL, synchronous=NORMAL); a power cut may take the
/// last moments, which reconciliation gets back from the venue. One process at a time. One thread.
///
/// Sizes, prices and money are whole 1e-9, times nanoseconds. Positions are not kept: they follow from fills,
/// settlements and adoptions.
class order_store final : public order_keys {
public:
  /// Makes the file and its folder if there is none.
  /// @returns `ec::io`: locked by another exec, damaged, of a newer version, not writable; the text says what to do
  static result<std::unique_ptr<order_store>> open(const std::filesystem::path& file, instrument_registry& instruments);
  ~order_store() override;

  /// The number of a strategy, a new one at its first call.
  result<owner_id> owner_of(std::string_view strategy);
  /// The intent: before a byte of it goes to the venue.
  /// @returns `ec::invalid_order`: the client id is taken
  result<void> add(const stored_order& what);
  result<void> save(order_id order, const order_life::standing& last);
  result<void> keep(order_id order, std::string_view key) override;

  /// A fill, and how its order stands with it.
  /// @param order none: of an order that is not exec's
  /// @returns false: it was booked before; nothing changed
  result<bool> book(const account_name& account, std::string_view trade_id, const fill& what, std::int64_t at_ns);
  result<bool> book(const account_name& account, std::string_view trade_id, const fill& what, order_id order,
                    owner_id owner, const order_life::standing& last, std::int64_t at_ns);
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
  const std::filesystem::path& file() const;

private:
  struct state;
  explicit order_store(std::unique_ptr<state> x);
  std::unique_ptr<state> state_;
};

} // namespace strike::exec
