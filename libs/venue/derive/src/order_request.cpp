#include "derive/order_request.hpp"

#include "derive/request.hpp"

#include <fmt/format.h>

#include <iterator>

namespace strike::derive {

request_writer::request_writer(const order_profile& network, std::string wallet, std::uint64_t subaccount,
                               bool hex_prefix)
    : network_{network}, wallet_{std::move(wallet)}, subaccount_{subaccount}, hex_prefix_{hex_prefix} {}

std::string request_writer::login(std::uint64_t id, std::string_view timestamp_ms,
                                  const sign::signature& signature) const {
  return call(id, "public/login",
              fmt::format(R"({{"wallet":"{}","timestamp":"{}","signature":"{}"}})", wallet_, timestamp_ms,
                          sign::to_hex(signature)));
}

/// Without the closing brace, so that `replace` can add to it.
std::string request_writer::order_params(const order_ticket& x, const sign::signature& signature) const {
  std::string out = "{";
  const auto add = [&]<class... Ts>(fmt::format_string<Ts...> form, Ts&&... values) {
    fmt::format_to(std::back_inserter(out), form, std::forward<Ts>(values)...);
  };
  const auto decimal_of = [&](std::string_view key, std::int64_t nanos) {
    ((out += ",\"") += key) += "\":\"";
    append_nanos(out, nanos);
    out += '"';
  };
  add(R"("subaccount_id":{},"instrument_name":"{}","direction":"{}","order_type":"{}","time_in_force":"{}")",
      x.subaccount, x.symbol, x.what == side::buy ? "buy" : "sell", x.is_market ? "market" : "limit", to_text(x.life));
  decimal_of("limit_price", x.limit.nanos);
  decimal_of("amount", x.amount.nanos);
  decimal_of("max_fee", x.max_fee.nanos);
  const std::string_view quote = network_.nonce == nonce_form::nanoseconds ? "\"" : "";
  add(R"(,"nonce":{}{}{},"signature_expiry_sec":{},"signer":"{}","label":"{}")", quote, x.nonce, quote, x.expiry_s,
      x.signer, x.label);
  if (x.reduce_only) out += R"(,"reduce_only":true)";
  if (x.life == lifetime::post_only) out += R"(,"reject_post_only":true)";
  if (x.stop.nanos > 0) {
    out += R"(,"trigger_type":"stoploss","trigger_price_type":"mark")";
    decimal_of("trigger_price", x.stop.nanos);
  }
  const auto hex = sign::to_hex(signature);
  add(R"(,"signature":"{}")", std::string_view{hex}.substr(hex_prefix_ ? 0 : 2));
  return out;
}

std::string request_writer::place(std::uint64_t id, const order_ticket& what, const sign::signature& signature) const {
  return call(id, "private/order", order_params(what, signature) + "}");
}

std::string request_writer::replace(std::uint64_t id, const order_ticket& what, const replaced_order& old,
                                    const sign::signature& signature) const {
  return call(id, "private/replace",
              order_params(what, signature) +
                  fmt::format(R"(,"order_id_to_cancel":"{}","expected_filled_amount":"{}"}})", old.order_id,
                              to_string(old.filled)));
}

std::string request_writer::cancel(std::uint64_t id, std::string_view symbol, std::string_view order_id,
                                   bool is_trigger) const {
  if (is_trigger)
    return call(id, "private/cancel_trigger_order",
                fmt::format(R"({{"subaccount_id":{},"order_id":"{}"}})", subaccount_, order_id));
  return call(
      id, "private/cancel",
      fmt::format(R"({{"subaccount_id":{},"instrument_name":"{}","order_id":"{}"}})", subaccount_, symbol, order_id));
}

std::string request_writer::cancel_by_nonce(std::uint64_t id, std::string_view symbol, std::uint64_t nonce) const {
  auto params = fmt::format(R"({{"subaccount_id":{},"instrument_name":"{}","nonce":{})", subaccount_, symbol, nonce);
  if (network_.names_wallet) params += fmt::format(R"(,"wallet":"{}")", wallet_);
  return call(id, "private/cancel_by_nonce", params + "}");
}

std::string request_writer::cancel_all(std::uint64_t id) const {
  auto params = fmt::format(R"({{"subaccount_id":{})", subaccount_);
  if (network_.cancel_all_covers_triggers) params += R"(,"cancel_trigger_orders":true,"cancel_algo_orders":true)";
  return call(id, "private/cancel_all", params + "}");
}

std::string request_writer::cancel_all_triggers(std::uint64_t id) const {
  return of_subaccount(id, "private/cancel_all_trigger_orders");
}

std::string request_writer::cancel_on_disconnect(std::uint64_t id, bool enabled) const {
  auto params = fmt::format(R"({{"enabled":{})", enabled);
  if (network_.names_wallet) params += fmt::format(R"(,"wallet":"{}")", wallet_);
  return call(id, "private/set_cancel_on_disconnect", params + "}");
}

std::string request_writer::of_wallet(std::uint64_t id, std::string_view method) const {
  return call(id, method, fmt::format(R"({{"wallet":"{}"}})", wallet_));
}

std::string request_writer::of_subaccount(std::uint64_t id, std::string_view method) const {
  return call(id, method, fmt::format(R"({{"subaccount_id":{}}})", subaccount_));
}

std::string request_writer::get_order(std::uint64_t id, std::string_view order_id) const {
  return call(id, "private/get_order", fmt::format(R"({{"subaccount_id":{},"order_id":"{}"}})", subaccount_, order_id));
}

std::string request_writer::history(std::uint64_t id, std::string_view method, std::int64_t from_ms, std::int64_t to_ms,
                                    std::uint32_t page, std::string_view order_id) const {
  auto params = fmt::format(R"({{"subaccount_id":{},"from_timestamp":{},"to_timestamp":{},"page":{},"page_size":{})",
                            subaccount_, from_ms, to_ms, page, history_page_size);
  if (!order_id.empty()) params += fmt::format(R"(,"order_id":"{}")", order_id);
  return call(id, method, params + "}");
}

} // namespace strike::derive
