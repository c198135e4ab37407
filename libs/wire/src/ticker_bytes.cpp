#include "ticker_bytes.hpp"

#include "enums.hpp"

#include <bit>
#include <cstring>

namespace strike::wire {
namespace {

static_assert(std::endian::native == std::endian::little, "fixed64 is little-endian and copied as it is");

enum wire_type : std::uint32_t { varint = 0, fixed64 = 1, bytes_with_length = 2 };
constexpr std::uint32_t tag_of(int number, wire_type type) { return static_cast<std::uint32_t>(number) << 3 | type; }

using message = v1::MarketMessage;
constexpr auto epoch_tag = tag_of(message::kEpochFieldNumber, fixed64);
constexpr auto sequence_tag = tag_of(message::kSequenceFieldNumber, varint);
constexpr auto events_tag = tag_of(message::kEventsFieldNumber, bytes_with_length);
constexpr auto is_snapshot_tag = tag_of(message::kIsSnapshotFieldNumber, varint);
using event = v1::MarketEvent;
constexpr auto venue_ns_tag = tag_of(event::kVenueNsFieldNumber, fixed64);
constexpr auto recv_ns_tag = tag_of(event::kRecvNsFieldNumber, fixed64);
constexpr auto trust_tag = tag_of(event::kTrustFieldNumber, varint);
constexpr auto ticker_tag = tag_of(event::kTickerFieldNumber, bytes_with_length);

// ---- writing: each returns behind what it wrote
// -----------------------------------------------------------------------

char* put_varint(char* to, std::uint64_t x) {
  for (; x >= 0x80; x >>= 7) *to++ = static_cast<char>(x | 0x80);
  *to++ = static_cast<char>(x);
  return to;
}

template <std::uint32_t Tag> char* put_tag(char* to) {
  static_assert(Tag < 0x4000);
  if constexpr (Tag >= 0x80) *to++ = static_cast<char>(Tag | 0x80);
  *to++ = static_cast<char>(Tag >= 0x80 ? Tag >> 7 : Tag);
  return to;
}

template <class T> char* put_fixed64(char* to, T x) {
  static_assert(sizeof x == 8);
  std::memcpy(to, &x, 8);
  return to + 8;
}

template <int Number, class Tag> char* put(char* to, optional_value<decimal<Tag>> x) {
  if (!x) return to;
  const auto count = static_cast<std::uint64_t>((*x).nanos);
  const std::uint64_t zigzag = count << 1 ^ (0 - (count >> 63));
  return put_varint(put_tag<tag_of(Number, varint)>(to), zigzag);
}

template <int Number> char* put(char* to, optional_double x) {
  if (!x) return to;
  return put_fixed64(put_tag<tag_of(Number, fixed64)>(to), *x);
}

// ---- writing in front of what is there: each returns the new start
// ---------------------------------------------------

char* prepend_byte(char* start, std::uint32_t x) {
  *--start = static_cast<char>(x);
  return start;
}

/// Of a tag below 0x80 and what stands behind it until `end`.
char* prepend_head(char* start, const char* end, std::uint32_t tag) {
  const auto length = static_cast<std::uint32_t>(end - start); // < 0x4000
  if (length >= 0x80) start = prepend_byte(start, length >> 7);
  start = prepend_byte(start, length >= 0x80 ? length | 0x80 : length);
  return prepend_byte(start, tag);
}

/// Nothing for 0, which is what absence means.
char* prepend_time(char* start, std::uint32_t tag, std::int64_t ns) {
  if (ns == 0) return start;
  put_fixed64(start - 8, ns);
  return prepend_byte(start - 8, tag);
}

constexpr std::ptrdiff_t max_head = 2 * 3 + 2 * 9 + 2;          // of events and ticker; both times; trust
constexpr std::ptrdiff_t max_ticker = 5 * 11 + 10 * 9 + 3 * 10; // five decimals; doubles with short and long tags

void append_event(std::string& out, const market_event& from) {
  char buffer[max_head + max_ticker];
  const auto& body = std::get<ticker>(from.body);
  char* start = buffer + max_head;
  char* end = start;
#define STRIKE_DECIMAL(name, Number) end = put<v1::Ticker::k##Number##FieldNumber>(end, body.name);
#define STRIKE_DOUBLE STRIKE_DECIMAL
#include "ticker_fields.inc"
#undef STRIKE_DECIMAL
#undef STRIKE_DOUBLE
  start = prepend_head(start, end, ticker_tag);
  start = prepend_byte(start, to_proto(from.state));
  start = prepend_byte(start, trust_tag);
  start = prepend_time(start, recv_ns_tag, from.recv_ns);
  start = prepend_time(start, venue_ns_tag, from.venue_ns);
  start = prepend_head(start, end, events_tag);
  out.append(start, end);
}

// ---- reading: each returns false where the bytes end too soon or are none of ours
// -------------------------------------

struct cursor {
  const char* at;
  const char* end;

