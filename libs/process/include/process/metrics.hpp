#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strike::process {

/// Metrics hold whole numbers of a unit, so that a hot path does one relaxed atomic add; what Prometheus is shown is
/// that number times the unit: nanoseconds with `unit::nanosecond` become seconds.
namespace unit {
inline constexpr double one = 1;
inline constexpr double nanosecond = 1e-9;
} // namespace unit

/// Only goes up.
class alignas(64) counter { // a cache line each: threads that count do not slow each other
public:
  void add(std::uint64_t count = 1) noexcept { value_.fetch_add(count, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// Goes up and down.
class alignas(64) gauge {
public:
  void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t change) noexcept { value_.fetch_add(change, std::memory_order_relaxed); }
  std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::int64_t> value_{0};
};

/// How many observations fell below each bound, and their sum. Two atomic adds and a search in the bounds.
class alignas(64) histogram {
public:
  explicit histogram(std::span<const std::uint64_t> bounds);
  void observe(std::uint64_t value) noexcept;

private:
  friend class metric_registry;
  std::vector<std::uint64_t> bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_; ///< one more than bounds: the last is for what exceeds them all
  std::atomic<std::uint64_t> sum_{0};
};

/// 10 us to 10 s in steps of about 1, 2.5 and 5, in nanoseconds.
std::span<const std::uint64_t> latency_bounds_ns();
/// Closer together, 5 us to 10 s: for what a program does by itself.
std::span<const std::uint64_t> close_latency_bounds_ns();

/// What `/metrics` shows. Names follow Prometheus: `strike_<part>_<what>_<unit>`, counters end in `_total`. Asking for
/// a name and labels again gives the same metric, as a restarted actor does; its kind, unit and bounds are those of
/// the first time, which is asserted. Asking takes a lock: keep the reference, which lives as long as the registry. Any
/// thread.
class metric_registry {
public:
  using labels = std::map<std::string, std::string>;

  metric_registry();
  ~metric_registry();

  counter& get_counter(std::string_view name, std::string_view help, const labels& more = {}, double unit = unit::one);
  gauge& get_gauge(std::string_view name, std::string_view help, const labels& more = {}, double unit = unit::one);
  /// @param bounds rising, in counts of the unit
  histogram& get_histogram(std::string_view name, std::string_view help, std::span<const std::uint64_t> bounds,
                           double unit, const labels& more = {});

  /// The Prometheus text format 0.0.4, with the `process_*` metrics of this process.
  std::string to_text() const;

private:
  struct family;
  family& family_of(std::string_view name, std::string_view help, int kind, double unit);

  mutable std::mutex guard_;
  std::map<std::string, std::unique_ptr<family>, std::less<>> families_;
};

} // namespace strike::process
