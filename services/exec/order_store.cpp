#include "exec/order_store.hpp"

#include "exec/checkpointer.hpp"
#include "exec/intent_log.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace strike::exec {

namespace {

constexpr const char* tables = R"sql(
PRAGMA application_id = 0x5354524b;
PRAGMA user_version = 1;
CREATE TABLE strategies (owner INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY, client_id TEXT NOT NULL UNIQUE, owner INTEGER NOT NULL, strategy_order INTEGER NOT NULL,
  venue TEXT NOT NULL, account TEXT NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL, type TEXT NOT NULL,
  limit_0 INTEGER NOT NULL, size_0 INTEGER NOT NULL, tif TEXT NOT NULL, post_only INTEGER NOT NULL,
  reduce_only INTEGER NOT NULL, expire_ns INTEGER NOT NULL, stop INTEGER NOT NULL, stop_trigger TEXT NOT NULL,
  placed_ns INTEGER NOT NULL,
  state TEXT NOT NULL, filled INTEGER NOT NULL, counted INTEGER NOT NULL, limit_now INTEGER NOT NULL,
  size_now INTEGER NOT NULL, changed_ns INTEGER NOT NULL, venue_id TEXT NOT NULL, reason TEXT NOT NULL);
CREATE INDEX orders_open ON orders (id) WHERE state IN ('pending', 'open', 'partially_filled', 'unknown');
CREATE TABLE order_keys (seq INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, key TEXT NOT NULL);
CREATE INDEX order_keys_of ON order_keys (order_id);
CREATE TABLE fills (
  seq INTEGER PRIMARY KEY, venue TEXT NOT NULL, account TEXT NOT NULL, trade_id TEXT NOT NULL,
  order_id INTEGER NOT NULL, owner INTEGER, symbol TEXT NOT NULL, side TEXT NOT NULL, price INTEGER NOT NULL,
  size INTEGER NOT NULL, fee INTEGER NOT NULL, liquidity TEXT NOT NULL, reason TEXT NOT NULL, venue_ns INTEGER NOT NULL,
  booked_ns INTEGER NOT NULL, UNIQUE (venue, account, trade_id, order_id));
CREATE INDEX fills_of ON fills (order_id);
CREATE INDEX fills_newest ON fills (venue, account, venue_ns);
CREATE TABLE reversals (
  seq INTEGER PRIMARY KEY, venue TEXT NOT NULL, account TEXT NOT NULL, trade_id TEXT NOT NULL,
  order_id INTEGER NOT NULL, why TEXT NOT NULL, at_ns INTEGER NOT NULL, UNIQUE (venue, account, trade_id, order_id));
CREATE TABLE settlements (
  seq INTEGER PRIMARY KEY, venue TEXT NOT NULL, account TEXT NOT NULL, owner INTEGER, symbol TEXT NOT NULL,
  size INTEGER NOT NULL, delivery REAL NOT NULL, payoff INTEGER NOT NULL, fee INTEGER NOT NULL,
  venue_ns INTEGER NOT NULL, booked_ns INTEGER NOT NULL);
CREATE TABLE adoptions (
  seq INTEGER PRIMARY KEY, venue TEXT NOT NULL, account TEXT NOT NULL, symbol TEXT NOT NULL, size INTEGER NOT NULL,
  why TEXT NOT NULL, at_ns INTEGER NOT NULL);
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE notes (key TEXT PRIMARY KEY, text TEXT NOT NULL);
)sql";

/// Of stores of any age.
constexpr const char* later_indexes = R"sql(
CREATE INDEX IF NOT EXISTS orders_at_venue ON orders (venue_id) WHERE venue_id <> '';
CREATE INDEX IF NOT EXISTS order_keys_text ON order_keys (key);
)sql";

std::string text(auto x) { return std::string{to_text(x)}; }
std::int64_t number(auto x) { return static_cast<std::int64_t>(x); }

/// @throws what leaves the store as an error: 64 bits of 1e-9 hold 9.2e9
std::int64_t nanos(money x) {
  if (x.nanos > INT64_MAX || x.nanos < INT64_MIN) throw SQLite::Exception{"an amount above 9.2e9"};
  return static_cast<std::int64_t>(x.nanos);
}

/// A row of the table that `kind` names, as the log of intents has it.
template <class... Ts> std::string line_of(std::string_view kind, const Ts&... values) {
  return boost::json::serialize(boost::json::array{kind, values...});
}
constexpr std::string_view order_line = "order", key_line = "key";
/// For the disk, while the log is begun anew (checkpointer).
constexpr int longest_wait_ms = 1'000;
constexpr std::uint64_t long_log = 1 << 20; ///< it is emptied when all of it is in the tables

