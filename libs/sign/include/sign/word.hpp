#pragma once

#include "base/decimal.hpp"
#include "sign/encoding.hpp"

namespace strike::sign {

/// Solidity's `uint256`: 32 bytes, most significant first.
struct uint256 {
  bytes32 bytes{};

  uint256() = default;
  constexpr uint256(std::uint64_t x) { // NOLINT: a small number is a uint256, exactly
    for (std::size_t i = 0; i < 8; ++i) bytes[31 - i] = static_cast<std::uint8_t>(x >> (8 * i));
  }
  bool operator==(const uint256&) const = default;
};

/// Solidity's `int256`: two's complement, most significant byte first.
struct int256 {
  bytes32 bytes{};

  int256() = default;
  /// The sign is extended.
  explicit constexpr int256(int128 x) {
    bytes.fill(x < 0 ? 0xff : 0);
    for (std::size_t i = 0; i < 16; ++i) bytes[31 - i] = static_cast<std::uint8_t>(x >> (8 * i));
  }
  bool operator==(const int256&) const = default;
};

/// A whole number as decimal digits, such as a token id.
/// @returns `ec::malformed` for anything but digits, and for 2^256 and more
result<uint256> parse_uint256(std::string_view digits);

/// A decimal times 10^`places`, on its digits: "1991.79" with 18 places is 1991790000000000000000.
/// @param text plain notation, "-12.5": no exponent, no '+'
/// @returns `ec::malformed` that quotes the text, for other notations, for digits beyond `places` that are not 0, and
/// for what does not fit 128 bits
result<int128> scale_decimal(std::string_view text, unsigned places);
/// The same of a count of 1e-9, as `price` and `quantity` hold it; at least 9 places always fit.
result<int128> scale_nanos(std::int64_t nanos, unsigned places);

/// @returns `ec::malformed` for a negative number
result<uint256> to_uint256(int128 x);

} // namespace strike::sign
