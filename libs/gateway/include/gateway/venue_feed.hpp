#pragma once

#include "base/market_event.hpp"
#include "base/moment.hpp"
#include "base/registry.hpp"
#include "feed/slot.hpp"
#include "net/network.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strike::gateway {

using strike::moment; ///< events carry `wall_ns` as `recv_ns`

/// What a message was that could not be used; each is a label of a metric, and logged once per kind and detail.
enum class oddity : std::uint8_t {
  malformed,  ///< broke its documented format; dropped
  unknown,    ///< a kind of message, or a value, that the venue did not have when this was written; passed over
  refused,    ///< the venue answered with an error
  gap,        ///< data was lost: a chain broke, a checksum differed, a book was crossed
  duplicate,  ///< seen before; dropped
  unexpected, ///< an instrument or channel that nobody asked for; dropped
};

} // namespace strike::gateway

template <> struct strike::enum_names<strike::gateway::oddity> {
  using oddity = gateway::oddity;
  static constexpr std::string_view what = "oddity";
  static constexpr std::array table = {
      enum_name{oddity::malformed, "malformed"}, enum_name{oddity::unknown, "unknown"},
      enum_name{oddity::refused, "refused"},     enum_name{oddity::gap, "gap"},
      enum_name{oddity::duplicate, "duplicate"}, enum_name{oddity::unexpected, "unexpected"}};
};

namespace strike::gateway {

/// What a session may do, on its own socket. Valid as long as the session.
class session_port {
public:
  virtual ~session_port() = default;
  /// A frame to the venue. The session keeps the venue's limits; the port sends at once.
  virtual void send(std::string_view text) = 0;
  /// An event, in the order of calls; never a status. Those of one call of the session leave together, when it
  /// returns. The port drops it when a younger socket has taken its topic over, or when nobody wants the topic any
  /// more. A book begins with a snapshot, on every socket: changes before it are passed on as `trust::resyncing`.
  virtual void publish(market_event&& event) = 0;
  /// This socket is of no use any more: it is closed, its topics marked stale, and another is opened.
  virtual void give_up(std::string_view why) = 0;
  /// The next socket is opened no sooner than so, as after "too many requests". For use just before `give_up`.
  virtual void hold_off(std::chrono::nanoseconds at_least) = 0;
  /// @param detail the name of the field or message kind, never data: each value is logged once
  /// @param sample what came, for that log line; is cut
  virtual void note(oddity what, std::string_view detail, std::string_view sample) = 0;
};

/// One venue's market-data protocol on one socket, from its opening to its end: pure, no clock, no socket. A new socket
/// gets a new session. Topics are slots: one channel of one instrument (feed/slot.hpp).
class session {
public:
  virtual ~session() = default;
  /// The socket is open. What was wanted before is subscribed now, as fast as the venue allows.
  virtual void opened(const moment& now) = 0;
  /// @param frame is followed by at least 64 readable bytes, as simdjson asks
  virtual void received(std::string_view frame, const moment& now) = 0;
  /// Adds topics, or drops them; before and after `opened`. One that is dropped and added again at once is a book that
  /// must be sent anew: it is subscribed again, so that a snapshot comes.
  virtual void want(const std::vector<feed::slot>& topics, const moment& now) = 0;
  virtual void unwant(const std::vector<feed::slot>& topics, const moment& now) = 0;
  /// Whether the venue confirmed, or refused, all that is wanted: then an older socket may go.
  virtual bool is_settled() const = 0;
  /// Does what is due: frames that a limit held back, deadlines of requests, heartbeats, resyncs.
  /// @returns when to call again, steady time; INT64_MAX: not before another call
  virtual std::int64_t round(const moment& now) = 0;
};

/// What a venue_feed may do. Lives as long as it.
class feed_port {
public:
  virtual ~feed_port() = default;
  virtual void fetch(net::http_request what, std::function<void(result<net::http_response>, const moment&)> done) = 0;
  /// An instrument that the venue lists, or what changed about it. The first time, or with other rules than before, it
  /// becomes a status event (`listed`, then `tick_changed`), and prefixes that match it ask for its topics.
  /// @returns its id; invalid if the symbol does not fit the venue's grammar, which is noted
  virtual instrument_id define(instrument rules, std::int64_t venue_ns) = 0;
  /// `halted`, `resumed`, `expired`, `settled`: a status event when it differs from the last. After the last two
  /// nothing of it is wanted any more.
  /// @param settlement of `settled`
  virtual void set_state(instrument_id which, instrument_state state, optional_double settlement,
                         std::int64_t venue_ns) = 0;
  /// A part of the venue's data cannot be trusted, though its sockets live: maintenance, a locked index. Everything of
  /// the instruments is marked so, until the next event of each.
  virtual void distrust(const std::vector<instrument_id>& which, trust why) = 0;
  /// What sockets did not bring and the venue told on request, such as trades that were missed: one call, one topic,
  /// never a status. Dropped when nobody wants the topic any more.
  virtual void publish_late(std::span<const market_event> events) = 0;
  /// The first list is complete: demand can be met, the service is ready. Later calls do nothing.
  virtual void loaded() = 0;
  /// As `session_port::note`.
  virtual void note(oddity what, std::string_view detail, std::string_view sample) = 0;
};

/// A venue as its gateway sees it: its instruments, and how to talk on a socket. Pure; one thread.
class venue_feed {
public:
  struct limits {
    std::size_t topics_per_socket = 500; ///< as `key` tells them apart; further ones go to another socket
    std::chrono::nanoseconds silence = std::chrono::seconds{30}; ///< of a socket: it is replaced
  };

  virtual ~venue_feed() = default;
  virtual venue at() const = 0;
  virtual limits limit() const = 0;
  /// The WebSocket of every session.
  virtual net::socket_options socket() const = 0;
  /// Begins to load the instruments through the port; answers come as calls of `done`.
  virtual void start(feed_port& port, const moment& now) = 0;
  /// Does what is due: refreshes of the list, expiries, look-ups.
  /// @returns when to call again, steady time
  virtual std::int64_t round(const moment& now) = 0;
  /// A consumer named an instrument that the list does not have, and whose symbol fits the grammar. The venue is asked;
  /// what exists is defined through the port, what does not is noted. Repeated calls for one symbol cost nothing.
  virtual void look_up(std::string_view symbol, const moment& now) = 0;
  /// Where a topic lives: topics of one key share a socket and count once for `topics_per_socket`, since the venue
  /// sends them together (Polymarket: the token).
  virtual std::uint64_t key(feed::slot topic) const = 0;
  /// Whether this venue has such a topic at all. Not asked about status topics, which never need one of their own.
  virtual bool has_topic(feed::slot topic) const = 0;
  virtual std::unique_ptr<session> make_session(session_port& port) = 0;
};

} // namespace strike::gateway
