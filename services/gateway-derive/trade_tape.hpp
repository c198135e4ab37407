#pragma once

#include "base/instrument.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace strike::gateway_derive {

/// Which trades were seen, and which socket an instrument's trades come from: what makes one tape of several sockets,
/// one after the other or side by side. Pure; one thread.
class trade_tape {
public:
  /// When a socket last heard of its venue, wall clock. Its address stands for the socket.
  using heard = std::shared_ptr<std::int64_t>;

  /// @param most trades remembered, over all instruments: enough for what two sockets send while one replaces the other
  explicit trade_tape(std::size_t most = 32'768) : most_{most} {}

  /// Whether the trade was not seen before. Remembers it.
  bool is_new(instrument_id which, std::string_view trade_id);

  /// From now on the instrument's trades come from this socket.
  /// @returns until when another one certainly had them; none if there was none
  std::optional<std::int64_t> claim(instrument_id which, const heard& by);
  bool belongs_to(instrument_id which, const heard& socket) const;
  /// Nobody wants them any more; does nothing if another socket has claimed them.
  void release(instrument_id which, const heard& by);

private:
  std::size_t most_;
  std::unordered_set<std::string> seen_;
  std::deque<std::string> order_; ///< of `seen_`, oldest first
  std::unordered_map<std::uint32_t, heard> source_;
};

} // namespace strike::gateway_derive
