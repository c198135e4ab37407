#pragma once

#include "base/decimal.hpp"
#include "base/optional_value.hpp"

#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

/// JSON as text, written where it is read: decimals stay exact, and nothing is built to be thrown away.
namespace strike::dashboard {

/// `"text"`, escaped.
std::string in_quotes(std::string_view text);

/// A number as short as it can be; null for what JSON has no number for.
void append_json(std::string& out, double x);
inline void append_json(std::string& out, bool x) { out.append(x ? "true" : "false"); }
inline void append_json(std::string& out, std::string_view x) { out += in_quotes(x); }
inline void append_json(std::string& out, const std::string& x) { out += in_quotes(x); }
inline void append_json(std::string& out, const char* x) { out += in_quotes(x); }
inline void append_json(std::string& out, std::integral auto x) { out += std::to_string(x); }
inline void append_json(std::string& out, money x) { append_nanos(out, x.nanos); }
template <class Tag> void append_json(std::string& out, decimal<Tag> x) { append_nanos(out, x.nanos); }
template <class T> void append_json(std::string& out, const optional_value<T>& x) {
  if (x)
    append_json(out, *x);
  else
    out.append("null");
}

/// Writes items with commas between them.
class json_list {
public:
  explicit json_list(std::string& out) : out_{out} {}
  std::string& next() {
    if (!std::exchange(is_first_, false)) out_ += ',';
    return out_;
  }

private:
  std::string& out_;
  bool is_first_ = true;
};

/// Writes the members of an object; `end` closes it.
class json_object {
public:
  explicit json_object(std::string& out) : out_{out}, members_{out} { out_ += '{'; }
  template <class T> json_object& add(std::string_view key, const T& value) {
    append_json(member(key), value);
    return *this;
  }
  /// What follows is the member's value.
  /// @param key needs no escapes
  std::string& member(std::string_view key) {
    members_.next().append(1, '"').append(key).append("\":");
    return out_;
  }
  /// The same for a name that may hold anything.
  std::string& any_member(std::string_view key) { return members_.next().append(in_quotes(key)).append(1, ':'); }
  void end() { out_ += '}'; }

private:
  std::string& out_;
  json_list members_;
};

} // namespace strike::dashboard
