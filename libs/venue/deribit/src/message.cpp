#include "impl.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <charconv>

namespace strike::deribit {

namespace {

constexpr std::string_view usual_start = R"({"jsonrpc":"2.0","method":"subscription","params":{"channel":")";

std::string_view token_of(ondemand::value& from) {
  auto token = from.raw_json_token();
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  return token;
}

} // namespace

std::string to_string(const refusal& x) {
  return x.detail.empty() ? fmt::format("{} {}", x.code, x.message)
                          : fmt::format("{} {} ({})", x.code, x.message, x.detail);
}

void pad(std::string& text) { text.reserve(text.size() + simdjson::SIMDJSON_PADDING); }

bool value_reader::refuse(std::string_view what, std::string_view text, std::string_view why) {
  fault = text.empty() ? fmt::format("{} {}", what, why) : fmt::format("{} '{}' {}", what, text.substr(0, 60), why);
  return false;
}

/// Source: Deribit API v2, "Numbers, times, units": integers, decimals and exponents; null and words for none.
value_reader::reading value_reader::nanos_of(ondemand::value& from, std::string_view what, std::int64_t& nanos) {
  const auto token = token_of(from);
  if (token.empty() || token == "null" || token.front() == '"') return reading::none;
  if (const char* end = scan_plain_nanos(token.data(), nanos); end == token.data() + token.size())
    return reading::value;
  switch (parse_nanos(token, nanos)) {
  case decimal_fault::none:
    return reading::value;
  case decimal_fault::not_a_number:
    refuse(what, token, "is no number");
    break;
  case decimal_fault::too_precise:
    refuse(what, token, "has more than nine decimals");
    break;
  case decimal_fault::out_of_range:
    refuse(what, token, "is out of range");
    break;
  }
  return reading::broken;
}

bool value_reader::number(ondemand::value& from, std::string_view what, optional_double& into) {
  const char first = from.raw_json_token().front();
  if (first == 'n' || first == '"') {
    into.reset();
    return true;
  }
  double x = 0;
  if (from.get_double().get(x) != simdjson::SUCCESS) return refuse(what, token_of(from), "is no number");
  into = x;
  return true;
}

bool value_reader::count(ondemand::value& from, std::string_view what, std::uint64_t& into) {
  if (is_null(from)) {
    into = 0;
    return true;
  }
  if (from.get_uint64().get(into) == simdjson::SUCCESS) return true;
  return refuse(what, token_of(from), "is no whole number");
}

bool value_reader::time_ms(ondemand::value& from, std::string_view what, std::int64_t& ns) {
  std::int64_t ms = 0;
  if (from.get_int64().get(ms) != simdjson::SUCCESS || !ns_from_count(ms, time_unit::milliseconds, ns))
    return refuse(what, token_of(from), "is no time in milliseconds");
  return true;
}

bool value_reader::text(ondemand::value& from, std::string_view what, std::string& into) {
  into.clear();
  if (is_null(from)) return true;
  std::string_view x;
  if (from.get_string().get(x) != simdjson::SUCCESS) return refuse(what, token_of(from), "is no text");
  into = x;
  return true;
}

bool value_reader::flag(ondemand::value& from, std::string_view what, bool& into) {
  if (from.get_bool().get(into) == simdjson::SUCCESS) return true;
  return refuse(what, token_of(from), "is neither true nor false");
}

result<message_kind> message_reader::impl::open(std::string_view padded) {
  frame = padded;
  channel = {};
  id.reset();
  refused.reset();
  testnet.reset();
  fault.clear();
  taken_up_us = answered_us = 0;
  is_usual = false;
  if (!iterate()) return broken();
  if (padded.starts_with(usual_start) && open_usual()) return message_kind::notification;
  return open_any();
}

bool message_reader::impl::iterate() {
  const auto error =
      parser.iterate(frame.data(), frame.size(), frame.size() + simdjson::SIMDJSON_PADDING).get(document);
  return error == simdjson::SUCCESS || refuse("message", frame, simdjson::error_message(error));
}

/// The way in which the venue writes notifications: then nothing has to be looked for. The channel is known from the
/// text, and the value that follows is the data.
bool message_reader::impl::open_usual() {
  const auto end = frame.find('"', usual_start.size());
  constexpr std::string_view next = R"(","data":)";
  if (end == std::string_view::npos || frame.substr(end, next.size()) != next) return false;
  channel = frame.substr(usual_start.size(), end - usual_start.size());
  is_usual = channel.find('\\') == std::string_view::npos;
  return is_usual;
}

