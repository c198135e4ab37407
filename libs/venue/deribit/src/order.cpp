#include "deribit/order.hpp"

#include "call.hpp"

namespace strike::deribit {

call_writer& call_writer::text(std::string_view key, std::string_view value) {
  raw(key, "\"");
  for (const char c : value) {
    if (c == '"' || c == '\\') out_ += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) out_ += c; // a control character has no place in an id or a name
  }
  out_ += '"';
  return *this;
}

namespace {

std::string_view type_of(const order_request& x) {
  if (x.stop > price{}) return x.type == order_type::limit ? "stop_limit" : "stop_market";
  return x.type == order_type::limit ? "limit" : "market";
}

std::string_view life_of(time_in_force x) {
  switch (x) {
  case time_in_force::gtc:
  case time_in_force::gtd:
    return "good_til_cancelled";
  case time_in_force::ioc:
    return "immediate_or_cancel";
  case time_in_force::fok:
    return "fill_or_kill";
  }
  return {};
}

std::string_view trigger_of(stop_trigger x) {
  switch (x) {
  case stop_trigger::last:
    return "last_price";
  case stop_trigger::mark:
    return "mark_price";
  case stop_trigger::index:
    return "index_price";
  }
  return {};
}

/// `reject_post_only`: otherwise a post-only order that would cross is silently moved to another price.
void write_flags(call_writer& to, const order_request& what) {
  if (what.type == order_type::limit) to.flag("post_only", what.post_only).flag("reject_post_only", what.post_only);
  to.flag("reduce_only", what.reduce_only);
}

} // namespace

std::string place(std::uint64_t id, std::string_view symbol, std::string_view label, const order_request& what,
                  std::int64_t valid_until_ms) {
  call_writer to{id, what.side == side::buy ? "private/buy" : "private/sell"};
  to.text("instrument_name", symbol).exact("amount", what.size).text("type", type_of(what)).text("label", label);
  if (what.type == order_type::limit) to.exact("price", what.limit).text("time_in_force", life_of(what.tif));
  write_flags(to, what);
  if (what.stop > price{}) to.text("trigger", trigger_of(what.trigger)).exact("trigger_price", what.stop);
  return to.whole("valid_until", valid_until_ms).take();
}

std::string edit(std::uint64_t id, const order_name& which, const order_request& what, bool is_working,
                 std::int64_t valid_until_ms) {
  call_writer to{id, which.venue_id.empty() ? "private/edit_by_label" : "private/edit"};
  if (which.venue_id.empty())
    to.text("label", which.label).text("instrument_name", which.symbol);
  else
    to.text("order_id", which.venue_id);
  to.exact("amount", what.size);
  if (what.type == order_type::limit) to.exact("price", what.limit);
  write_flags(to, what);
  if (what.stop > price{} && !is_working) to.exact("trigger_price", what.stop);
  return to.whole("valid_until", valid_until_ms).take();
}

std::string cancel(std::uint64_t id, const order_name& which) {
  if (!which.venue_id.empty()) return call_writer{id, "private/cancel"}.text("order_id", which.venue_id).take();
  return call_writer{id, "private/cancel_by_label"}.text("label", which.label).text("currency", which.currency).take();
}

std::string cancel_all(std::uint64_t id) { return call_writer{id, "private/cancel_all"}.take(); }

std::string order_state(std::uint64_t id, std::string_view venue_id) {
  return call_writer{id, "private/get_order_state"}.text("order_id", venue_id).take();
}

std::string order_state_by_label(std::uint64_t id, std::string_view currency, std::string_view label) {
  return call_writer{id, "private/get_order_state_by_label"}.text("currency", currency).text("label", label).take();
}

std::string open_orders(std::uint64_t id, std::string_view type) {
  return call_writer{id, "private/get_open_orders"}.text("type", type).take();
}

std::string order_history(std::uint64_t id, std::string_view symbol, int count) {
  call_writer to{id, "private/get_order_history_by_instrument"};
  return to.text("instrument_name", symbol)
      .whole("count", count)
      .flag("include_old", true)
      .flag("include_unfilled", true)
      .take();
}

std::string trades_of_order(std::uint64_t id, std::string_view venue_id, bool historical) {
  call_writer to{id, "private/get_user_trades_by_order"};
  return to.text("order_id", venue_id).text("sorting", "asc").flag("historical", historical).take();
}

std::string trades_since(std::uint64_t id, const trade_query& which) {
  call_writer to{id, "private/get_user_trades_by_currency"};
  to.text("currency", which.currency);
  if (which.start_id.empty())
    to.whole("start_timestamp", which.start_ms);
  else
    to.text("start_id", which.start_id);
  return to.whole("count", most_trades).text("sorting", "asc").flag("historical", which.historical).take();
}

std::string positions(std::uint64_t id) {
  return call_writer{id, "private/get_positions"}.text("currency", "any").take();
}

std::string account_summary(std::uint64_t id, std::string_view currency) {
  return call_writer{id, "private/get_account_summary"}.text("currency", currency).take();
}

std::string platform_status(std::uint64_t id) { return call_writer{id, "public/status"}.take(); }

std::string set_cancel_on_disconnect(std::uint64_t id, bool on) {
  if (!on) return call_writer{id, "private/disable_cancel_on_disconnect"}.take();
  return call_writer{id, "private/enable_cancel_on_disconnect"}.text("scope", "connection").take();
}

std::string get_cancel_on_disconnect(std::uint64_t id) {
  return call_writer{id, "private/get_cancel_on_disconnect"}.take();
}

} // namespace strike::deribit
