#include "sandbox/derive_orders.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::sandbox::derive {

namespace {

using namespace strike::literals;

std::unexpected<rpc_error> no(int code, std::string_view message, std::string data = {}) {
  return std::unexpected{rpc_error{code, std::string{message}, std::move(data)}};
}

constexpr quantity largest = 10'000_qty; ///< `maximum_amount` of every instrument

/// Source: Derive, errors.
std::unexpected<rpc_error> error_of(const refused& x) {
  switch (x.why) {
  case objection::unknown_instrument:
    return no(12001, "Instrument not found", x.text);
  case objection::closed:
  case objection::halted:
    return no(11021, "Instrument is not live", x.text);
  case objection::price:
  case objection::tick:
    return no(11013, "Invalid limit price", x.text);
  case objection::minimum:
  case objection::lot:
    return no(11012, "Invalid amount", x.text);
  case objection::nothing_to_cut:
    return no(11025, "Reduce only reject", x.text);
  case objection::would_cross:
    return no(11008, "Post only reject", x.text);
  case objection::funds:
    return no(11000, "Insufficient funds", x.text);
  case objection::not_open:
    return no(11006, "Does not exist", x.text);
  case objection::form:
    break;
  }
  return no(11002, "Order rejected from queue", x.text);
}

bool is_beyond(side taker, price limit, price touch) { return taker == side::buy ? limit >= touch : limit <= touch; }

trigger trigger_of(const order_params& x, price at) {
  // A stop sells as the price falls and buys as it rises; taking profit is the other way round.
  const bool is_stop = x.trigger_type == "stoploss";
  return {.by = trigger::source::mark, .at = at, .is_rise = is_stop == (x.direction == side::buy)};
}

} // namespace

answer<owner_id> order_entry::owner_of(const caller& who, std::uint64_t subaccount) const {
  if (who.of == nullptr || std::ranges::find(who.of->subaccounts, subaccount) == who.of->subaccounts.end())
    return no(14001, "Subaccount not found", std::to_string(subaccount));
  return owners_.at(subaccount);
}

answer<order_hashes> order_entry::debug(const caller& who, const order_params& x) const {
  if (const auto owner = owner_of(who, x.subaccount); !owner) return std::unexpected{owner.error()};
  const auto* of = market_.find(venue::derive, x.instrument);
  if (of == nullptr) return no(12001, "Instrument not found", x.instrument);
  return hashes_of(x, *of, who.of->owner, terms_);
}

/// Who, with which key, for how long: what is wrong here leaves everything as it was.
answer<void> order_entry::check(const caller& who, const order_params& x, std::int64_t now_ns) const {
  const auto hashes = debug(who, x);
  if (!hashes) return std::unexpected{hashes.error()};
  const auto key = wallets_.key_of(*who.of, x.signer, now_ns);
  if (!key) return std::unexpected{key.error()};
  if (key->scope == key_scope::read_only) return no(14031, "Session key scope is too small", "needs trade:orderbook");
  if (auto good = check_expiry(x, *key, now_ns); !good) return good;
  const auto bytes = bytes_of_hex(x.signature);
  if (!bytes || bytes->size() != 65) return no(14013, "Invalid signature", "must be 65 bytes");
  if (signer_of(hashes->typed_data_hash, *bytes) != x.signer)
    return no(14014, "Signature invalid for message or transaction", "compare with private/order_debug");
  if (auto good = check_nonce(*who.of, x.nonce, now_ns); !good) return good;
  const auto latest_ns = x.reject_timestamp > 100'000'000'000 // seconds below: the unit is not settled
                             ? x.reject_timestamp / 1'000
                             : x.reject_timestamp;
  if (latest_ns < now_ns / ns_per_s) return no(11022, "Reject timestamp exceeded");
  return {};
}

answer<void> order_entry::check_expiry(const order_params& x, const session_key& key, std::int64_t now_ns) const {
  constexpr std::int64_t day_s = 86'400, mmp_s = 900;
  const auto life_s = x.expiry_s - now_ns / ns_per_s;
  const bool is_v3 = how_.version == api::v3;
  const bool is_long_trigger = x.is_trigger() && !is_v3 && how_.chain == network::mainnet;
  const auto least_s = is_long_trigger ? 30 * day_s : how_.least_signature_life_ns / ns_per_s;
  if (life_s < least_s)
    return no(11011, "Invalid signature expiry", fmt::format("must be at least {} seconds ahead", least_s));
  const auto most_s = is_long_trigger ? 90 * day_s : is_v3 ? (x.mmp ? mmp_s : 120 * day_s) : INT64_MAX;
  if (life_s > most_s)
    return no(11011, "Invalid signature expiry", fmt::format("must be at most {} seconds ahead", most_s));
  if (is_v3 && x.expiry_s > key.expires_s) return no(14038, "Signature expiry exceeds session key expiry");
  return {};
}

