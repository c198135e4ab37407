#include "sandbox/ethereum.hpp"

#include <cryptopp/keccak.h>
#include <secp256k1_recovery.h>

namespace strike::sandbox {

word keccak(std::string_view bytes) {
  word made;
  CryptoPP::Keccak_256{}.CalculateDigest(made.data(), reinterpret_cast<const CryptoPP::byte*>(bytes.data()),
                                         bytes.size());
  return made;
}

std::optional<address> signer_of(const word& digest, std::string_view signature) {
  if (signature.size() != 65) return {};
  const auto v = static_cast<unsigned char>(signature[64]);
  const int recovery = v >= 27 ? v - 27 : v;
  if (recovery > 1) return {};
  const auto* const context = secp256k1_context_static;
  secp256k1_ecdsa_recoverable_signature parsed;
  secp256k1_pubkey key;
  if (secp256k1_ecdsa_recoverable_signature_parse_compact(
          context, &parsed, reinterpret_cast<const unsigned char*>(signature.data()), recovery) == 0 ||
      secp256k1_ecdsa_recover(context, &key, &parsed, digest.data()) == 0)
    return {};
  unsigned char bytes[65];
  std::size_t size = sizeof bytes;
  secp256k1_ec_pubkey_serialize(context, bytes, &size, &key, SECP256K1_EC_UNCOMPRESSED);
  const auto hash = keccak({reinterpret_cast<const char*>(bytes) + 1, 64});
  address made;
  std::copy(hash.begin() + 12, hash.end(), made.begin());
  return made;
}

} // namespace strike::sandbox
