#pragma once

#include "base/registry.hpp"
#include "exec/order_venue.hpp"
#include "wire/order.hpp"

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace strike::exec {

/// One strategy, over all its restarts.
struct strategy_line {
  std::string name, topic;
  owner_id owner = 0;
  std::string peer;                 ///< where its updates go
  std::uint64_t epoch = 0;          ///< of the instance that is there now; 0: none yet
  std::uint64_t seen = 0, sent = 0; ///< sequences of both directions
};

/// The lines to strategies: who they are, and what is sent to them, over the bus and on `ord/<strategy>/`.
class strategy_lines {
public:
  struct tools {
    const instrument_registry& instruments;
    /// To a strategy's process. @returns false: it is not there
    std::function<bool(std::string_view peer, std::string_view bytes)> send;
    std::function<void(std::string_view topic, std::string_view bytes)> publish;
  };

  /// @param epoch of this start, never 0
  strategy_lines(std::uint64_t epoch, tools with) : epoch_{epoch}, tools_{std::move(with)} {}

  strategy_line* find(std::string_view name);
  /// Owners come in order, from 0.
  strategy_line& add(owner_id owner, std::string_view name);
  strategy_line& of(owner_id owner) { return lines_[owner]; }
  std::size_t size() const { return lines_.size(); }
  /// @returns whether it was delivered
  bool tell(strategy_line& to, decltype(wire::order_update_message::body) what);

  /// How it stands, to whoever listens on `ord/<strategy>/`, under the sequence of the last message.
  void publish(const strategy_line& of, wire::account_snapshot what);

private:
  const std::uint64_t epoch_;
  tools tools_;
  std::deque<strategy_line> lines_; ///< by owner
  std::map<std::string, owner_id, std::less<>> owners_;
  std::string bytes_;
};

} // namespace strike::exec
