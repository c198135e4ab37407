#pragma once

#include "wire/dashboard.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace strike::strategies {

/// Numbers and sends what strategies show, topic `dash/<strategy>/`, and keeps the last of each for new subscribers.
/// The layout, which seldom changes, goes with the first state, with a changed one, and with what a new subscriber
/// gets. Any thread.
class dashboard_output {
public:
  using sender = std::function<void(std::string_view topic, std::string_view bytes)>;

  /// @param epoch of this start: nanoseconds since the Unix epoch
  dashboard_output(std::uint64_t epoch, sender send) : epoch_{epoch}, send_{std::move(send)} {}

  /// @param state with its layout, always; epoch and sequence are filled in here
  void publish(wire::dashboard_state state);
  /// The same values as last time under another run state: of a strategy that does not run.
  void publish_run_state(wire::dashboard_state without_values);
  /// A subscriber came for topics that start so: they are sent once more, under their old number.
  void resend(std::string_view prefix);

private:
  struct shown {
    std::string topic;
    wire::dashboard_state last; ///< its layout stands beside it
    std::optional<std::string> layout;
  };
  shown& entry_of(const std::string& strategy);
  void replace(shown& what, wire::dashboard_state state);
  void send(shown& what, bool with_layout);

  const std::uint64_t epoch_;
  const sender send_;
  std::mutex guard_;
  std::map<std::string, shown, std::less<>> shown_; ///< by strategy
  std::string bytes_;
};

} // namespace strike::strategies
