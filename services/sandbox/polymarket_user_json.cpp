#include "sandbox/polymarket_user_json.hpp"

#include "base/time.hpp"
#include "sandbox/polymarket_answers.hpp"
#include "sign/hash.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::sandbox::polymarket {

namespace {

/// Those on the other side, whom nobody knows.
constexpr std::string_view stranger_key = "7d2ee2f6-6f1c-4d2a-8f0e-000000000001";
constexpr std::string_view stranger = "0x1111111111111111111111111111111111111111";

const char* side_word(side x) { return x == side::buy ? "BUY" : "SELL"; }
std::string seconds(std::int64_t ns) { return std::to_string(ns / ns_per_s); }
std::string milliseconds(std::int64_t ns) { return std::to_string(ns / ns_per_ms); }
std::string digest(std::string_view of, std::string_view what) {
  return hex_of(sign::keccak256(fmt::format("{}/{}", what, of)));
}

std::string original_size(const order_extra& x) { return nanos_to_text(int128{x.body.shares()} * 1'000); }

std::vector<std::string> trade_ids(order_id of, const account_view& in) {
  std::vector<std::string> made;
  for (const auto* x : in.desk.fills_of(of)) made.push_back(x->trade_id);
  return made;
}

/// One side of a trade, as a row or message shows it.
struct leg {
  const token_state* token;
  side which;
  price at;
};

/// A maker's order within a trade.
std::string maker_order(const leg& x, std::string_view id, std::string_view owner, std::string_view address,
                        quantity size, const account_view& in) {
  const auto& market = in.state.market_of(*x.token);
  return json_members{}
      .text("order_id", id)
      .text("owner", owner)
      .text("maker_address", address)
      .text("matched_amount", to_string(size))
      .text("price", to_string(x.at))
      .text("fee_rate_bps", "0")
      .text("asset_id", in.state.name_of(*x.token))
      .text("outcome", market.outcomes[x.token->outcome].label)
      .text("side", side_word(x.which))
      .take();
}

std::string_view event_type_word(user_event::kind x) {
  switch (x) {
  case user_event::kind::placement:
    return "PLACEMENT";
  case user_event::kind::update:
  case user_event::kind::trade:
    return "UPDATE";
  case user_event::kind::unmatched:
  case user_event::kind::cancellation:
    break;
  }
  return "CANCELLATION";
}

std::string number(double x) { return fmt::format("{:.6f}", x); }

} // namespace

std::string order_status(const order_record& x) {
  switch (x.state) {
  case order_state::filled:
    return "MATCHED";
  case order_state::cancelled:
    return x.reason.starts_with("CANCELED") ? x.reason : "CANCELED";
  case order_state::expired: // a good-till-date order's end is a cancellation
    return x.request.tif == time_in_force::gtd ? "CANCELED" : "CANCELED_MARKET_RESOLVED";
  case order_state::rejected:
    return "UNMATCHED";
  default:
    return "LIVE";
  }
}

json_members order_members(const order_record& x, const account_view& in) {
  const auto& extra = *in.orders.extra(x.id);
  const auto& token = *in.state.find_token(extra.body.token);
  const auto& market = in.state.market_of(token);
  json_members y;
  y.text("id", x.name)
      .text("status", order_status(x))
      .text("owner", extra.key)
      .text("maker_address", hex_of(extra.body.order.maker))
      .text("market", market.condition_id)
      .text("asset_id", extra.body.token)
      .text("side", side_word(x.request.side))
      .text("original_size", original_size(extra))
      .text("size_matched", to_string(x.filled))
      .text("price", to_string(x.request.limit))
      .text("outcome", market.outcomes[token.outcome].label)
      .text("expiration", std::to_string(extra.body.expiration_s))
      .text("order_type", type_word(extra.body.type))
      .add("associate_trades", array_of(trade_ids(x.id, in)));
  return y;
}

std::string order_object(const order_record& x, const account_view& in) {
  return order_members(x, in).integer("created_at", x.created_ns / ns_per_s).take();
}

std::string order_message(const user_event& x, const account_view& in) {
  return order_members(x.order, in)
      .text("event_type", "order")
      .text("type", event_type_word(x.what))
      .text("order_owner", in.orders.extra(x.order.id)->key)
      .text("created_at", seconds(x.order.created_ns))
      .text("timestamp", milliseconds(x.ns))
      .take();
}

std::string transaction_hash(const std::string& trade_id) { return digest(trade_id, "transaction"); }

json_members trade_members(const trade_state& x, const account_view& in) {
  const auto& fill = in.desk.fills()[x.fill - 1];
  const auto& order = in.desk.at(fill.what.order);
  const auto& extra = *in.orders.extra(order.id);
  const auto& token = *in.state.find_token(extra.body.token);
  const auto& market = in.state.market_of(token);
  const bool is_taker = fill.what.liquidity == liquidity::taker;
  const auto wallet = hex_of(extra.body.order.maker);
  const leg own{&token, fill.what.side, fill.what.at};
  leg other{&token, opposite(fill.what.side), fill.what.at};
  if (!is_taker && x.fill % 2 == 0)
    other = {&in.state.token(token.market, 1 - token.outcome), fill.what.side,
             price{nanos_per_unit - fill.what.at.nanos}};
  const auto& taker = is_taker ? own : other;
  const auto maker =
      is_taker ? maker_order(other, digest(fill.trade_id, "maker"), stranger_key, stranger, fill.what.size, in)
               : maker_order(own, order.name, extra.key, wallet, fill.what.size, in);
  json_members y;
  y.text("id", fill.trade_id)
      .text("taker_order_id", is_taker ? order.name : digest(fill.trade_id, "taker"))
      .text("market", market.condition_id)
      .text("asset_id", in.state.name_of(*taker.token))
      .text("side", side_word(taker.which))
      .text("size", to_string(fill.what.size))
      .text("fee_rate_bps", "0")
      .text("price", to_string(taker.at))
      .text("status", status_word(x.status))
      .text("match_time", seconds(x.matched_ns))
      .text("last_update", seconds(x.updated_ns))
      .text("outcome", market.outcomes[taker.token->outcome].label)
      .integer("bucket_index", 0)
      .text("owner", is_taker ? std::string_view{extra.key} : stranger_key)
      .text("maker_address", is_taker ? std::string_view{wallet} : stranger)
      .text("transaction_hash", x.status == trade_status::matched ? "" : transaction_hash(fill.trade_id))
      .add("maker_orders", json_elements{}.add(maker).take())
      .text("trader_side", is_taker ? "TAKER" : "MAKER");
  if (x.status == trade_status::failed) y.text("err_msg", "execution reverted");
  return y;
}

std::string trade_object(const trade_state& x, const account_view& in) { return trade_members(x, in).take(); }

std::string trade_message(const user_event& x, const account_view& in) {
  return trade_members(*x.trade, in)
      .text("event_type", "trade")
      .text("type", "TRADE")
      .text("trade_owner", in.orders.extra(x.order.id)->key)
      .text("timestamp", milliseconds(x.ns))
      .take();
}

std::string positions_array(owner_id of, const eth_address& funder, const account_view& in) {
  json_elements rows;
  in.desk.each_position(of, [&](instrument_id id, const match::holding& held) {
    const auto& rules = in.desk.rules(id);
    const auto* token = in.state.find_token(rules.symbol);
    if (token == nullptr) return;
    const auto& market = in.state.market_of(*token);
    const auto shares = market.is_closed ? in.desk.held_at_the_end(of, id) : held.size; // nobody redeems here
    if (shares == quantity{}) return;
    const double size = to_double(shares), entry = held.average_price(rules);
    const double now = to_double(in.state.outcome_price(token->market, token->outcome));
    rows.add(json_members{}
                 .text("proxyWallet", hex_of(funder))
                 .text("asset", rules.symbol)
                 .text("conditionId", market.condition_id)
                 .number("size", shares)
                 .add("avgPrice", number(entry))
                 .add("curPrice", number(now))
                 .add("initialValue", number(size * entry))
                 .add("currentValue", number(size * now))
                 .add("cashPnl", number(size * (now - entry)))
                 .add("realizedPnl", to_string(held.realized))
                 .flag("redeemable", market.is_closed)
                 .flag("mergeable", false)
                 .text("title", market.question)
                 .text("slug", market.slug)
                 .text("eventSlug", market.event_slug)
                 .text("outcome", market.outcomes[token->outcome].label)
                 .integer("outcomeIndex", static_cast<std::int64_t>(token->outcome))
                 .text("oppositeOutcome", market.outcomes[1 - token->outcome].label)
                 .text("oppositeAsset", market.outcomes[1 - token->outcome].token)
                 .text("endDate", iso_from_ns(market.ends_ns))
                 .flag("negativeRisk", market.is_neg_risk)
                 .take());
  });
  return rows.take();
}

std::string public_trades_array(owner_id of, const eth_address& funder, const account_view& in) {
  json_elements rows;
  const auto& fills = in.desk.fills();
  for (auto x = fills.rbegin(); x != fills.rend(); ++x) {
    if (x->owner != of || x->is_reversed) continue;
    const auto* token = in.state.find_token(in.desk.rules(x->what.instrument).symbol);
    const auto& market = in.state.market_of(*token);
    rows.add(json_members{}
                 .text("proxyWallet", hex_of(funder))
                 .text("side", side_word(x->what.side))
                 .text("asset", in.state.name_of(*token))
                 .text("conditionId", market.condition_id)
                 .number("size", x->what.size)
                 .number("price", x->what.at)
                 .integer("timestamp", x->what.venue_ns / ns_per_s)
                 .text("outcome", market.outcomes[token->outcome].label)
                 .integer("outcomeIndex", static_cast<std::int64_t>(token->outcome))
                 .text("transactionHash", transaction_hash(x->trade_id))
                 .take());
  }
  return rows.take();
}

} // namespace strike::sandbox::polymarket
