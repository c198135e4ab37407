#pragma once

#include "base/error.hpp"
#include "base/optional_value.hpp"
#include "catalog/market.hpp"

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strike::catalog {

/// A text, a null or an array of texts, or the text of such an array, as Gamma sends it: "[\"Yes\", \"No\"]".
result<std::vector<std::string>> texts_from_json(std::string_view json);

/// The members of a JSON object by name, in any order, each read at most once. Absent, null and "" are the same: empty,
/// none, false or 0. What has another form than was asked for is remembered, first come, with its name.
class fields {
public:
  explicit fields(simdjson::ondemand::object from) : from_{from} {}

  /// A text without escapes; of a number or a truth value its own text.
  std::string text(std::string_view key);
  bool flag(std::string_view key, bool fallback = false);
  /// An exact decimal in units of 1e-9, from a number or a text.
  std::optional<std::int64_t> nanos(std::string_view key);
  template <class Decimal> optional_value<Decimal> decimal_of(std::string_view key) {
    const auto x = nanos(key);
    return x ? optional_value<Decimal>{Decimal{*x}} : optional_value<Decimal>{};
  }
  /// For ranking only.
  optional_double number(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key);
  /// A whole number of 64 bits, which must be there.
  std::int64_t count(std::string_view key);
  /// ISO text, or a count whose unit its size tells; 0 if absent, and for the year 1, which some use for that.
  std::int64_t time_ns(std::string_view key);
  std::vector<std::string> texts(std::string_view key);

  /// Calls `f(fields&)` with each object of an array, or with one that stands alone.
  template <class F> void each(std::string_view key, F f) {
    simdjson::ondemand::value found;
    if (!find(key, found)) return;
    simdjson::ondemand::object one;
    simdjson::ondemand::array all;
    if (found.get_object().get(one) == simdjson::SUCCESS) return read(one, key, f);
    if (found.get_array().get(all) != simdjson::SUCCESS) return refuse(key, "is neither an object nor an array");
    for (auto element : all) {
      if (element.get_object().get(one) != simdjson::SUCCESS) return refuse(key, "holds something that is no object");
      read(one, key, f);
    }
  }

  void refuse(std::string_view key, std::string_view why);
  /// Empty if all was well.
  const std::string& fault() const { return fault_; }
  /// For who goes on without this object.
  std::string take_fault() { return std::exchange(fault_, {}); }

private:
  bool find(std::string_view key, simdjson::ondemand::value& found);
  template <class F> void read(simdjson::ondemand::object& one, std::string_view key, F& f) {
    fields inner{one};
    f(inner);
    if (!inner.fault().empty()) refuse(key, inner.fault());
  }

  simdjson::ondemand::object from_;
  std::string fault_;
};

/// A JSON text that is read object by object.
class json_document {
public:
  /// @param text is moved in, and padded as simdjson asks
  explicit json_document(std::string text);

  /// Calls `f(fields&)` with the outermost object.
  /// @returns `ec::malformed`: it is no JSON, no object, or `f` left a fault
  template <class F> result<void> read(F f) {
    simdjson::ondemand::object top;
    if (const auto bad = document().get_object().get(top); bad != simdjson::SUCCESS) return fault_of(bad);
    fields members{top};
    f(members);
    return members.fault().empty() ? result<void>{} : fail(ec::malformed, members.fault());
  }
  /// Calls `f(fields&)` with each object of the outermost array.
  template <class F> result<void> read_array(F f) {
    simdjson::ondemand::array top;
    if (const auto bad = document().get_array().get(top); bad != simdjson::SUCCESS) return fault_of(bad);
    for (auto element : top) {
      simdjson::ondemand::object one;
      if (const auto bad = element.get_object().get(one); bad != simdjson::SUCCESS) return fault_of(bad);
      fields members{one};
      f(members);
    }
    return {};
  }

private:
  simdjson::simdjson_result<simdjson::ondemand::document>& document();
  static std::unexpected<error> fault_of(simdjson::error_code bad);

  std::string text_;
  simdjson::ondemand::parser parser_;
  simdjson::simdjson_result<simdjson::ondemand::document> document_;
};

} // namespace strike::catalog
