#pragma once

#include "process/log.hpp"
#include "process/metrics.hpp"
#include "sandbox/fault_frame.hpp"
#include "sandbox/trading_desk.hpp"

#include <array>
#include <functional>
#include <string>
#include <string_view>

namespace strike::sandbox {

/// What the control port needs of the sandbox around it.
struct control_tools {
  const market_source& source;
  const market_view& view;
  std::array<fault_frame*, venue_count> frames;       ///< null: not served
  std::array<const trading_desk*, venue_count> desks; ///< null: not served, or takes no orders
  process::metric_registry& metrics;
  process::logger& log;
};

/// The control port, plain HTTP on loopback: faults, metrics, and the truth that tests compare with.
///
///     POST /fault     as `parse_fault_command` reads it
///     GET  /faults    what is wrong now, by venue
///     GET  /truth     books, change ids and states; ?venue= and &instrument= choose
///     GET  /truth/orders, /truth/fills, /truth/positions, /truth/balances
///                     all there ever were, as in desk_truth.hpp; ?venue= and &account= choose
///     GET  /metrics   as Prometheus reads it
class control_server final : public port_server {
public:
  explicit control_server(control_tools tools) : tools_{tools} {}

  std::optional<http_response> on_upgrade(const http_request& how, std::int64_t now_ns) override;
  http_response on_http(const http_request& what, std::int64_t now_ns) override;

private:
  http_response inject(std::string_view body, std::int64_t now_ns);
  http_response faults(std::int64_t now_ns) const;
  http_response truth(const http_request& what, std::int64_t now_ns) const;
  http_response desk_truth(std::string_view subject, const http_request& what, std::int64_t now_ns) const;

  control_tools tools_;
};

} // namespace strike::sandbox
