#include "bus/topic.hpp"

#include <fmt/format.h>

namespace strike::bus {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// The text as an error may show it: short, control characters replaced.
std::string shown(std::string_view text) {
  std::string out{text.substr(0, 96)};
  for (auto& c : out)
    if (is_control(c)) c = '?';
  return out;
}

result<void> check_characters(std::string_view what, std::string_view text) {
  for (const char c : text) {
    if (c == '/')
      return fail(ec::malformed, fmt::format("{} '{}' contains '/', which ends a level", what, shown(text)));
    if (is_control(c))
      return fail(ec::malformed, fmt::format("{} '{}' contains a control character", what, shown(text)));
  }
  return {};
}

result<void> check_name(std::string_view what, std::string_view text) {
  if (text.empty()) return fail(ec::malformed, fmt::format("{} is empty", what));
  return check_characters(what, text);
}

/// Cuts the next level off `rest`.
prefix_level cut_level(std::string_view& rest) {
  const auto slash = rest.find('/');
  const prefix_level level{rest.substr(0, slash), slash != std::string_view::npos};
  rest = level.is_complete ? rest.substr(slash + 1) : std::string_view{};
  return level;
}

/// A finished level names a value of E, an unfinished one starts the name of at least one.
template <class E> result<void> check_level(const prefix_level& level) {
  for (const auto& row : enum_names<E>::table)
    if (level.matches(row.text)) return {};
  return std::unexpected{from_text<E>(shown(level.text)).error()};
}

std::unexpected<error> bad(std::string_view kind, std::string_view text, std::string_view why) {
  return fail(ec::malformed, fmt::format("{} '{}': {}", kind, shown(text), why));
}

} // namespace

result<std::string> market_topic(venue at, std::string_view symbol, channel what) {
  if (auto ok = check_name("symbol", symbol); !ok) return std::unexpected{ok.error()};
  return fmt::format("md/{}/{}/{}/", to_text(at), symbol, to_text(what));
}

result<std::string> named_topic(topic_root root, std::string_view name) {
  if (root == topic_root::market_data) return fail(ec::malformed, "market data topics need venue, symbol and channel");
  if (auto ok = check_name(root == topic_root::operations ? "service name" : "strategy name", name); !ok)
    return std::unexpected{ok.error()};
  return fmt::format("{}/{}/", to_text(root), name);
}

std::string market_prefix(venue at) { return fmt::format("md/{}/", to_text(at)); }

result<std::string> market_prefix(venue at, std::string_view symbol_start) {
  if (auto ok = check_characters("symbol", symbol_start); !ok) return std::unexpected{ok.error()};
  return fmt::format("md/{}/{}", to_text(at), symbol_start);
}

result<std::string> instrument_prefix(venue at, std::string_view symbol) {
  if (auto ok = check_name("symbol", symbol); !ok) return std::unexpected{ok.error()};
  return fmt::format("md/{}/{}/", to_text(at), symbol);
}

result<topic_prefix> parse_prefix(std::string_view prefix) {
  for (const char c : prefix)
    if (is_control(c)) return bad("prefix", prefix, "contains a control character");
  auto rest = prefix;
  topic_prefix out;
  out.root = cut_level(rest);
  auto ok = check_level<topic_root>(out.root);
  const bool is_market = out.root.is_complete && out.root.text == to_text(topic_root::market_data);
  if (ok && is_market) {
    out.at = cut_level(rest);
    ok = check_level<venue>(out.at);
  }
  if (!ok) return bad("prefix", prefix, ok.error().text);
  if (out.root.is_complete) out.name = cut_level(rest);
  if (out.name.is_complete && out.name.text.empty()) return bad("prefix", prefix, "a level is empty");
  if (is_market && out.name.is_complete) {
    out.what = cut_level(rest);
    if (ok = check_level<channel>(out.what); !ok) return bad("prefix", prefix, ok.error().text);
  }
  if (!rest.empty()) return bad("prefix", prefix, "has more levels than a topic");
  return out;
}

result<topic_parts> parse_topic(std::string_view topic) {
  auto prefix = parse_prefix(topic);
  if (!prefix) return std::unexpected{prefix.error()};
  if (!topic.ends_with('/')) return bad("topic", topic, "does not end with '/'");
  topic_parts out;
  if (!prefix->name.is_complete) return bad("topic", topic, "has too few levels");
  out.root = *from_text<topic_root>(prefix->root.text);
  out.name = prefix->name.text;
  if (out.root != topic_root::market_data) return out;
  if (!prefix->what.is_complete) return bad("topic", topic, "has no channel");
  out.at = *from_text<venue>(prefix->at.text);
  out.what = *from_text<channel>(prefix->what.text);
  return out;
}

} // namespace strike::bus
