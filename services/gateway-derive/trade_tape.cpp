#include "gateway-derive/trade_tape.hpp"

#include <utility>

namespace strike::gateway_derive {

bool trade_tape::is_new(instrument_id which, std::string_view trade_id) {
  auto key = std::to_string(which.index).append("/").append(trade_id);
  if (!seen_.insert(key).second) return false;
  order_.push_back(std::move(key));
  if (order_.size() > most_) {
    seen_.erase(order_.front());
    order_.pop_front();
  }
  return true;
}

std::optional<std::int64_t> trade_tape::claim(instrument_id which, const heard& by) {
  const auto before = std::exchange(source_[which.index], by);
  if (!before || before == by) return {};
  return *before;
}

bool trade_tape::belongs_to(instrument_id which, const heard& socket) const {
  const auto found = source_.find(which.index);
  return found != source_.end() && found->second == socket;
}

void trade_tape::release(instrument_id which, const heard& by) {
  if (belongs_to(which, by)) source_.erase(which.index);
}

} // namespace strike::gateway_derive
