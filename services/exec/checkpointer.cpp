#include "exec/checkpointer.hpp"

#include <SQLiteCpp/Database.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <optional>

namespace strike::exec {

namespace {

using namespace std::chrono_literals;

constexpr auto every = 1s;
constexpr int short_rest = 64;     ///< pages
constexpr int patience_ms = 5'000; ///< until no writer is in the way

/// A passive one never makes a writer wait, but the log goes on as long as somebody writes meanwhile. A long one is
/// begun anew, which makes a writer wait for the disk once: for what came last alone.
/// @throws SQLite::Exception
void move_log(SQLite::Database& db, int long_log) {
  int in_log = 0, moved = 0;
  const auto move = [&](int mode) {
    const int code = sqlite3_wal_checkpoint_v2(db.getHandle(), nullptr, mode, &in_log, &moved);
    if (code != SQLITE_OK && code != SQLITE_BUSY) throw SQLite::Exception{db.getHandle(), code};
  };
  move(SQLITE_CHECKPOINT_PASSIVE);
  if (in_log < long_log) return;
  for (int i = 0; i < 5 && in_log - moved > short_rest; ++i) move(SQLITE_CHECKPOINT_PASSIVE);
  move(SQLITE_CHECKPOINT_RESTART);
}

} // namespace

checkpointer::checkpointer(std::filesystem::path store, checkpoint_listener told, int long_log)
    : store_{std::move(store)}, told_{std::move(told)}, long_log_{long_log}, thread_{
                                                                                 [this](const std::stop_token& stop) {
                                                                                   run(stop);
                                                                                 }} {}

checkpointer::~checkpointer() {
  thread_.request_stop();
  thread_.join();
}

void checkpointer::run(const std::stop_token& stop) {
  std::optional<SQLite::Database> db;
  std::unique_lock lock{guard_};
  while (!over_.wait_for(lock, stop, every, [&] { return stop.stop_requested(); })) {
    try {
      if (!db) {
        db.emplace(store_.string(), SQLite::OPEN_READWRITE, patience_ms);
        db->execAndGet("PRAGMA journal_mode"); // who has not yet looked does not know of the log
      }
      move_log(*db, long_log_);
      worked();
    } catch (const SQLite::Exception& x) {
      failed(x.getExtendedErrorCode(), x.what());
      db.reset();
    }
  }
}

void checkpointer::failed(int code, const char* why) {
  const bool is_new = failures_.insert(code).second;
  if (told_)
    told_(fmt::format("{0}: what is in {0}-wal cannot be moved into it: {1}; nothing is lost, but the log grows until "
                      "it can: is the disk full, or the file gone?",
                      store_.string(), why),
          is_new);
}

void checkpointer::worked() {
  if (!failures_.empty() && told_) told_({}, true);
  failures_.clear();
}

} // namespace strike::exec
