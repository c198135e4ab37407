#pragma once

#include "derive/message.hpp"
#include "feed/slot.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strike::gateway_derive {

/// Channels that the venue refused, over all sockets: each is left alone for a while. Pure; one thread.
class quarantine {
public:
  explicit quarantine(std::int64_t length_ns) : length_ns_{length_ns} {}
  /// @returns until when
  std::int64_t add(const std::string& channel, std::int64_t now_ns) { return until_ns_[channel] = now_ns + length_ns_; }
  /// @returns 0 if it is not, or not any more, in quarantine
  std::int64_t until_ns(const std::string& channel, std::int64_t now_ns);

private:
  std::int64_t length_ns_;
  std::unordered_map<std::string, std::int64_t> until_ns_;
};

/// The channels of one socket: which are wanted, asked for, confirmed, refused; what to ask next. Pure; one thread.
///
/// A batch that the venue refuses as a whole is asked again in halves, down to the channels that are at fault. These go
/// into quarantine.
class subscriptions {
public:
  enum class state : std::uint8_t { idle, asked, confirmed, leaving, refused };
  struct channel {
    feed::slot topic = 0; ///< the first that wanted it
    int wishes = 0;       ///< topics that want it
    state is = state::idle;
    std::size_t most_together = 0; ///< in one request
    int failures = 0;
  };
  /// A request of at most 100 channels. Source: Derive API, section "Subscriptions".
  struct batch {
    bool is_subscribe = true;
    std::vector<std::string> channels;
  };
  enum class trouble : std::uint8_t {
    refused, ///< by the venue; it goes into quarantine
    lost,    ///< was confirmed, or should be, and is not subscribed; it is asked for again
    stray,   ///< is subscribed though nobody wants it; it is left
  };
  struct report {
    std::string channel, why;
    trouble is = trouble::refused;
  };

  explicit subscriptions(quarantine& shared) : quarantine_{shared} {}

  void want(const std::string& name, feed::slot topic);
  void unwant(const std::string& name);
  /// Null if it is not, and was not just now, wanted.
  const channel* find(std::string_view name) const;
  bool is_confirmed(std::string_view name) const;

  /// What to ask now; its answer, one of the three below, before the next call.
  std::optional<batch> next(std::int64_t now_ns);
  struct outcome {
    std::vector<std::string> confirmed;
    std::vector<report> reports; ///< what went wrong
  };
  outcome take(const batch& asked, const derive::subscription_reply& answer, std::int64_t now_ns);
  /// The venue refused the whole for its channels' sake.
  outcome refuse(const batch& asked, const std::string& why, std::int64_t now_ns);
  /// The venue could not answer now: it is asked again.
  void again(const batch& asked);

  /// Whether all that is wanted was confirmed or refused.
  bool is_settled() const { return open_ == 0; }
  /// Whether `next` may have something.
  bool has_work() const { return !to_ask_.empty() || !to_leave_.empty(); }
  /// When a quarantine ends, the earliest; INT64_MAX if there is none
  std::int64_t due_ns() const { return waiting_.empty() ? INT64_MAX : waiting_.begin()->first; }

private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view x) const { return std::hash<std::string_view>{}(x); }
  };
  using table = std::unordered_map<std::string, channel, text_hash, std::equal_to<>>;

  static bool is_open(const channel& x);
  template <class F> void change(channel& x, F f); ///< keeps `open_` right
  void ask(const std::string& name, channel& x);
  void ask_after_failure(const std::string& name, channel& x, std::string why, outcome& into, std::int64_t now_ns);
  void put_away(const std::string& name, channel& x, std::int64_t until_ns);
  void settle(const std::string& name, const derive::subscription_reply& answer, outcome& into, std::int64_t now_ns);
  void left(const batch& asked);
  void compare(const derive::subscription_reply& answer, outcome& into, std::int64_t now_ns);

  quarantine& quarantine_;
  table channels_;
  std::deque<std::string> to_ask_, to_leave_;        ///< may name what has changed since
  std::multimap<std::int64_t, std::string> waiting_; ///< by the end of their quarantine
  std::unordered_map<std::string, int> strays_;      ///< subscribed though unknown here: how often they were left
  std::size_t open_ = 0;                             ///< wanted, neither confirmed nor refused
};

} // namespace strike::gateway_derive
