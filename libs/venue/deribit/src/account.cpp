// What the venue says of orders and fills.
#include "impl.hpp"

namespace strike::deribit {

namespace {

/// A number that is exact, or null; a word is an error, since half an order is worse than none.
bool strict(value_reader& read, ondemand::value& from, std::string_view what, optional_quantity& into) {
  const auto token = from.raw_json_token();
  if (!token.starts_with('"')) return read.exact(from, what, into);
  return read.refuse(what, token, "is no number");
}

bool read_side(value_reader& read, ondemand::value& from, side& into) {
  std::string word;
  if (!read.text(from, "direction", word)) return false;
  if (word != "buy" && word != "sell") return read.refuse("direction", word, "is neither buy nor sell");
  into = word == "buy" ? side::buy : side::sell;
  return true;
}

/// Source: Deribit API v2, section "Order".
struct order_fields {
  value_reader& read;
  order_message& x;
  optional_quantity filled;
  bool has_side = false;

  bool field(std::string_view key, ondemand::value& value) {
    if (key == "order_id") return read.text(value, key, x.id);
    if (key == "instrument_name") return read.text(value, key, x.symbol);
    if (key == "label") return read.text(value, key, x.label);
    if (key == "direction") return has_side = read_side(read, value, x.side);
    if (key == "order_state") return read.text(value, key, x.phase_word);
    if (key == "price") return read.exact(value, key, x.price); // "market_price" is none
    if (key == "amount") return strict(read, value, key, x.amount);
    if (key == "filled_amount") return strict(read, value, key, filled);
    if (key == "last_update_timestamp") return is_null(value) || read.time_ms(value, key, x.updated_ns);
    if (key == "cancel_reason") return read.text(value, key, x.cancel_reason);
    return key != "trigger_order_id" || read.text(value, key, x.triggered_by);
  }
  bool finish() {
    if (x.id.empty()) return read.refuse("order_id", {}, "is missing");
    if (x.symbol.empty()) return read.refuse("instrument_name", {}, "of order " + x.id + " is missing");
    if (!has_side) return read.refuse("direction", {}, "of order " + x.id + " is missing");
    if (x.phase_word.empty()) return read.refuse("order_state", {}, "of order " + x.id + " is missing");
    if (const auto known = from_text<order_phase>(x.phase_word)) x.phase = *known;
    x.filled = filled.value_or({});
    if (x.filled < quantity{} || (x.amount && *x.amount < x.filled))
      return read.refuse("filled_amount", to_string(x.filled), "of order " + x.id + " is outside 0 to its amount");
    return true;
  }
};

/// Source: Deribit API v2, section "User trade".
struct trade_fields {
  value_reader& read;
  user_trade& x;
  optional_quantity size;
  optional_price at;
  std::string liquidity;
  bool has_side = false;

