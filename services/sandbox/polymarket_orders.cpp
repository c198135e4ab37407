#include "sandbox/polymarket_orders.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::sandbox::polymarket {

namespace {

constexpr int eoa = 0, deposit_wallet = 3;

std::unexpected<std::string> no(std::string text) { return std::unexpected{std::move(text)}; }

/// Source: Polymarket, errors.
std::string text_of(const refused& x, const std::string& id) {
  switch (x.why) {
  case objection::funds:
    return "not enough balance / allowance";
  case objection::would_cross:
    return "invalid post-only order: order crosses book";
  case objection::closed:
  case objection::halted:
  case objection::unknown_instrument:
    return "the market is not yet ready to process new orders";
  default:
    return fmt::format("order {} is invalid. {}", id, x.text);
  }
}

} // namespace

std::string_view status_word(trade_status x) {
  constexpr std::string_view words[] = {"MATCHED", "MINED", "CONFIRMED", "RETRYING", "FAILED"};
  return words[static_cast<std::size_t>(x)];
}

const order_extra* order_entry::extra(order_id id) const {
  const auto found = extras_.find(id);
  return found == extras_.end() ? nullptr : &found->second;
}

/// Whether the order is the caller's to send: owner, signer, maker.
std::optional<std::string> order_entry::identity_fault(const api_key& who, const order_body& x) const {
  const auto& of = settings_of(who.of);
  const auto& order = x.order;
  if (x.owner != who.id) return "the order owner has to be the owner of the API KEY";
  const auto& expected = order.signature_type == deposit_wallet ? of.funder : of.key;
  if (order.signer != expected) return "the order signer address has to be the address of the API KEY";
  if (order.signature_type != of.signature_type || order.maker != of.funder)
    return order.signature_type == eoa ? "maker address not allowed, please use the deposit wallet flow"
                                       : "invalid signature";
  return {};
}

std::optional<std::string> order_entry::terms_fault(const order_body& x, std::int64_t now_ns) const {
  if (x.post_only && x.is_immediate()) return "Invalid order payload";
  if (x.type != life::gtd) return x.expiration_s == 0 ? std::nullopt : std::optional{"invalid expiration"};
  // Whole seconds: exactly so many ahead will do. Source: Polymarket, GTD.
  if (x.expiration_s < now_ns / ns_per_s + how_.least_gtd_ns / ns_per_s) return "invalid expiration";
  return {};
}

std::expected<order_entry::placed, std::string> order_entry::place(const api_key& who, const order_body& x,
                                                                   std::int64_t now_ns) {
  if (auto fault = identity_fault(who, x)) return no(*fault);
  const auto* token = state_.find_token(x.token);
  if (token == nullptr) return no("Invalid token id");
  if (!token->is_trading) return no("the orderbook does not exist");
  const auto& market = state_.market_of(*token);
  const exchange_contract at{.chain_id = how_.chain_id, .is_neg_risk = market.is_neg_risk};
  if (!is_signed_by(x.order, at, x.signature, settings_of(who.of).key)) return no("invalid signature");
  const auto id = hex_of(digest_of(x.order, domain_of(at)));
  if (seen_.contains(id))
    return no(fmt::format("order {} is invalid. Duplicated. Same order has already been placed", id));
  if (auto fault = terms_fault(x, now_ns)) return no(*fault);
  const auto what = *source_.instruments().find(venue::polymarket, x.token);
  const auto side_of = x.order.is_sell ? side::sell : side::buy;
  if (settings_of(who.of).is_closed_only && side_of == side::buy)
    return no(fmt::format("'{}' address in closed only mode", hex_of(x.order.maker)));
  const auto touch = desk_.opposite_touch(what, side_of);
  const auto limit = price_of(x, token->tick);
  const bool crosses = touch && (side_of == side::buy ? limit >= *touch : limit <= *touch);
  const auto request = request_of(x, id, what, *token, market, crosses || x.is_immediate());
  if (!request) return no(request.error());
  if (const auto why = desk_.objection_to(owner_of(who.of), *request)) return no(text_of(*why, id));
  if (crosses && !x.post_only && how_.taker_delay_ns > 0) {
    seen_.insert(id);
    delayed_.push_back({now_ns + how_.taker_delay_ns, x, who, id, *request});
    return placed{.id = id, .is_delayed = true};
  }
  return enter(who, x, id, *request, now_ns);
}

std::expected<order_entry::placed, std::string> order_entry::enter(const api_key& who, const order_body& x,
                                                                   const std::string& id, const order_request& request,
                                                                   std::int64_t now_ns) {
  const auto made = desk_.place({.owner = owner_of(who.of), .request = request, .name = id}, now_ns);
  if (!made) return no(text_of(made.error(), id));
  extras_.emplace(*made, order_extra{x, who.id, who.of});
  seen_.insert(id);
  if (!x.is_immediate() || desk_.at(*made).filled != quantity{}) return placed{.id = id};
  untold_.insert(*made);
  return no(x.type == life::fok ? "order couldn't be fully filled. FOK orders are fully filled or killed."
                                : "no orders found to match with FAK order. FAK orders are partially filled or killed "
                                  "if no match is found.");
}

