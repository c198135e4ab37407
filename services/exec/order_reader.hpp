#pragma once

#include "base/registry.hpp"
#include "exec/order_records.hpp"

#include <SQLiteCpp/Database.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strike::exec {

/// Asks the order store; never writes. Every error is `ec::io` and names the file.
class order_reader {
public:
  /// Which rows; an empty text is any.
  struct filter {
    std::string strategy, venue;
    bool is_open = false; ///< orders that are not final
    std::size_t newest = SIZE_MAX;
  };

  /// Beside an exec that runs.
  /// @returns `ec::not_found`: there is no such file; `ec::io`: it is no store, or of a newer version
  static result<order_reader> open(const std::filesystem::path& file, instrument_registry& instruments);
  /// @param on is opened and of the right version
  order_reader(std::shared_ptr<SQLite::Database> on, instrument_registry& instruments)
      : db_{std::move(on)}, instruments_{instruments} {}

  /// By owner.
  result<std::vector<std::string>> strategies() const;
  /// Oldest first, with their fills and keys.
  result<std::vector<stored_order>> orders(const filter& which) const;
  /// Orders that ended before they left, oldest first: only what `order_store::refuse` keeps of them is set.
  result<std::vector<stored_order>> refusals(const filter& which) const;
  result<std::optional<stored_order>> find(std::string_view client_id) const;
  result<std::optional<stored_order>> find(order_id id) const;
  /// By its label, the venue's id, or an id that one of its keys begins with.
  result<std::optional<stored_order>> find(const account_name& account, const venue_name& name) const;
  /// Every fill of that trade, of exec's orders and others.
  result<std::vector<fill>> fills_of(const account_name& account, std::string_view trade_id) const;
  /// In the order in which they were booked.
  result<void> bookings(const filter& which, const std::function<void(booking&&)>& visit) const;
  result<std::vector<audit_entry>> audit() const;
  /// The venue's time of the newest fill of the account; 0: none.
  result<std::int64_t> newest_fill_ns(const account_name& account) const;
  /// What `order_store::set` kept; empty if nothing.
  result<std::string> value(std::string_view key) const;
  /// The last number that an order got, and the last of a booking.
  result<std::uint64_t> last_order() const;
  result<std::int64_t> last_booking() const;

private:
  template <class F> auto ask(std::string_view what, F f) const;
  std::vector<stored_order> read_orders(const std::string& where, const std::vector<std::string>& values) const;
  void add_details(stored_order& to) const;

  std::shared_ptr<SQLite::Database> db_;
  instrument_registry& instruments_;
};

/// The version of the tables; a store of a newer one is not touched.
inline constexpr int store_version = 1;
/// Whether the file is a store of this version. @returns `ec::io`
result<void> check_store(SQLite::Database& db, const std::filesystem::path& file);

} // namespace strike::exec
