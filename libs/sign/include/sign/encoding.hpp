#pragma once

#include "base/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace strike::sign {

using bytes = std::span<const std::uint8_t>;
/// A digest, or Solidity's `bytes32`.
using bytes32 = std::array<std::uint8_t, 32>;

/// The characters as bytes; valid as long as they are.
inline bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Lower case with "0x" in front, as Ethereum and both chain venues write it.
std::string to_hex(bytes x);

/// Exactly `out.size()` bytes from hex of either case, with or without "0x".
/// @returns `ec::malformed` that tells the length or the place at fault, and never the text: it may be a key
result<void> read_hex(std::string_view text, std::span<std::uint8_t> out);

template <std::size_t N> result<std::array<std::uint8_t, N>> from_hex(std::string_view text) {
  std::array<std::uint8_t, N> out;
  if (auto read = read_hex(text, out); !read) return std::unexpected{std::move(read.error())};
  return out;
}

/// RFC 4648 with '+' and '/', padded.
std::string to_base64(bytes x);
/// RFC 4648 section 5, with '-' and '_', padded.
std::string to_base64url(bytes x);

/// The bytes of base64 in either alphabet, even mixed; the padding may be left out.
/// @param out at least 3/4 of the text's length
/// @returns how many bytes were written; `ec::malformed` tells the length or the place at fault, never the text
result<std::size_t> read_base64(std::string_view text, std::span<std::uint8_t> out);

} // namespace strike::sign
