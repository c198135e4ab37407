#pragma once

#include "gateway-polymarket/settings.hpp"
#include "gateway/venue_feed.hpp"
#include "net/limiter.hpp"
#include "polymarket/frame.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace strike::gateway_polymarket {

/// A whole book that did not come in the stream.
struct whole_book {
  book_levels bids, asks;
  optional_price last;
  std::int64_t venue_ns = 0;
};

/// Whole books by REST, for all sessions: asked for one by one, fetched in batches within the venue's limit. A token
/// that is asked for again before its answer is fetched once. One thread.
class book_desk {
public:
  class reader {
  public:
    virtual ~reader() = default;
    /// Called for every token that anyone has asked for. Called from the network's side, not within a round.
    /// @param book none: the venue has none, or did not answer
    virtual void fetched(std::string_view token, const std::optional<whole_book>& book) = 0;
  };

  explicit book_desk(const settings& how);
  void start(gateway::feed_port& port) { port_ = &port; }
  void join(reader& x) { readers_.push_back(&x); }
  void leave(reader& x) { std::erase(readers_, &x); }

  void ask(std::string_view token);
  /// Sends what is asked for and may be sent.
  /// @returns when to call again, steady time
  std::int64_t round(const gateway::moment& now);

private:
  void send();
  void read(const std::vector<std::string>& tokens, result<net::http_response> answer, const gateway::moment& now);
  void tell(std::string_view token, const std::optional<whole_book>& book);

  std::string url_;
  net::credit_pool credits_;
  gateway::feed_port* port_ = nullptr;
  std::vector<reader*> readers_;
  std::deque<std::string> queue_;
  std::unordered_set<std::string> open_; ///< in the queue or on their way
  polymarket::frame_reader frames_;
};

} // namespace strike::gateway_polymarket