std::size_t hash_of(std::string_view client_id) { return std::hash<std::string_view>{}(client_id); }

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

result<std::unique_ptr<store_lock>> take_lock(const std::filesystem::path& file) {
  const auto name = file.string() + ".lock";
  const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail(ec::io,
                fmt::format("{}: {}; exec must be able to write there ([exec] store)", name, std::strerror(errno)));
  auto made = std::make_unique<store_lock>(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return made;
  if (errno != EWOULDBLOCK) return fail(ec::io, fmt::format("{}: {}", name, std::strerror(errno)));
  return fail(ec::io, fmt::format("{}: another exec uses it; stop that one, or name another file in [exec] store",
                                  file.string()));
}

} // namespace

struct order_store::state {
  state(std::filesystem::path f, std::unique_ptr<store_lock> l, std::shared_ptr<SQLite::Database> d, intent_log t,
        instrument_registry& i)
      : file{std::move(f)}, lock{std::move(l)}, db{std::move(d)}, log{std::move(t)}, instruments{i}, reader{db, i} {}

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
      for (auto* each : {&add_order, &save_order, &add_key, &add_fill, &add_reversal})
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
      to.bind(at, number(*owner));
    else
      to.bind(at);
  }
  const std::string& symbol(instrument_id x) const { return instruments.at(x).symbol; }
  int insert_fill(const account_name& account, std::string_view trade_id, const fill& what, order_id order,
                  std::optional<owner_id> owner, std::int64_t at_ns);
  void save(order_id order, const order_life::standing& x) {
    run(save_order, text(x.state), x.filled.nanos, x.counted.nanos, x.limit.nanos, x.size.nanos, x.changed_ns,
        x.venue_id, x.reason, number(order.value));
  }

  std::filesystem::path file;
  std::unique_ptr<store_lock> lock;
  std::shared_ptr<SQLite::Database> db;
  intent_log log;
  /// Hashes of all client ids: nearly every order is new, and need not ask the tables for that.
  boost::unordered_flat_set<std::size_t> client_ids;
  instrument_registry& instruments;
  order_reader reader;
  std::int64_t last_booking = 0;
  // prepared once
  SQLite::Statement find_order{*db, "SELECT 1 FROM orders WHERE client_id = ?"};
  // what a death left in the log may be in the tables already
  SQLite::Statement add_order{*db, "INSERT INTO orders VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
                                   "ON CONFLICT (id) DO NOTHING"};
  SQLite::Statement save_order{*db,
                               "UPDATE orders SET state = ?, filled = ?, counted = ?, limit_now = ?, size_now = ?, "
                               "changed_ns = ?, venue_id = ?, reason = ? WHERE id = ?"};
  SQLite::Statement add_key{*db, "INSERT INTO order_keys (order_id, key) SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM "
                                 "order_keys WHERE order_id = ?1 AND key = ?2)"};
  SQLite::Statement add_fill{*db, "INSERT OR IGNORE INTO fills VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"};
  SQLite::Statement add_reversal{*db, "INSERT OR IGNORE INTO reversals VALUES (?,?,?,?,?,?,?)"};
  checkpointer log_keeper{file};
};

/// @throws SQLite::Exception
void order_store::state::file_line(std::string_view line) {
  boost::system::error_code broken;
  const auto parsed = boost::json::parse(line, broken);
  const auto* const all = broken ? nullptr : parsed.if_array();
  const auto is_value = [](const auto& x) { return x.is_int64() || x.is_string(); };
  if (!all || all->empty() || !all->front().is_string() || !std::ranges::all_of(*all, is_value))
    throw SQLite::Exception{"the log of intents has a line that is none: " + std::string{line.substr(0, 80)}};
  const auto& row = *all;
  auto& to = row.at(0).as_string() == order_line ? add_order : add_key;
  to.reset();
  for (std::size_t i = 1; i < row.size(); ++i) {
    if (const auto* whole = row[i].if_int64())
      to.bind(static_cast<int>(i), *whole);
    else
      to.bind(static_cast<int>(i), std::string{row[i].as_string()});
  }
  to.exec();
}

result<void> order_store::state::file_intents() {
  if (log.unfiled().empty()) return {};
  auto ok = write_now("orders", [&] {
    SQLite::Transaction whole{*db};
    for (const auto& line : log.unfiled()) file_line(line);
    whole.commit();
  });
  if (!ok) return ok;
  return log.filed(long_log);
}

