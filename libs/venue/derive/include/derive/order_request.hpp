#pragma once

#include "base/order.hpp"
#include "derive/order_profile.hpp"
#include "sign/key.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Requests of an account, as JSON-RPC texts. Source: Derive API, sections "Authentication", "Order entry", "Account
/// state". Labels and symbols must need no escapes: letters, digits and . _ - only.
namespace strike::derive {

/// "gtc", "post_only", "ioc", "fok".
enum class lifetime : std::uint8_t { gtc, post_only, ioc, fok };

/// An order as it is sent; `limit`, `amount`, `max_fee`, `nonce` and `expiry_s` are what was signed.
struct order_ticket {
  std::uint64_t subaccount = 0;
  std::string_view symbol, label;
  side what = side::buy;
  bool is_market = false;
  lifetime life = lifetime::gtc;
  price limit; ///< also of a market order: the worst that is accepted
  quantity amount;
  price max_fee; ///< for one unit of the base currency
  std::uint64_t nonce = 0;
  std::int64_t expiry_s = 0;
  std::string_view signer; ///< address
  bool reduce_only = false;
  price stop; ///< > 0: a stop order, which the mark price sets off
};
/// Which order it takes the place of.
struct replaced_order {
  std::string_view order_id;
  quantity filled; ///< refused (11028) if it is another by then
};

class request_writer {
public:
  /// @param hex_prefix whether signatures are written with "0x"
  request_writer(const order_profile& network, std::string wallet, std::uint64_t subaccount, bool hex_prefix);

  std::string login(std::uint64_t id, std::string_view timestamp_ms, const sign::signature& signature) const;
  std::string place(std::uint64_t id, const order_ticket& what, const sign::signature& signature) const;
  std::string replace(std::uint64_t id, const order_ticket& what, const replaced_order& old,
                      const sign::signature& signature) const;
  std::string cancel(std::uint64_t id, std::string_view symbol, std::string_view order_id, bool is_trigger) const;
  std::string cancel_by_nonce(std::uint64_t id, std::string_view symbol, std::uint64_t nonce) const;
  std::string cancel_all(std::uint64_t id) const;
  std::string cancel_all_triggers(std::uint64_t id) const;
  std::string cancel_on_disconnect(std::uint64_t id, bool enabled) const;

  /// A method that takes the wallet alone: `get_account`, `session_keys`.
  std::string of_wallet(std::uint64_t id, std::string_view method) const;
  /// A method that takes the subaccount alone: `get_open_orders`, `get_trigger_orders`, `get_subaccount`.
  std::string of_subaccount(std::uint64_t id, std::string_view method) const;
  std::string get_order(std::uint64_t id, std::string_view order_id) const;
  /// `get_order_history`, `get_trade_history`. @param order_id empty: of all orders; trades only
  std::string history(std::uint64_t id, std::string_view method, std::int64_t from_ms, std::int64_t to_ms,
                      std::uint32_t page, std::string_view order_id = {}) const;

private:
  std::string order_params(const order_ticket& what, const sign::signature& signature) const;

  const order_profile& network_;
  std::string wallet_;
  std::uint64_t subaccount_;
  bool hex_prefix_;
};

/// Rows of a page of a history: the most the venue gives.
inline constexpr std::uint32_t history_page_size = 1000;

} // namespace strike::derive

template <> struct strike::enum_names<strike::derive::lifetime> {
  using lifetime = derive::lifetime;
  static constexpr std::string_view what = "time in force";
  static constexpr std::array table = {enum_name{lifetime::gtc, "gtc"}, enum_name{lifetime::post_only, "post_only"},
                                       enum_name{lifetime::ioc, "ioc"}, enum_name{lifetime::fok, "fok"}};
};
