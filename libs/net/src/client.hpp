#pragma once

#include "engine.hpp"
#include "net/network.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strike::net {

/// What a WebSocket and an HTTP request share: a name is looked up, its addresses are tried one after the other, and
/// there is a connection of libwebsockets, or a reason why not. Kept alive while it is called back.
class client : public lws_user, public std::enable_shared_from_this<client> {
public:
  virtual ~client() { let_go(); }
  client(const client&) = delete;
  client& operator=(const client&) = delete;

protected:
  client(engine& on, address to, headers extra);

  /// @param timeout for everything until `reached`, or `deadline()` is moved
  void dial(std::chrono::nanoseconds timeout);
  /// No further address is tried from now on.
  void reached() { numbers_.clear(); }
  /// The connection goes on, or ends, without this user.
  void release();
  /// As `release`, and it ends now.
  void let_go();
  bool is_stopped() const { return is_stopped_; }
  /// Nothing is called any more: no look-up, no timer, no callback.
  void stop();

  std::string say(std::string_view what) const { return to_.authority() + ": " + std::string{what}; }
  lws* connection() const { return wsi_; } ///< null: none
  timer& deadline() { return deadline_; }
  const address& to() const { return to_; }
  engine& on() { return on_; }

  /// Method, flags and pool of the connection; the rest is filled in.
  virtual lws_client_connect_info how() = 0;
  virtual std::string pool() const = 0;
  /// Events once there is a connection; the last one is the close.
  virtual int on_event(lws* of, lws_callback_reasons why, std::string_view in) = 0;
  /// The bytes of the request's head that libwebsockets does not write.
  virtual int on_head(lws*) { return 0; }
  virtual void on_deadline() = 0;
  /// No address led to a connection.
  /// @param http_status what a server answered instead of an upgrade; 0: nothing
  virtual void on_failure(std::string why, int http_status) = 0;

private:
  int on_lws(lws* of, lws_callback_reasons why, void* in, std::size_t length) final;
  void try_next();
  void attempt_failed(std::string why, int http_status);

  engine& on_;
  address to_;
  headers extra_;
  std::vector<std::string> numbers_; ///< addresses still to be tried, the next one last
  lws* wsi_ = nullptr;
  bool is_dialling_ = false; ///< libwebsockets has not yet told how an attempt ended
  bool is_stopped_ = false;
  timer deadline_, next_;
};

/// @returns `ec::invalid_config` for a name or value that would break the request
result<void> check_headers(const headers& what, std::string_view url);

} // namespace strike::net