std::string order_entry::cancel(const eth_address& who, std::string_view id, std::int64_t now_ns) {
  const auto* x = desk_.find(id);
  if (x == nullptr || x->owner != owner_of(who) || extra(x->id) == nullptr)
    return "Order not found or already canceled";
  return desk_.cancel(x->id, "CANCELED", now_ns) ? "" : "already canceled or matched";
}

std::optional<std::string> order_entry::heartbeat(const api_key& who, std::string_view id, std::int64_t now_ns) {
  auto& x = hearts_[who.id];
  if (id != x.id) return {};
  x.beat_ns = now_ns;
  x.id = fmt::format("{}-{}", who.id.substr(0, 8), ++x.beats);
  return x.id;
}

void order_entry::match_delayed(std::int64_t now_ns) {
  for (auto x = delayed_.begin(); x != delayed_.end();) {
    if (x->due_ns > now_ns) {
      ++x;
      continue;
    }
    const auto due = std::move(*x);
    x = delayed_.erase(x);
    if (const auto made = enter(due.who, due.body, due.id, due.request, now_ns); made) continue;
    const auto* record = desk_.find(due.id);
    if (record == nullptr) continue; // the desk was not asked
    extras_.try_emplace(record->id, order_extra{due.body, due.who.id, due.who.of});
    events_.push_back({.what = user_event::kind::unmatched, .order = *record, .ns = now_ns});
  }
}

/// Trades become final, or fail and leave no trace in the account.
void order_entry::settle(std::int64_t now_ns) {
  for (auto n = unsettled_.begin(); n != unsettled_.end();) {
    auto& x = trades_[*n - 1];
    const auto age = now_ns - x.matched_ns;
    if (x.status == trade_status::matched && age >= how_.mined_ns)
      tell_trade(x, x.is_doomed ? trade_status::retrying : trade_status::mined, x.matched_ns + how_.mined_ns);
    if (x.status != trade_status::matched && age >= how_.confirmed_ns) {
      tell_trade(x, x.is_doomed ? trade_status::failed : trade_status::confirmed, x.matched_ns + how_.confirmed_ns);
      if (x.is_doomed) desk_.reverse(*n);
      n = unsettled_.erase(n);
    } else {
      ++n;
    }
  }
}

void order_entry::tell_trade(trade_state& x, trade_status now, std::int64_t now_ns) {
  x.status = now;
  x.updated_ns = now_ns;
  const auto& order = desk_.at(desk_.fills()[x.fill - 1].what.order);
  events_.push_back({.what = user_event::kind::trade, .order = order, .trade = x, .ns = now_ns});
}

std::int64_t order_entry::round(std::int64_t now_ns) {
  match_delayed(now_ns);
  settle(now_ns);
  std::int64_t next = INT64_MAX;
  for (const auto& x : delayed_) next = std::min(next, x.due_ns);
  for (const auto n : unsettled_) {
    const auto& x = trades_[n - 1];
    next = std::min(next, x.matched_ns + (x.status == trade_status::matched ? how_.mined_ns : how_.confirmed_ns));
  }
  for (auto& [key, x] : hearts_) {
    if (x.beat_ns == 0) continue;
    next = std::min(next, std::max(now_ns + 1, x.beat_ns + how_.heartbeat_ns));
    if (now_ns - x.beat_ns < how_.heartbeat_ns) continue;
    x.beat_ns = 0;
    for (const auto& [id, known] : extras_)
      if (known.key == key && desk_.at(id).is_open()) desk_.cancel(id, "CANCELED_HEARTBEAT", now_ns);
  }
  return next;
}

std::vector<user_event> order_entry::take_events(std::int64_t now_ns) {
  for (auto& x : desk_.take_events()) {
    if (untold_.contains(x.order.id)) continue;
    const auto tell = [&](user_event::kind what) { events_.push_back({.what = what, .order = x.order, .ns = now_ns}); };
    if (placed_.insert(x.order.id).second) {
      auto fresh = x.order;
      fresh.filled = {};
      fresh.state = order_state::open;
      events_.push_back({.what = user_event::kind::placement, .order = fresh, .ns = now_ns});
    }
    if (x.fill) {
      trades_.resize(std::max<std::size_t>(trades_.size(), x.fill->sequence));
      auto& made = trades_[x.fill->sequence - 1];
      made = {.fill = x.fill->sequence, .is_doomed = reverts_(), .matched_ns = now_ns, .updated_ns = now_ns};
      unsettled_.insert(x.fill->sequence);
      tell(user_event::kind::update);
      events_.push_back({.what = user_event::kind::trade, .order = x.order, .trade = made, .ns = now_ns});
    } else if (is_final(x.order.state)) {
      tell(user_event::kind::cancellation);
    }
  }
  return std::exchange(events_, {});
}

} // namespace strike::sandbox::polymarket
