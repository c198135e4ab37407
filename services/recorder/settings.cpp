#include "recorder/settings.hpp"

#include "bus/topic.hpp"
#include "feed/endpoints.hpp"

#include <fmt/format.h>

namespace strike::recorder {

namespace {

constexpr std::uint64_t bytes_per_mb = 1'000'000;

std::chrono::nanoseconds read_interval(config::section table, std::string_view key, std::chrono::nanoseconds fallback) {
  const std::chrono::nanoseconds given{table.duration_ns(key, fallback.count())};
  if (given < std::chrono::milliseconds{1}) table.reject(key, "must be at least \"1ms\"");
  return given;
}

std::uint64_t read_megabytes(config::section table, std::string_view key, std::uint64_t fallback_bytes,
                             std::int64_t lowest) {
  const auto fallback = static_cast<std::int64_t>(fallback_bytes / bytes_per_mb);
  return static_cast<std::uint64_t>(table.integer(key, fallback, lowest, 1'000'000'000)) * bytes_per_mb;
}

std::vector<std::string> read_prefixes(config::section table, std::vector<std::string> fallback) {
  auto given = table.texts("subscribe");
  if (given.empty()) return fallback;
  for (const auto& prefix : given)
    if (!prefix.starts_with("md/"))
      table.reject("subscribe", fmt::format("'{}' is no market data; start with \"md/\"", prefix));
    else if (const auto ok = bus::parse_prefix(prefix); !ok)
      table.reject("subscribe", ok.error().text);
  return given;
}

tape_settings read_tape(config::section table) {
  tape_settings made;
  made.folder = table.has("folder") ? table.file("folder") : made.folder;
  made.prefix = table.text("prefix", made.prefix);
  if (made.prefix.empty() || made.prefix.find_first_of("/ \\") != std::string::npos)
    table.reject("prefix", "must be a text without blanks and slashes, since file names begin with it");
  made.compression = static_cast<int>(table.integer("compression", made.compression, 0, 19));
  made.rotate_bytes = read_megabytes(table, "rotate_mb", made.rotate_bytes, 1);
  made.rotate_every = std::chrono::nanoseconds{table.duration_ns("rotate_every", made.rotate_every.count())};
  if (made.rotate_every < std::chrono::seconds{1}) table.reject("rotate_every", "must be at least \"1s\"");
  made.fsync = table.choice("fsync", made.fsync);
  made.min_free_bytes = read_megabytes(table, "min_free_mb", made.min_free_bytes, 0);
  return made;
}

/// Endpoints of the command line have the keys that the file gives them.
std::vector<bus::connect_config> read_given(config::section root, config::section table,
                                            const std::vector<std::string>& endpoints) {
  const auto command_line = *config::document::from_text("", "command line");
  auto made = feed::read_connects(root, command_line.root(), "--upstream", endpoints);
  if (const auto ok = command_line.finish(); !ok) table.reject("upstream", ok.error().text);
  return made;
}

} // namespace

settings read_settings(config::section root, const overrides& given) {
  auto table = root.table("recorder");
  settings made;
  made.upstream = feed::read_connects(root, table, "upstream", {"tcp://127.0.0.1:5550"});
  if (!given.upstream.empty()) made.upstream = read_given(root, table, given.upstream);
  made.subscribe = read_prefixes(table, made.subscribe);
  made.orders = table.flag("orders", made.orders) || given.orders;
  if (auto publish = feed::read_bind(root, table, "publish", ""); !publish.endpoint.empty()) made.publish = publish;
  made.tape = read_tape(table);
  if (!given.folder.empty()) made.tape.folder = given.folder;
  made.flush = read_interval(table, "flush", made.flush);
  made.retry = read_interval(table, "retry", made.retry);
  made.queue =
      static_cast<std::size_t>(table.integer("queue", static_cast<std::int64_t>(made.queue), 1'000, 100'000'000));
  return made;
}

} // namespace strike::recorder
