#pragma once

#include "bus/sequence.hpp"
#include "wire/dashboard.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strike::dashboard {

/// What strategies may cost at most; what exceeds it is refused and counted.
struct board_limits {
  std::size_t most_strategies = 256;
  std::size_t most_state_bytes = 4 * 1024 * 1024; ///< of one state or layout
};

/// The newest of every strategy, and what of it a viewer has not seen. Knows no socket and no clock; not thread-safe.
///
/// Everything that changes gets the next revision, so that a viewer is told what is newer than the revision it has:
/// whoever skips revisions misses none of their effects.
///
/// All JSON is written here, and goes to the page as it is:
///
///     summary {"name":"gamma","epoch":"1764000000000000000","sequence":7,"at_ms":...,"received_ms":...,"stale":false,
///                "gaps":0,"lost":0,"restarts_seen":0,"malformed":0,"fault":"","has_schema":true}
///     update    {"type":"full"|"delta","revision":9,"now_ms":...,"upstreams":[{"endpoint":...,"role":...,
///                "connected":true,"was_connected":true,"text":...}],"sections":{"orders":[...]},
///                "strategies":[{"summary":S,"schema":[...],"keys":["pnl",...],"state":{"pnl":1.5}}]}
///
/// `epochs` counts the new starts of the publisher that were seen, `restarts` those of the strategy in its process.
/// `fault` says why the newest state cannot be shown; the one before it is.
///
/// A section is any other thing that viewers are told of, as a whole. In an update, `upstreams`, `sections`, `schema`
/// and `keys` are there only if they changed, `state` holds the values that changed, `strategies` those of which
/// anything did. `keys` are all names in the state, in its order: what is not among them is gone.
class strategy_board {
public:
  using limits = board_limits;
  static constexpr std::int64_t stale_after_ns = 3'000'000'000;

  explicit strategy_board(limits most = {}) : limits_{most} {}

  struct counters {
    std::uint64_t messages = 0;
    std::uint64_t malformed = 0; ///< whose state or layout is no JSON of the right kind, or too large
    std::uint64_t refused = 0;   ///< of one strategy too many
    std::uint64_t gaps = 0, lost = 0, epochs = 0;
  };

  /// Takes a state in.
  /// @param now_ns since the epoch: when it was received
  /// @returns whether the strategy's publisher should be asked for a snapshot, since a layout may have been missed
  bool take(const wire::dashboard_state& what, std::int64_t now_ns);
  /// Tells whether an upstream is connected, and the last news of it.
  /// @param role what comes from it: "strategies", "markets", "orders"
  void set_upstream(std::string_view endpoint, std::string_view role, bool is_connected, std::string_view text);
  /// @param name needs no escapes in JSON
  /// @param text JSON
  void set_section(std::string_view name, std::string text);
  /// Marks as stale what has not been heard of for `stale_after_ns`.
  void poll(std::int64_t now_ns);

  /// 0 before anything happened.
  std::uint64_t revision() const { return revision_; }
  const counters& counts() const { return counts_; }
  std::size_t size() const { return strategies_.size(); }

  /// What changed after a revision: an update of type "full" since 0, which has no `schema` where none was received.
  std::string update_since(std::uint64_t revision, std::int64_t now_ns) const;
  /// {"revision":9,"now_ms":...,"upstreams":[...],"strategies":[summary, ...]}, by name.
  std::string list_json(std::int64_t now_ns) const;
  /// {"summary":S,"state":{...}}; none for a strategy that is not known.
  std::optional<std::string> state_json(std::string_view name) const;
  /// As it was set; null for one that was not.
  std::string section_json(std::string_view name) const;
  /// The layout, [] if there is none; none for a strategy that is not known.
  std::optional<std::string> schema_json(std::string_view name) const;

private:
  struct field {
    std::string key;   ///< as JSON, quoted
    std::string value; ///< as JSON
    std::uint64_t revision = 0;
  };
  struct entry {
    std::uint32_t index = 0; ///< in `order_`
    bus::stamp newest;
    std::int64_t at_ns = 0, received_ns = 0;
    std::vector<field> state; ///< in the order of the strategy
    std::string schema;       ///< as JSON; empty: none received
    wire::run_state run_state = wire::run_state::running;
    std::string reason, type;
    std::uint32_t restarts = 0;
    std::string fault; ///< what is wrong with the newest message
    std::uint64_t gaps = 0, lost = 0, epochs = 0, malformed = 0;
    bool is_stale = false;
    std::uint64_t revision = 0, schema_revision = 0, keys_revision = 0;
  };
  struct upstream {
    std::string role;
    bool is_connected = false, was_connected = false;
    std::string text;
  };
  struct section {
    std::string text;
    std::uint64_t revision = 0;
  };
  using entries = std::map<std::string, entry, std::less<>>;

  entry* entry_of(const std::string& name);
  void set_state(entry& x, const std::string& text);
  void set_schema(entry& x, const std::string& text);
  void complain(entry& x, std::string why);
  void append_upstreams(std::string& out) const;
  void append_sections(std::string& out, std::uint64_t since) const;
  static void append_summary(std::string& out, const std::string& name, const entry& x);
  static void append_update(std::string& out, const std::string& name, const entry& x, std::uint64_t since);

  limits limits_;
  entries strategies_;
  std::map<std::string, upstream, std::less<>> upstreams_;
  std::map<std::string, section, std::less<>> sections_;
  bus::gap_tracker tracker_;
  counters counts_;
  std::uint64_t revision_ = 0, upstreams_revision_ = 0;
};

} // namespace strike::dashboard
