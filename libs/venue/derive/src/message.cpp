#include "base/time.hpp"
#include "impl.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace strike::derive {

namespace {

/// What comes before the channel in practice. Source: Derive API, section JSON-RPC, notifications.
constexpr std::string_view usual_start = R"({"method":"subscription","params":{"channel":")";

constexpr std::int64_t exact_in_double = std::int64_t{1} << 53;

/// The usual form of a decimal: a string of few digits.
bool plain_nanos(std::string_view token, std::int64_t& nanos) {
  if (!token.starts_with('"')) return false;
  const auto* end = scan_plain_nanos(token.data() + 1, nanos);
  return end != nullptr && *end == '"';
}

template <class T> bool whole_number(std::string_view text, T& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size();
}

} // namespace

bool value_reader::refuse(std::string_view what, std::string_view text, std::string_view why) {
  fault = text.empty() ? fmt::format("{} {}", what, why) : fmt::format("{} '{}' {}", what, text.substr(0, 64), why);
  return false;
}

bool value_reader::exact(ondemand::value& from, std::string_view what, std::int64_t& nanos) {
  if (plain_nanos(from.raw_json_token(), nanos)) return true;
  const auto text = scalar(from);
  switch (parse_nanos(text, nanos)) {
  case decimal_fault::none:
    return true;
  case decimal_fault::not_a_number:
    return refuse(what, text, "is no decimal");
  case decimal_fault::too_precise:
    return refuse(what, text, "has more than nine decimals");
  case decimal_fault::out_of_range:
    break;
  }
  return refuse(what, text, "is above 9.2e9");
}

bool value_reader::number(ondemand::value& from, std::string_view what, optional_double& into) {
  if (std::int64_t nanos = 0; plain_nanos(from.raw_json_token(), nanos) && std::abs(nanos) < exact_in_double)
    return into = static_cast<double>(nanos) / 1e9, true; // both exact, so the quotient is the nearest double
  const auto text = scalar(from);
  into.reset();
  if (text.empty()) return is_null(from) || refuse(what, {}, "is empty");
  double x = 0;
  if (!whole_number(text, x) || !std::isfinite(x)) return refuse(what, text, "is no number");
  into = x;
  return true;
}

bool value_reader::integer(ondemand::value& from, std::string_view what, std::optional<std::int64_t>& into) {
  const auto text = scalar(from);
  into.reset();
  if (text.empty() && is_null(from)) return true;
  std::int64_t x = 0;
  if (!whole_number(text, x)) return refuse(what, text, "is no integer");
  into = x;
  return true;
}

bool value_reader::time_ms(ondemand::value& from, std::string_view what, std::int64_t& ns) {
  std::int64_t ms = 0;
  const auto text = scalar(from);
  if (whole_number(text, ms) && ns_from_count(ms, time_unit::milliseconds, ns)) return true;
  return refuse(what, text, "is no time in milliseconds");
}

bool value_reader::text(ondemand::value& from, std::string_view what, std::string& into) {
  into.clear();
  if (is_null(from)) return true;
  std::string_view text;
  if (from.get_string().get(text) != simdjson::SUCCESS) return refuse(what, scalar(from), "is no text");
  into = text;
  return true;
}

result<message_kind> message_reader::impl::open(std::string_view padded) {
  channel = {};
  id.clear();
  refused.reset();
  has_result = is_ordered = false;
  if (padded == "pong") return message_kind::pong;
  const simdjson::padded_string_view text{padded.data(), padded.size(), padded.size() + simdjson::SIMDJSON_PADDING};
  if (const auto error = parser.iterate(text).get(document); error != simdjson::SUCCESS)
    return fail(ec::malformed, fmt::format("derive: no JSON: {}", simdjson::error_message(error)));
  if (open_ordered(padded)) return message_kind::notification;
  if (!open_any()) return fail(ec::malformed, "derive: " + fault);
  if (!channel.empty()) return message_kind::notification;
  if (has_result || refused) return message_kind::reply;
  return fail(ec::malformed, "derive: a message without channel, result and error");
}

