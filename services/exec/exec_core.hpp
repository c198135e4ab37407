#pragma once

#include "exec/exec_actor.hpp"
#include "exec/order_desk.hpp"
#include "exec/paper_venue.hpp"
#include "exec/risk_control.hpp"
#include "exec/venue_tools.hpp"

#include <array>
#include <memory>
#include <string_view>
#include <vector>

namespace strike::exec {

/// Exec without its actor: the desk and who carries out its orders, put together as the settings say. One thread.
class exec_core {
public:
  /// @param want asks for the market data of an instrument
  exec_core(exec_parts& with, net::network& network, std::function<void(instrument_id)> want);

  /// Takes up the store and brings up what needs no network. @returns `ec::io`
  result<void> start();
  void request(std::string_view peer, std::string_view bytes);
  /// A ControlRequest. @returns the ControlReply
  std::string control(std::string_view bytes);
  void on_market(const market_event& event);
  /// Somebody subscribed to order updates with that prefix.
  void show_accounts(std::string_view prefix) { desk_.publish_accounts(prefix); }
  /// @returns when to call again, steady time; INT64_MAX: not before another call
  std::int64_t round();
  /// Orders leave whose intents are in the store's log only: `file_intents`, once their bytes are gone.
  bool has_unfiled() const { return desk_.has_unfiled(); }
  void file_intents() { desk_.file_intents(); }

  /// Takes no more orders; cancels what is open, if the settings say so.
  void begin_stop();
  /// Whether all that was cancelled is confirmed, or will not be for as long as the settings wait.
  bool is_stopped();
  std::vector<std::string> open_orders() { return desk_.open_names(); }

private:
  risk_gate::tools risk_tools();
  void set_ready(venue at, std::string_view why);
  moment now() const;
  void warn(instrument_id instrument, std::string_view text);
  void beat(std::int64_t steady_ns);

  const std::uint64_t epoch_; ///< of this start
  exec_parts& with_;
  desk_metrics metrics_;
  instrument_rules rules_;
  risk_metrics risk_metrics_;
  risk_gate risk_;
  order_desk desk_;
  risk_control control_;
  std::vector<std::unique_ptr<order_venue>> venues_;
  std::array<paper_venue*, venue_count> papers_{}; ///< those of `venues_` that are
  std::int64_t feed_ns_ = 0;                       ///< clock = "feed": the newest time seen
  std::int64_t next_beat_ns_ = INT64_MIN;          ///< steady, of the system's clock
  std::int64_t stop_by_ns_ = INT64_MAX;            ///< steady
};

} // namespace strike::exec
