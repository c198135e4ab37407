#pragma once

#include "exec/deribit_orders.hpp"
#include "exec/deribit_requests.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace strike::exec {

/// How the account stands: open orders, those that wait for a trigger too, then fills, then positions, so that a fill
/// meanwhile is rather told twice than missed. One question at a time. One thread.
class deribit_account {
public:
  deribit_account(const deribit_settings& how, const venue_tools& with, deribit_requests& over, deribit_orders& orders,
                  venue_reports& to)
      : how_{how}, tools_{with}, over_{over}, orders_{orders}, to_{to} {}

  /// While one is being answered, the next waits for it; several that wait are asked as one.
  void ask(std::int64_t fills_since_ns, const moment& now);

private:
  using reader = std::function<result<void>(deribit::message_reader&, const moment&)>;
  void query(std::string_view what, deribit_session::writer write, reader read, std::function<void(const moment&)> next,
             const moment& now);
  void ask_open(const moment& now);
  void ask_fills(const moment& now);
  void ask_positions(const moment& now);
  result<void> take_open(deribit::message_reader& says, const moment& now);
  result<void> take_positions(deribit::message_reader& says);
  void finish(result<void> how_it_ended, const moment& now);

  const deribit_settings& how_;
  venue_tools tools_;
  deribit_requests& over_;
  deribit_orders& orders_;
  venue_reports& to_;
  std::optional<account_fact> made_; ///< while it is being put together
  std::int64_t since_ns_ = 0;
  std::optional<std::int64_t> next_since_ns_; ///< asked for meanwhile
};

} // namespace strike::exec
