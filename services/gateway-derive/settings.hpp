#pragma once

#include "config/section.hpp"
#include "derive/profile.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strike::gateway_derive {

/// How often the tickers of some instruments come.
struct ticker_rule {
  std::string symbol; ///< exact, or what symbols start with
  bool is_prefix = false;
  int interval_ms = 100;
  bool operator==(const ticker_rule&) const = default;
};

/// `[gateway.derive]`, but for what every gateway has.
struct settings {
  derive::profile network;
  int ticker_ms = 100;              ///< 100 or 1000
  std::vector<ticker_rule> tickers; ///< the first that matches wins over `ticker_ms`
  int book_depth = 20;              ///< levels on each side: 1, 10, 20, 100
  int book_group = 1;               ///< ticks that are one level: 1, 10, 100
  std::size_t topics_per_socket = 500;
  /// Of one window, over all sockets and REST. Source: Derive API, section "Rate limits": 25 in fixed windows of 5 s;
  /// half a second more, since the venue's windows begin when requests arrive.
  std::uint32_t requests = 25;
  std::chrono::nanoseconds request_window = std::chrono::milliseconds{5500};
  std::chrono::nanoseconds request_timeout = std::chrono::seconds{10};
  std::chrono::nanoseconds ping_after = std::chrono::seconds{15}; ///< without a message, the text "ping" is sent
  std::chrono::nanoseconds silence = std::chrono::seconds{30};    ///< of a socket with tickers or books: it is replaced
  std::chrono::nanoseconds quarantine = std::chrono::minutes{5};  ///< of a channel that the venue refused
  std::chrono::nanoseconds refresh = std::chrono::minutes{5};     ///< of the instrument list
  std::vector<std::string> currencies;                            ///< whose instruments are listed; empty: all
  std::chrono::nanoseconds history_longest = std::chrono::minutes{10}; ///< gaps in trades are filled so far back ...
  std::uint32_t history_pages = 5;                                     ///< ... and by so many pages of 1000 rows

  int interval_of(std::string_view symbol) const;
  bool operator==(const settings&) const = default;
};

/// Mistakes are recorded in the document.
settings read_settings(config::section root);

} // namespace strike::gateway_derive