int order_store::state::insert_fill(const account_name& account, std::string_view trade_id, const fill& what,
                                    order_id order, std::optional<owner_id> owner, std::int64_t at_ns) {
  add_fill.reset();
  bind_owner(add_fill, 6, owner);
  int at = 0;
  const auto bind = [&](const auto& x) { add_fill.bind(++at, x); };
  bind(last_booking + 1);
  bind(text(account.at));
  bind(account.name);
  bind(std::string{trade_id});
  bind(number(order.value));
  ++at; // the owner
  bind(symbol(what.instrument));
  bind(text(what.side));
  bind(what.at.nanos);
  bind(what.size.nanos);
  bind(nanos(what.fee));
  bind(text(what.liquidity));
  bind(text(what.reason));
  bind(what.venue_ns);
  bind(at_ns);
  const int added = add_fill.exec();
  last_booking += added;
  return added;
}

order_store::order_store(std::unique_ptr<state> x) : state_{std::move(x)} {}
order_store::~order_store() {
  if (state_->file_intents()) std::ignore = state_->log.filed(0); // else the next start does it
}

const order_reader& order_store::read() const {
  std::ignore = state_->file_intents(); // what is wrong is told to the next that writes
  return state_->reader;
}
result<void> order_store::file_intents() { return state_->file_intents(); }
bool order_store::has_unfiled() const { return !state_->log.unfiled().empty(); }

result<std::unique_ptr<order_store>> order_store::open(const std::filesystem::path& file,
                                                       instrument_registry& instruments) {
  if (const auto folder = file.parent_path(); !folder.empty()) {
    std::error_code why;
    std::filesystem::create_directories(folder, why);
    if (why)
      return fail(ec::io, fmt::format("{}: {}; name another file in [exec] store", folder.string(), why.message()));
  }
  auto lock = take_lock(file);
  if (!lock) return std::unexpected{lock.error()};
  ::close(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)); // SQLite would let everybody read what we trade
  try {
    auto db = std::make_shared<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                                                 longest_wait_ms);
    const bool is_new = db->execAndGet("SELECT COUNT(*) FROM sqlite_schema").getInt() == 0;
    if (!is_new)
      if (auto ok = check_store(*db, file); !ok) return std::unexpected{ok.error()};
    auto log = intent_log::open(file.string() + "-intents");
    if (!log) return std::unexpected{log.error()};
    if (is_new && !log->unfiled().empty())
      return fail(ec::io,
                  fmt::format("{0}-intents has orders of another store than {0}, which is new; move it to where "
                              "that store went, or bring the store back",
                              file.string()));
    db->exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;");
    if (is_new) {
      SQLite::Transaction whole{*db};
      db->exec(tables);
      whole.commit();
    }
    db->exec(later_indexes);
    if (const auto found = db->execAndGet("PRAGMA quick_check(1)").getString(); found != "ok")
      return fail(ec::io,
                  fmt::format("{}: is damaged ({}); move it away together with its -wal and -intents files, keep "
                              "all, and start again: the venues tell what is open",
                              file.string(), found));
    db->exec("BEGIN IMMEDIATE; COMMIT;"); // not writable shows now, not at the first order
    auto made = std::make_unique<state>(file, std::move(*lock), std::move(db), std::move(*log), instruments);
    if (auto ok = made->file_intents(); !ok) return std::unexpected{ok.error()};
    for (SQLite::Statement id{*made->db, "SELECT client_id FROM orders"}; id.executeStep();)
      made->client_ids.insert(hash_of(id.getColumn(0).getString()));
    const auto last = made->reader.last_booking();
    if (!last) return std::unexpected{last.error()};
    made->last_booking = *last;
    return std::unique_ptr<order_store>{new order_store{std::move(made)}};
  } catch (const SQLite::Exception& x) {
    return fail(ec::io,
                fmt::format("{}: cannot be used as order store: {}; free it or mend its rights, or name another "
                            "file in [exec] store",
                            file.string(), x.what()));
  }
}

result<owner_id> order_store::owner_of(std::string_view strategy) {
  auto& s = *state_;
  return s.write("a strategy", [&]() -> owner_id {
    SQLite::Statement find{*s.db, "SELECT owner FROM strategies WHERE name = ?"};
    find.bind(1, std::string{strategy});
    if (find.executeStep()) return static_cast<owner_id>(find.getColumn(0).getInt64());
    SQLite::Statement add{*s.db, "INSERT INTO strategies VALUES ((SELECT COUNT(*) FROM strategies), ?)"};
    add.bind(1, std::string{strategy});
    add.exec();
    return static_cast<owner_id>(s.db->getLastInsertRowid());
  });
}

result<bool> order_store::has(std::string_view client_id) const {
  auto& s = *state_;
  if (!s.client_ids.contains(hash_of(client_id))) return false;
  return s.write("an order", [&] {
    s.find_order.reset();
    s.find_order.bind(1, std::string{client_id});
    const bool is_there = s.find_order.executeStep();
    s.find_order.reset(); // no reader holds the log back
    return is_there;
  });
}

