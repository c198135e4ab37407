#include "replay/feed_settings.hpp"

#include "base/time.hpp"
#include "feed/endpoints.hpp"
#include "replay/paced_recording.hpp"

#include <CLI/CLI.hpp>

namespace strike::replay {

namespace {

constexpr std::chrono::milliseconds linger{2'000};

/// Reads each key twice, from the command line and the configuration: the first wins, and each complains in its own
/// way.
class reading {
public:
  reading(config::section root, const feed_arguments& given)
      : root_{root}, table_{root_.table("replay")}, given_{given} {}

  result<feed_settings> all() {
    feed_settings x;
    x.files = table_.files("files");
    if (!given_.files.empty()) x.files.assign(given_.files.begin(), given_.files.end());
    x.speed = table_.number("speed", x.speed, lowest_speed, highest_speed);
    if (given_.speed) x.speed = *given_.speed;
    x.start = word("start", "--start", given_.start, x.start);
    x.at_end = word("at_end", "--at-end", given_.at_end, x.at_end);
    x.settle = duration("settle", x.settle);
    x.grace = duration("grace", x.grace);
    x.read.timestamp_unit = word("timestamp_unit", "--timestamp-unit", given_.timestamp_unit, x.read.timestamp_unit);
    x.read.default_venue = default_venue();
    x.read.from_ns = time("from", "--from", given_.from, x.read.from_ns);
    x.read.to_ns = time("to", "--to", given_.to, x.read.to_ns);
    if (x.read.from_ns >= x.read.to_ns) {
      const bool is_typed = !given_.from.empty() || !given_.to.empty();
      take<bool>(fail(ec::invalid_config, "must be after from"), "to", is_typed ? "--to" : "", false);
    }
    x.publish = endpoint("publish", given_.publish, "tcp://127.0.0.1:5550");
    x.publish.options.linger = linger; // at the end the last events must still leave
    if (auto control = endpoint("control", given_.control, ""); !control.endpoint.empty()) x.control = control;
    if (fault_) return std::unexpected{*fault_};
    return x;
  }

private:
  template <class T> T take(const result<T>& value, std::string_view key, std::string_view option, T fallback) {
    if (value) return *value;
    if (option.empty())
      table_.reject(key, value.error().text);
    else if (!fault_)
      fault_ = error{ec::invalid_config, std::string{option} + ": " + value.error().text};
    return fallback;
  }
  template <class E> E word(std::string_view key, std::string_view option, const std::string& text, E fallback) {
    const auto configured = table_.choice(key, fallback);
    return text.empty() ? configured : take(from_text<E>(text), key, option, configured);
  }
  std::optional<venue> default_venue() {
    const auto configured = table_.text("venue", "");
    if (!given_.venue.empty()) return take(from_text<venue>(given_.venue), "venue", "--venue", venue::deribit);
    if (configured.empty()) return {};
    return take(from_text<venue>(configured), "venue", "", venue::deribit);
  }
  std::int64_t time(std::string_view key, std::string_view option, const std::string& text, std::int64_t fallback) {
    const auto configured = table_.text(key, "");
    if (!text.empty()) return take(ns_from_text(text), key, option, fallback);
    return configured.empty() ? fallback : take(ns_from_text(configured), key, "", fallback);
  }
  std::chrono::nanoseconds duration(std::string_view key, std::chrono::nanoseconds fallback) {
    return std::chrono::nanoseconds{table_.duration_ns(key, fallback.count())};
  }
  bus::bind_config endpoint(std::string_view key, const std::string& text, std::string_view fallback) {
    if (text.empty()) return feed::read_bind(root_, table_, key, fallback);
    table_.has(key); // known, and overridden
    return feed::read_bind(root_, root_.table("replay").table("command line"), key, text);
  }

  config::section root_, table_;
  const feed_arguments& given_;
  std::optional<error> fault_;
};

} // namespace

void add_feed_options(CLI::App& app, feed_arguments& into) {
  app.add_option("--file,file", into.files, "recording: JSON lines, plain, .gz or .zst; several are merged by time");
  app.add_option("--publish", into.publish, "endpoint to publish at; default: tcp://127.0.0.1:5550")
      ->type_name("ENDPOINT");
  app.add_option("--control", into.control, "endpoint for pause, resume, speed and seek; default: none")
      ->type_name("ENDPOINT");
  app.add_flag("--realtime", into.is_realtime,
               "at the pace of the recording; the default, accepted as in strike backtest");
  app.add_option("--speed", into.speed, "recorded seconds in a second; default: 1")
      ->check(CLI::Range(lowest_speed, highest_speed));
  app.add_option("--start", into.start, "on_demand (default), at_once or paused")->type_name("WHEN");
  app.add_option("--at-end", into.at_end, "stay (default) or exit")->type_name("WHAT");
  app.add_option("--from", into.from, "skip events before this time (2026-07-01, 2026-07-01T07:18Z, or a Unix time)");
  app.add_option("--to", into.to, "end at this time");
  app.add_option("--venue", into.venue, "venue of lines that do not name one; default: told by the symbol");
  app.add_option("--timestamp-unit", into.timestamp_unit,
                 "auto, s, ms, us or ns; default: auto, told by the magnitude");
}

result<feed_settings> read_feed_settings(config::section root, const feed_arguments& given) {
  return reading{root, given}.all();
}

} // namespace strike::replay
