// What private channels and requests say: orders, fills, balances, the account.
#include "base/time.hpp"
#include "impl.hpp"

#include <fmt/format.h>

namespace strike::derive {
namespace {

constexpr enum_name<order_status> statuses[] = {{order_status::open, "open"},
                                                {order_status::filled, "filled"},
                                                {order_status::cancelled, "cancelled"},
                                                {order_status::expired, "expired"},
                                                {order_status::rejected, "rejected"},
                                                {order_status::untriggered, "untriggered"},
                                                {order_status::algo_active, "algo_active"}};

order_status status_of(std::string_view word) {
  for (const auto& [value, text] : statuses)
    if (text == word) return value;
  return order_status::other;
}

settlement_stage stage_of(std::string_view word) {
  if (word == "reverted" || word.ends_with("Error")) return settlement_stage::undone;
  return word == "timed_out" ? settlement_stage::late : settlement_stage::underway;
}

template <class Tag>
bool amount_of(value_reader& read, ondemand::value& from, std::string_view what, decimal<Tag>& into) {
  int128 nanos = 0;
  if (!read.rounded(from, what, nanos)) return false;
  if (nanos > INT64_MAX || nanos < INT64_MIN) return read.refuse(what, {}, "is too large");
  into.nanos = static_cast<std::int64_t>(nanos);
  return true;
}

/// 0 for null.
template <class T> bool count(value_reader& read, ondemand::value& from, std::string_view what, T& into) {
  std::optional<std::int64_t> x;
  if (!read.integer(from, what, x)) return false;
  if (x.value_or(0) < 0 && !std::is_signed_v<T>) return read.refuse(what, {}, "is below 0");
  into = static_cast<T>(x.value_or(0));
  return true;
}

bool set_number(value_reader& read, ondemand::value& from, std::string_view what, double& into) {
  optional_double x;
  if (!read.number(from, what, x)) return false;
  if (x) into = *x;
  return true;
}

bool side_of(value_reader& read, ondemand::value& from, side& into) {
  const auto word = scalar(from);
  if (word != "buy" && word != "sell") return read.refuse("direction", word, "is neither buy nor sell");
  into = word == "buy" ? side::buy : side::sell;
  return true;
}

} // namespace

bool message_reader::impl::read_order(ondemand::value& from, order_row& into) {
  const bool ok = fields(from, "order", [&](std::string_view key, ondemand::value& value) {
    if (key == "order_id") return text(value, key, into.order_id);
    if (key == "label") return text(value, key, into.label);
    if (key == "instrument_name") return text(value, key, into.symbol);
    if (key == "order_status") return text(value, key, into.status_word);
    if (key == "cancel_reason" || key == "trigger_reject_message") {
      std::string why;
      if (!text(value, key, why)) return false;
      if (!why.empty()) into.reason += (into.reason.empty() ? "" : ": ") + why;
      return true;
    }
    if (key == "replaced_order_id") return text(value, key, into.replaced_id);
    if (key == "trigger_type") return into.is_trigger = !is_null(value), true;
    if (key == "nonce") return count(*this, value, key, into.nonce);
    if (key == "subaccount_id") return count(*this, value, key, into.subaccount);
    if (key == "signature_expiry_sec") return count(*this, value, key, into.expiry_s);
    if (key == "amount") return amount_of(*this, value, key, into.amount);
    if (key == "filled_amount") return amount_of(*this, value, key, into.filled);
    if (key == "limit_price") return amount_of(*this, value, key, into.limit);
    if (key == "creation_timestamp") return time_ms(value, key, into.created_ns);
    if (key == "last_update_timestamp") return time_ms(value, key, into.updated_ns);
    return true;
  });
  if (!ok) return false;
  into.status = status_of(into.status_word);
  if (into.order_id.empty() || into.status_word.empty() || into.symbol.empty())
    return refuse("an order", into.label, "needs order_id, order_status and instrument_name");
  return into.amount.nanos > 0 || refuse("amount", to_string(into.amount), "of an order is not above 0");
}

bool message_reader::impl::read_fill(ondemand::value& from, fill_row& into) {
  bool has_side = false;
  const bool ok = fields(from, "trade", [&](std::string_view key, ondemand::value& value) {
    if (key == "trade_id") return text(value, key, into.trade_id);
    if (key == "order_id") return text(value, key, into.order_id);
    if (key == "label") return text(value, key, into.label);
    if (key == "instrument_name") return text(value, key, into.symbol);
    if (key == "subaccount_id") return count(*this, value, key, into.subaccount);
    if (key == "direction") return has_side = side_of(*this, value, into.what);
    if (key == "trade_price") return amount_of(*this, value, key, into.at);
    if (key == "trade_amount") return amount_of(*this, value, key, into.size);
    if (key == "trade_fee") return rounded(value, key, into.fee.nanos);
    if (key == "liquidity_role")
      return into.role = scalar(value) == "maker" ? liquidity::maker : liquidity::taker, true;
    if (key == "timestamp") return time_ms(value, key, into.venue_ns);
    if (key == "tx_status" || key == "batch_status") {
      std::string word;
      if (!text(value, key, word)) return false;
      if (!word.empty()) into.stage_word = word;
      return true;
    }
    return true;
  });
  if (!ok) return false;
  into.stage = stage_of(into.stage_word);
  if (into.trade_id.empty() || into.order_id.empty() || into.symbol.empty() || !has_side)
    return refuse("a trade", into.trade_id, "needs trade_id, order_id, instrument_name and direction");
  if (into.size.nanos <= 0) return refuse("trade_amount", to_string(into.size), "is not above 0");
  return true;
}

bool message_reader::impl::read_fills(ondemand::value& from, std::vector<fill_row>& into) {
  return is_null(from) ||
         elements(from, "trades", [&](ondemand::value& row) { return read_fill(row, into.emplace_back()); });
}

bool message_reader::impl::read_orders(ondemand::value& from, std::vector<order_row>& into) {
  return is_null(from) ||
         elements(from, "orders", [&](ondemand::value& row) { return read_order(row, into.emplace_back()); });
}

/// The short names, and the long ones of v2.
bool message_reader::impl::read_band(ondemand::value& from, price_band& into) {
  const auto limit = [&](ondemand::value& value, std::string_view key, optional_price& end) {
    price at;
    if (is_null(value)) return true;
    if (!amount_of(*this, value, key, at)) return false;
    if (at.nanos != 0) end = at; // "0": none
    return true;
  };
  const bool ok = fields(from, "ticker", [&](std::string_view key, ondemand::value& value) {
    if (key == "t" || key == "timestamp") return time_ms(value, key, into.venue_ns);
    if (key == "I" || key == "index_price") return number(value, key, into.index);
    if (key == "minp" || key == "min_price") return limit(value, key, into.lowest);
    if (key == "maxp" || key == "max_price") return limit(value, key, into.highest);
    return true;
  });
  if (into.index && *into.index <= 0) into.index.reset();
  return ok;
}

result<price_band> message_reader::band() {
  price_band x;
  ondemand::value data;
  const bool ok = impl_->data(data) && impl_->fields(data, "data", [&](std::string_view key, ondemand::value& ticker) {
    return key != "instrument_ticker" || impl_->read_band(ticker, x);
  });
  return impl_->finish(ok, std::move(x));
}

result<price_band> message_reader::band_now() {
  price_band x;
  ondemand::value answer;
  const bool ok = impl_->answer(answer) && impl_->read_band(answer, x);
  return impl_->finish(ok, std::move(x));
}

result<std::vector<order_row>> message_reader::orders() {
  std::vector<order_row> x;
  ondemand::value data;
  const bool ok = impl_->data(data) && impl_->read_orders(data, x);
  return impl_->finish(ok, std::move(x));
}

result<std::vector<fill_row>> message_reader::fills() {
  std::vector<fill_row> x;
  ondemand::value data;
  const bool ok = impl_->data(data) && impl_->read_fills(data, x);
  return impl_->finish(ok, std::move(x));
}

result<std::vector<balance_row>> message_reader::balances() {
  std::vector<balance_row> x;
  const auto row = [&](ondemand::value& from) {
    auto& into = x.emplace_back();
    return impl_->fields(from, "balance", [&](std::string_view key, ondemand::value& value) {
      if (key == "name") return impl_->text(value, key, into.name);
      if (key == "previous_balance") return amount_of(*impl_, value, key, into.before);
      if (key == "new_balance") return amount_of(*impl_, value, key, into.after);
      if (key == "update_type") return impl_->text(value, key, into.reason);
      return true;
    });
  };
  ondemand::value data;
  const bool ok = impl_->data(data) && impl_->elements(data, "balances", row);
  return impl_->finish(ok, std::move(x));
}

result<order_terms> message_reader::terms() {
  order_terms x;
  std::string asset, sub_id;
  ondemand::value answer;
  const bool ok = impl_->answer(answer) && impl_->fields(answer, "result", [&](std::string_view key, auto& value) {
    if (key == "instrument_name") return impl_->text(value, key, x.symbol);
    if (key == "instrument_type") return impl_->text(value, key, x.type);
    if (key == "base_currency") return impl_->text(value, key, x.base);
    if (key == "base_asset_address") return impl_->text(value, key, asset);
    if (key == "base_asset_sub_id") return sub_id = scalar(value), true;
    if (key == "maker_fee_rate") return set_number(*impl_, value, key, x.maker_rate);
    if (key == "taker_fee_rate") return set_number(*impl_, value, key, x.taker_rate);
    if (key == "base_fee") return set_number(*impl_, value, key, x.base_fee);
    if (key == "minimum_amount") return amount_of(*impl_, value, key, x.minimum);
    if (key == "scheduled_deactivation") return count(*impl_, value, key, x.ends_s);
    if (key == "is_active") return x.is_active = scalar(value) != "false", true;
    return true;
  });
  if (!ok) return impl_->finish(false, std::move(x));
  const auto contract = sign::parse_address(asset);
  if (!contract) return fail(ec::malformed, "derive: base_asset_address of " + x.symbol + ": " + contract.error().text);
  const auto id = sign::parse_uint256(sub_id);
  if (!id) return fail(ec::malformed, "derive: base_asset_sub_id of " + x.symbol + ": " + id.error().text);
  x.asset = *contract;
  x.sub_id = *id;
  return x;
}

result<std::int64_t> message_reader::time_ns() {
  std::int64_t x = 0;
  ondemand::value answer;
  const bool ok = impl_->answer(answer) && impl_->time_ms(answer, "the venue's time", x);
  return impl_->finish(ok, std::move(x));
}

result<std::vector<std::uint64_t>> message_reader::logged_in() {
  std::vector<std::uint64_t> x;
  ondemand::value answer;
  const bool ok = impl_->answer(answer) && impl_->elements(answer, "result", [&](ondemand::value& id) {
    return count(*impl_, id, "a subaccount", x.emplace_back());
  });
  return impl_->finish(ok, std::move(x));
}

result<account_row> message_reader::account() {
  account_row x;
  ondemand::value answer;
  const bool ok = impl_->answer(answer) && impl_->fields(answer, "result", [&](std::string_view key, auto& value) {
    if (key == "cancel_on_disconnect") {
      const auto word = scalar(value);
      if (word == "true" || word == "false") x.cancel_on_disconnect = word == "true";
      return true;
    }
    if (key == "websocket_matching_tps") return impl_->number(value, key, x.matching_tps);
    if (key == "websocket_non_matching_tps") return impl_->number(value, key, x.non_matching_tps);
    if (key == "websocket_option_tps") return impl_->number(value, key, x.option_tps);
    if (key == "websocket_perp_tps") return impl_->number(value, key, x.perp_tps);
    return true;
  });
  return impl_->finish(ok, std::move(x));
}

result<std::vector<session_key_row>> message_reader::session_keys() {
  std::vector<session_key_row> x;
  const auto row = [&](ondemand::value& from) {
    std::string key_text;
    auto& into = x.emplace_back();
    const bool ok = impl_->fields(from, "session key", [&](std::string_view key, ondemand::value& value) {
      if (key == "public_session_key") return impl_->text(value, key, key_text);
      if (key == "expiry_sec") return count(*impl_, value, key, into.expiry_s);
      return true;
    });
    const auto at = sign::parse_address(key_text);
    if (ok && !at) return impl_->refuse("public_session_key", key_text, "is no address");
    if (ok) into.key = *at;
    return ok;
  };
  ondemand::value answer;
  bool ok = impl_->answer(answer);
  ondemand::json_type type{};
  if (ok && answer.type().get(type) == simdjson::SUCCESS && type == ondemand::json_type::array)
    return impl_->finish(impl_->elements(answer, "result", row), std::move(x));
  ok = ok && impl_->fields(answer, "result", [&](std::string_view key, ondemand::value& value) {
    return key != "public_session_keys" || impl_->elements(value, key, row);
  });
  return impl_->finish(ok, std::move(x));
}

result<subaccount_row> message_reader::subaccount() {
  subaccount_row x;
  const auto rows = [&](ondemand::value& from, std::string_view name_key, bool is_asset) {
    return impl_->elements(from, name_key, [&](ondemand::value& row) {
      holding_row into{.is_asset = is_asset};
      if (!impl_->fields(row, "holding", [&](std::string_view key, ondemand::value& value) {
            if (key == name_key) return impl_->text(value, key, into.name);
            if (key == "amount") return amount_of(*impl_, value, key, into.size);
            return true;
          }))
        return false;
      if (into.name.empty()) return impl_->refuse("a holding", {}, "needs a name");
      if (into.size != quantity{}) x.holdings.push_back(std::move(into));
      return true;
    });
  };
  ondemand::value answer;
  const bool ok = impl_->answer(answer) && impl_->fields(answer, "result", [&](std::string_view key, auto& value) {
    if (key == "subaccount_id") return count(*impl_, value, key, x.id);
    if (key == "failed_to_fetch") return x.is_trusted = scalar(value) != "true", true;
    if (key == "positions") return rows(value, "instrument_name", false);
    if (key == "collaterals") return rows(value, "asset_name", true);
    return true;
  });
  return impl_->finish(ok, std::move(x));
}

result<place_result> message_reader::placed() {
  place_result x;
  bool has_order = false;
  ondemand::value answer;
  const bool ok = impl_->answer(answer) && impl_->fields(answer, "result", [&](std::string_view key, auto& value) {
    if (key == "order") return has_order = impl_->read_order(value, x.placed);
    if (key == "trades") return impl_->read_fills(value, x.fills);
    return true;
  });
  return impl_->finish(ok && (has_order || impl_->refuse("order", {}, "is missing")), std::move(x));
}

result<replace_result> message_reader::replaced() {
  replace_result x;
  ondemand::value answer;
  const bool ok = impl_->answer(answer) && impl_->fields(answer, "result", [&](std::string_view key, auto& value) {
    if (is_null(value)) return true;
    if (key == "cancelled_order") return impl_->read_order(value, x.cancelled.emplace());
    if (key == "order") return impl_->read_order(value, x.placed.emplace());
    if (key == "trades") return impl_->read_fills(value, x.fills);
    if (key != "create_order_error") return true;
    refusal why;
    const bool read = impl_->fields(value, key, [&](std::string_view name, ondemand::value& part) {
      if (name == "code") return impl_->integer(part, name, why.code);
      return name != "message" || impl_->text(part, name, why.message);
    });
    x.fault = to_string(why);
    return read;
  });
  if (!x.placed && x.fault.empty()) x.fault = "the venue does not say why";
  return impl_->finish(ok && (x.cancelled || x.placed || impl_->refuse("cancelled_order", {}, "is missing")),
                       std::move(x));
}

result<order_row> message_reader::order() {
  order_row x;
  ondemand::value answer;
  const bool ok = impl_->answer(answer) && impl_->read_order(answer, x);
  return impl_->finish(ok, std::move(x));
}

result<account_page<order_row>> message_reader::order_page() {
  account_page<order_row> x;
  ondemand::value answer;
  const bool ok = impl_->answer(answer) && impl_->fields(answer, "result", [&](std::string_view key, auto& value) {
    if (key == "pagination") return impl_->read_pages(value, x.pages);
    return key != "orders" || impl_->read_orders(value, x.rows);
  });
  return impl_->finish(ok, std::move(x));
}

result<account_page<fill_row>> message_reader::fill_page() {
  account_page<fill_row> x;
  ondemand::value answer;
  const bool ok = impl_->answer(answer) && impl_->fields(answer, "result", [&](std::string_view key, auto& value) {
    if (key == "pagination") return impl_->read_pages(value, x.pages);
    return key != "trades" || impl_->read_fills(value, x.rows);
  });
  return impl_->finish(ok, std::move(x));
}

} // namespace strike::derive
