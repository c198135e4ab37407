#pragma once

#include "exec/intent_log.hpp"
#include "exec/order_store.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>

#include <string>
#include <unistd.h>

namespace strike::exec {

inline std::string store_text(auto x) { return std::string{to_text(x)}; }
inline std::int64_t store_number(auto x) { return static_cast<std::int64_t>(x); }

/// Held as long as this process lives.
class store_lock {
public:
  explicit store_lock(int fd) : fd_{fd} {}
  store_lock(const store_lock&) = delete;
  store_lock& operator=(const store_lock&) = delete;
  ~store_lock() { ::close(fd_); }

private:
  int fd_;
};

/// What the store has open; one file a concern: order_store.cpp (opening, small things), order_store_intents.cpp,
/// order_store_bookings.cpp.
struct order_store::state {
  state(std::filesystem::path f, std::unique_ptr<store_lock> l, std::shared_ptr<SQLite::Database> d, intent_log t,
        instrument_registry& i, checkpoint_listener told)
      : file{std::move(f)}, lock{std::move(l)}, db{std::move(d)}, log{std::move(t)}, instruments{i}, reader{db, i},
        log_keeper{file, std::move(told)} {}

  /// Runs `f` in one transaction, unless it is a single statement; after the intents, to which it may belong.
  template <class F> auto write(std::string_view what, F f) -> result<decltype(f())> {
    if (auto ok = file_intents(); !ok) return std::unexpected{ok.error()};
    return write_now(what, std::move(f));
  }
  template <class F> auto write_now(std::string_view what, F f) -> result<decltype(f())> {
    try {
      if constexpr (std::is_void_v<decltype(f())>)
        return f(), result<void>{};
      else
        return f();
    } catch (const SQLite::Exception& x) {
      for (auto* each : {&add_order, &save_order, &add_key, &add_refusal, &add_fill, &add_reversal})
        each->tryReset(); // none is under way
      return fail(ec::io, fmt::format("{}: writing {}: {}; is the disk full or the file in use?", file.string(), what,
                                      x.what()));
    }
  }
  template <class... Ts> int run(SQLite::Statement& statement, const Ts&... values) {
    statement.reset();
    int at = 0;
    (statement.bind(++at, values), ...);
    return statement.exec();
  }
  void file_line(std::string_view line);
  result<void> file_intents();
  void bind_owner(SQLite::Statement& to, int at, const std::optional<owner_id>& owner) {
    if (owner)
      to.bind(at, store_number(*owner));
    else
      to.bind(at);
  }
  const std::string& symbol(instrument_id x) const { return instruments.at(x).symbol; }
  int insert_fill(const account_name& account, std::string_view trade_id, const fill& what, order_id order,
                  std::optional<owner_id> owner, std::int64_t at_ns);
  void save(order_id order, const order_life::standing& x) {
    run(save_order, store_text(x.state), x.filled.nanos, x.counted.nanos, x.limit.nanos, x.size.nanos, x.changed_ns,
        x.venue_id, x.reason, store_number(order.value));
  }

  std::filesystem::path file;
  std::unique_ptr<store_lock> lock;
  std::shared_ptr<SQLite::Database> db;
  intent_log log;
  /// Client ids that are in the log only.
  boost::unordered_flat_set<std::string> unfiled_ids;
  instrument_registry& instruments;
  order_reader reader;
  std::int64_t last_booking = 0, last_refusal = 0;
  // prepared once
  // a microsecond or two, of five million orders as well: new ids are neighbours in the index, and its pages at hand
  SQLite::Statement find_order{*db, "SELECT 1 FROM orders WHERE client_id = ?"};
  // what a death left in the log may be in the tables already
  SQLite::Statement add_order{*db, "INSERT INTO orders VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
                                   "ON CONFLICT (id) DO NOTHING"};
  SQLite::Statement save_order{*db,
                               "UPDATE orders SET state = ?, filled = ?, counted = ?, limit_now = ?, size_now = ?, "
                               "changed_ns = ?, venue_id = ?, reason = ? WHERE id = ?"};
  SQLite::Statement add_key{*db, "INSERT INTO order_keys (order_id, key) SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM "
                                 "order_keys WHERE order_id = ?1 AND key = ?2)"};
  SQLite::Statement add_refusal{*db, "INSERT INTO refusals VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
                                     "ON CONFLICT (seq) DO NOTHING"};
  SQLite::Statement add_fill{*db, "INSERT OR IGNORE INTO fills VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"};
  SQLite::Statement add_reversal{*db, "INSERT OR IGNORE INTO reversals VALUES (?,?,?,?,?,?,?)"};
  checkpointer log_keeper;
};

} // namespace strike::exec
