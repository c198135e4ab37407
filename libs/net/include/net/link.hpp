#pragma once

#include "base/backoff.hpp"
#include "net/network.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace strike::net {

/// Which socket of a link; a later one is larger. 0: none.
using generation = std::uint64_t;

/// A connection that is kept: opened again with backoff when it ends, and replaced when it falls silent, though it may
/// still answer pings. The replacement is opened first; both live until its owner calls `settled` for the newer one, or
/// `takeover` has passed. Pure: sockets come from `network`, time is handed in. One thread.
class link {
public:
  struct options {
    socket_options socket;
    backoff reconnect{.first = std::chrono::milliseconds{250}, .longest = std::chrono::seconds{30}};
    std::chrono::nanoseconds silence{0};                          ///< without a message: it is replaced; 0: never
    std::chrono::nanoseconds takeover = std::chrono::seconds{10}; ///< how long a replacement may take to settle
  };
  struct handlers {
    std::function<void(generation)> on_open; ///< nothing is subscribed on it yet
    std::function<void(generation, std::string_view text)> on_text;
    /// Of one that had opened, or not. Others may still be there: see `current`.
    std::function<void(generation, const close_report&)> on_close;
    /// Before a silent socket is replaced, with a text for the log.
    std::function<void(generation, std::string_view why)> on_silent = {};
  };

  link(network& on, options how, handlers call, std::function<double()> random);
  ~link();
  link(const link&) = delete;
  link& operator=(const link&) = delete;

  /// @returns `ec::session_down` as of `socket::send`, or that generation is gone
  result<void> send(generation which, std::string_view text);
  /// The newer socket carries all that is wanted: older ones are closed.
  void settled(generation which);
  /// That socket is of no use, though messages may come: it is replaced as a silent one is. Nothing if a replacement is on
  /// its way.
  void replace(generation which, std::string_view why);
  /// Closes that socket; another is opened, after the backoff.
  void drop(generation which, std::string_view why);
  /// The next attempt waits at least so long, as a venue asks after too many requests.
  void hold_off(std::chrono::nanoseconds at_least);

  /// The newest that is open; 0 if none is.
  generation current() const;
  /// Opens, replaces and gives up what is due. To be called once at the beginning, after events and when due.
  /// @param now_ns of a steady clock
  /// @returns when to call again
  std::int64_t round(std::int64_t now_ns);

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

} // namespace strike::net
