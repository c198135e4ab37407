#pragma once

#include "sign/address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace strike::sandbox {

/// A hash, or an integer, big-endian, or whatever the ABI pads to 32 bytes.
using word = sign::bytes32;
using eth_address = sign::address;

/// The bytes of "0x00ff", with or without its prefix.
/// @returns none for an odd number of digits, and for what is no digit
std::optional<std::string> bytes_of_hex(std::string_view hex);
/// "0x" and lower-case digits.
std::string hex_of(std::string_view bytes);
inline std::string hex_of(const word& x) { return sign::to_hex(x); }
inline std::string hex_of(const eth_address& x) { return sign::to_hex(x.bytes); }
/// @returns none unless it is 20 bytes; letters of either case, whatever checksum they make
std::optional<eth_address> address_of_hex(std::string_view hex);
std::optional<word> word_of_hex(std::string_view hex);

word word_of(std::uint64_t x);
word word_of(const eth_address& x);
/// "1234", of at most 78 digits.
/// @returns none for what is no number below 2^256
std::optional<word> word_of_decimal(std::string_view digits);

/// What the ABI packs: words one behind the other.
class packed_words {
public:
  packed_words& add(const word& x);
  packed_words& add(std::uint64_t x) { return add(word_of(x)); }
  packed_words& add(const eth_address& x) { return add(word_of(x)); }
  word hash() const;
  const std::string& bytes() const { return bytes_; }

private:
  std::string bytes_;
};

/// keccak(0x19 0x01 domain struct). Source: EIP-712.
word typed_data_hash(const word& domain, const word& of_struct);

/// Whose signature that is.
/// @param signature r, s, v: 65 bytes
/// @returns none if no key made it
std::optional<eth_address> signer_of(const word& digest, std::string_view signature);

} // namespace strike::sandbox
