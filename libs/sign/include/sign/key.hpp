#pragma once

#include "sign/address.hpp"
#include "sign/secret_memory.hpp"

#include <memory>

struct secp256k1_context_struct;

namespace strike::sign {

/// r || s || v, v being 27 or 28.
using signature = std::array<std::uint8_t, 65>;

/// A secp256k1 key that signs. It cannot be copied or printed; its memory is that of `secret_memory`. Signing with one
/// key from several threads at once is safe.
class private_key {
public:
  /// @param hex 64 hex digits, with or without "0x"
  /// @returns `ec::malformed` if it is no such text, or no number from 1 to the order of the curve; holds no part of it
  static result<private_key> from_hex(std::string_view hex);

  const strike::sign::address& address() const { return address_; }
  /// The uncompressed public key: 0x04, x, y.
  const std::array<std::uint8_t, 65>& public_key() const { return public_key_; }

private:
  friend signature sign_digest(const private_key& key, const bytes32& digest);
  struct destroy_context {
    void operator()(secp256k1_context_struct* x) const;
  };

  explicit private_key(secret_memory memory) : memory_{std::move(memory)} {}

  secret_memory memory_;
  std::unique_ptr<secp256k1_context_struct, destroy_context> context_; ///< blinded for this key
  std::array<std::uint8_t, 65> public_key_{};
  strike::sign::address address_;
};

/// Deterministic (RFC 6979 with SHA-256) and with the lower s: the same key and digest give the same bytes.
signature sign_digest(const private_key& key, const bytes32& digest);

/// Whose key signed.
/// @returns `ec::malformed` for a v other than 27 and 28, an s in the upper half of the order (contracts refuse it:
/// such a signature is a second form of one that exists), and for what no key can have signed
result<address> recover_address(const bytes32& digest, const signature& signed_with);

/// The digest of EIP-191 version 0x45, "personal sign":
/// keccak256("\x19Ethereum Signed Message:\n" || length of the message in decimal || message).
bytes32 personal_digest(std::string_view message);

} // namespace strike::sign
