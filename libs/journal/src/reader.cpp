#include "journal/reader.hpp"

#include "merge.hpp"
#include "sort.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace strike::journal {

namespace {

constexpr std::size_t batches_ahead = 8; ///< the bound of the queue; the reading thread waits when it is full

class threaded_reader final : public reader {
public:
  threaded_reader(std::vector<std::filesystem::path> files, read_options options, instrument_registry& instruments,
                  std::uint64_t bytes_total)
      : files_{std::move(files)}, options_{options}, instruments_{instruments} {
    stats_.bytes_total = bytes_total;
    thread_ = std::thread{[this] { run(); }};
  }

  ~threaded_reader() override {
    {
      const std::scoped_lock lock{guard_};
      stopped_ = true;
    }
    room_.notify_one();
    thread_.join();
  }
  threaded_reader(const threaded_reader&) = delete;
  threaded_reader& operator=(const threaded_reader&) = delete;

  result<std::unique_ptr<event_batch>> next() override {
    std::unique_lock lock{guard_};
    filled_.wait(lock, [this] { return !ready_.empty() || ended_; });
    if (ready_.empty()) {
      if (fault_) return std::unexpected{*fault_};
      return nullptr;
    }
    auto batch = std::move(ready_.front());
    ready_.pop_front();
    stats_.events += batch->events.size();
    lock.unlock();
    room_.notify_one();
    return batch;
  }

  void recycle(std::unique_ptr<event_batch> batch) override {
    const std::scoped_lock lock{guard_};
    if (spare_.size() < batches_ahead) spare_.push_back(std::move(batch));
  }

  read_stats stats() const override {
    const std::scoped_lock lock{guard_};
    return stats_;
  }

private:
  void run() {
    fault_log faults{options_.strict};
    auto done = read_all(faults);
    const std::scoped_lock lock{guard_};
    if (!done) fault_ = done.error();
    ended_ = true;
    filled_.notify_one();
  }

  result<void> read_all(fault_log& faults) {
    parser lines_to_events{options_, instruments_};
    std::optional<scratch_folder> folder;
    std::uint64_t sorted_back = 0;
    auto files = files_;
    auto options = options_;
    if (options_.sort) {
      auto made = scratch_folder::create();
      if (!made) return std::unexpected{made.error()};
      folder.emplace(std::move(*made));
      auto runs = sort_into_runs(files_, folder->path(), options_, lines_to_events, instruments_, faults, sorted_back,
                                 [this] { return is_stopped(); });
      if (!runs) return std::unexpected{runs.error()};
      files = std::move(*runs);
      options.timestamp_unit = time_unit::automatic; // the runs are our own writer's
    }
    auto merged = merge::open(files, options);
    if (!merged) return std::unexpected{merged.error()};
    for (;;) {
      auto batch = spare_batch();
      auto more = merged->next(batch->events, lines_to_events, faults);
      const auto consumed = options_.sort ? stats_.bytes_total : merged->consumed();
      if (!hand_over(std::move(batch), faults, sorted_back + merged->time_went_back(), consumed)) return {};
      if (!more) return std::unexpected{more.error()};
      if (faults.fatal()) return std::unexpected{*faults.fatal()};
      if (!*more) return {};
    }
  }

  bool is_stopped() const {
    const std::scoped_lock lock{guard_};
    return stopped_;
  }

  std::unique_ptr<event_batch> spare_batch() {
    const std::scoped_lock lock{guard_};
    if (spare_.empty()) return std::make_unique<event_batch>();
    auto batch = std::move(spare_.back());
    spare_.pop_back();
    batch->events.clear();
    return batch;
  }

  /// @returns false if the reader is being destroyed
  bool hand_over(std::unique_ptr<event_batch> batch, const fault_log& faults, std::uint64_t time_went_back,
                 std::uint64_t consumed) {
    std::unique_lock lock{guard_};
    room_.wait(lock, [this] { return ready_.size() < batches_ahead || stopped_; });
    if (stopped_) return false;
    stats_.malformed_lines = faults.count();
    stats_.order_lines = faults.order_lines();
    if (stats_.complaints.size() < faults.complaints().size()) stats_.complaints = faults.complaints();
    stats_.time_went_back = time_went_back;
    stats_.bytes_read = consumed;
    if (!batch->events.empty()) ready_.push_back(std::move(batch));
    lock.unlock();
    filled_.notify_one();
    return true;
  }

  const std::vector<std::filesystem::path> files_;
  const read_options options_;
  instrument_registry& instruments_;

  mutable std::mutex guard_; ///< of everything below
  std::condition_variable filled_, room_;
  std::deque<std::unique_ptr<event_batch>> ready_;
  std::vector<std::unique_ptr<event_batch>> spare_;
  read_stats stats_;
  std::optional<error> fault_;
  bool ended_ = false, stopped_ = false;

  std::thread thread_; ///< last: it uses all of the above
};

} // namespace

result<std::unique_ptr<reader>> reader::open(std::vector<std::filesystem::path> files, read_options options,
                                             instrument_registry& instruments) {
  if (files.empty()) return fail(ec::not_found, "no recording named; give at least one --file");
  std::uint64_t bytes_total = 0;
  for (const auto& file : files) { // what can be refused is refused here, before anything runs
    auto source = byte_source::open(file);
    if (!source) return std::unexpected{source.error()};
    std::error_code fault;
    bytes_total += std::filesystem::file_size(file, fault);
  }
  return std::make_unique<threaded_reader>(std::move(files), options, instruments, bytes_total);
}

} // namespace strike::journal
