#pragma once

#include "base/error.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace strike::net {

/// Looks host names up without holding up the loop: the system's look-up blocks, for seconds when the name server is
/// away, so that each runs on a thread of its own; one at a time for each name.
class resolver {
public:
  /// Numeric addresses, in the order in which they should be tried; never empty.
  using answer = result<std::vector<std::string>>;

  /// @param wake makes the loop call `deliver`; called from other threads
  explicit resolver(std::function<void()> wake);
  ~resolver(); ///< answers of look-ups under way are dropped
  resolver(const resolver&) = delete;
  resolver& operator=(const resolver&) = delete;

  /// @param done called from `deliver`
  void look_up(const std::string& host, std::function<void(const answer&)> done);
  void deliver();

private:
  struct mailbox;
  std::shared_ptr<mailbox> box_;
  std::map<std::string, std::vector<std::function<void(const answer&)>>> waiting_;
};

} // namespace strike::net
