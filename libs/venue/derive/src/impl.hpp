#pragma once

#include "derive/message.hpp"

#include <simdjson.h>

namespace strike::derive {

namespace ondemand = simdjson::ondemand;

/// Reads single values. Each returns false when it cannot, and `fault` says why; what was there is then half written.
struct value_reader {
  std::string fault;

  /// @returns false
  bool refuse(std::string_view what, std::string_view text, std::string_view why);

  bool exact(ondemand::value& from, std::string_view what, std::int64_t& nanos);
  /// Rounded half away from zero where there are more than nine decimals, as in what the venue computed.
  bool rounded(ondemand::value& from, std::string_view what, int128& nanos);
  bool number(ondemand::value& from, std::string_view what, optional_double& into);              ///< none for null
  bool integer(ondemand::value& from, std::string_view what, std::optional<std::int64_t>& into); ///< none for null
  bool time_ms(ondemand::value& from, std::string_view what, std::int64_t& ns);
  bool text(ondemand::value& from, std::string_view what, std::string& into); ///< empty for null

  /// Calls `each(key, value)`, which returns false to stop, for the fields of an object. Keys as they stand in the
  /// text.
  template <class F> bool fields(ondemand::value& from, std::string_view what, F each) {
    ondemand::object object;
    if (from.get_object().get(object) != simdjson::SUCCESS) return refuse(what, {}, "is no object");
    for (auto item : object) {
      if (item.error() != simdjson::SUCCESS) return refuse(what, {}, simdjson::error_message(item.error()));
      auto&& field = std::move(item).value_unsafe(); // a reference: copying a field stalls on store forwarding
      const char* const key = field.key().raw();
      const char* end = key;
      while (*end != '"') end += *end == '\\' ? 2 : 1;
      if (!each(std::string_view{key, static_cast<std::size_t>(end - key)}, field.value())) return false;
    }
    return true;
  }
  template <class F> bool elements(ondemand::value& from, std::string_view what, F each) {
    ondemand::array array;
    if (from.get_array().get(array) != simdjson::SUCCESS) return refuse(what, {}, "is no array");
    for (auto item : array) {
      ondemand::value value;
      if (const auto error = std::move(item).get(value); error != simdjson::SUCCESS)
        return refuse(what, {}, simdjson::error_message(error));
      if (!each(value)) return false;
    }
    return true;
  }
};

/// The text of a number or a string, without quotes; empty for null.
inline std::string_view scalar(ondemand::value& from) {
  auto token = from.raw_json_token();
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  if (token.size() >= 2 && token.front() == '"') return token.substr(1, token.size() - 2);
  return token == "null" ? std::string_view{} : token;
}
inline bool is_null(ondemand::value& from) { return from.raw_json_token().starts_with("null"); }

struct message_reader::impl : value_reader {
  ondemand::parser parser;
  ondemand::document document;
  std::string channel_text; ///< where the frame's own text cannot be used
  std::string_view channel;
  std::string id;
  std::optional<refusal> refused;
  bool has_result = false;
  bool is_ordered = false; ///< {"method":"subscription","params":{"channel":...,"data":...}}: the usual way

  result<message_kind> open(std::string_view padded);
  bool data(ondemand::value& into);   ///< of a notification
  bool answer(ondemand::value& into); ///< the result of a reply

  bool read_trade(ondemand::value& from, trade_message& into);
  bool read_listing(ondemand::value& from, listing& into);
  bool read_band(ondemand::value& from, price_band& into);
  bool read_order(ondemand::value& from, order_row& into);
  bool read_fill(ondemand::value& from, fill_row& into);
  bool read_fills(ondemand::value& from, std::vector<fill_row>& into);
  bool read_orders(ondemand::value& from, std::vector<order_row>& into);
  bool read_pages(ondemand::value& from, std::uint32_t& pages);

  template <class T> result<T> finish(bool ok, T&& value) {
    if (ok) return std::move(value);
    return fail(ec::malformed, "derive: " + fault);
  }

private:
  bool open_ordered(std::string_view frame);
  bool open_any();
  bool read_params(ondemand::value& from);
  bool read_refusal(ondemand::value& from);
};

} // namespace strike::derive
