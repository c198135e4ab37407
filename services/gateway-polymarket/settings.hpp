#pragma once

#include "config/section.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace strike::gateway_polymarket {

/// Which markets are loaded before anyone asks.
enum class list_mode : std::uint8_t {
  wanted, ///< none; tokens are looked up as they are named
  open,   ///< all that are open at the start, some ten thousand
};

} // namespace strike::gateway_polymarket

template <> struct strike::enum_names<strike::gateway_polymarket::list_mode> {
  static constexpr std::string_view what = "list";
  static constexpr std::array table = {enum_name{gateway_polymarket::list_mode::wanted, "wanted"},
                                       enum_name{gateway_polymarket::list_mode::open, "open"}};
};

namespace strike::gateway_polymarket {

/// The venue's part of `[gateway.polymarket]`. Limits are halves, or less, of what the venue allows.
/// Source: Polymarket manual, rate limits: POST /books 50/s, Gamma /markets 30/s, the CLOB 900/s.
struct settings {
  std::string url = "wss://ws-subscriptions-clob.polymarket.com/ws/market";
  std::string clob = "https://clob.polymarket.com";
  std::string gamma = "https://gamma-api.polymarket.com";
  std::size_t tokens_per_socket = 400; ///< 2 at least; beyond about 500 the venue sends no initial books
  std::chrono::nanoseconds ping = std::chrono::seconds{10};
  list_mode list = list_mode::wanted;
  std::chrono::nanoseconds refresh = std::chrono::seconds{60}; ///< of a market that is open and has not ended
  double books_per_second = 20;
  double gamma_per_second = 15;
  double clob_per_second = 50;
  std::size_t hash_audit = 0; ///< every so many books of a socket are held against their hash; 0: none
  bool operator==(const settings&) const = default;
};

/// Mistakes are recorded in the document.
settings read_settings(config::section root);

} // namespace strike::gateway_polymarket