  bool is_done() const { return at == end; }
};

bool get_varint(cursor& from, std::uint64_t& to) {
  to = 0;
  for (unsigned shift = 0; shift < 70 && from.at != from.end; shift += 7) {
    const auto byte = static_cast<unsigned char>(*from.at++);
    to |= std::uint64_t{byte & 0x7Fu} << shift; // of the tenth byte, one bit counts
    if (byte < 0x80) return true;
  }
  return false;
}

template <class T> bool get_fixed64(cursor& from, T& to) {
  static_assert(sizeof to == 8);
  if (from.end - from.at < 8) return false;
  std::memcpy(&to, from.at, 8);
  from.at += 8;
  return true;
}

bool get_part(cursor& from, cursor& part) {
  std::uint64_t length = 0;
  if (!get_varint(from, length) || length > static_cast<std::uint64_t>(from.end - from.at)) return false;
  part = {from.at, from.at + length};
  from.at = part.end;
  return true;
}

template <class Tag> bool get(cursor& from, optional_value<decimal<Tag>>& to) {
  std::uint64_t zigzag = 0;
  if (!get_varint(from, zigzag)) return false;
  to = decimal<Tag>{static_cast<std::int64_t>(zigzag >> 1 ^ (0 - (zigzag & 1)))};
  return true;
}

bool get(cursor& from, optional_double& to) {
  double value = 0;
  if (!get_fixed64(from, value)) return false;
  to = value;
  return true;
}

bool get_ticker(cursor from, ticker& to) {
  while (!from.is_done()) {
    std::uint64_t tag = 0;
    if (!get_varint(from, tag)) return false;
    switch (tag) {
#define STRIKE_DECIMAL(name, Number)                                                                                   \
  case tag_of(v1::Ticker::k##Number##FieldNumber, varint):                                                             \
    if (!get(from, to.name)) return false;                                                                             \
    break;
#define STRIKE_DOUBLE(name, Number)                                                                                    \
  case tag_of(v1::Ticker::k##Number##FieldNumber, fixed64):                                                            \
    if (!get(from, to.name)) return false;                                                                             \
    break;
#include "ticker_fields.inc"
#undef STRIKE_DECIMAL
#undef STRIKE_DOUBLE
    default:
      return false;
    }
  }
  return true;
}

bool get_trust(cursor& from, std::optional<trust>& to) {
  std::uint64_t value = 0;
  if (!get_varint(from, value) || value >= 0x80) return false;
  to = from_proto<trust>(static_cast<int>(value));
  return to.has_value();
}

bool get_event(cursor from, market_event& to) {
  std::optional<trust> state;
  bool has_ticker = false;
  while (!from.is_done()) {
    cursor part{};
    switch (static_cast<unsigned char>(*from.at++)) {
    case venue_ns_tag:
      if (!get_fixed64(from, to.venue_ns)) return false;
      break;
    case recv_ns_tag:
      if (!get_fixed64(from, to.recv_ns)) return false;
      break;
    case trust_tag:
      if (!get_trust(from, state)) return false;
      break;
    case ticker_tag:
      if (!get_part(from, part) || !get_ticker(part, std::get<ticker>(to.body))) return false;
      has_ticker = true;
      break;
    default:
      return false;
    }
  }
  if (!state || !has_ticker) return false;
  to.state = *state;
  return true;
}

bool get_bool(cursor& from, bool& to) {
  std::uint64_t value = 0;
  if (!get_varint(from, value)) return false;
  to = value != 0;
  return true;
}

} // namespace

void write_tickers(std::string& out, const market_header& header, std::span<const market_event> events) {
  out.clear();
  char buffer[32];
  char* end = put_fixed64(put_tag<epoch_tag>(buffer), header.epoch);
  if (header.sequence != 0) end = put_varint(put_tag<sequence_tag>(end), header.sequence);
  out.append(buffer, end);
  for (const auto& x : events) append_event(out, x);
  if (header.is_snapshot) out.append({static_cast<char>(is_snapshot_tag), 1});
}

bool read_tickers(std::string_view bytes, instrument_id instrument, market_message& made,
                  std::vector<market_event>& out) {
  cursor from{bytes.data(), bytes.data() + bytes.size()};
  made = {};
  while (!from.is_done()) {
    cursor part{};
    switch (static_cast<unsigned char>(*from.at++)) {
    case epoch_tag:
      if (!get_fixed64(from, made.header.epoch)) return false;
      break;
    case sequence_tag:
      if (!get_varint(from, made.header.sequence)) return false;
      break;
    case events_tag:
      if (!get_part(from, part) || !get_event(part, out.emplace_back())) return false;
      out.back().instrument = instrument;
      ++made.events;
      break;
    case is_snapshot_tag:
      if (!get_bool(from, made.header.is_snapshot)) return false;
      break;
    default:
      return false;
    }
  }
  return made.header.epoch != 0 && (made.header.sequence != 0 || made.header.is_snapshot);
}

} // namespace strike::wire