result<message_kind> message_reader::impl::open_any() {
  document.rewind();
  ondemand::object object;
  if (document.get_object().get(object) != simdjson::SUCCESS) {
    refuse("message", frame, "is no object");
    return broken();
  }
  std::string method, type;
  bool has_error = false, has_result = false;
  const bool ok = each_field(object, "message", [&](std::string_view key, ondemand::value& value) {
    if (key == "id") {
      std::uint64_t x = 0;
      if (value.get_uint64().get(x) == simdjson::SUCCESS) id = x;
    } else if (key == "method") {
      return text(value, "method", method);
    } else if (key == "testnet") {
      bool x = false;
      if (!flag(value, "testnet", x)) return false;
      testnet = x;
    } else if (key == "usIn" || key == "usOut") {
      std::int64_t x = 0;
      if (value.get_int64().get(x) == simdjson::SUCCESS) (key == "usIn" ? taken_up_us : answered_us) = x;
    } else if (key == "error") {
      has_error = !is_null(value);
      return !has_error || read_error(value);
    } else if (key == "result") {
      has_result = true;
    } else if (key == "params") {
      return fields(value, "params", [&](std::string_view name, ondemand::value& x) {
        if (name == "type") return text(x, "type", type);
        if (name != "channel") return true;
        const bool is_text = text(x, "channel", channel_text);
        channel = channel_text;
        return is_text;
      });
    }
    return true;
  });
  if (!ok) return broken();
  if (method == "subscription" && !channel.empty()) return message_kind::notification;
  if (method == "heartbeat") return type == "test_request" ? message_kind::test_request : message_kind::heartbeat;
  if (id || has_result) return message_kind::reply;
  if (has_error) return message_kind::complaint;
  refuse("message", frame, "is neither a notification nor a reply");
  return broken();
}

/// {"reason":"...","param":"..."}, or a text. Anything else says nothing.
bool message_reader::impl::read_detail(ondemand::value& from, std::string& into) {
  const char first = from.raw_json_token().front();
  if (first == '"') return text(from, "error.data", into);
  if (first != '{') return true;
  std::string reason, param;
  const bool ok = fields(from, "error.data", [&](std::string_view key, ondemand::value& value) {
    const bool is_text = value.raw_json_token().starts_with('"');
    if (is_text && key == "reason") return text(value, key, reason);
    return !is_text || key != "param" || text(value, key, param);
  });
  into = param.empty() || reason.empty() ? reason + param : param + ": " + reason;
  return ok;
}

bool message_reader::impl::read_error(ondemand::value& from) {
  auto& x = refused.emplace();
  return fields(from, "error", [&](std::string_view key, ondemand::value& value) {
    if (key == "message") return text(value, "error.message", x.message);
    if (key == "data") return read_detail(value, x.detail);
    if (key != "code" || is_null(value)) return true;
    return value.get_int64().get(x.code) == simdjson::SUCCESS || refuse("error.code", {}, "is no whole number");
  });
}

bool message_reader::impl::data(ondemand::value& into) {
  if (fault.empty())
    document.rewind();
  else if (fault.clear(); !iterate()) // a document that was found broken cannot be rewound
    return false;
  const bool is_reply = channel.empty();
  if ((is_reply ? document["result"] : document["params"]["data"]).get(into) == simdjson::SUCCESS) return true;
  return refuse(is_reply ? "result" : "params.data", {}, "is missing");
}

message_reader::message_reader() : impl_{std::make_unique<impl>()} {}
message_reader::~message_reader() = default;
result<message_kind> message_reader::open(std::string_view padded) { return impl_->open(padded); }
std::optional<bool> message_reader::testnet() const { return impl_->testnet; }
namespace {
std::int64_t ns_of_us(std::int64_t us) {
  std::int64_t ns = 0;
  return us > 0 && ns_from_count(us, time_unit::microseconds, ns) ? ns : 0;
}
} // namespace
std::int64_t message_reader::taken_up_ns() const { return ns_of_us(impl_->taken_up_us); }
std::int64_t message_reader::answered_ns() const { return ns_of_us(impl_->answered_us); }
std::string_view message_reader::channel() const { return impl_->channel; }
std::optional<std::uint64_t> message_reader::id() const { return impl_->id; }
const std::optional<refusal>& message_reader::refused() const { return impl_->refused; }

} // namespace strike::deribit
