#include "process/metrics.hpp"

#include "process_metrics.hpp"

#include <prometheus/check_names.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cassert>
#include <limits>

namespace strike::process {

namespace {

constexpr std::uint64_t latency_bounds[] = {
    10'000,      25'000,        50'000,        100'000,       250'000,        500'000,     1'000'000,
    2'500'000,   5'000'000,     10'000'000,    25'000'000,    50'000'000,     100'000'000, 250'000'000,
    500'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000,
};

constexpr std::uint64_t close_latency_bounds[] = {
    5'000,       10'000,      15'000,      20'000,        25'000,        30'000,        40'000,
    50'000,      60'000,      80'000,      100'000,       150'000,       200'000,       300'000,
    500'000,     1'000'000,   2'500'000,   5'000'000,     10'000'000,    25'000'000,    50'000'000,
    100'000'000, 250'000'000, 500'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000,
};

} // namespace

std::span<const std::uint64_t> latency_bounds_ns() { return latency_bounds; }
std::span<const std::uint64_t> close_latency_bounds_ns() { return close_latency_bounds; }

histogram::histogram(std::span<const std::uint64_t> bounds)
    : bounds_{bounds.begin(), bounds.end()}, counts_(bounds.size() + 1) {
  assert(std::ranges::is_sorted(bounds_));
}

void histogram::observe(std::uint64_t value) noexcept {
  const auto at = std::ranges::lower_bound(bounds_, value); // a bound is the highest value of its bucket
  counts_[static_cast<std::size_t>(at - bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

struct metric_registry::family {
  enum kind : int { is_counter, is_gauge, is_histogram };

  std::string help;
  int kind_of = is_counter;
  double unit = 1;
  std::map<labels, counter> counters;
  std::map<labels, gauge> gauges;
  std::map<labels, histogram> histograms;

  prometheus::MetricFamily snapshot(const std::string& name) const;
};

namespace {

prometheus::ClientMetric labelled(const metric_registry::labels& from) {
  prometheus::ClientMetric made;
  for (const auto& [name, value] : from) made.label.push_back({name, value});
  return made;
}

} // namespace

prometheus::MetricFamily metric_registry::family::snapshot(const std::string& name) const {
  using prometheus::MetricType;
  constexpr MetricType types[] = {MetricType::Counter, MetricType::Gauge, MetricType::Histogram};
  prometheus::MetricFamily made{.name = name, .help = help, .type = types[kind_of], .metric = {}};
  for (const auto& [key, x] : counters)
    made.metric.emplace_back(labelled(key)).counter.value = static_cast<double>(x.value()) * unit;
  for (const auto& [key, x] : gauges)
    made.metric.emplace_back(labelled(key)).gauge.value = static_cast<double>(x.value()) * unit;
  for (const auto& [key, x] : histograms) {
    auto& to = made.metric.emplace_back(labelled(key)).histogram;
    for (std::size_t i = 0; i < x.counts_.size(); ++i) {
      to.sample_count += x.counts_[i].load(std::memory_order_relaxed);
      const auto bound =
          i < x.bounds_.size() ? static_cast<double>(x.bounds_[i]) * unit : std::numeric_limits<double>::infinity();
      to.bucket.push_back({to.sample_count, bound});
    }
    to.sample_sum = static_cast<double>(x.sum_.load(std::memory_order_relaxed)) * unit;
  }
  return made;
}

metric_registry::metric_registry() = default;
metric_registry::~metric_registry() = default;

metric_registry::family& metric_registry::family_of(std::string_view name, std::string_view help, int kind,
                                                    double unit) {
  assert(prometheus::CheckMetricName(std::string{name}));
  auto& at = families_[std::string{name}];
  if (!at) at = std::make_unique<family>(family{.help = std::string{help}, .kind_of = kind, .unit = unit});
  assert(at->kind_of == kind && at->unit == unit);
  return *at;
}

counter& metric_registry::get_counter(std::string_view name, std::string_view help, const labels& more, double unit) {
  assert(name.ends_with("_total"));
  const std::scoped_lock lock{guard_};
  return family_of(name, help, family::is_counter, unit).counters[more];
}

gauge& metric_registry::get_gauge(std::string_view name, std::string_view help, const labels& more, double unit) {
  const std::scoped_lock lock{guard_};
  return family_of(name, help, family::is_gauge, unit).gauges[more];
}

histogram& metric_registry::get_histogram(std::string_view name, std::string_view help,
                                          std::span<const std::uint64_t> bounds, double unit, const labels& more) {
  const std::scoped_lock lock{guard_};
  auto& made = family_of(name, help, family::is_histogram, unit).histograms.try_emplace(more, bounds).first->second;
  assert(std::ranges::equal(made.bounds_, bounds));
  return made;
}

std::string metric_registry::to_text() const {
  auto all = process_metrics();
  {
    const std::scoped_lock lock{guard_};
    for (const auto& [name, x] : families_) all.push_back(x->snapshot(name));
  }
  return prometheus::TextSerializer{}.Serialize(all);
}

} // namespace strike::process