  bool field(std::string_view key, ondemand::value& value) {
    if (key == "trade_id") return read.text(value, key, x.id);
    if (key == "order_id") return read.text(value, key, x.order);
    if (key == "label") return read.text(value, key, x.label);
    if (key == "instrument_name") return read.text(value, key, x.symbol);
    if (key == "direction") return has_side = read_side(read, value, x.side);
    if (key == "price") return read.exact(value, key, at);
    if (key == "amount") return strict(read, value, key, size);
    if (key == "fee") return strict(read, value, key, x.fee);
    if (key == "fee_currency") return read.text(value, key, x.fee_currency);
    if (key == "liquidity") return read.text(value, key, liquidity);
    return key != "timestamp" || read.time_ms(value, key, x.venue_ns);
  }
  bool finish() {
    if (x.id.empty()) return read.refuse("trade_id", {}, "is missing");
    const auto lacks = [&](std::string_view what) { return read.refuse(what, {}, "of trade " + x.id + " is missing"); };
    if (x.order.empty()) return lacks("order_id");
    if (x.symbol.empty()) return lacks("instrument_name");
    if (!has_side) return lacks("direction");
    if (!at) return lacks("price");
    if (!size) return lacks("amount");
    if (*size <= quantity{}) return read.refuse("amount", to_string(*size), "of trade " + x.id + " is not above 0");
    if (x.venue_ns == 0) return lacks("timestamp");
    if (!x.fee) return lacks("fee");
    if (liquidity != "M" && liquidity != "T")
      return read.refuse("liquidity", liquidity, "of trade " + x.id + " is neither M nor T");
    x.at = *at;
    x.size = *size;
    x.liquidity = liquidity == "M" ? liquidity::maker : liquidity::taker;
    return true;
  }
};

} // namespace

bool message_reader::impl::read_order(ondemand::value& from, order_message& into) {
  order_fields all{*this, into, {}, false};
  return fields(from, "order", [&](std::string_view key, ondemand::value& value) { return all.field(key, value); }) &&
         all.finish();
}

bool message_reader::impl::read_orders(ondemand::value& from, std::vector<order_message>& into) {
  return elements(from, "orders", [&](ondemand::value& one) { return read_order(one, into.emplace_back()); });
}

bool message_reader::impl::read_user_trades(ondemand::value& from, std::vector<user_trade>& into) {
  return elements(from, "trades", [&](ondemand::value& one) {
    trade_fields all{*this, into.emplace_back(), {}, {}, {}, false};
    return fields(one, "trade", [&](std::string_view key, ondemand::value& value) { return all.field(key, value); }) &&
           all.finish();
  });
}

result<void> message_reader::placed(order_answer& into) {
  into = {};
  auto& x = *impl_;
  ondemand::value answer;
  bool has_order = false;
  const bool ok = x.data(answer) && x.fields(answer, "result", [&](std::string_view key, ondemand::value& value) {
    if (key == "order") return has_order = x.read_order(value, into.order);
    return key != "trades" || is_null(value) || x.read_user_trades(value, into.trades);
  });
  if (!ok || (!has_order && !x.refuse("result.order", {}, "is missing"))) return x.broken();
  return {};
}

result<order_message> message_reader::order() {
  order_message into;
  ondemand::value answer;
  if (!impl_->data(answer) || !impl_->read_order(answer, into)) return impl_->broken();
  return into;
}

result<void> message_reader::orders(std::vector<order_message>& into) {
  into.clear();
  auto& x = *impl_;
  ondemand::value answer;
  if (!x.data(answer)) return x.broken();
  const bool is_one = answer.raw_json_token().starts_with('{');
  if (is_one ? x.read_order(answer, into.emplace_back()) : x.read_orders(answer, into)) return {};
  return x.broken();
}

result<void> message_reader::user_trades(trade_page& into) {
  into = {};
  auto& x = *impl_;
  ondemand::value answer;
  if (!x.data(answer)) return x.broken();
  if (answer.raw_json_token().starts_with('[')) {
    if (x.read_user_trades(answer, into.trades)) return {};
    return x.broken();
  }
  bool has_trades = false;
  const bool ok = x.fields(answer, "result", [&](std::string_view key, ondemand::value& value) {
    if (key == "trades") return has_trades = x.read_user_trades(value, into.trades);
    return key != "has_more" || x.flag(value, key, into.has_more);
  });
  if (!ok || (!has_trades && !x.refuse("result.trades", {}, "is missing"))) return x.broken();
  return {};
}

result<cancel_answer> message_reader::cancelled() {
  cancel_answer into;
  auto& x = *impl_;
  ondemand::value answer;
  if (!x.data(answer)) return x.broken();
  if (!answer.raw_json_token().starts_with('[')) {
    if (x.count(answer, "result", into.count)) return into;
    return x.broken();
  }
  const bool ok = x.elements(answer, "result", [&](ondemand::value& group) {
    return x.fields(group, "result", [&](std::string_view key, ondemand::value& value) {
      return key != "result" || x.read_orders(value, into.orders);
    });
  });
  if (!ok) return x.broken();
  into.count = into.orders.size();
  return into;
}

result<void> message_reader::changes(changes_message& into) {
  into = {};
  auto& x = *impl_;
  ondemand::value all;
  const bool ok = x.data(all) && x.fields(all, "changes", [&](std::string_view key, ondemand::value& value) {
    if (key == "orders") return is_null(value) || x.read_orders(value, into.orders);
    return key != "trades" || is_null(value) || x.read_user_trades(value, into.trades);
  });
  if (!ok) return x.broken();
  return {};
}

} // namespace strike::deribit
