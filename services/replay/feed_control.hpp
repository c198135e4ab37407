#pragma once

#include "bus/request.hpp"
#include "replay/paced_recording.hpp"
#include "wire/control.hpp"

#include <functional>
#include <latch>
#include <memory>
#include <string>

namespace strike::replay {

/// Does what a control request asks of a recording, and says how that went. What is not of replay is answered with
/// `ec::not_found`, what this version does not know with `ec::malformed`.
wire::control_reply answer(paced_recording& recording, const wire::control_request& request, std::int64_t now_ns);

/// A control request on its way to whoever owns the recording.
struct control_call {
  wire::control_request request;
  std::function<void(const wire::control_reply&)> reply; ///< any thread, while the endpoint lives
};
using control_call_ptr = std::shared_ptr<const control_call>;

/// Where control requests arrive. Those that cannot be read are answered here.
class control_endpoint {
public:
  /// @param on_call called on a thread of the endpoint's own; must not throw
  /// @returns as `bus::request_server::open`
  static result<std::unique_ptr<control_endpoint>> open(const bus::context& where, bus::bind_config bind,
                                                        std::function<void(control_call_ptr)> on_call);
  const std::string& endpoint() const { return server_->endpoint(); }

private:
  control_endpoint() = default;
  void on_request(std::string_view peer, std::string_view bytes, const std::function<void(control_call_ptr)>& on_call);
  void reply(const std::string& peer, const wire::control_reply& what);

  std::latch is_open_{1}; ///< the first request may come before `server_` is set
  std::unique_ptr<bus::request_server> server_;
};

} // namespace strike::replay
