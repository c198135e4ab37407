#pragma once

#include "bus/context.hpp"
#include "bus/options.hpp"
#include "bus/request.hpp"
#include "dashboard/control_command.hpp"
#include "process/log.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strike::dashboard {

/// Relays commands to the services and remembers what became of them. Any thread.
class control_desk {
public:
  using endpoints = std::array<std::optional<bus::connect_config>, enum_names<control_target>::table.size()>;
  static constexpr std::int64_t patience_ns = 5'000'000'000;
  /// How often exec is asked what restricts trading, and until when its answer is believed.
  static constexpr std::int64_t risk_every_ns = 1'000'000'000, risk_holds_ns = 3'000'000'000;
  static constexpr std::size_t kept = 50;

  /// @param to by target; none: commands to it are refused
  /// @param now_ns since the epoch
  /// @returns as `bus::request_client::open`
  static result<std::unique_ptr<control_desk>> open(const bus::context& where, const endpoints& to,
                                                    process::logger& log, std::function<std::int64_t()> now_ns);

  /// Sends it. What becomes of it is shown by `to_json`, and logged.
  /// @param from who asked, for the audit
  /// @returns its number; `ec::not_found` if nobody is configured, `ec::session_down` if nobody is connected
  result<std::uint64_t> ask(const control_command& what, std::string_view from);
  /// Gives up waiting for answers that are overdue, and asks exec how risk stands when that is due.
  void poll();
  /// {"targets":{"strategies":"connected"|"not connected"|"none",..},"log":[{"id":..,"at_ms":..,"from":..,"action":..,
  ///  "target":..,"outcome":"sent"|"done"|"failed"|"unknown","text":..}]}, newest first.
  std::string to_json() const;
  /// What restricts trading, as exec told it last; see `risk_view`. "null": it told nothing yet.
  std::string risk_json() const;

private:
  struct entry {
    std::uint64_t id = 0;
    std::int64_t at_ns = 0;
    std::string from, action;
    control_target target = control_target::strategies;
    std::string_view outcome = "sent";
    std::string text;
  };
  control_desk(process::logger& log, std::function<std::int64_t()> now_ns) : log_{log}, now_ns_{std::move(now_ns)} {}
  void on_reply(control_target from, std::string_view bytes);
  void settle(entry& x, std::string_view outcome, std::string text);
  void ask_risk();
  std::unique_ptr<bus::request_client>& client_of(control_target x) { return clients_[static_cast<std::size_t>(x)]; }

  process::logger& log_;
  std::function<std::int64_t()> now_ns_;
  mutable std::mutex guard_;
  std::deque<entry> log_of_commands_; ///< oldest first
  std::uint64_t last_id_ = 0;
  std::optional<wire::risk_report> risk_;
  std::int64_t risk_asked_ns_ = 0, risk_told_ns_ = 0;                                                  ///< wall time
  std::array<std::unique_ptr<bus::request_client>, enum_names<control_target>::table.size()> clients_; ///< ended first
};

} // namespace strike::dashboard
