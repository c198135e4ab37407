#include "sign/encoding.hpp"

#include <fmt/format.h>

namespace strike::sign {
namespace {

constexpr std::string_view standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view for_urls = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// @returns 0 to 15, or -1
constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// @returns 0 to 63, or -1
constexpr int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

std::string encode_base64(bytes x, std::string_view alphabet) {
  std::string out;
  out.reserve((x.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < x.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, x.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (i < count ? x[at + i] : 0u);
    for (std::size_t i = 0; i < 4; ++i) out += i <= count ? alphabet[group >> (18 - 6 * i) & 63] : '=';
  }
  return out;
}

} // namespace

std::string to_hex(bytes x) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out(2 + 2 * x.size(), '0');
  out[1] = 'x';
  for (std::size_t i = 0; i < x.size(); ++i) {
    out[2 + 2 * i] = digits[x[i] >> 4];
    out[3 + 2 * i] = digits[x[i] & 15];
  }
  return out;
}

result<void> read_hex(std::string_view text, std::span<std::uint8_t> out) {
  const std::size_t skipped = text.starts_with("0x") || text.starts_with("0X") ? 2 : 0;
  text.remove_prefix(skipped);
  if (text.size() != 2 * out.size())
    return fail(ec::malformed, fmt::format("expected {} hex digits, got {} characters", 2 * out.size(), text.size()));
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return fail(ec::malformed, fmt::format("character {} is no hex digit", skipped + i + 1));
    out[i / 2] = static_cast<std::uint8_t>(i % 2 == 0 ? digit << 4 : out[i / 2] | digit);
  }
  return {};
}

std::string to_base64(bytes x) { return encode_base64(x, standard); }

std::string to_base64url(bytes x) { return encode_base64(x, for_urls); }

result<std::size_t> read_base64(std::string_view text, std::span<std::uint8_t> out) {
  std::string_view digits = text;
  for (int i = 0; i < 2 && digits.ends_with('='); ++i) digits.remove_suffix(1);
  const bool padded = digits.size() != text.size();
  if (digits.size() % 4 == 1 || (padded && text.size() % 4 != 0))
    return fail(ec::malformed, fmt::format("no base64: {} characters are no whole number of bytes", text.size()));
  const std::size_t size = digits.size() * 3 / 4;
  if (size > out.size())
    return fail(ec::malformed, fmt::format("base64 of {} bytes, where at most {} are expected", size, out.size()));
  std::uint32_t group = 0;
  std::size_t written = 0;
  for (std::size_t i = 0, bits = 0; i < digits.size(); ++i) {
    const int digit = base64_digit(digits[i]);
    if (digit < 0) return fail(ec::malformed, fmt::format("character {} is not of base64", i + 1));
    group = group << 6 | static_cast<std::uint32_t>(digit);
    if ((bits += 6) < 8) continue;
    bits -= 8;
    out[written++] = static_cast<std::uint8_t>(group >> bits);
    group &= (1u << bits) - 1;
  }
  if (group != 0) return fail(ec::malformed, "no base64: bits are set behind the last byte");
  return written;
}

} // namespace strike::sign
