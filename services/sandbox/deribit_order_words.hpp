#pragma once

#include "sandbox/deribit_accounts.hpp"
#include "sandbox/trading_desk.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace strike::sandbox::deribit {

/// What Deribit keeps of an order beside what the desk knows.
struct order_words {
  std::string type = "limit"; ///< "stop_market", ...
  std::string original_type;  ///< of what was converted: "market_limit"; empty else
  std::string time_in_force = "good_til_cancelled";
  std::string trigger;   ///< "mark_price"; empty: none
  std::string parent_id; ///< of the trigger order that it came from
  bool reject_post_only = false;
  optional_price bound;         ///< of market orders: the protective price that replies show
  std::uint64_t connection = 0; ///< that it was placed through; 0: HTTP
};

/// An order as a client wishes it.
struct order_wish {
  order_ticket ticket;
  order_words words;
};

/// What reading an order needs of the venue.
struct order_reader {
  const trading_desk& desk;
  const market_view& view;
  std::int64_t now_ns;

  /// The parameters of `private/buy` and `private/sell`, but not yet what the desk checks. A post-only order that would
  /// cross is moved a tick inside the spread unless it says `reject_post_only`.
  /// Source: Deribit page, sections 11.1 and 11.2.
  std::expected<order_wish, rpc_error> wish(const boost::json::object& params, side of, owner_id owner) const;
  /// Those of `private/edit`, against the order as it is.
  std::expected<trading_desk::amendment, rpc_error> amendment(const boost::json::object& params,
                                                              const order_record& of) const;
  /// `amount` or `contracts`; none if neither is given.
  std::expected<optional_quantity, rpc_error> amount(const boost::json::object& params, const instrument& of) const;

private:
  std::expected<void, rpc_error> read_trigger(const boost::json::object& params, order_wish& to) const;
  std::expected<void, rpc_error> read_price(const boost::json::object& params, order_wish& to) const;
  std::optional<rpc_error> band_fault(const order_request& x) const;
  void step_aside(order_request& x) const;
};

/// The venue's code for what the desk objects to. Source: Deribit page, section 16.
rpc_error error_of(const refused& why);
/// `valid_until` has passed: 13888.
std::optional<rpc_error> lateness(const boost::json::object& params, std::int64_t now_ns);
/// When `good_til_day` ends: 08:00 UTC.
std::int64_t next_settlement_ns(std::int64_t now_ns);

} // namespace strike::sandbox::deribit