result<void> order_store::add(const stored_order& x) {
  auto& s = *state_;
  const auto& r = x.what.request;
  auto kept = s.log.append(
      line_of(order_line, number(x.what.id.value), x.what.label, number(x.what.owner), number(x.of_strategy.value),
              text(x.account.at), x.account.name, s.symbol(r.instrument), text(r.side), text(r.type), r.limit.nanos,
              r.size.nanos, text(r.tif), number(r.post_only), number(r.reduce_only), r.expire_ns, r.stop.nanos,
              text(r.trigger), x.placed_ns, text(x.last.state), x.last.filled.nanos, x.last.counted.nanos,
              x.last.limit.nanos, x.last.size.nanos, x.last.changed_ns, x.last.venue_id, x.last.reason));
  if (kept) s.client_ids.insert(hash_of(x.what.label));
  return kept;
}

result<void> order_store::save(order_id order, const order_life::standing& last) {
  return state_->write("the state of an order", [&] { state_->save(order, last); });
}

result<void> order_store::keep(order_id order, std::string_view key) {
  return state_->log.append(line_of(key_line, number(order.value), key));
}

result<bool> order_store::book(const account_name& account, std::string_view trade_id, const fill& what,
                               std::int64_t at_ns) {
  return state_->write("a fill", [&] { return state_->insert_fill(account, trade_id, what, {}, {}, at_ns) > 0; });
}

result<bool> order_store::book(const account_name& account, std::string_view trade_id, const fill& what, order_id order,
                               owner_id owner, const order_life::standing& last, std::int64_t at_ns) {
  auto& s = *state_;
  return s.write("a fill", [&] {
    SQLite::Transaction whole{*s.db};
    if (s.insert_fill(account, trade_id, what, order, owner, at_ns) == 0) return false;
    s.save(order, last);
    whole.commit();
    return true;
  });
}

result<bool> order_store::undo(const account_name& account, std::string_view trade_id, order_id order,
                               std::string_view why, const order_life::standing& last, std::int64_t at_ns) {
  auto& s = *state_;
  return s.write("a fill taken back", [&] {
    SQLite::Transaction whole{*s.db};
    const int added = s.run(s.add_reversal, s.last_booking + 1, text(account.at), account.name, std::string{trade_id},
                            number(order.value), std::string{why}, at_ns);
    s.last_booking += added;
    if (order.value != 0) s.save(order, last);
    whole.commit();
    return added > 0;
  });
}

result<void> order_store::settle(const account_name& account, std::optional<owner_id> owner,
                                 const match::settlement& what, std::int64_t at_ns) {
  auto& s = *state_;
  return s.write("a settlement", [&] {
    SQLite::Statement add{*s.db, "INSERT INTO settlements VALUES (?,?,?,?,?,?,?,?,?,?,?)"};
    s.bind_owner(add, 4, owner);
    int at = 0;
    const auto bind = [&](const auto& x) { add.bind(++at, x); };
    bind(s.last_booking + 1);
    bind(text(account.at));
    bind(account.name);
    ++at; // the owner
    bind(s.symbol(what.instrument));
    bind(what.size.nanos);
    bind(what.delivery);
    bind(nanos(what.payoff));
    bind(nanos(what.fee));
    bind(what.venue_ns);
    bind(at_ns);
    s.last_booking += add.exec();
  });
}

result<void> order_store::adopt(const account_name& account, const adoption& what, std::int64_t at_ns) {
  auto& s = *state_;
  return s.write("a position", [&] {
    SQLite::Statement add{*s.db, "INSERT INTO adoptions VALUES (?,?,?,?,?,?,?)"};
    s.last_booking += s.run(add, s.last_booking + 1, text(account.at), account.name, s.symbol(what.instrument),
                            what.size.nanos, what.why, at_ns);
  });
}

result<void> order_store::note(const audit_entry& what) {
  return state_->write("the audit", [&] {
    SQLite::Statement add{*state_->db, "INSERT INTO audit (at_ns, kind, subject, text) VALUES (?,?,?,?)"};
    state_->run(add, what.at_ns, what.kind, what.subject, what.text);
  });
}

result<void> order_store::set(std::string_view key, std::string_view what) {
  return state_->write("a value", [&] {
    SQLite::Statement put{*state_->db,
                          "INSERT INTO notes VALUES (?,?) ON CONFLICT (key) DO UPDATE SET text = excluded.text"};
    state_->run(put, std::string{key}, std::string{what});
  });
}

} // namespace strike::exec
