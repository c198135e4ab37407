#pragma once

#include "config/section.hpp"
#include "polymarket/amounts.hpp"
#include "polymarket/order.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace strike::exec {

/// How a buy that must trade at once is sent when size x price is not in whole cents, which the venue asks of it.
enum class inexact_buys : std::uint8_t {
  smaller, ///< the largest smaller size that is; an FOK is refused
  amount,  ///< that many whole cents are spent: at a better price than the limit it buys more than was asked for
};

/// Whose events the user channel is asked for.
enum class user_markets : std::uint8_t {
  all,    ///< all of the account's
  traded, ///< those of the markets that were traded in this run
};

} // namespace strike::exec

template <> struct strike::enum_names<strike::exec::inexact_buys> {
  using buys = exec::inexact_buys;
  static constexpr std::string_view what = "inexact_buys";
  static constexpr std::array table = {enum_name{buys::smaller, "smaller"}, enum_name{buys::amount, "amount"}};
};
template <> struct strike::enum_names<strike::exec::user_markets> {
  using markets = exec::user_markets;
  static constexpr std::string_view what = "user_markets";
  static constexpr std::array table = {enum_name{markets::all, "all"}, enum_name{markets::traded, "traded"}};
};

namespace strike::exec {

/// `[exec.polymarket]`. Source of the defaults: page of the protocol; where sources disagree the careful one.
struct polymarket_settings {
  std::string clob = "https://clob.polymarket.com";
  std::string user_socket = "wss://ws-subscriptions-clob.polymarket.com/ws/user";
  std::string gamma = "https://gamma-api.polymarket.com";
  std::string data_api = "https://data-api.polymarket.com";
  std::string geoblock = "https://polymarket.com/api/geoblock"; ///< empty: not asked
  std::uint64_t chain_id = 137;
  polymarket::wallet_kind wallet = polymarket::wallet_kind::eoa;
  polymarket::contracts exchanges; ///< of V2, by `read_polymarket_settings`
  sign::bytes32 builder{};
  std::uint64_t api_key_nonce = 0;
  user_markets markets = user_markets::all;
  std::chrono::nanoseconds heartbeat{0}; ///< 0: none; the venue cancels all about 10 s after the last one
  std::chrono::nanoseconds gtd_minimum = std::chrono::seconds{180}; ///< of the stated expiration, from now
  std::chrono::nanoseconds gtd_early = std::chrono::seconds{60};    ///< the venue expires so much before it
  exec::inexact_buys inexact = inexact_buys::smaller;
  polymarket::fee_rounding fee_rounding = polymarket::fee_rounding::nearest;
  bool check_funds = true;
  double orders_per_second = 40, orders_burst = 60; ///< the venue's Standard tier
  double cancels_per_second = 80, cancels_burst = 120;
  std::size_t batch = 15;                                      ///< orders of a request, when several wait
  std::size_t cancel_batch = 100;                              ///< cancels of a request; at most the burst
  std::chrono::nanoseconds patience = std::chrono::seconds{2}; ///< how long an order may wait before it leaves
  std::chrono::nanoseconds answer = std::chrono::seconds{10};  ///< how long its answer may take
  /// An order that the venue does not know is absent so long after it was sent, not before: it may still arrive.
  std::chrono::nanoseconds absent_after = std::chrono::seconds{30};
  std::chrono::nanoseconds refresh = std::chrono::seconds{60}; ///< of the markets traded: resolution
  bool operator==(const polymarket_settings&) const = default;
};

/// Mistakes are recorded in the document.
polymarket_settings read_polymarket_settings(config::section root);

} // namespace strike::exec
