#include "sandbox/derive_tape.hpp"

#include <algorithm>

namespace strike::sandbox::derive {

const printed_trade& tape::add(const instrument_view& of, const trade& x, std::int64_t ns) {
  const double at = to_double(x.at), size = to_double(x.size);
  auto& s = stats_[of.listing->id];
  s.first = s.count == 0 ? at : s.first;
  s.low = s.count == 0 ? at : std::min(s.low, at);
  s.high = std::max(s.high, at);
  s.volume += size;
  s.premium += size * at;
  s.notional += size * of.quote.index.value_or(at);
  ++s.count;
  trades_.push_back({&of, ns, x, of.quote.mark, of.quote.index});
  if (trades_.size() > kept) trades_.pop_front();
  return trades_.back();
}

const trade_stats* tape::stats(instrument_id of) const {
  const auto found = stats_.find(of);
  return found == stats_.end() ? nullptr : &found->second;
}

} // namespace strike::sandbox::derive
