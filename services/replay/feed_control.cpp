#include "replay/feed_control.hpp"

#include <fmt/format.h>

#include <utility>

namespace strike::replay {

namespace {

/// One overload a request.
struct performer {
  paced_recording& recording;
  std::int64_t now_ns;

  result<void> operator()(const wire::pause_replay&) const { return recording.pause(now_ns), result<void>{}; }
  result<void> operator()(const wire::resume_replay&) const { return recording.resume(now_ns), result<void>{}; }
  result<void> operator()(const wire::set_replay_speed& x) const {
    if (x.factor < lowest_speed || x.factor > highest_speed)
      return fail(ec::invalid_config,
                  fmt::format("speed {} is not within {} and {}", x.factor, lowest_speed, highest_speed));
    return recording.set_speed(now_ns, x.factor), result<void>{};
  }
  result<void> operator()(const wire::seek_replay& x) const { return recording.seek(x.to_ns); }
  result<void> operator()(const wire::unknown_control& x) const { return fail(ec::malformed, x.what); }
  template <class Other> result<void> operator()(const Other&) const {
    return fail(ec::not_found, "replay takes pause, resume, speed and seek; send this to the service that it concerns");
  }
};

} // namespace

wire::control_reply answer(paced_recording& recording, const wire::control_request& request, std::int64_t now_ns) {
  const auto done = std::visit(performer{recording, now_ns}, request.body);
  if (!done) return {request.request_id, done.error()};
  return {request.request_id, wire::control_done{}};
}

result<std::unique_ptr<control_endpoint>> control_endpoint::open(const bus::context& where, bus::bind_config bind,
                                                                 std::function<void(control_call_ptr)> on_call) {
  std::unique_ptr<control_endpoint> made{new control_endpoint};
  bus::request_server::config config{.bind = std::move(bind)};
  config.on_request = [to = made.get(), call = std::move(on_call)](std::string_view peer, std::string_view bytes) {
    to->on_request(peer, bytes, call);
  };
  auto server = bus::request_server::open(where, std::move(config));
  if (!server) return std::unexpected{server.error()};
  made->server_ = std::move(*server);
  made->is_open_.count_down();
  return made;
}

void control_endpoint::on_request(std::string_view peer, std::string_view bytes,
                                  const std::function<void(control_call_ptr)>& on_call) {
  auto request = wire::decode_control_request(bytes);
  if (!request) return reply(std::string{peer}, {.request_id = 0, .outcome = request.error()});
  on_call(std::make_shared<const control_call>(control_call{
      *std::move(request), [this, to = std::string{peer}](const wire::control_reply& x) { reply(to, x); }}));
}

void control_endpoint::reply(const std::string& peer, const wire::control_reply& what) {
  std::string bytes;
  encode(bytes, what);
  is_open_.wait();
  std::ignore = server_->send(peer, bytes); // refused only with 10,000 replies waiting: that client asks again
}

} // namespace strike::replay
