#pragma once

#include "book/order_book.hpp"
#include "feed/slot.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace strike::gateway_deribit {

/// A topic and its channel on one socket.
struct stream {
  feed::slot topic = 0;
  std::string channel;
  bool is_wanted = true, is_on = false;
  bool is_resyncing = false; ///< it is left and joined again, since only that brings a snapshot
  int refusals = 0;
  order_book book;             ///< of book topics
  std::int64_t crossed_ns = 0; ///< when it last was crossed and resynced for it; 0: never
};

/// Which channels of a socket are wanted and which are on, and the batches that make the one into the other. One batch
/// is under way at a time. Pure.
class subscriptions {
public:
  struct batch {
    bool is_join = true;
    std::vector<std::string> channels;
    std::vector<feed::slot> topics; ///< in the same order
  };

  void want(feed::slot topic, std::string channel);
  void unwant(feed::slot topic);
  /// The channel must bring a snapshot.
  void resync(stream& what);

  /// By the name of its channel; null if nobody asked for it.
  stream* find(std::string_view channel) const;
  std::size_t resyncing() const { return resyncing_; }
  /// All that is wanted is on, or was refused.
  bool is_settled() const { return dirty_.empty(); }

  /// What to ask for next, within what one request may hold.
  std::optional<batch> next(std::int64_t now_ns);
  /// When a refused channel may be asked for again.
  std::int64_t next_retry_ns() const { return retries_.empty() ? INT64_MAX : retries_.begin()->first; }
  /// The venue answered.
  /// @param accepted in any order
  /// @returns the channels that it left out of a join
  std::vector<std::string> done(const batch& what, const std::vector<std::string>& accepted, std::int64_t now_ns);

private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view x) const { return std::hash<std::string_view>{}(x); }
  };
  void note(stream& x);
  bool is_dirty(const stream& x) const { return x.is_on != x.is_wanted || (x.is_on && x.is_resyncing); }
  std::optional<batch> pack(bool is_join) const;
  void joined(stream& x);
  void refused(stream& x, std::int64_t now_ns);

  std::map<feed::slot, std::unique_ptr<stream>> streams_;
  boost::unordered_flat_map<std::string, stream*, text_hash, std::equal_to<>> by_channel_;
  std::set<feed::slot> dirty_;
  std::set<std::pair<std::int64_t, feed::slot>> retries_;
  std::size_t resyncing_ = 0;
};

} // namespace strike::gateway_deribit
