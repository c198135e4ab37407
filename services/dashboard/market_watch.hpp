#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace strike::dashboard {

/// Market data that somebody looks at on the page, and so is subscribed to as long as that goes on. Any thread.
class market_watch {
public:
  static constexpr std::int64_t lasts_ns = 15'000'000'000; ///< after it was looked at
  static constexpr std::size_t most = 16;                  ///< at once; the one looked at longest ago goes first

  /// @param set (prefix, is wanted); must not call back
  explicit market_watch(std::function<void(const std::string&, bool)> set) : set_{std::move(set)} {}

  /// @param now_ns of a steady clock
  void touch(const std::string& prefix, std::int64_t now_ns);
  void expire(std::int64_t now_ns);

private:
  std::function<void(const std::string&, bool)> set_;
  std::mutex guard_;
  std::map<std::string, std::int64_t> until_; ///< by prefix
};

} // namespace strike::dashboard
