#include "exec/account_book.hpp"

#include <algorithm>

namespace strike::exec {

namespace {

quantity signed_size(const fill& x) { return x.side == side::buy ? x.size : -x.size; }

money part(money whole, quantity share, quantity of) {
  return of == quantity{} ? money{} : money{mul_div(whole.nanos, share.nanos, of.nanos)};
}

} // namespace

void account_book::book(std::optional<owner_id> owner, const fill& what, std::int64_t at_ns) {
  if (owner)
    strategies_.book(*owner, what);
  else
    own_[what.instrument] += signed_size(what);
  all_[what.instrument] += owner ? signed_size(what) : quantity{};
  changed_ns_[what.instrument] = at_ns;
}

void account_book::settle(std::optional<owner_id> owner, const match::settlement& what, std::int64_t at_ns) {
  if (owner) {
    all_[what.instrument] -= strategies_.of(*owner, what.instrument).size;
    strategies_.settle(what);
  } else {
    own_[what.instrument] -= what.size;
  }
  changed_ns_[what.instrument] = at_ns;
}

void account_book::replay(const booking& what) {
  if (const auto* x = std::get_if<fill>(&what.what)) return book(what.owner, *x, what.booked_ns);
  if (const auto* x = std::get_if<match::settlement>(&what.what)) return settle(what.owner, *x, what.booked_ns);
  adopt(std::get<adoption>(what.what));
}

quantity account_book::in_all(instrument_id instrument) const {
  const auto at = all_.find(instrument);
  return (at == all_.end() ? quantity{} : at->second) + own(instrument);
}

quantity account_book::own(instrument_id instrument) const {
  const auto at = own_.find(instrument);
  return at == own_.end() ? quantity{} : at->second;
}

std::vector<instrument_id> account_book::instruments() const {
  std::vector<instrument_id> all;
  for (const auto& [id, x] : all_) all.push_back(id);
  for (const auto& [id, x] : own_)
    if (!all_.contains(id)) all.push_back(id);
  std::ranges::sort(all);
  return all;
}

std::int64_t account_book::changed_ns(instrument_id instrument) const {
  const auto at = changed_ns_.find(instrument);
  return at == changed_ns_.end() ? 0 : at->second;
}

std::vector<std::pair<std::optional<owner_id>, match::settlement>>
account_book::shares(const match::settlement& of) const {
  std::vector<std::pair<std::optional<owner_id>, match::settlement>> all;
  const auto whole = in_all(of.instrument);
  const auto add = [&](std::optional<owner_id> owner, quantity size) {
    if (size == quantity{}) return;
    auto x = of;
    x.owner = owner.value_or(0);
    x.size = size;
    x.payoff = part(of.payoff, size, whole);
    x.fee = part(of.fee, size, whole);
    all.emplace_back(owner, x);
  };
  strategies_.each([&](owner_id owner, instrument_id id, const match::holding& x) {
    if (id == of.instrument) add(owner, x.size);
  });
  add({}, own(of.instrument));
  return all;
}

} // namespace strike::exec
