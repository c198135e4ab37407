#pragma once

#include "failure_slot.hpp"
#include "gateway/venue_feed.hpp"
#include "gateway_report.hpp"
#include "net/link.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace strike::gateway {

/// The topics of a venue over its sockets: so many on each, subscriptions moved from a socket to the one that replaces
/// it, and at each topic's side the one socket that it comes from. A younger socket takes a topic over with its first
/// live event, a book with its snapshot; what older ones send of it is then dropped. Pure; one thread.
class shards {
public:
  class listener {
  public:
    virtual ~listener() = default;
    /// Of one call of a session: most often of one frame.
    virtual void on_events(std::span<const market_event> events, const moment& received) = 0;
    /// Nothing carries the topic: what was sent of it is out of date.
    virtual void on_lost(feed::slot which) = 0;
    /// It is carried again.
    virtual void on_mended(feed::slot which) = 0;
  };
  struct tools {
    net::network& on;
    venue_feed& feed;
    gateway_report& report;
    std::function<moment()> clock;
    std::function<double()> random;        ///< in [0, 1)
    failure_slot& failure;                 ///< of sessions that throw
    std::chrono::nanoseconds data_silence; ///< as in `settings`
  };

  shards(tools with, listener& to);
  ~shards();

  /// To be called between rounds, not from within a session.
  void change(std::span<const feed::slot> dropped, std::span<const feed::slot> added, const moment& now);
  /// A topic that cannot be trusted until its next event; a book until its next snapshot, which is asked for.
  /// @returns false if it is not wanted, or was so already
  bool distrust(feed::slot which);
  bool is_wanted(feed::slot which) const { return which < topics_.size() && topics_[which].home; }
  /// Between `on_lost` or `distrust`, and `on_mended`.
  bool is_marked(feed::slot which) const { return which < topics_.size() && topics_[which].is_marked; }
  /// Whether it has had an event since it was last lost.
  bool is_carried(feed::slot which) const { return which < topics_.size() && topics_[which].source != 0; }

  /// Does what is due on sockets and sessions.
  /// @returns when to call again, steady time
  std::int64_t round(const moment& now);

  std::size_t count() const { return shards_.size(); }
  std::size_t open_count() const; ///< shards with an open socket
  levels level() const;           ///< of sockets and of the topics that they carry

private:
  struct shard;
  struct connection;
  struct topic {
    shard* home = nullptr;    ///< null: not wanted
    std::uint32_t source = 0; ///< serial of the connection it comes from; 0: of none
    bool is_marked = false;
    bool is_asked_again = false; ///< a snapshot is on its way
  };
  struct key_place {
    shard* home = nullptr;
    std::size_t topics = 0;
  };

  void drop(feed::slot which);
  void place(feed::slot which);
  shard& with_room();
  shard& open_shard();
  void tell_sessions(shard& x, const moment& now);

  void on_open(shard& home, net::generation id);
  void on_text(shard& home, net::generation id, std::string_view text);
  void on_close(shard& home, net::generation id, std::string_view why);
  template <class F> void run(connection& x, const moment& now, F f);
  void after_call(connection& x);
  bool has_taken_over(const connection& x) const;
  void settle(connection& x);
  void end(connection& x);
  void lose(feed::slot which);
  void mend(feed::slot which);

  void accept(const connection& from, market_event&& event);
  void accept_early(const connection& from, market_event& event);
  void ask_again(const moment& now);
  std::int64_t watch_data(shard& x, const moment& now);

  tools with_;
  listener& to_;
  std::size_t topics_per_socket_;
  std::vector<topic> topics_; ///< by slot
  std::unordered_map<std::uint64_t, key_place> keys_;
  std::vector<std::unique_ptr<shard>> shards_;
  std::vector<market_event> batch_; ///< of the session that is being called
  std::vector<feed::slot> again_;   ///< books whose snapshot is to be asked for
  std::uint32_t last_serial_ = 0;
};

} // namespace strike::gateway
