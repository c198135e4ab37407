#include "process/log.hpp"

#include "base/time.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cmath>
#include <ctime>
#include <iterator>

namespace strike::process {

namespace {

/// Bytes of the UTF-8 character at the start of `text`; 0 if there is no valid one.
/// Source: RFC 3629, section 4.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  const auto second = byte(1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
      (first == 0xF4 && second > 0x8F))
    return 0; // overlong, surrogate, above U+10FFFF
  return length;
}

/// As the inside of a JSON text: control characters, quotes and backslashes escaped, broken UTF-8 replaced.
void append_escaped(std::string& to, std::string_view text) {
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text[0]);
    const auto length = utf8_length(text);
    if (c == '"' || c == '\\')
      (to += '\\') += text[0];
    else if (c == '\n')
      to += "\\n";
    else if (c == '\t')
      to += "\\t";
    else if (c < 0x20 || c == 0x7F)
      fmt::format_to(std::back_inserter(to), "\\u{:04x}", c);
    else if (length == 0)
      to += "\uFFFD";
    else
      to += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

void append_quoted(std::string& to, std::string_view text) {
  to += '"';
  append_escaped(to, text);
  to += '"';
}

/// A word as it is; anything that a reader could take for two words, quoted.
void append_word(std::string& to, std::string_view text) {
  const auto is_plain = [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\' && c != '='; };
  bool plain = !text.empty();
  for (const char c : text) plain = plain && is_plain(c);
  if (plain)
    to += text;
  else
    append_quoted(to, text);
}

void append_value(std::string& to, const field::value_type& value, log_format format) {
  std::visit(
      [&](const auto& x) {
        using type = std::decay_t<decltype(x)>;
        if constexpr (std::is_same_v<type, std::string_view>) {
          format == log_format::json ? append_quoted(to, x) : append_word(to, x);
        } else if constexpr (std::is_same_v<type, double>) {
          // JSON has no number for these
          const bool quoted = format == log_format::json && !std::isfinite(x);
          fmt::format_to(std::back_inserter(to), fmt::runtime(quoted ? "\"{}\"" : "{}"), x);
        } else {
          fmt::format_to(std::back_inserter(to), "{}", x);
        }
      },
      value);
}

/// "2026-07-01T07:18:49.901214Z": always six digits, so that lines sort and align.
void append_time(std::string& to, std::int64_t ns) {
  const std::time_t seconds = ns / ns_per_s;
  std::tm day{};
  gmtime_r(&seconds, &day);
  fmt::format_to(std::back_inserter(to), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", day.tm_year + 1900,
                 day.tm_mon + 1, day.tm_mday, day.tm_hour, day.tm_min, day.tm_sec, ns % ns_per_s / ns_per_us);
}

std::int64_t system_time_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string to_json(const log_record& what) {
  std::string line = R"({"time":")";
  append_time(line, what.time_ns);
  line += R"(","level":")";
  line += to_text(what.severity);
  line += R"(","service":)";
  append_quoted(line, what.service);
  line += R"(,"message":)";
  append_quoted(line, what.message);
  for (const auto& x : what.fields) {
    line += ',';
    append_quoted(line, x.key);
    line += ':';
    append_value(line, x.value, log_format::json);
  }
  return line += '}';
}

} // namespace

std::string to_line(const log_record& what, log_format format) {
  if (format == log_format::json) return to_json(what);
  std::string line;
  append_time(line, what.time_ns);
  fmt::format_to(std::back_inserter(line), " {} {}: ", to_text(what.severity), what.service);
  append_escaped(line, what.message);
  for (const auto& x : what.fields) {
    fmt::format_to(std::back_inserter(line), " {}=", x.key);
    append_value(line, x.value, log_format::text);
  }
  return line;
}

logger::logger(std::string service, level lowest, log_format format)
    : logger{std::move(service), lowest, format, std::make_shared<spdlog::sinks::stderr_sink_mt>(), system_time_ns} {}

logger::logger(std::string service, level lowest, log_format format, std::shared_ptr<spdlog::sinks::sink> sink,
               clock now)
    : service_{std::move(service)}, lowest_{lowest}, format_{format}, now_{std::move(now)},
      out_{std::make_unique<spdlog::logger>(service_, std::move(sink))} {
  out_->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v")); // a line is made by `to_line`
  out_->flush_on(spdlog::level::info);
}

logger::~logger() = default;

void logger::write(level severity, std::string_view message, fields more) {
  if (!is_on(severity)) return;
  out_->log(spdlog::level::info, spdlog::string_view_t{to_line(
                                     {now_(), severity, service_, message, {more.begin(), more.size()}}, format_)});
}

} // namespace strike::process
