#pragma once

#include "sign/encoding.hpp"
#include "sign/secret_memory.hpp"

namespace strike::sign {

/// Keccak-256 with the original padding (0x01), as Ethereum has it; not SHA3-256.
/// keccak256("") = c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470
bytes32 keccak256(bytes x);
inline bytes32 keccak256(std::string_view text) { return keccak256(as_bytes(text)); }

/// A shared secret for HMAC. It cannot be copied or printed.
class hmac_key {
public:
  /// The characters themselves are the key (Deribit's client secret).
  static hmac_key from_text(std::string_view text);
  /// The key is what the base64 of either alphabet says (Polymarket's API secret).
  /// @returns `ec::malformed` that holds no part of the text
  static result<hmac_key> from_base64(std::string_view text);

private:
  friend bytes32 hmac_sha256(const hmac_key& key, bytes message);
  hmac_key(secret_memory memory, std::size_t size) : memory_{std::move(memory)}, size_{size} {}

  secret_memory memory_;
  std::size_t size_;
};

/// RFC 2104 with SHA-256. Source of the test vectors: RFC 4231.
bytes32 hmac_sha256(const hmac_key& key, bytes message);

} // namespace strike::sign
