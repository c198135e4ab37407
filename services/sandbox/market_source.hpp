#pragma once

#include "base/market_event.hpp"
#include "base/registry.hpp"

#include <array>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace strike::sandbox {

/// A market of the sandbox Polymarket: two tokens, of which one will pay 1.
struct binary_market {
  struct outcome {
    std::string label; ///< "Yes"
    std::string token; ///< decimal digits
  };
  std::string condition_id, question_id; ///< 0x and 64 hexadecimal digits
  std::string gamma_id;                  ///< small decimal number
  std::string slug, question, description;
  std::string event_slug, event_title;
  std::vector<std::string> tags;
  std::array<outcome, 2> outcomes;
  std::int64_t created_ns = 0, ends_ns = 0;
  price tick;
  quantity minimum;
  bool is_neg_risk = false;
  double fee_rate = 0;
  bool is_closed = false;
  int winner = -1; ///< index into outcomes once it is resolved
};

/// The made-up, or recorded, world that the sandbox venues show: what is listed, and what happens to it as time passes.
/// It knows no protocol. One thread.
class market_source {
public:
  struct listing {
    instrument_id id;
    instrument rules;
    std::int64_t listed_ns = 0;
    instrument_state state = instrument_state::listed;
  };

  virtual ~market_source() = default;
  virtual const instrument_registry& instruments() const = 0;
  /// All instruments of a venue so far, the expired ones too; grows only at the end.
  virtual std::span<const listing> listings(venue at) const = 0;
  virtual std::span<const binary_market> markets() const = 0;
  /// Passes time: appends what happened since the last call, in order. Books come as a snapshot at listing and changes
  /// afterwards, with change ids that chain (`previous`) and rise over all instruments of a venue; tickers are whole.
  /// @param now_ns wall time
  /// @returns when something happens next, wall time
  virtual std::int64_t step(std::int64_t now_ns, std::vector<market_event>& out) = 0;
  /// Clients have orders resting in these: there, more is to happen than else.
  virtual void favour(const std::set<instrument_id>&) {}
};

} // namespace strike::sandbox
