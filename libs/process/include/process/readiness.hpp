#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace strike::process {

/// What a service waits for before others may rely on it: named conditions, such as "venue session". Any thread.
class readiness {
public:
  /// @param reason why it is not met, for the operator
  /// @returns whether the condition was met before, or new: a transition, worth a line in the log
  bool not_ready(std::string_view condition, std::string_view reason);
  /// @returns whether the condition was not met before: a transition
  bool ready(std::string_view condition);
  bool is_ready() const;
  /// `{"status":"ready"}`, or `{"status":"not ready","waiting_for":[{"condition":"session","reason":"connecting"}]}`.
  std::string to_json() const;

private:
  mutable std::mutex guard_;
  std::map<std::string, std::string, std::less<>> unmet_; ///< reasons by condition
};

} // namespace strike::process
