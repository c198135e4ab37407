#pragma once

#include "deribit/message.hpp"

#include <simdjson.h>

namespace strike::deribit {

namespace ondemand = simdjson::ondemand;

/// Reads single values. Each returns false when it cannot, and `fault` says why; what was there is then half written.
struct value_reader {
  std::string fault;

  /// @returns false
  bool refuse(std::string_view what, std::string_view text, std::string_view why);

  /// Null and words are none.
  template <class Decimal> bool exact(ondemand::value& from, std::string_view what, optional_value<Decimal>& into) {
    std::int64_t nanos = 0;
    switch (nanos_of(from, what, nanos)) {
    case reading::value:
      into = Decimal{nanos};
      return true;
    case reading::none:
      into.reset();
      return true;
    default:
      return false;
    }
  }
  bool number(ondemand::value& from, std::string_view what, optional_double& into); ///< none for null and words
  bool count(ondemand::value& from, std::string_view what, std::uint64_t& into);    ///< 0 for null
  bool time_ms(ondemand::value& from, std::string_view what, std::int64_t& ns);
  bool text(ondemand::value& from, std::string_view what, std::string& into); ///< empty for null
  bool flag(ondemand::value& from, std::string_view what, bool& into);

  /// Calls `each(key, value)`, which returns false to stop, for the fields of an object.
  template <class F> bool fields(ondemand::value& from, std::string_view what, F each) {
    ondemand::object object;
    if (from.get_object().get(object) != simdjson::SUCCESS) return refuse(what, {}, "is no object");
    return each_field(object, what, each);
  }
  template <class Object, class F> bool each_field(Object& object, std::string_view what, F each) {
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

  enum class reading : std::uint8_t { value, none, broken };
  reading nanos_of(ondemand::value& from, std::string_view what, std::int64_t& nanos);
};

inline bool is_null(ondemand::value& from) { return from.raw_json_token().starts_with("null"); }

struct message_reader::impl : value_reader {
  ondemand::parser parser;
  ondemand::document document;
  std::string_view frame;
  std::string channel_text; ///< where the frame's own text cannot be used
  std::string_view channel;
  std::optional<std::uint64_t> id;
  std::optional<refusal> refused;
  std::optional<bool> testnet;
  std::int64_t taken_up_us = 0, answered_us = 0;
  bool is_usual = false; ///< {...,"params":{"channel":...,"data":...}}: `data` is what comes next

  result<message_kind> open(std::string_view padded);
  bool data(ondemand::value& into); ///< of a notification; of a reply, its result

  bool read_listing(ondemand::value& from, listing& into);
  bool read_order(ondemand::value& from, order_message& into);
  bool read_orders(ondemand::value& from, std::vector<order_message>& into);
  bool read_user_trades(ondemand::value& from, std::vector<user_trade>& into);

  std::unexpected<error> broken() const { return fail(ec::malformed, "deribit: " + fault); }

private:
  bool iterate();
  bool open_usual();
  result<message_kind> open_any();
  bool read_error(ondemand::value& from);
  bool read_detail(ondemand::value& from, std::string& into);
};

} // namespace strike::deribit
