#include "exec/order_store_state.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <tuple>
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
constexpr const char* later_tables = R"sql(
CREATE INDEX IF NOT EXISTS orders_at_venue ON orders (venue_id) WHERE venue_id <> '';
CREATE INDEX IF NOT EXISTS order_keys_text ON order_keys (key);
CREATE TABLE IF NOT EXISTS refusals (
  seq INTEGER PRIMARY KEY, client_id TEXT NOT NULL, owner INTEGER NOT NULL, strategy_order INTEGER NOT NULL,
  venue TEXT NOT NULL, account TEXT NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL, type TEXT NOT NULL,
  limit_0 INTEGER NOT NULL, size_0 INTEGER NOT NULL, at_ns INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL);
)sql";

/// For the disk, while the log is begun anew (checkpointer).
constexpr int longest_wait_ms = 1'000;

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

order_store::order_store(std::unique_ptr<state> x) : state_{std::move(x)} {}
order_store::~order_store() {
  if (state_->file_intents()) std::ignore = state_->log.filed(0); // else the next start does it
}

const order_reader& order_store::read() const {
  std::ignore = state_->file_intents(); // what is wrong is told to the next that writes
  return state_->reader;
}

result<std::unique_ptr<order_store>> order_store::open(const std::filesystem::path& file,
                                                       instrument_registry& instruments,
                                                       checkpoint_listener told) {
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
    db->exec(later_tables);
    db->exec(fmt::format("CREATE TRIGGER IF NOT EXISTS refusals_kept AFTER INSERT ON refusals BEGIN "
                         "DELETE FROM refusals WHERE seq <= NEW.seq - {}; END",
                         kept_refusals));
    if (const auto found = db->execAndGet("PRAGMA quick_check(1)").getString(); found != "ok")
      return fail(ec::io,
                  fmt::format("{}: is damaged ({}); move it away together with its -wal and -intents files, keep "
                              "all, and start again: the venues tell what is open",
                              file.string(), found));
    db->exec("BEGIN IMMEDIATE; COMMIT;"); // not writable shows now, not at the first order
    auto made =
        std::make_unique<state>(file, std::move(*lock), std::move(db), std::move(*log), instruments, std::move(told));
    if (auto ok = made->file_intents(); !ok) return std::unexpected{ok.error()};
    const auto last = made->reader.last_booking();
    if (!last) return std::unexpected{last.error()};
    made->last_booking = *last;
    made->last_refusal = made->db->execAndGet("SELECT COALESCE(MAX(seq), 0) FROM refusals").getInt64();
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

result<void> order_store::save(order_id order, const order_life::standing& last) {
  return state_->write("the state of an order", [&] { state_->save(order, last); });
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
