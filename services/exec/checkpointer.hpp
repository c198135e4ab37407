#pragma once

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <stop_token>
#include <thread>

namespace strike::exec {

/// Moves what the order store has written from its log (-wal) into its file, on a thread and a connection of its own:
/// it waits for the disk, which the path of an order must not do.
class checkpointer {
public:
  /// @param long_log pages of 4 KiB from which on it is begun anew; that makes a writer wait for the disk once
  explicit checkpointer(std::filesystem::path store, int long_log = 65'536);
  ~checkpointer(); ///< ends the thread; what is left in the log is read from there at the next start

private:
  void run(const std::stop_token& stop);

  std::filesystem::path store_;
  int long_log_;
  std::mutex guard_;
  std::condition_variable_any over_;
  std::jthread thread_; ///< last: uses the others
};

} // namespace strike::exec
