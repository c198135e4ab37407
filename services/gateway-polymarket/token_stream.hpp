#pragma once

#include "gateway-polymarket/book_desk.hpp"
#include "gateway-polymarket/recent_counts.hpp"
#include "gateway-polymarket/token_book.hpp"
#include "gateway/venue_feed.hpp"
#include "polymarket/frame.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace strike::gateway_polymarket {

/// What the streams of one socket share.
struct stream_tools {
  gateway::session_port& port;
  book_desk& desk;
  recent_counts& published; ///< trades, over all sockets
  recent_counts& seen;      ///< trades, on this socket
};

/// One token on one socket: its book, touch and trades as events; and its doubts, which end with a whole book from the
/// stream or, if that does not come, by REST.
class token_stream {
public:
  token_stream(stream_tools with, instrument_id id, std::string token, const gateway::moment& subscribed);

  void want(channel what, const gateway::moment& now);
  void unwant(channel what) { wanted_[static_cast<std::size_t>(what)] = false; }
  bool is_wanted() const;

  // what the venue says
  void on_book(const polymarket::market_message& x, const gateway::moment& now);
  void on_change(const polymarket::level_change& x, std::int64_t venue_ns, const gateway::moment& now);
  /// After the last `on_change` of a message.
  void end_message(std::int64_t venue_ns, const gateway::moment& now);
  void on_trade(const polymarket::market_message& x, const gateway::moment& now);
  void on_touch(const polymarket::market_message& x, const gateway::moment& now);
  void on_tick_change(std::int64_t venue_ns, const gateway::moment& now);
  /// By REST. @param book none: there is none to be had
  void on_fetched(const std::optional<whole_book>& book, const gateway::moment& now);

  /// The book is wrong: it is resyncing until a whole one comes, which is asked for.
  void doubt(std::string_view why, const gateway::moment& now);
  /// The market is decided: nothing more is said, asked or doubted.
  void freeze() { is_frozen_ = true; }

  /// Asks for what is overdue.
  void round(const gateway::moment& now);
  std::int64_t due_ns() const;

  instrument_id id() const { return id_; }
  const std::string& token() const { return token_; }
  const token_book& book() const { return book_; }
  /// The venue has answered the subscription, with a book or by having none.
  bool is_answered() const { return is_answered_ || is_frozen_; }
  /// Once after an overdue book: a venue that did not know the token then may know it now.
  bool take_resubscribe() { return std::exchange(resubscribes_, false); }

private:
  struct touch {
    optional_price bid, ask, last;
    optional_quantity bid_size, ask_size;
    bool operator==(const touch&) const = default;
  };
  bool wants(channel what) const { return wanted_[static_cast<std::size_t>(what)]; }
  touch read_touch() const;
  bool agrees() const;
  void take_whole(const gateway::moment& now);
  void publish_book(const gateway::moment& now);
  void publish_ticker(const gateway::moment& now);
  void send_ticker(const touch& x, trust state, const gateway::moment& now);
  void distrust(std::int64_t not_before_ns, std::int64_t retry_ns, const gateway::moment& now);
  template <class Body> void publish(Body&& body, trust state, const gateway::moment& now);

  stream_tools with_;
  instrument_id id_;
  std::string token_;
  std::array<bool, feed::channels> wanted_{};
  token_book book_;
  std::int64_t venue_ns_ = 0; ///< the venue's time of what was heard last
  optional_price last_;
  std::optional<touch> said_; ///< the ticker that is out; none: none, or it was taken back
  bool leads_trades_ = false; ///< has published a trade: older sockets publish none any more

  // doubts
  optional_price venue_bid_, venue_ask_; ///< the touch as the venue last said; none: not said
  std::int64_t disagrees_since_ns_ = 0;  ///< 0: it does not
  std::int64_t retry_ns_;                ///< while the book is not live: when to ask for it
  std::int64_t calm_from_ns_ = 0;
  int attempts_ = 0;
  bool is_answered_ = false, is_frozen_ = false, has_heard_ = false, resubscribes_ = false;
};

} // namespace strike::gateway_polymarket