/// v3: nanoseconds. v2: milliseconds and up to three digits, of which the first ten are the seconds.
answer<void> order_entry::check_nonce(const wallet& of, std::uint64_t nonce, std::int64_t now_ns) const {
  constexpr std::int64_t v2_window_s = 3'600;
  const auto digits = std::to_string(nonce);
  bool is_near = false;
  if (how_.version == api::v3)
    is_near = digits.size() == 19 && std::abs(static_cast<std::int64_t>(nonce) - now_ns) <= how_.nonce_window_ns;
  else
    is_near = digits.size() >= 13 && digits.size() <= 16 &&
              std::abs(std::stoll(digits.substr(0, 10)) - now_ns / ns_per_s) <= v2_window_s;
  if (!is_near) return no(11018, "Invalid nonce date", digits);
  if (of.nonces.contains(nonce)) return no(11017, "Non-unique nonce", digits);
  return {};
}

answer<void> order_entry::check_form(const order_params& x, const instrument_view& of) const {
  if (x.time_in_force == "post_only" && x.is_market) return no(11010, "Post only invalid order type");
  if (x.reduce_only && of.listing->rules.info.kind == instrument_kind::spot)
    return no(11025, "Reduce only reject", "not on spot");
  if (x.reduce_only && !x.is_immediate())
    return no(11024, "Reduce only not supported with this time in force", x.time_in_force);
  if (x.is_trigger() && x.trigger_price_type == "index")
    return no(11053, "Trigger order price type not supported", "index");
  return {};
}

answer<order_request> order_entry::request_of(const order_params& x, const instrument_view& of,
                                              std::int64_t now_ns) const {
  constexpr std::int64_t never_s = 9'000'000'000; // a client that sends milliseconds has orders without end
  const auto limit = parse_decimal<price>(x.limit_price);
  if (!limit) return no(11013, "Invalid limit price", limit.error().text);
  const auto size = parse_decimal<quantity>(x.amount);
  if (!size || *size > largest) return no(11012, "Invalid amount", x.amount + " is too large or too precise");
  order_request made{.instrument = of.listing->id, .side = x.direction, .limit = *limit, .size = *size};
  made.post_only = x.time_in_force == "post_only";
  made.reduce_only = x.reduce_only;
  if (x.time_in_force == "fok")
    made.tif = time_in_force::fok;
  else if (x.is_immediate())
    made.tif = time_in_force::ioc;
  else if (x.expiry_s < never_s) {
    made.tif = time_in_force::gtd;
    made.expire_ns = x.expiry_s * ns_per_s;
  }
  if (made.tif == time_in_force::gtd && made.expire_ns <= now_ns) return no(11011, "Invalid signature expiry");
  return made;
}

/// The band, the other side of the book, own orders there, and the fee that is allowed for.
answer<void> order_entry::check_price(owner_id owner, const order_params& x, const instrument_view& of,
                                      order_request& request) const {
  const bool is_buy = x.direction == side::buy;
  const auto& ticks = of.listing->rules.ticks;
  const auto band = band_of(of);
  if (x.is_market) { // the worst price: need not be on the tick
    if (band) request.limit = is_buy ? std::min(request.limit, band->highest) : std::max(request.limit, band->lowest);
    request.limit = is_buy ? ticks.round_down(request.limit) : ticks.round_up(request.limit);
  }
  const auto touch = desk_.opposite_touch(of.listing->id, x.direction);
  bool crosses = touch && is_beyond(x.direction, request.limit, *touch);
  if (!x.is_market && band && crosses && (is_buy ? request.limit > band->highest : request.limit < band->lowest))
    return no(11013, "Invalid limit price",
              fmt::format("must be between {} and {} to match", to_string(band->lowest), to_string(band->highest)));
  if (x.is_market && !crosses) return no(11009, "Zero liquidity for market or IOC/FOK order");
  for (const auto* own : desk_.open_orders(owner))
    if (own->request.instrument == request.instrument && own->request.side != request.side &&
        own->state != order_state::pending && is_beyond(x.direction, request.limit, own->request.limit))
      return no(11007, "Self-crossing disallowed", own->name);
  if (request.post_only && crosses && !x.reject_post_only) {
    request.limit = is_buy ? ticks.next_below(*touch) : ticks.next_above(*touch);
    crosses = false;
  }
  const auto fee = parse_decimal<price>(x.max_fee);
  const auto least = least_max_fee(x, of, how_.version, crosses);
  if (!fee || money{(*fee).nanos} < least)
    return no(11023, "Max fee order param is too low", "must be at least " + to_string(least));
  return {};
}

