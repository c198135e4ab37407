#pragma once

#include "address.hpp"
#include "base/error.hpp"
#include "resolver.hpp"

#include <chrono>
#include <functional>
#include <libwebsockets.h>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>

namespace strike::net {

/// Who is called back about a connection of libwebsockets: its opaque data points to one, or to nothing once its user
/// has let go of it.
class lws_user {
public:
  /// @returns what libwebsockets wants: 0, or -1 to close the connection
  virtual int on_lws(lws* of, lws_callback_reasons why, void* in, std::size_t length) = 0;

protected:
  ~lws_user() = default;
};

/// The libwebsockets context of one loop: TLS, virtual hosts, clock, names.
class engine {
public:
  static result<std::unique_ptr<engine>> open(const std::string& ca_file,
                                              std::function<void(std::string_view)> on_warning);
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  /// One wait of libwebsockets, until `until_ns` at most, and what came of it.
  void service(std::int64_t until_ns);
  void wake() { lws_cancel_service(context_); } ///< any thread

  /// Finds the numbers of where to connect to: the proxy if there is one, else the host.
  void look_up(const address& to, std::function<void(const resolver::answer&)> done);
  /// Begins to connect.
  /// @param how has all but context, virtual host, address, port and TLS; `opaque_user_data` is an `lws_user`
  /// @param number of `look_up`
  /// @param pool connections of one pool may be used for one another's requests
  /// @returns null if it failed at once; the user may have been called then
  lws* connect(lws_client_connect_info how, const address& to, const std::string& number, const std::string& pool);
  /// @param fd stays the caller's
  result<void> watch(int fd, lws_user& user);

  /// @returns whether nobody else has claimed that pool's idle connection
  bool claim(const std::string& pool) { return claimed_.insert(pool).second; }
  void unclaim(const std::string& pool) { claimed_.erase(pool); }

  lws_context* context() { return context_; }
  double random() { return std::uniform_real_distribution{}(random_); }

private:
  engine() = default;
  lws_vhost* vhost(const std::string& pool, std::string_view proxy, const std::string& number);

  std::function<void(std::string_view)> on_warning_;
  proxies proxies_;
  ssl_ctx_st* tls_ = nullptr;
  lws_context* context_ = nullptr;
  std::map<std::string, lws_vhost*> vhosts_; ///< by pool and proxy
  std::set<std::string> claimed_;
  std::optional<resolver> names_;
  std::mt19937_64 random_{std::random_device{}()};

  /// Ends a wait. It cancels the service, since libwebsockets may fire a timer on its way into the wait, and would then
  /// wait as if it had not been there.
  struct alarm {
    lws_sorted_usec_list_t node{}; ///< first: libwebsockets hands it back
    lws_context* context = nullptr;
  };
  alarm until_;
};

/// Calls once, on the loop's thread, from within its round.
class timer {
public:
  timer(engine& on, std::function<void()> call) : on_{on}, node_{.owner = this}, call_{std::move(call)} {}
  ~timer() { cancel(); }
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;

  void start(std::chrono::nanoseconds after);
  void cancel() { lws_sul_cancel(&node_.sul); }

private:
  struct node {
    lws_sorted_usec_list_t sul{}; ///< the first: libwebsockets hands its address back
    timer* owner = nullptr;
  };
  engine& on_;
  node node_;
  std::function<void()> call_;
};

} // namespace strike::net
