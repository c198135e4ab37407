#pragma once

#include "exec/order_venue.hpp"
#include "match/exchange.hpp"
#include "match/latency.hpp"
#include "simulator/simulation_config.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <deque>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

namespace strike::exec {

/// One venue's live market data, simulated fills: orders take the way there and back that `[venue.*]` says and meet
/// `libs/match` in between. Market data counts from when we see it, so that an order acts on what is displayed here
/// when it arrives; the venue's real matching is a feed delay ahead. Its clock is the wall time it is handed. One
/// thread.
class paper_venue final : public order_venue, match::exchange_listener {
public:
  struct tools {
    instrument_registry& instruments;
    instrument_rules& rules;
    std::function<void(match::warning, instrument_id, std::string_view)> warn;
  };

  paper_venue(venue at, const simulator::simulation_config& how, tools with, venue_reports& to);

  /// A fill, or a settlement, from before: what the account holds. Before the first call of another kind.
  void hold(owner_id owner, const fill& what, const moment& now);
  void hold(const match::settlement& what);

  /// An event of this venue.
  void on_market(const market_event& event, const moment& now);

  /// Paper orders end with the process that simulated them: told as cancelled.
  void restore(const venue_order& what, std::string_view venue_id, const std::vector<std::string>& keys) override;
  void place(const approved_order& what, const moment& now) override;
  void amend(order_id id, price limit, quantity size, const moment& now) override;
  void cancel(order_id id, const moment& now) override;
  void cancel_everything(const moment& now) override;
  void ask_order(order_id id, const moment& now) override;
  void ask_account(std::int64_t fills_since_ns, const moment& now) override;
  std::int64_t round(const moment& now) override;

private:
  /// On its way to the venue.
  struct request {
    std::int64_t at_ns = 0;
    match::order_action action = match::order_action::place;
    owner_id owner = 0;
    order_id order;
    order_request terms; ///< amend: limit and size; always the instrument
    std::int64_t response_delay_ns = 0;
  };
  struct absent {
    order_id order;
  };
  /// On its way back.
  struct response {
    std::int64_t at_ns = 0;
    std::variant<order_fact, fill_fact, match::settlement, account_fact, absent> what;
  };
  /// An order that is not final.
  struct known {
    owner_id owner = 0;
    instrument_id instrument;
    std::uint32_t fills = 0;
  };

  void move_clock(const moment& now) { now_ns_ = std::max(now_ns_, now.wall_ns); }
  void send(request what);
  void refuse(const request& what, std::string_view why, const match::round_trip& trip);
  void execute(const request& what);
  /// Carries out what has arrived.
  void arrive();
  void tell();
  void push(std::int64_t venue_ns, std::int64_t delay_ns, decltype(response::what) what);
  order_fact fact_of(const order_update& update) const;

  void on_update(owner_id owner, const order_update& update) override;
  void on_settlement(const match::settlement& what) override;
  void on_warning(match::warning kind, instrument_id instrument, std::string_view text) override {
    tools_.warn(kind, instrument, text);
  }

  const venue at_;
  tools tools_;
  venue_reports& to_;
  match::exchange exchange_;
  match::latency_model latency_;
  std::deque<request> requests_; ///< the line to the venue is first in, first out, both ways
  std::deque<response> responses_;
  boost::unordered_flat_map<std::uint64_t, known> orders_;
  std::int64_t now_ns_ = 0;
  const request* answered_ = nullptr; ///< the request being carried out
  bool is_up_ = false;                ///< as told
};

} // namespace strike::exec
