#include "parser.hpp"

#include "base/symbol.hpp"
#include "line_reader.hpp"

#include <simdjson.h>

#include <cstring>

namespace strike::journal {

namespace ondemand = simdjson::ondemand;
static_assert(parser::padding >= simdjson::SIMDJSON_PADDING);

struct parser::impl {
  impl(const read_options& options, instrument_registry& instruments) : reader{options, instruments} {}

  ondemand::parser json;
  line_reader reader;
};

parser::parser(const read_options& options, instrument_registry& instruments)
    : impl_{std::make_unique<impl>(options, instruments)} {}
parser::~parser() = default;

namespace {

/// Walks the lines of a chunk and counts them.
struct line_cursor {
  const char* at;
  const char* end;
  std::uint64_t number;

  bool done() const { return at == end; }
  const char* line_end() const {
    const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    return newline != nullptr ? newline : end;
  }
  void next() {
    const auto* newline = line_end();
    at = newline == end ? end : newline + 1;
    ++number;
  }
  void skip_blank() {
    while (at != end && (*at == '\n' || (*at == '\r' && at + 1 != end && at[1] == '\n'))) next();
  }
};

/// Through simdjson: every line, with a reason where it is none.
/// @returns whether to go on
bool parse_line(ondemand::parser& json, line_reader& reader, const line_cursor& cursor, chunk_origin origin,
                std::vector<market_event>& out, line_fault_sink& faults) {
  const auto size = static_cast<std::size_t>(cursor.line_end() - cursor.at);
  ondemand::document document;
  ondemand::object object;
  auto fault = json.iterate(cursor.at, size, size + parser::padding).get(document);
  if (fault == simdjson::SUCCESS) fault = document.get_object().get(object);
  if (fault != simdjson::SUCCESS)
    return faults.malformed(origin.file, cursor.number,
                            std::string{"not a JSON object: "} + simdjson::error_message(fault));
  if (!reader.read(object, out.emplace_back())) {
    out.pop_back();
    if (reader.is_order()) return faults.order(), true;
    return faults.malformed(origin.file, cursor.number, reader.fault());
  }
  const char* behind = nullptr;
  if (document.current_location().get(behind) == simdjson::SUCCESS) { // it fails at the end of the document
    out.pop_back();
    return faults.malformed(origin.file, cursor.number, "more than one JSON value on the line");
  }
  return true;
}

} // namespace

std::uint64_t parser::parse(std::string_view lines, chunk_origin origin, std::vector<market_event>& out,
                            line_fault_sink& faults) {
  auto& [json, reader] = *impl_;
  line_cursor cursor{lines.data(), lines.data() + lines.size(), origin.first_line};
  for (cursor.skip_blank(); !cursor.done(); cursor.skip_blank()) {
    if (const char* const behind = reader.scan(cursor.at, cursor.end, out.emplace_back())) {
      cursor.at = behind;
      ++cursor.number;
      continue;
    }
    out.pop_back();
    if (!parse_line(json, reader, cursor, origin, out, faults)) break;
    cursor.next();
  }
  return cursor.number - origin.first_line;
}

} // namespace strike::journal
