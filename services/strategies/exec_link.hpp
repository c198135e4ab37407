#pragma once

#include "base/registry.hpp"
#include "bus/request.hpp"
#include "process/log.hpp"
#include "process/readiness.hpp"
#include "strategies/messages.hpp"

#include <caf/actor.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace strike::strategies {

/// One process's connection to exec: carries the orders of all its strategies, and brings each what is its own, as
/// `exec_news_ptr`. Any thread.
class exec_link {
public:
  /// @returns `ec::invalid_config` or `ec::io`, naming the endpoint
  static result<std::shared_ptr<exec_link>> open(const bus::context& where, bus::connect_config how,
                                                 std::shared_ptr<instrument_registry> instruments, process::logger& log,
                                                 process::readiness& ready);

  /// From now on news go to that actor; it is told at once if exec is there.
  void join(const std::string& strategy, caf::actor who);
  /// No more news for it, unless a later actor of that name has joined.
  void leave(const std::string& strategy, const caf::actor& who);
  /// @returns `ec::session_down`: not connected, or too much is waiting; nothing was accepted
  result<void> send(std::string_view bytes) { return client_->send(bytes); }

private:
  exec_link(std::shared_ptr<instrument_registry> instruments, process::logger& log, process::readiness& ready)
      : instruments_{std::move(instruments)}, log_{log}, ready_{ready} {}
  void on_message(std::string_view bytes);
  void on_undelivered(std::string_view bytes);
  void on_link(const bus::link_report& what);
  void tell(const std::string& strategy, exec_news news);
  void tell_all(const exec_news& news);

  std::shared_ptr<instrument_registry> instruments_;
  process::logger& log_;
  process::readiness& ready_;
  std::mutex guard_;
  bool is_connected_ = false;
  std::map<std::string, caf::actor, std::less<>> strategies_;
  std::unique_ptr<bus::request_client> client_; ///< last: its thread uses the others
};

} // namespace strike::strategies