answer<order_id> order_entry::enter(owner_id owner, const order_params& x, std::string replaced, std::int64_t now_ns) {
  const auto& of = *market_.find(venue::derive, x.instrument);
  if (auto good = check_form(x, of); !good) return std::unexpected{good.error()};
  auto request = request_of(x, of, now_ns);
  if (!request) return std::unexpected{request.error()};
  if (desk_.open_orders(owner).size() >= how_.most_open_orders) return no(11019, "Open orders limit exceeded");
  std::optional<trigger> waits_for;
  if (x.is_trigger()) {
    const auto at = parse_decimal<price>(x.trigger_price);
    if (!at) return std::unexpected{invalid_params("{'trigger_price': ['Not a valid decimal.']}")};
    waits_for = trigger_of(x, *at);
  } else {
    if (const auto why = desk_.objection_to(owner, *request); why && !x.is_market) return error_of(*why);
    if (auto good = check_price(owner, x, of, *request); !good) return std::unexpected{good.error()};
  }
  const auto made =
      desk_.place({.owner = owner, .request = *request, .label = x.label.value_or(""), .waits_for = waits_for}, now_ns);
  if (!made) return error_of(made.error());
  extras_.emplace(*made, order_extra{.asked = x, .replaced = std::move(replaced)});
  const auto& now = desk_.at(*made);
  if (request->tif == time_in_force::fok && !waits_for && now.filled == quantity{}) {
    untold_.insert(*made);
    extras_.erase(*made);
    return no(11014, "Fill-or-kill not filled");
  }
  return *made;
}

answer<order_id> order_entry::place(const caller& who, const order_params& x, std::int64_t now_ns) {
  if (auto good = check(who, x, now_ns); !good) return std::unexpected{good.error()};
  who.of->nonces.insert(x.nonce);
  return enter(*owner_of(who, x.subaccount), x, {}, now_ns);
}

answer<order_entry::replacement> order_entry::replace(const caller& who, const replace_terms& old,
                                                      const order_params& x, std::int64_t now_ns) {
  if (auto good = check(who, x, now_ns); !good) return std::unexpected{good.error()};
  const auto owner = *owner_of(who, x.subaccount);
  std::string name = old.order_id;
  for (const auto& [id, known] : extras_)
    if (old.nonce && known.asked.nonce == *old.nonce && desk_.at(id).owner == owner) name = desk_.at(id).name;
  const auto found = find_open(owner, {}, name);
  if (!found) return std::unexpected{found.error()};
  if (extra(*found).asked.is_trigger()) return no(11054, "Trigger order cannot be replaced");
  const auto filled = to_string(desk_.at(*found).filled);
  if (!old.expected_filled.empty() && parse_decimal<quantity>(old.expected_filled) != desk_.at(*found).filled)
    return no(11028, "Replaced order filled amount does not match", "filled_amount is " + filled);
  who.of->nonces.insert(x.nonce);
  name = desk_.at(*found).name;
  desk_.cancel(*found, "user_request", now_ns);
  return replacement{.cancelled = *found, .created = enter(owner, x, name, now_ns)};
}

answer<order_id> order_entry::find_open(owner_id owner, std::string_view instrument, std::string_view name) const {
  const auto* x = desk_.find(name);
  if (x == nullptr || x->owner != owner || !extras_.contains(x->id) ||
      (!instrument.empty() && extra(x->id).asked.instrument != instrument))
    return no(11006, "Does not exist");
  if (x->state == order_state::cancelled || x->state == order_state::rejected) return no(11003, "Already cancelled");
  if (x->state == order_state::filled) return no(11004, "Already filled");
  if (x->state == order_state::expired) return no(11005, "Already expired");
  return x->id;
}

std::optional<order_id> order_entry::cancel_by_nonce(const caller& who, owner_id owner, std::string_view instrument,
                                                     std::uint64_t nonce, std::int64_t now_ns) {
  for (const auto* x : desk_.open_orders(owner))
    if (const auto& asked = extra(x->id).asked; asked.nonce == nonce && asked.instrument == instrument) {
      const auto id = x->id;
      desk_.cancel(id, "user_request", now_ns);
      return id;
    }
  if (how_.burns_unseen_nonces) who.of->nonces.insert(nonce);
  return {};
}

std::int64_t order_entry::cancel_where(owner_id owner, const std::function<bool(const order_record&)>& fits,
                                       std::string_view reason, std::int64_t now_ns) {
  std::int64_t count = 0;
  for (const auto* x : desk_.open_orders(owner))
    if (fits(*x) && desk_.cancel(x->id, reason, now_ns)) ++count;
  return count;
}

std::vector<desk_event> order_entry::take_events(std::int64_t now_ns) {
  std::vector<desk_event> told;
  for (;;) {
    auto batch = desk_.take_events();
    if (batch.empty()) return told;
    for (auto& x : batch) {
      if (untold_.contains(x.order.id)) continue;
      if (x.what == desk_event::kind::triggered)
        if (const auto released = desk_.release(x.order.id, now_ns); !released)
          extras_.at(x.order.id).trigger_message = released.error().text;
      if (x.what != desk_event::kind::triggered) told.push_back(std::move(x));
    }
  }
}

} // namespace strike::sandbox::derive
