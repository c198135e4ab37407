#include "journal/manifest.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace strike::journal {

namespace json = boost::json;

namespace {

json::value or_null(std::optional<std::uint64_t> x) { return x ? json::value(*x) : json::value(nullptr); }

/// The functions below throw `std::invalid_argument` that names the key at fault.
const json::value& field(const json::object& of, std::string_view name) {
  if (const auto* found = of.if_contains(name)) return *found;
  throw std::invalid_argument{fmt::format("no {}", name)};
}

template <class T> T number(const json::object& of, std::string_view name) {
  json::error_code fault;
  const auto value = field(of, name).to_number<T>(fault);
  if (fault) throw std::invalid_argument{fmt::format("{} is not a whole number", name)};
  return value;
}

std::optional<std::uint64_t> number_or_null(const json::object& of, std::string_view name) {
  if (field(of, name).is_null()) return {};
  return number<std::uint64_t>(of, name);
}

std::string text(const json::object& of, std::string_view name) {
  if (const auto* found = field(of, name).if_string()) return std::string{found->data(), found->size()};
  throw std::invalid_argument{fmt::format("{} is not a text", name)};
}

recorded_file from_object(const json::object& x) {
  recorded_file made{.file = text(x, "file")};
  const auto* complete = field(x, "complete").if_bool();
  if (!complete) throw std::invalid_argument{"complete is neither true nor false"};
  made.complete = *complete;
  made.counts.first_ns = number<std::int64_t>(x, "first_ns");
  made.counts.last_ns = number<std::int64_t>(x, "last_ns");
  made.counts.events = number<std::uint64_t>(x, "events");
  const auto* channels = field(x, "channels").if_object();
  if (!channels) throw std::invalid_argument{"channels is not an object"};
  for (const auto& row : enum_names<channel>::table)
    made.counts.channels[static_cast<std::size_t>(row.value)] = number<std::uint64_t>(*channels, row.text);
  made.counts.orders = number<std::uint64_t>(x, "orders");
  made.gaps = number_or_null(x, "gaps");
  made.lost = number_or_null(x, "lost");
  made.bytes = number<std::uint64_t>(x, "bytes");
  made.hash = text(x, "xxh3_128");
  if (x.contains("fault")) made.fault = text(x, "fault");
  return made;
}

/// The whole file; empty if there is none.
result<std::string> text_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  if (in && in.peek() != std::ifstream::traits_type::eof()) text << in.rdbuf();
  if (in.bad() || text.bad()) return fail(ec::io, file.string() + ": cannot be read");
  return std::move(text).str();
}

} // namespace

std::string to_line(const recorded_file& x) {
  json::object channels;
  for (const auto& row : enum_names<channel>::table)
    channels[row.text] = x.counts.channels[static_cast<std::size_t>(row.value)];
  json::object made{{"file", x.file},
                    {"complete", x.complete},
                    {"first_ns", x.counts.first_ns},
                    {"last_ns", x.counts.last_ns},
                    {"events", x.counts.events},
                    {"channels", std::move(channels)},
                    {"orders", x.counts.orders},
                    {"gaps", or_null(x.gaps)},
                    {"lost", or_null(x.lost)},
                    {"bytes", x.bytes},
                    {"xxh3_128", x.hash}};
  if (!x.fault.empty()) made["fault"] = x.fault;
  return json::serialize(made) + '\n';
}

result<recorded_file> recorded_file_from(std::string_view line) {
  const auto malformed = [](std::string_view why) {
    return fail(ec::malformed, fmt::format("not a line of a manifest: {}", why));
  };
  json::error_code fault;
  const auto parsed = json::parse(line, fault);
  if (fault) return malformed(fault.message());
  if (!parsed.is_object()) return malformed("not a JSON object");
  try {
    return from_object(parsed.as_object());
  } catch (const std::invalid_argument& why) {
    return malformed(why.what());
  }
}

result<manifest> manifest::open(disk& on, const std::filesystem::path& folder) {
  const auto file = folder / file_name;
  manifest made;
  auto out = on.append_alone(file);
  if (!out) return std::unexpected{out.error()};
  made.out_ = std::move(*out);
  const auto text = text_of(file);
  if (!text) return std::unexpected{text.error()};
  made.bytes_ = text->rfind('\n') + 1; // 0 if there is none
  if (made.bytes_ < text->size())
    if (auto done = made.out_->truncate(made.bytes_); !done) return std::unexpected{done.error()};
  std::size_t number = 1;
  for (std::size_t at = 0, end = 0; at < made.bytes_; at = end + 1, ++number) {
    end = text->find('\n', at);
    auto entry = recorded_file_from(std::string_view{*text}.substr(at, end - at));
    if (!entry)
      return fail(ec::malformed, fmt::format("{}:{}: {}; mend the line, or move the file away and a new one is made",
                                             file.string(), number, entry.error().text));
    made.names_.insert(std::move(entry->file));
  }
  return made;
}

result<void> manifest::append(const recorded_file& x) {
  const auto line = to_line(x);
  auto done = out_->write(line);
  if (done) done = out_->sync();
  if (!done) {
    (void)out_->truncate(bytes_); // else the torn line is cut off when it is opened next
    return done;
  }
  bytes_ += line.size();
  names_.insert(x.file);
  return {};
}

} // namespace strike::journal
