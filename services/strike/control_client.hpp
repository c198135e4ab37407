#pragma once

#include "base/error.hpp"
#include "wire/control.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace strike {

/// The control endpoint of a running service, asked one question after the other.
class control_client {
public:
  /// @param who_to_start what to do if nobody answers: "start strike-exec, or name its [exec] control with --control"
  /// @returns `ec::session_down` if nobody answers there
  static result<std::unique_ptr<control_client>> open(const std::string& endpoint, std::string_view who_to_start);
  ~control_client();

  /// @returns what the service replied: `control_done` or a report, its own error, or `ec::session_down` if it did not,
  ///          when it is unknown whether it was done
  result<decltype(wire::control_reply::outcome)> ask(decltype(wire::control_request::body) what);

private:
  struct state;
  explicit control_client(std::unique_ptr<state> x);
  std::unique_ptr<state> state_;
};

} // namespace strike
