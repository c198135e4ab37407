#pragma once

#include "base/enums.hpp"
#include "base/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>

namespace strike::sandbox {

/// What can go wrong with a venue, on command.
enum class fault_kind : std::uint8_t {
  drop,     ///< all connections are cut, at once
  silence,  ///< sockets stay open and pings are answered, but nothing else comes, and HTTP answers wait
  skip,     ///< changes of books are left out: their ids do not chain
  garbage,  ///< texts arrive broken
  delay,    ///< answers are late, channels are not
  reject,   ///< requests are answered with an error
  throttle, ///< requests are answered with the venue's "too many requests"
  refuse,   ///< new connections get HTTP 503
  // Of orders: of what places, changes or cancels them.
  mute,   ///< carried out, but not answered
  twice,  ///< answered twice; not over HTTP
  early,  ///< the answer comes behind the first event of an order, or late if there is none
  fail,   ///< carried out, but answered with an error that leaves the outcome open; over HTTP a 5xx
  sever,  ///< carried out, but the connection is cut instead of the answer
  revert, ///< a match is taken back later, where the venue can do that: Polymarket
};

/// Hits orders only, by its nature.
constexpr bool is_of_orders(fault_kind x) { return x >= fault_kind::mute; }

} // namespace strike::sandbox

template <> struct strike::enum_names<strike::sandbox::fault_kind> {
  using fault_kind = sandbox::fault_kind;
  static constexpr std::string_view what = "fault";
  static constexpr std::array table = {
      enum_name{fault_kind::drop, "drop"},         enum_name{fault_kind::silence, "silence"},
      enum_name{fault_kind::skip, "skip"},         enum_name{fault_kind::garbage, "garbage"},
      enum_name{fault_kind::delay, "delay"},       enum_name{fault_kind::reject, "reject"},
      enum_name{fault_kind::throttle, "throttle"}, enum_name{fault_kind::refuse, "refuse"},
      enum_name{fault_kind::mute, "mute"},         enum_name{fault_kind::twice, "twice"},
      enum_name{fault_kind::early, "early"},       enum_name{fault_kind::fail, "fail"},
      enum_name{fault_kind::sever, "sever"},       enum_name{fault_kind::revert, "revert"}};
};

namespace strike::sandbox {

inline constexpr std::size_t fault_count = enum_names<fault_kind>::table.size();

/// One order to misbehave. It holds for a time, or for so many texts or requests, whichever is given.
struct fault {
  fault_kind what = fault_kind::drop;
  std::int64_t for_ns = 0; ///< 0: by `count`
  std::uint64_t count = 1;
  std::int64_t delay_ns = 0; ///< `delay`, `early`: how late answers are
  bool only_orders = false;  ///< `delay`, `reject`, `throttle`: hits nothing but orders
};

/// Faults at random, the same ones at the same places for the same seed.
struct fault_mix {
  std::uint64_t seed = 1;
  std::int64_t every_ns = 5 * ns_per_s; ///< on average
  std::int64_t for_ns = 60 * ns_per_s;  ///< then it ends
  bool has_orders = false;              ///< faults of orders are among them
};

/// What is wrong now, and for how long.
class fault_state {
public:
  void set(const fault& x, std::int64_t now_ns);
  void set(const fault_mix& x, std::int64_t now_ns);
  void clear();

  /// Whether this one text or request is hit; a fault by count is used up by it.
  bool hits(fault_kind x, bool is_order, std::int64_t now_ns);
  /// Whether any may hit: else nobody needs to ask what a text is.
  bool is_any(std::int64_t now_ns) const;
  /// Of faults that last; without using anything up.
  bool holds(fault_kind x, std::int64_t now_ns) const { return until_ns(x) > now_ns; }
  std::int64_t until_ns(fault_kind x) const { return active_[static_cast<std::size_t>(x)].until_ns; }
  std::uint64_t left(fault_kind x) const { return active_[static_cast<std::size_t>(x)].left; }
  std::int64_t delay_ns(fault_kind x) const { return active_[static_cast<std::size_t>(x)].delay_ns; }

  /// The next fault of the mix that is due; called until there is none.
  std::optional<fault> draw(std::int64_t now_ns);
  /// When `draw` has something next; the far future if there is no mix.
  std::int64_t next_draw_ns() const { return next_draw_ns_; }

private:
  struct active {
    std::int64_t until_ns = 0;
    std::uint64_t left = 0;
    std::int64_t delay_ns = 0;
    bool only_orders = false;
  };
  std::int64_t pause();

  std::array<active, fault_count> active_{};
  std::mt19937_64 chance_;
  std::int64_t every_ns_ = 0, mix_ends_ns_ = 0;
  std::size_t drawn_kinds_ = 0; ///< the first so many of the table
  std::int64_t next_draw_ns_ = INT64_MAX;
};

} // namespace strike::sandbox