bool message_reader::impl::open_ordered(std::string_view frame) {
  if (!frame.starts_with(usual_start)) return false;
  const auto name = frame.substr(usual_start.size(), frame.find('"', usual_start.size()) - usual_start.size());
  if (name.empty() || name.find('\\') != std::string_view::npos) return false;
  constexpr std::string_view usual_data = R"(","data":)";
  if (!frame.substr(usual_start.size() + name.size()).starts_with(usual_data)) return false;
  channel = name;
  return is_ordered = true;
}

bool message_reader::impl::open_any() {
  ondemand::value root;
  if (document.get_value().get(root) != simdjson::SUCCESS) return refuse("message", {}, "is no object");
  return fields(root, "message", [&](std::string_view key, ondemand::value& value) {
    if (key == "id") return id = scalar(value), true;
    if (key == "params") return read_params(value);
    if (key == "result") return has_result = true;
    if (key == "error") return is_null(value) || read_refusal(value);
    return true;
  });
}

bool message_reader::impl::read_params(ondemand::value& from) {
  return fields(from, "params", [&](std::string_view key, ondemand::value& value) {
    if (key != "channel") return true;
    if (!text(value, "channel", channel_text)) return false;
    channel = channel_text;
    return true;
  });
}

bool message_reader::impl::read_refusal(ondemand::value& from) {
  refused.emplace();
  return fields(from, "error", [&](std::string_view key, ondemand::value& value) {
    if (key == "code") {
      std::int64_t code = 0;
      if (whole_number(scalar(value), code)) refused->code = code;
    } else if (key == "message") {
      return text(value, "error.message", refused->message);
    } else if (key == "data" && !is_null(value)) {
      std::string_view raw;
      if (simdjson::to_json_string(value).get(raw) != simdjson::SUCCESS) return refuse("error.data", {}, "is no JSON");
      refused->data = raw;
    }
    return true;
  });
}

bool message_reader::impl::data(ondemand::value& into) {
  if (is_ordered)
    return document.find_field("params").find_field("data").get(into) == simdjson::SUCCESS ||
           refuse("data", {}, "is missing");
  document.rewind();
  return document.find_field_unordered("params").find_field_unordered("data").get(into) == simdjson::SUCCESS ||
         refuse("data", {}, "is missing");
}

bool message_reader::impl::answer(ondemand::value& into) {
  if (refused) return refuse("result", {}, "is missing: the venue refused");
  document.rewind();
  return document.find_field_unordered("result").get(into) == simdjson::SUCCESS || refuse("result", {}, "is missing");
}

message_reader::message_reader() : impl_{std::make_unique<impl>()} {}
message_reader::~message_reader() = default;
result<message_kind> message_reader::open(std::string_view padded) { return impl_->open(padded); }
std::string_view message_reader::channel() const { return impl_->channel; }
std::string_view message_reader::id() const { return impl_->id; }
const std::optional<refusal>& message_reader::refused() const { return impl_->refused; }

std::string to_string(const refusal& x) {
  auto text = x.code ? fmt::format("{} {}", *x.code, x.message) : x.message;
  return x.data.empty() ? text : text + ": " + x.data;
}

/// The first number of the text: "Retry after 1234 ms", {"retry_after":1234}.
std::optional<std::int64_t> retry_delay_ns(const refusal& x) {
  const auto at = x.data.find_first_of("0123456789");
  if (at == std::string::npos) return {};
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(x.data.data() + at, x.data.data() + x.data.size(), ms);
  constexpr std::int64_t longest_ms = 60'000; // a longer delay is none: windows last seconds
  if (error != std::errc{} || ms > longest_ms) return {};
  return ms * ns_per_ms;
}

void pad(std::string& text) { text.reserve(text.size() + simdjson::SIMDJSON_PADDING); }

} // namespace strike::derive
