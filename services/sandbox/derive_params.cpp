#include "sandbox/derive_params.hpp"

#include "base/decimal.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <charconv>

namespace strike::sandbox::derive {

namespace {

constexpr std::int64_t largest_page = 1'000;
constexpr std::string_view is_missing = "Missing data for required field.";

std::string text_of(const boost::json::value& x) {
  return x.is_string() ? std::string{std::string_view{x.get_string()}} : boost::json::serialize(x);
}

template <class Int> std::optional<Int> number_in(const std::string& text) {
  Int x = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), x);
  return end.ec == std::errc{} && end.ptr == text.data() + text.size() ? std::optional{x} : std::nullopt;
}

} // namespace

rpc_error invalid_params(std::string why) { return {-32602, "Invalid params", std::move(why)}; }

boost::json::object error_json(const rpc_error& x) {
  boost::json::object y{{"code", x.code}, {"message", x.message}};
  if (!x.data.empty()) y["data"] = x.data;
  return y;
}

boost::json::object page_window::of(std::size_t rows) const {
  const auto per_page = static_cast<std::size_t>(size);
  return {{"count", rows}, {"num_pages", (rows + per_page - 1) / per_page}};
}

const boost::json::value* parameters::find(std::string_view key) const {
  const auto* x = from_.if_contains(key);
  return x != nullptr && !x->is_null() ? x : nullptr;
}

bool parameters::has(std::string_view key) const { return find(key) != nullptr; }

std::optional<std::string> parameters::text(std::string_view key) {
  const auto* x = find(key);
  if (x == nullptr) return {};
  if (x->is_string()) return text_of(*x);
  fail(key, "Not a valid string.");
  return {};
}

std::string parameters::required_text(std::string_view key) {
  auto x = text(key);
  if (!x) fail(key, is_missing);
  return x.value_or("");
}

bool parameters::flag(std::string_view key, bool fallback) {
  const auto* x = find(key);
  if (x == nullptr) return fallback;
  if (x->is_bool()) return x->get_bool();
  if (x->is_string() && (x->get_string() == "true" || x->get_string() == "false")) return x->get_string() == "true";
  return fail(key, "Not a valid boolean."), fallback;
}

bool parameters::required_flag(std::string_view key) {
  if (!has(key)) fail(key, is_missing);
  return flag(key, false);
}

std::int64_t parameters::integer(std::string_view key, std::int64_t fallback, std::int64_t lowest,
                                 std::int64_t highest) {
  const auto* x = find(key);
  if (x == nullptr) return fallback;
  const auto number = number_in<std::int64_t>(text_of(*x));
  if (!number) return fail(key, "Not a valid integer."), fallback;
  if (*number < lowest || *number > highest)
    return fail(key, fmt::format("Must be between {} and {}.", lowest, highest)), fallback;
  return *number;
}

std::uint64_t parameters::required_number(std::string_view key) {
  const auto* x = find(key);
  if (x == nullptr) return fail(key, is_missing), 0;
  const auto number = number_in<std::uint64_t>(text_of(*x));
  if (!number) fail(key, "Not a valid integer.");
  return number.value_or(0);
}

std::optional<std::string> parameters::decimal(std::string_view key) {
  const auto* x = find(key);
  if (x == nullptr) return {};
  if (x->is_string()) return text_of(*x);
  if (const auto number =
          x->is_number() ? parse_decimal<price>(text_of(*x)) : strike::fail(ec::malformed, "")) // 1E-1 is 0.1
    return to_string(*number);
  fail(key, "Not a valid decimal.");
  return {};
}

std::string parameters::required_decimal(std::string_view key) {
  auto x = decimal(key);
  if (!x) fail(key, is_missing);
  return x.value_or("");
}

std::string parameters::required_type() {
  auto x = required_text("instrument_type");
  if (!x.empty() && x != "option" && x != "perp" && x != "erc20")
    fail("instrument_type", fmt::format("Invalid enum value {}", x));
  return x;
}

page_window parameters::page() {
  return {.number = integer("page", 1, 1, 1'000'000), .size = integer("page_size", 100, 1, largest_page)};
}

void parameters::fail(std::string_view key, std::string_view why) {
  if (!fault_) fault_ = invalid_params(fmt::format("{{'{}': ['{}']}}", key, why));
}

} // namespace strike::sandbox::derive
