#pragma once

#include <cerrno>
#include <string_view>
#include <zmq.hpp>

namespace strike::bus {

/// @returns false if nothing is there
inline bool try_receive(zmq::socket_t& from, zmq::message_t& into) {
  for (;;) {
    if (zmq_msg_recv(into.handle(), from.handle(), ZMQ_DONTWAIT) >= 0) return true;
    if (errno == EAGAIN) return false;
    if (errno != EINTR) throw zmq::error_t{};
  }
}

/// @returns 0, or EAGAIN (full, or nobody there), or EHOSTUNREACH (a router that does not know the peer)
inline int try_send(zmq::socket_t& to, zmq::message_t& x, bool more) {
  for (;;) {
    if (zmq_msg_send(x.handle(), to.handle(), ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0) return 0;
    if (errno == EAGAIN || errno == EHOSTUNREACH) return errno;
    if (errno != EINTR) throw zmq::error_t{};
  }
}
inline int try_send(zmq::socket_t& to, std::string_view x, bool more) {
  for (;;) {
    if (zmq_send(to.handle(), x.data(), x.size(), ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0) return 0;
    if (errno == EAGAIN || errno == EHOSTUNREACH) return errno;
    if (errno != EINTR) throw zmq::error_t{};
  }
}

/// Receives a message of exactly two frames.
enum class pair_result { nothing, received, malformed };
inline pair_result try_receive_pair(zmq::socket_t& from, zmq::message_t& first, zmq::message_t& second) {
  if (!try_receive(from, first)) return pair_result::nothing;
  if (!first.more()) return pair_result::malformed;
  try_receive(from, second); // the frames of a message arrive together
  if (!second.more()) return pair_result::received;
  zmq::message_t rest;
  do try_receive(from, rest);
  while (rest.more());
  return pair_result::malformed;
}

/// ZMQ_POLLIN and ZMQ_POLLOUT as they are now. Also makes the descriptor signal whatever happens next: call it, or
/// receive until nothing is there, before each sleep on the descriptor, which tells changes and not states.
inline int events_of(zmq::socket_t& x) {
  for (;;) {
    int out = 0;
    std::size_t size = sizeof out;
    if (zmq_getsockopt(x.handle(), ZMQ_EVENTS, &out, &size) == 0) return out;
    if (errno != EINTR) throw zmq::error_t{};
  }
}

} // namespace strike::bus
