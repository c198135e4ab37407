#pragma once

#include "exec/order_venue.hpp"
#include "match/exchange.hpp"
#include "match/latency.hpp"
#include "simulator/simulation_config.hpp"

#include <deque>
#include <functional>
#include <variant>
#include <vector>

namespace strike::exec {

/// Live market data, simulated fills: orders take the way there and back that `[venue.*]` says and meet `libs/match`
/// in between. Market data counts from when we see it, so that an order acts on what is displayed here when it arrives;
/// the venue's real matching is a feed delay ahead. One thread.
class paper_venue final : public order_venue, match::exchange_listener {
public:
  struct tools {
    instrument_registry& instruments;
    instrument_rules& rules;
    /// An order needs the market data of its instrument; called once for each.
    std::function<void(instrument_id)> want;
    std::function<void(match::warning, instrument_id, std::string_view)> warn;
  };
  /// How long an order waits for the first market data of its instrument before it is refused.
  static constexpr std::int64_t data_wait_ns = 2'000'000'000;

  paper_venue(const simulator::simulation_config& how, tools with);

  /// @param now_ns never goes back, here and in all calls
  void on_market(const market_event& event, std::int64_t now_ns);

  void place(owner_id owner, order_id id, const order_request& what, std::int64_t now_ns) override;
  void amend(owner_id owner, order_id id, instrument_id instrument, price limit, quantity size,
             std::int64_t now_ns) override;
  void cancel(owner_id owner, order_id id, instrument_id instrument, std::int64_t now_ns) override;
  std::int64_t round(std::int64_t now_ns, venue_reports& to) override;

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
  /// On its way back.
  struct response {
    std::int64_t at_ns = 0;
    std::variant<order_update, match::settlement> what;
  };
  /// The line to one venue, first in, first out both ways.
  struct line {
    explicit line(const match::latency_config& how) : latency{how} {}
    match::latency_model latency;
    std::deque<request> requests;
    std::deque<response> responses;
  };
  struct market_data {
    bool is_wanted = false, has_come = false;
  };

  void send(request what, std::int64_t now_ns);
  void refuse(const request& what, std::string_view why, const match::round_trip& trip);
  /// Carries out what has arrived and is not waiting for data.
  void arrive(line& on, std::int64_t now_ns);
  void execute(const request& what, std::int64_t now_ns);
  std::int64_t next_arrival_ns(const line& on) const;
  static void tell(line& on, std::int64_t now_ns, venue_reports& to);
  market_data& data_of(instrument_id id);
  line& line_of(instrument_id id) { return lines_[static_cast<std::size_t>(tools_.instruments.at(id).at)]; }
  void push(line& on, std::int64_t venue_ns, std::int64_t delay_ns, decltype(response::what) what);

  void on_update(owner_id owner, const order_update& update) override;
  void on_settlement(const match::settlement& what) override;
  void on_warning(match::warning kind, instrument_id instrument, std::string_view text) override {
    tools_.warn(kind, instrument, text);
  }

  tools tools_;
  match::exchange exchange_;
  std::vector<line> lines_;              ///< by venue
  std::vector<market_data> market_data_; ///< by instrument
  std::int64_t now_ns_ = 0;
  std::int64_t answer_delay_ns_ = -1; ///< of the request being carried out; -1: none is
};

} // namespace strike::exec
