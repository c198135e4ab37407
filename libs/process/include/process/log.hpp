#pragma once

#include "base/enums.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace spdlog {
class logger;
namespace sinks {
class sink;
}
} // namespace spdlog

namespace strike::process {

enum class level : std::uint8_t { debug, info, warning, error };
enum class log_format : std::uint8_t { text, json };

/// One key=value of a line. The key is a word of the code, not one of time, level, service, message.
struct field {
  using value_type = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

  template <class T> field(std::string_view name, const T& x) : key{name}, value{to_value(x)} {}

  std::string_view key;
  value_type value; ///< texts are views that live as long as the call that logs them

private:
  template <class T> static value_type to_value(const T& x) {
    if constexpr (std::is_same_v<T, bool>)
      return x;
    else if constexpr (std::is_floating_point_v<T>)
      return static_cast<double>(x);
    else if constexpr (std::is_unsigned_v<T>)
      return std::uint64_t{x};
    else if constexpr (std::is_integral_v<T>)
      return std::int64_t{x};
    else
      return std::string_view{x};
  }
};

/// What one line says.
struct log_record {
  std::int64_t time_ns = 0;
  level severity = level::info;
  std::string_view service, message;
  std::span<const field> fields;
};

/// `2026-07-01T07:18:49.901214Z info router: subscribed venue=deribit topics=3`, or the same as one JSON object. Always
/// one line of valid UTF-8, whatever the texts hold.
std::string to_line(const log_record& what, log_format format);

/// Writes lines to stderr, or to the sink it is given. Any thread. Say each transition once; a line that may repeat
/// goes through a `log_every`.
class logger {
public:
  using clock = std::function<std::int64_t()>; ///< nanoseconds since the epoch
  using fields = std::initializer_list<field>;

  logger(std::string service, level lowest, log_format format);
  logger(std::string service, level lowest, log_format format, std::shared_ptr<spdlog::sinks::sink> sink, clock now);
  ~logger();

  bool is_on(level x) const { return x >= lowest_; }
  void debug(std::string_view message, fields more = {}) { write(level::debug, message, more); }
  void info(std::string_view message, fields more = {}) { write(level::info, message, more); }
  void warning(std::string_view message, fields more = {}) { write(level::warning, message, more); }
  void error(std::string_view message, fields more = {}) { write(level::error, message, more); }

private:
  void write(level severity, std::string_view message, fields more);

  std::string service_;
  level lowest_;
  log_format format_;
  clock now_;
  std::unique_ptr<spdlog::logger> out_;
};

/// Lets one line through per interval, for what a peer can cause as often as it likes. One thread.
class log_every {
public:
  explicit log_every(std::chrono::nanoseconds interval) : interval_{interval} {}

  /// @returns how many were held back since the last that passed, or nothing: say nothing now
  std::optional<std::uint64_t> pass(std::chrono::steady_clock::time_point now) {
    if (now < next_) return ++held_back_, std::nullopt;
    next_ = now + interval_;
    return std::exchange(held_back_, 0);
  }

private:
  std::chrono::nanoseconds interval_;
  std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::time_point::min();
  std::uint64_t held_back_ = 0;
};

} // namespace strike::process

template <> struct strike::enum_names<strike::process::level> {
  using level = process::level;
  static constexpr std::string_view what = "log level";
  static constexpr std::array table = {enum_name{level::debug, "debug"}, enum_name{level::info, "info"},
                                       enum_name{level::warning, "warning"}, enum_name{level::error, "error"}};
};
template <> struct strike::enum_names<strike::process::log_format> {
  static constexpr std::string_view what = "log format";
  static constexpr std::array table = {enum_name{process::log_format::text, "text"},
                                       enum_name{process::log_format::json, "json"}};
};
