#include "exec/risk_market.hpp"

#include <algorithm>

namespace strike::exec {

namespace {

bool is_dollar(std::string_view currency) {
  return currency == "USD" || currency == "USDC" || currency == "USDT" || currency == "pUSD";
}

void keep(optional_double& to, optional_double from) {
  if (from) to = from;
}

} // namespace

void risk_market::take(market_view& to, const ticker& from) {
  to.has_venue_mark = to.has_venue_mark || from.mark.has_value();
  if (from.mark)
    to.mark = from.mark;
  else if (!to.has_venue_mark && from.best_bid && from.best_ask)
    to.mark = (to_double(*from.best_bid) + to_double(*from.best_ask)) / 2;
  else if (!to.has_venue_mark && !to.mark && from.last)
    to.mark = to_double(*from.last);
  keep(to.underlying, from.underlying ? from.underlying : from.index);
  keep(to.delta, from.delta);
  keep(to.gamma, from.gamma);
  keep(to.vega, from.vega);
}

bool risk_market::apply(const market_event& event, const instrument& rules, std::int64_t wall_ns) {
  const auto index = event.instrument.index;
  if (index >= views_.size()) views_.resize(index + 1);
  auto& view = views_[index];
  if (const auto* status = std::get_if<instrument_status>(&event.body)) {
    switch (status->state) {
    case instrument_state::listed:
    case instrument_state::tick_changed:
      break;
    case instrument_state::resumed:
      view.is_halted = false;
      break;
    case instrument_state::halted:
      view.is_halted = true;
      break;
    case instrument_state::expired:
    case instrument_state::settled:
      view.is_over = true;
    }
    return true; // its rules may have changed, too
  }
  // a last value that the router kept may be old; a clock that runs ahead makes nothing young
  const auto came_ns = event.recv_ns != 0 ? event.recv_ns : event.venue_ns;
  if (event.state == trust::live)
    view.seen_ns = std::max(view.seen_ns, std::min(came_ns != 0 ? came_ns : wall_ns, wall_ns));
  const auto* values = std::get_if<ticker>(&event.body);
  if (!values) return false;
  view.state = event.state;
  take(view, *values);
  if (values->index && *values->index > 0 && is_dollar(rules.info.quote) && !rules.info.base.empty())
    usd_.insert_or_assign(rules.info.base, *values->index);
  return true;
}

const market_view& risk_market::of(instrument_id id) const {
  static const market_view none;
  return id.index < views_.size() ? views_[id.index] : none;
}

optional_double risk_market::usd(std::string_view currency) const {
  if (is_dollar(currency)) return 1.0;
  const auto at = usd_.find(currency);
  return at == usd_.end() ? optional_double{} : at->second;
}

} // namespace strike::exec
