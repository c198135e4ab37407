#pragma once

#include "sign/encoding.hpp"

#include <compare>

namespace strike::sign {

/// An Ethereum account or contract.
struct address {
  std::array<std::uint8_t, 20> bytes{};

  auto operator<=>(const address&) const = default;
};

/// 40 hex digits, with or without "0x". Letters of both cases must bear the checksum of EIP-55: so a mistyped address
/// is found; all upper or all lower case is taken as it is.
/// @returns `ec::malformed` that quotes the text
result<address> parse_address(std::string_view text);

/// With the checksum of EIP-55: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266".
std::string to_string(const address& x);
/// All in lower case.
inline std::string to_lower_string(const address& x) { return to_hex(x.bytes); }

/// Where CREATE2 puts a contract: the last 20 bytes of keccak256(0xff || deployer || salt || init code hash). EIP-1014.
address create2_address(const address& deployer, const bytes32& salt, const bytes32& init_code_hash);

} // namespace strike::sign
