#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <set>
#include <stop_token>
#include <string_view>
#include <thread>

namespace strike::exec {

/// Hears of every attempt to move the log that failed, and once, with an empty `why`, that it works again. Called from
/// the checkpointer's thread.
/// @param is_new the first of its kind since it worked last
using checkpoint_listener = std::function<void(std::string_view why, bool is_new)>;

/// Moves what the order store has written from its log (-wal) into its file, on a thread and a connection of its own:
/// it waits for the disk, which the path of an order must not do. That somebody reads or writes just then is no
/// failure; a disk that is full or broken is: nothing is lost, but the log grows.
class checkpointer {
public:
  /// @param long_log pages of 4 KiB from which on it is begun anew; that makes a writer wait for the disk once
  explicit checkpointer(std::filesystem::path store, checkpoint_listener told = {}, int long_log = 65'536);
  ~checkpointer(); ///< ends the thread; what is left in the log is read from there at the next start

private:
  void run(const std::stop_token& stop);
  void failed(int code, const char* why);
  void worked();

  std::filesystem::path store_;
  checkpoint_listener told_;
  int long_log_;
  std::set<int> failures_; ///< SQLite's codes, since it worked last
  std::mutex guard_;
  std::condition_variable_any over_;
  std::jthread thread_; ///< last: uses the others
};

} // namespace strike::exec
