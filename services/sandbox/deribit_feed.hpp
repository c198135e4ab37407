#pragma once

#include "sandbox/deribit_book.hpp"
#include "sandbox/deribit_channel.hpp"
#include "sandbox/deribit_json.hpp"
#include "sandbox/deribit_market.hpp"
#include "sandbox/venue_server.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strike::sandbox::deribit {

/// A channel that somebody listens to.
struct topic {
  struct subscriber {
    connection* who;
    std::string label;
  };
  std::string name;
  channel_name what;
  instrument_id id; ///< of channels of an instrument
  std::vector<subscriber> subscribers;
  std::int64_t flushed_ns = 0;
  std::int64_t due_ns = 0; ///< 0: nothing to send
  // What was sent last, and what came since.
  std::uint64_t sequence = 0;
  touched_levels touched;
  ticker_fields fields;
  std::string quote; ///< without its time
  json_array trades;
};

/// The channels: who listens to what, and what is sent when. Channels of an interval send what changed at most once in
/// it. Source: Deribit page, sections 7 and 8.
class feed {
public:
  explicit feed(const market& of) : market_{of} {}

  /// A first message, if the channel has one, is sent before it returns.
  /// @param label of `private/subscribe`; empty: none
  /// @returns false for what is no channel, or of something that is not listed
  bool subscribe(connection& who, std::string_view name, const std::string& label, std::int64_t now_ns);
  /// @returns false if it was not on
  bool unsubscribe(connection& who, std::string_view name);
  void unsubscribe_all(connection& who);
  /// The time of the last message to a listener; 0: none yet.
  std::int64_t last_sent_ns(const connection& who) const;

  /// After `market::on_event`, before the shared view shows it.
  void on_event(const market_event& x, std::int64_t now_ns);
  /// Sends what is due.
  /// @returns when something is, next
  std::int64_t round(std::int64_t now_ns);

private:
  struct listener {
    std::set<std::string, std::less<>> names;
    std::int64_t last_sent_ns = 0;
  };

  topic* open(std::string_view name, std::int64_t now_ns);
  void leave(connection& who, const std::string& name);
  void greet(topic& to, connection& who, std::int64_t now_ns);
  void schedule(topic& x, std::int64_t now_ns);
  void cancel(topic& x);
  void flush(topic& x, std::int64_t now_ns);
  void flush_book(topic& x, std::int64_t now_ns);
  void flush_incremental(topic& x, std::int64_t now_ns);
  void flush_quote(topic& x, std::int64_t now_ns);
  void publish(topic& x, std::string_view data, std::int64_t now_ns, frame_kind kind = frame_kind::notice);
  void send(const topic& x, connection& to, std::string_view data, const std::string& label, std::int64_t now_ns,
            frame_kind kind = frame_kind::notice);

  void on_book(topic& x, const market_event& what, std::int64_t now_ns);
  void on_ticker(topic& x, const market_event& what, std::int64_t now_ns);
  void on_trade(topic& x, std::string_view json, std::int64_t now_ns);
  void on_status(const market_event& what, std::int64_t now_ns);
  std::string state_of(const topic& x) const;
  std::string mark_prices(const std::string& index) const;

  const market& market_;
  std::unordered_map<std::string, std::unique_ptr<topic>> topics_;
  std::unordered_map<std::uint32_t, std::vector<topic*>> by_instrument_;
  std::vector<topic*> by_kind_;                   ///< of a kind and currency
  std::set<std::pair<std::int64_t, topic*>> due_; ///< what has something to send, and when
  std::map<const connection*, listener> listeners_;
};

} // namespace strike::sandbox::deribit
