#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace strike::sandbox::derive {

struct rpc_error {
  int code = 0; ///< Source: Derive, errors
  std::string message;
  std::string data = {}; ///< empty: none
};
template <class T> using answer = std::expected<T, rpc_error>;

rpc_error invalid_params(std::string why);
/// {"code":..,"message":..,"data":..}
boost::json::object error_json(const rpc_error& x);

/// A page of a listing: its first row is that of number `begin`.
struct page_window {
  std::int64_t number = 1, size = 100;

  std::size_t begin() const { return static_cast<std::size_t>((number - 1) * size); }
  std::size_t end() const { return begin() + static_cast<std::size_t>(size); }
  bool holds(std::size_t row) const { return row >= begin() && row < end(); }
  /// {"count":..,"num_pages":..}
  boost::json::object of(std::size_t rows) const;
};

/// The members of `params`. A query string makes texts of all of them, which count as well. Remembers the first fault.
class parameters {
public:
  explicit parameters(const boost::json::object& from) : from_{from} {}

  bool has(std::string_view key) const;
  std::optional<std::string> text(std::string_view key);
  std::string required_text(std::string_view key);
  bool flag(std::string_view key, bool fallback);
  bool required_flag(std::string_view key);
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t lowest, std::int64_t highest);
  std::uint64_t required_number(std::string_view key); ///< whole, from 0
  /// A decimal as a text, or as a number: its text.
  std::optional<std::string> decimal(std::string_view key);
  std::string required_decimal(std::string_view key);
  std::string required_type();
  page_window page();
  /// One of some words, or nothing if it is not there.
  template <std::size_t N> std::string word(std::string_view key, const std::string_view (&known)[N]) {
    auto x = text(key).value_or("");
    for (const auto y : known)
      if (x == y) return x;
    if (!x.empty()) fail(key, "Invalid enum value " + x);
    return x;
  }

  void fail(std::string_view key, std::string_view why);
  const std::optional<rpc_error>& fault() const { return fault_; }

private:
  const boost::json::value* find(std::string_view key) const; ///< null counts as absent

  const boost::json::object& from_;
  std::optional<rpc_error> fault_;
};

} // namespace strike::sandbox::derive
