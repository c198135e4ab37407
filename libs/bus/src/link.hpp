#pragma once

#include "bus/context.hpp"
#include "bus/options.hpp"
#include "context.hpp"

#include <functional>
#include <memory>
#include <string>
#include <zmq.hpp>

namespace strike::bus {

/// A socket with one endpoint, and the news of its connections. Belongs to the thread that uses it.
class link {
public:
  link() = default;
  link(link&&) noexcept = default;
  ~link();

  /// @returns `ec::invalid_config` for a wrong endpoint or key, `ec::io` if the system refuses; both name the endpoint
  /// @param prepare sets options of the socket's own kind before it binds or connects
  template <class Prepare>
  static result<link> bind(const context& where, zmq::socket_type type, const bind_config& config, Prepare prepare) {
    return make(
        where, type, config.endpoint, config.options, [&](link& x) { prepare(x.socket); },
        [&](link& x) { return x.finish_bind(config); });
  }
  template <class Prepare>
  static result<link> connect(const context& where, zmq::socket_type type, const connect_config& config,
                              Prepare prepare) {
    return make(
        where, type, config.endpoint, config.options, [&](link& x) { prepare(x.socket); },
        [&](link& x) { return x.finish_connect(config); });
  }

  /// Reports what has happened to the connections, until nothing is left.
  void report_news(std::size_t index, counters& counts, const link_callback& report);

  bool has_reported() const { return has_reported_; }
  int fd() { return socket.get(zmq::sockopt::fd); }
  int news_fd() { return news_.get(zmq::sockopt::fd); }

private:
  std::shared_ptr<context_state> context_; ///< first, so that it outlives the sockets

public:
  zmq::socket_t socket;
  std::string endpoint; ///< as bound: with the port that was chosen

private:
  static result<link> make(const context& where, zmq::socket_type type, const std::string& endpoint,
                           const socket_options& options, const std::function<void(link&)>& prepare,
                           const std::function<result<void>(link&)>& finish);
  result<void> finish_bind(const bind_config& config);
  result<void> finish_connect(const connect_config& config);
  void on_news(int event, int value, std::size_t index, counters& counts, const link_callback& report);
  std::string why_failed(int event, int value);

  zmq::socket_t news_;
  std::shared_ptr<door> door_; ///< of a socket that binds with keys
  bool is_server_ = false;
  bool is_up_ = false; ///< connecting side
  bool has_reported_ = false;
  std::uint64_t peers_ = 0;  ///< binding side
  std::uint64_t failed_ = 0; ///< binding side: connections that failed and whose end is still to be announced
};

} // namespace strike::bus
