#pragma once

#include "direct.hpp"
#include "wake_signal.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <zmq.hpp>

namespace strike::bus {

/// Who may come in at one endpoint. Shared by the socket that binds and by the door keeper.
struct door {
  std::string domain;            ///< unique in the context; ZeroMQ names the door by it
  std::set<std::string> allowed; ///< public keys as Z85; constant
  /// Who was refused last: key and address, for the log; empty if nobody since the last call.
  std::string take_refused() {
    const std::lock_guard lock{mutex};
    return std::exchange(refused, {});
  }
  std::mutex mutex;
  std::string refused;
};

struct context_state {
  explicit context_state(int io_threads) : zmq{io_threads} {}
  ~context_state();

  /// Opens a door; starts the door keeper (ZeroMQ RFC 27/ZAP) at the first. @throws zmq::error_t
  std::shared_ptr<door> open_door(std::set<std::string> allowed);
  std::string unique_name(const char* what);

  zmq::context_t zmq;
  direct_exchange direct; ///< `direct://` requests

private:
  void keep_doors(zmq::socket_t& requests);
  std::string answer(const std::string& domain, const std::string& address, const std::string& key);

  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<door>> doors_;
  std::atomic<std::uint64_t> names_{0};
  std::atomic<bool> stopping_{false};
  wake_signal wake_;
  std::thread keeper_;
};

} // namespace strike::bus
