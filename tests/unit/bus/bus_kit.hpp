#pragma once

#include "bus/publisher.hpp"
#include "bus/subscriber.hpp"
#include "kit/temp_folder.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <gtest/gtest.h>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bus_kit {

using namespace std::chrono_literals;
inline constexpr auto patience = 10s;

/// What callbacks of any thread have said, for a test that waits for it.
template <class T> class collected {
public:
  void add(T x) {
    const std::lock_guard lock{mutex_};
    items_.push_back(std::move(x));
    changed_.notify_all();
  }
  /// Waits until the items satisfy a condition; false when patience ends.
  template <class F> bool wait(F condition) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, patience, [&] { return condition(std::as_const(items_)); });
  }
  bool wait_for_item(const T& x) {
    return wait([&](const auto& all) { return std::find(all.begin(), all.end(), x) != all.end(); });
  }
  bool wait_for_count(std::size_t n) {
    return wait([&](const auto& all) { return all.size() >= n; });
  }
  std::vector<T> copy() const {
    const std::lock_guard lock{mutex_};
    return items_;
  }

private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<T> items_;
};

/// Calls `step` until it is true; false when patience ends.
template <class F> bool eventually(F step) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!step()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

struct line {
  std::string topic, bytes;
  std::size_t endpoint = 0;
  auto operator<=>(const line&) const = default;
};
using link_item = std::pair<strike::bus::link_state, std::size_t>;

/// A subscriber that keeps what it got.
struct listener {
  collected<line> messages;
  collected<link_item> links;
  collected<std::string> texts;
  std::unique_ptr<strike::bus::subscriber> feed;

  listener(const strike::bus::context& context, std::vector<strike::bus::connect_config> endpoints) {
    strike::bus::subscriber::config config{.endpoints = std::move(endpoints)};
    config.on_batch = [this](std::vector<strike::bus::message>& batch) {
      for (auto& x : batch) messages.add({std::string{x.topic()}, std::string{x.bytes()}, x.endpoint()});
    };
    config.on_link = [this](const strike::bus::link_report& x) {
      texts.add(x.text);
      links.add({x.what, x.endpoint});
    };
    auto made = strike::bus::subscriber::open(context, std::move(config));
    EXPECT_TRUE(made) << made.error().text;
    feed = std::move(*made);
  }
};

/// A publisher owned by the test's thread, with what it heard.
struct speaker {
  std::vector<strike::bus::demand> demands;
  std::vector<strike::bus::link_report> links;
  strike::bus::publisher out;

  speaker(const strike::bus::context& context, strike::bus::bind_config config)
      : out{strike::bus::publisher::bind(context, config, [this](const auto& x) { links.push_back(x); }).value()} {}
  speaker(const speaker&) = delete;

  bool wait_for_demand(bool is_wanted, const std::string& prefix, long times = 1) {
    return eventually([&] {
      out.poll_demand([this](const auto& x) { demands.push_back(x); });
      return std::count(demands.begin(), demands.end(), strike::bus::demand{is_wanted, prefix}) >= times;
    });
  }
};

} // namespace bus_kit
