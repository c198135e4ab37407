#include "exec/risk_book.hpp"

#include <algorithm>
#include <cassert>

namespace strike::exec {

namespace {

void add(greek_load& to, const greek_load& x, int sign) {
  to.held += sign * x.held;
  to.up += sign * x.up;
  to.down += sign * x.down;
}

int128 magnitude(int128 x) { return x < 0 ? -x : x; }

/// Adds or takes away what an exposure counts for.
void count(risk_sums& into, const exposure& x, std::uint32_t underlying, int sign) {
  into.notional.nanos += sign * x.notional.nanos;
  if (underlying == UINT32_MAX) return;
  if (underlying >= into.greeks.size()) into.greeks.resize(underlying + 1);
  for (std::size_t g = 0; g < greek_count; ++g) add(into.greeks[underlying][g], x.greeks[g], sign);
}

} // namespace

exposure weighed(exposure x, const unit_weight& unit) {
  const int128 longest = int128{x.held.nanos} + x.buys.nanos, shortest = int128{x.held.nanos} - x.sells.nanos;
  x.notional = {mul_div(std::max(magnitude(longest), magnitude(shortest)), unit.usd.nanos, nanos_per_unit)};
  for (std::size_t g = 0; g < greek_count; ++g) {
    const auto of = [&](quantity size) { return mul_div(size.nanos, unit.greeks[g], nanos_per_unit); };
    const int128 bought = of(x.buys), sold = -of(x.sells);
    x.greeks[g] = {.held = of(x.held), .up = std::max(bought, sold), .down = std::min(bought, sold)};
    x.greeks[g].up = std::max<int128>(x.greeks[g].up, 0);
    x.greeks[g].down = std::min<int128>(x.greeks[g].down, 0);
  }
  return x;
}

const greek_load& risk_sums::of(greek which, std::uint32_t underlying) const {
  static const greek_load none;
  return underlying < greeks.size() ? greeks[underlying][static_cast<std::size_t>(which)] : none;
}

void risk_book::list(instrument_id id, venue where) {
  if (id.index >= books_.size()) books_.resize(id.index + 1);
  if (books_[id.index]) return;
  books_[id.index] = std::make_unique<instrument_book>();
  books_[id.index]->where = where;
}

std::uint32_t risk_book::underlying_of(std::string_view base) {
  const auto found = std::ranges::find(underlyings_, base);
  if (found == underlyings_.end()) {
    underlyings_.emplace_back(base);
    return static_cast<std::uint32_t>(underlyings_.size() - 1);
  }
  return static_cast<std::uint32_t>(found - underlyings_.begin());
}

risk_sums& risk_book::sums_of(owner_id owner) {
  if (owner >= owners_.size()) owners_.resize(owner + 1);
  return owners_[owner];
}

const risk_sums& risk_book::of(owner_id owner) const {
  static const risk_sums none;
  return owner < owners_.size() ? owners_[owner] : none;
}

exposure& risk_book::own(instrument_book& b, owner_id owner) {
  const auto found = std::ranges::find(b.owners, owner, [](const auto& x) { return x.first; });
  return found == b.owners.end() ? b.owners.emplace_back(owner, exposure{}).second : found->second;
}

const exposure& risk_book::of(owner_id owner, instrument_id id) const {
  static const exposure none;
  const auto& b = at(id);
  const auto found = std::ranges::find(b.owners, owner, [](const auto& x) { return x.first; });
  return found == b.owners.end() ? none : found->second;
}

void risk_book::recount(instrument_book& b, exposure& x, std::initializer_list<risk_sums*> into) {
  const auto now = weighed(x, b.unit);
  for (auto* sums : into) {
    count(*sums, x, b.unit.underlying, -1);
    count(*sums, now, b.unit.underlying, 1);
  }
  x = now;
}

void risk_book::touch(instrument_book& b, std::optional<owner_id> owner, const std::function<void(exposure&)>& f) {
  f(b.total);
  recount(b, b.total, {&all_, &venues_[static_cast<std::size_t>(b.where)]});
  if (!owner) return;
  auto& x = own(b, *owner);
  f(x);
  recount(b, x, {&sums_of(*owner)});
}

void risk_book::set_weight(instrument_id id, const unit_weight& unit) {
  auto& b = at(id);
  if (b.unit == unit) return;
  assert(b.unit.underlying == UINT32_MAX || b.unit.underlying == unit.underlying);
  b.unit = unit; // nothing was counted for another underlying: without one, all greeks are 0
  recount(b, b.total, {&all_, &venues_[static_cast<std::size_t>(b.where)]});
  for (auto& [owner, x] : b.owners) recount(b, x, {&sums_of(owner)});
}

void risk_book::count_open(const open_order& x, quantity change, int orders) {
  auto& b = at(x.instrument);
  touch(b, x.owner, [&](exposure& e) { (x.side == side::buy ? e.buys : e.sells) += change; });
  for (auto* sums : {&all_, &venues_[static_cast<std::size_t>(b.where)], &sums_of(x.owner)})
    sums->open_orders += orders;
}

void risk_book::add(order_id id, const open_order& x) {
  const bool is_new = orders_.emplace(id.value, x).second;
  assert(is_new);
  static_cast<void>(is_new);
  count_open(x, x.open, 1);
  auto& b = at(x.instrument);
  if (x.rests) (x.side == side::buy ? b.buys : b.sells).emplace(x.limit.nanos, id.value);
}

void risk_book::change(order_id id, price limit, quantity open) {
  const auto found = orders_.find(id.value);
  if (found == orders_.end()) return;
  auto& x = found->second;
  const bool is_over = open <= quantity{};
  if (x.rests && (is_over || limit != x.limit)) {
    auto& b = at(x.instrument);
    auto& line = x.side == side::buy ? b.buys : b.sells;
    line.erase({x.limit.nanos, id.value});
    if (!is_over) line.emplace(limit.nanos, id.value);
  }
  count_open(x, (is_over ? quantity{} : open) - x.open, is_over ? -1 : 0);
  x.limit = limit;
  x.open = open;
  if (is_over) orders_.erase(found);
}

risk_book::open_order* risk_book::find(order_id id) {
  const auto found = orders_.find(id.value);
  return found == orders_.end() ? nullptr : &found->second;
}

const risk_book::open_order* risk_book::find(order_id id) const {
  const auto found = orders_.find(id.value);
  return found == orders_.end() ? nullptr : &found->second;
}

void risk_book::hold(std::optional<owner_id> owner, instrument_id id, quantity change) {
  auto& b = at(id);
  touch(b, owner, [&](exposure& x) { x.held += change; });
  const bool is_held = b.total.held != quantity{} ||
                       std::ranges::any_of(b.owners, [](const auto& x) { return x.second.held != quantity{}; });
  if (is_held)
    held_.insert(id.index);
  else
    held_.erase(id.index);
}

std::optional<order_id> risk_book::met_by(instrument_id id, side by, std::optional<price> limit) const {
  const auto& b = at(id);
  const auto& line = by == side::buy ? b.sells : b.buys;
  if (line.empty()) return {};
  const auto& best = by == side::buy ? *line.begin() : *line.rbegin();
  const bool meets = !limit || (by == side::buy ? limit->nanos >= best.first : limit->nanos <= best.first);
  return meets ? std::optional{order_id{best.second}} : std::nullopt;
}

void risk_book::each_held(const std::function<void(instrument_id, const exposure&)>& visit) const {
  for (const auto index : held_) visit({index}, at({index}).total);
}

void risk_book::each_order(const std::function<void(order_id, const open_order&)>& visit) const {
  for (const auto& [id, x] : orders_) visit({id}, x);
}

} // namespace strike::exec
