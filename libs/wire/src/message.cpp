#include "message.hpp"

#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <cassert>
#include <climits>

namespace strike::wire {
namespace {

/// The bytes of the UTF-8 sequence that `text` starts with; 0 if it starts with none.
/// Source: The Unicode Standard, table 3-7, well-formed byte sequences.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto is_tail = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return is_tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0, surrogate = first == 0xED && second > 0x9F;
    return is_tail(1) && is_tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && second < 0x90, too_high = first == 0xF4 && second > 0x8F;
    return is_tail(1) && is_tail(2) && is_tail(3) && !overlong && !too_high ? 4 : 0;
  }
  return 0;
}

/// "strike.v1.OrderRequest" without its package.
std::string_view name_of(const std::string& full) { return std::string_view{full}.substr(full.rfind('.') + 1); }

/// Protobuf writes to stderr what it also returns; the caller logs, once.
void silence_protobuf() {
  static const bool done = (google::protobuf::SetLogHandler(nullptr), true);
  (void)done;
}

} // namespace

result<void> parse(google::protobuf::MessageLite& into, std::string_view bytes) {
  silence_protobuf();
  if (bytes.size() <= INT_MAX && into.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return {};
  return fail(ec::malformed, fmt::format("{} bytes that are no {}", bytes.size(), name_of(into.GetTypeName())));
}

void serialize(std::string& out, const google::protobuf::MessageLite& message) {
  [[maybe_unused]] const bool fits = message.SerializeToString(&out);
  assert(fits); // fails above 2 GB only
}

std::unexpected<error> broken(const google::protobuf::MessageLite& message, std::string_view what) {
  return fail(ec::malformed, fmt::format("{}: {}", name_of(message.GetTypeName()), what));
}

void set_text(std::string* to, std::string_view text) {
  const bool is_ascii = std::ranges::none_of(text, [](char x) { return static_cast<signed char>(x) < 0; });
  if (is_ascii) {
    to->assign(text);
    return;
  }
  to->clear();
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    to->append(length > 0 ? text.substr(0, length) : std::string_view{"\xEF\xBF\xBD"});
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

} // namespace strike::wire
