#include "bus/context.hpp"

#include "context.hpp"
#include "frames.hpp"
#include "thread.hpp"

#include <array>
#include <fmt/format.h>
#include <poll.h>
#include <vector>

namespace strike::bus {

context::context(int io_threads) : state_{std::make_shared<context_state>(io_threads)} {}

context_state::~context_state() {
  stopping_ = true;
  wake_.set();
  if (keeper_.joinable()) keeper_.join();
}

std::string context_state::unique_name(const char* what) { return fmt::format("strike-{}-{}", what, ++names_); }

std::shared_ptr<door> context_state::open_door(std::set<std::string> allowed) {
  const std::lock_guard lock{mutex_};
  if (!keeper_.joinable()) {
    zmq::socket_t requests{zmq, zmq::socket_type::rep};
    requests.set(zmq::sockopt::linger, 0);
    requests.bind("inproc://zeromq.zap.01");
    keeper_ = start_thread("bus-doors", [this, x = std::move(requests)]() mutable { keep_doors(x); });
  }
  auto out = std::make_shared<door>();
  out->domain = unique_name("door");
  out->allowed = std::move(allowed);
  std::erase_if(doors_, [](const auto& x) { return x.second.expired(); });
  doors_[out->domain] = out;
  return out;
}

/// Source: ZeroMQ RFC 27/ZAP. A request is version, request id, domain, address, identity, mechanism, credentials (for
/// CURVE: the client's public key as 32 bytes); a reply version, request id, status, text, user id, metadata.
void context_state::keep_doors(zmq::socket_t& requests) {
  std::vector<std::string> frames;
  zmq::message_t frame;
  while (!stopping_) {
    while (try_receive(requests, frame)) {
      frames.assign(1, frame.to_string());
      while (frame.more() && try_receive(requests, frame)) frames.push_back(frame.to_string());
      std::string status = "500";
      std::string user;
      if (frames.size() == 7 && frames[5] == "CURVE" && frames[6].size() == 32) {
        std::array<char, 41> key{};
        zmq_z85_encode(key.data(), reinterpret_cast<const std::uint8_t*>(frames[6].data()), 32);
        status = answer(frames[2], frames[3], key.data());
        user = key.data();
      }
      frames.resize(2);
      const std::array<std::string_view, 6> reply = {"1.0", frames[1], status, status == "200" ? "" : "refused",
                                                     user,  ""};
      for (std::size_t i = 0; i < reply.size(); ++i) try_send(requests, reply[i], i + 1 < reply.size());
    }
    std::array<pollfd, 2> fds = {pollfd{requests.get(zmq::sockopt::fd), POLLIN, 0}, pollfd{wake_.fd(), POLLIN, 0}};
    if ((events_of(requests) & ZMQ_POLLIN) == 0) poll(fds.data(), fds.size(), -1);
  }
  requests.close();
}

std::string context_state::answer(const std::string& domain, const std::string& address, const std::string& key) {
  std::shared_ptr<door> at;
  {
    const std::lock_guard lock{mutex_};
    const auto found = doors_.find(domain);
    if (found != doors_.end()) at = found->second.lock();
  }
  if (!at) return "400";
  if (at->allowed.contains(key)) return "200";
  const std::lock_guard lock{at->mutex};
  at->refused = fmt::format("client {} with public key {} is not among the allowed clients", address, key);
  return "400";
}

} // namespace strike::bus
