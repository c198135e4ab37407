#include "exec/checkpointer.hpp"

#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

#include <chrono>
#include <optional>

namespace strike::exec {

namespace {

using namespace std::chrono_literals;

constexpr auto every = 1s;
constexpr std::uintmax_t long_log = 64 << 20;

/// A passive one never makes a writer wait, but leaves the log as long as it is while somebody writes. One that is long
/// is begun anew, which makes a writer wait once for the disk.
void move_log(SQLite::Database& db, const std::filesystem::path& log) {
  sqlite3_wal_checkpoint_v2(db.getHandle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  std::error_code none;
  if (const auto size = std::filesystem::file_size(log, none); !none && size > long_log)
    sqlite3_wal_checkpoint_v2(db.getHandle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
}

} // namespace

checkpointer::checkpointer(std::filesystem::path store)
    : store_{std::move(store)}, thread_{[this](const std::stop_token& stop) { run(stop); }} {}

checkpointer::~checkpointer() {
  thread_.request_stop();
  thread_.join();
}

void checkpointer::run(const std::stop_token& stop) {
  std::optional<SQLite::Database> db;
  auto log = store_;
  log += "-wal";
  std::unique_lock lock{guard_};
  while (!over_.wait_for(lock, stop, every, [&] { return stop.stop_requested(); })) {
    try {
      if (!db) {
        db.emplace(store_.string(), SQLite::OPEN_READWRITE, 250);
        db->execAndGet("PRAGMA journal_mode"); // who has not yet looked does not know of the log
      }
      move_log(*db, log);
    } catch (const SQLite::Exception&) {
      db.reset(); // the store itself tells what is wrong with its file; the log grows until this goes again
    }
  }
}

} // namespace strike::exec
