#pragma once

#include "bus/request.hpp"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace strike::bus {

/// Lets calls in until it is closed; closing waits for those that are inside.
class call_gate {
public:
  bool enter() {
    const std::scoped_lock lock{mutex_};
    if (is_closed_) return false;
    ++inside_;
    return true;
  }
  void leave() {
    const std::scoped_lock lock{mutex_};
    if (--inside_ == 0 && is_closed_) empty_.notify_all();
  }
  void close() {
    std::unique_lock lock{mutex_};
    is_closed_ = true;
    empty_.wait(lock, [this] { return inside_ == 0; });
  }

private:
  std::mutex mutex_;
  std::condition_variable empty_;
  std::size_t inside_ = 0;
  bool is_closed_ = false;
};

class direct_server;

/// The ends of `direct://` requests: to send is to call the other's callback, since each hop over a thread of its own
/// would cost an order more time than all else that is done for it.
class direct_client {
public:
  explicit direct_client(request_client::config x) : how{std::move(x)} {}
  result<void> send(std::string_view bytes);
  void deliver(std::string_view bytes);
  std::shared_ptr<direct_server> server() const {
    const std::scoped_lock lock{guard_};
    return server_;
  }
  void set_server(std::shared_ptr<direct_server> x) {
    const std::scoped_lock lock{guard_};
    server_ = std::move(x);
  }

  const request_client::config how;
  std::string identity;
  counters counts;
  call_gate calls;

private:
  mutable std::mutex guard_;
  std::shared_ptr<direct_server> server_; ///< none: not connected
};

class direct_server {
public:
  explicit direct_server(request_server::config x) : how{std::move(x)} {}
  void send(std::string_view peer, std::string_view bytes);
  /// @returns false when this end is gone
  bool deliver(std::string_view peer, std::string_view bytes);
  std::shared_ptr<direct_client> peer(std::string_view identity) const;
  void set_peer(const std::string& identity, std::shared_ptr<direct_client> x);

  const request_server::config how;
  counters counts;
  call_gate calls;

private:
  mutable std::mutex guard_;
  std::map<std::string, std::shared_ptr<direct_client>, std::less<>> peers_;
};

/// Who is where within a context. Reports are made with its lock held: they must not open or close ends of it.
class direct_exchange {
public:
  static bool is_direct(const std::string& endpoint) { return endpoint.starts_with("direct://"); }
  /// @returns `ec::io` if another server has the name
  result<void> open(const std::shared_ptr<direct_server>& x);
  void open(const std::shared_ptr<direct_client>& x);
  /// No callback of it runs after.
  void close(const std::shared_ptr<direct_server>& x);
  void close(const std::shared_ptr<direct_client>& x);

private:
  struct place {
    std::shared_ptr<direct_server> server;
    std::vector<std::shared_ptr<direct_client>> clients;
  };
  static void connect(const std::shared_ptr<direct_client>& client, const std::shared_ptr<direct_server>& server);
  static void disconnect(const std::shared_ptr<direct_client>& client, const char* why);

  std::mutex mutex_;
  std::map<std::string, place> places_;
  std::uint64_t names_ = 0;
};

} // namespace strike::bus
