#include "cache_file.hpp"

#include "market_json.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <string_view>

namespace strike::catalog {

namespace {

constexpr std::int64_t format_version = 1;

struct heading {
  std::int64_t at_ns = 0, since_ns = 0;
};

heading heading_of(fields& line, std::string_view type) {
  if (line.text("type") != type) line.refuse("type", fmt::format("is not '{}'", type));
  if (line.count("format") != format_version) line.refuse("format", "is of another version");
  heading x;
  x.at_ns = line.count("timestamp");
  x.since_ns = line.count("since");
  return x;
}

market_list markets_of(fields& line, std::string_view key, bool with_activity) {
  std::vector<market> all;
  line.each(key, [&](fields& row) {
    auto x = market_from(row);
    if (!with_activity) x.volume.reset(), x.liquidity.reset();
    all.push_back(std::move(x));
  });
  return sorted(std::move(all));
}

void append_heading(std::string& out, std::string_view type, heading x) {
  fmt::format_to(std::back_inserter(out), R"({{"type":"{}","format":{},"timestamp":{},"since":{})", type,
                 format_version, x.at_ns, x.since_ns);
}

void append_markets(std::string& out, std::string_view key, const market_list& markets) {
  fmt::format_to(std::back_inserter(out), R"(,"{}":[)", key);
  for (const auto& x : markets) {
    if (out.back() == '}') out += ',';
    append_json(out, *x);
  }
  out += ']';
}

std::string line_of(const snapshot& x) {
  std::string out;
  append_heading(out, "current", {x.refreshed_ns, x.since_ns});
  append_markets(out, "items", x.markets);
  return out += "}\n";
}

std::string line_of(const difference& x) {
  std::string out;
  append_heading(out, "diff", {x.at_ns, x.since_ns});
  out += R"(,"added":)";
  append_texts(out, x.added);
  append_markets(out, "removed", x.removed);
  append_markets(out, "changed", x.changed);
  return out += "}\n";
}

/// The differences of the old file that are still wanted, newest first.
result<void> copy_history(const std::filesystem::path& from, std::size_t room, history_bounds bounds,
                          journal::disk_file& to, std::string& lost) {
  auto old = cache_reader::open(from);
  if (!old) return old.error().code == ec::not_found ? result<void>{} : std::unexpected{old.error()};
  if (auto first = old->read_refreshed_ns(); !first) return lost = first.error().text, result<void>{};
  for (; room > 0; --room) {
    auto line = old->next_raw();
    if (!line) return lost = line.error().text, result<void>{};
    if (!*line || (*line)->at_ns < bounds.oldest_ns) break;
    if (auto done = to.write((*line)->text += '\n'); !done) return done;
  }
  return {};
}

} // namespace

result<cache_reader> cache_reader::open(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return fail(ec::not_found, file.string() + ": no such file");
  std::ifstream in{file, std::ios::binary};
  if (!in) return fail(ec::io, fmt::format("{}: {}", file.string(), std::strerror(errno)));
  return cache_reader{std::move(in), file.string()};
}

std::unexpected<error> cache_reader::damaged(std::string_view what) const {
  return fail(ec::malformed, fmt::format("{}:{}: damaged: {}", name_, line_, what));
}

result<std::optional<std::string>> cache_reader::next_line() {
  std::string line;
  ++line_;
  if (!std::getline(in_, line)) {
    if (in_.bad()) return fail(ec::io, fmt::format("{}: {}", name_, std::strerror(errno)));
    return std::nullopt;
  }
  if (in_.eof()) return damaged("its last line is torn");
  return line;
}

result<snapshot> cache_reader::read_current(bool with_activity) {
  auto line = next_line();
  if (!line) return std::unexpected{line.error()};
  if (!*line) return damaged("it is empty");
  snapshot x;
  json_document document{**std::move(line)};
  const auto done = document.read([&](fields& members) {
    const auto [at_ns, since_ns] = heading_of(members, "current");
    x.refreshed_ns = at_ns, x.since_ns = since_ns;
    x.markets = markets_of(members, "items", with_activity);
  });
  if (!done) return damaged(done.error().text);
  return x;
}

result<std::int64_t> cache_reader::read_refreshed_ns() {
  auto line = next_line();
  if (!line) return std::unexpected{line.error()};
  if (!*line) return damaged("it is empty");
  json_document document{(**line).substr(0, (**line).find(",\"items\"")) + "}"};
  heading x;
  if (auto done = document.read([&](fields& members) { x = heading_of(members, "current"); }); !done)
    return damaged(done.error().text);
  return x.at_ns;
}

result<std::optional<difference>> cache_reader::next() {
  auto line = next_line();
  if (!line) return std::unexpected{line.error()};
  if (!*line) return std::nullopt;
  difference x;
  json_document document{**std::move(line)};
  const auto done = document.read([&](fields& members) {
    const auto [at_ns, since_ns] = heading_of(members, "diff");
    x.at_ns = at_ns, x.since_ns = since_ns;
    x.added = members.texts("added");
    x.removed = markets_of(members, "removed", false);
    x.changed = markets_of(members, "changed", false);
  });
  if (!done) return damaged(done.error().text);
  return x;
}

result<std::optional<cache_reader::raw_line>> cache_reader::next_raw() {
  auto line = next_line();
  if (!line) return std::unexpected{line.error()};
  if (!*line) return std::nullopt;
  json_document document{(**line).substr(0, (**line).find(",\"added\"")) + "}"};
  heading x;
  if (auto done = document.read([&](fields& members) { x = heading_of(members, "diff"); }); !done)
    return damaged(done.error().text);
  return raw_line{x.at_ns, **std::move(line)};
}

result<void> replace_cache(const std::filesystem::path& file, const snapshot& current, const difference* newest,
                           history_bounds bounds, journal::disk& on, std::string& lost) {
  auto beside = file;
  beside += ".new";
  std::error_code ignored;
  std::filesystem::remove(beside, ignored); // of a process that died while it wrote
  auto to = on.create(beside);
  if (!to) return std::unexpected{to.error()};
  const auto write_all = [&]() -> result<void> {
    if (auto done = (*to)->write(line_of(current)); !done) return done;
    if (newest)
      if (auto done = (*to)->write(line_of(*newest)); !done) return done;
    const auto room = history_bounds::most_differences - (newest ? 1 : 0);
    if (auto done = copy_history(file, room, bounds, **to, lost); !done) return done;
    return (*to)->sync();
  };
  auto done = write_all();
  std::error_code fault;
  if (done) std::filesystem::rename(beside, file, fault);
  if (fault) done = fail(ec::io, fmt::format("{}: {}", file.string(), fault.message()));
  if (!done) std::filesystem::remove(beside, ignored);
  return done;
}

result<std::filesystem::path> move_aside(const std::filesystem::path& file) {
  auto aside = file;
  aside += ".damaged";
  std::error_code fault;
  std::filesystem::rename(file, aside, fault);
  if (fault) return fail(ec::io, fmt::format("{}: {}", file.string(), fault.message()));
  return aside;
}

} // namespace strike::catalog
