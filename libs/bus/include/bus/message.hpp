#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <zmq.hpp>

namespace strike::bus {

/// A received message; owns its bytes without a copy. Movable to another thread. Do not hoard small ones: up to 32
/// bytes are stored inside, larger ones share ZeroMQ's receive buffer of 8 KB.
class message {
public:
  message(zmq::message_t&& topic, zmq::message_t&& body, std::size_t endpoint)
      : topic_{std::move(topic)}, body_{std::move(body)}, endpoint_{endpoint} {}

  /// Views into the message: they end with it, and a move may invalidate them.
  std::string_view topic() const { return topic_.to_string_view(); }
  std::string_view bytes() const { return body_.to_string_view(); }
  /// Which of the subscriber's endpoints it came from.
  std::size_t endpoint() const { return endpoint_; }

private:
  zmq::message_t topic_;
  zmq::message_t body_;
  std::size_t endpoint_;
};

} // namespace strike::bus
