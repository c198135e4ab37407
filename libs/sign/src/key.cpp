#include "sign/key.hpp"

#include "sign/hash.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <algorithm>
#include <cassert>
#include <new>

namespace strike::sign {
namespace {

/// For what needs no secret.
const secp256k1_context* public_context() {
  static secp256k1_context* const context = secp256k1_context_create(SECP256K1_CONTEXT_VERIFY);
  return context;
}

std::array<std::uint8_t, 65> uncompressed(const secp256k1_context* context, const secp256k1_pubkey& key) {
  std::array<std::uint8_t, 65> out;
  std::size_t size = out.size();
  secp256k1_ec_pubkey_serialize(context, out.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
  return out;
}

/// The last 20 bytes of the hash of x || y.
address address_of(const std::array<std::uint8_t, 65>& public_key) {
  const bytes32 hash = keccak256(bytes{public_key}.subspan(1));
  address out;
  std::ranges::copy(bytes{hash}.last(20), out.bytes.begin());
  return out;
}

/// Against readers of the machine's timing and power: the blinding changes no result.
void randomize(secp256k1_context* context) {
  bytes32 seed;
  if (RAND_bytes(seed.data(), static_cast<int>(seed.size())) != 1) throw std::bad_alloc{};
  if (secp256k1_context_randomize(context, seed.data()) != 1) throw std::bad_alloc{};
  OPENSSL_cleanse(seed.data(), seed.size());
}

} // namespace

void private_key::destroy_context::operator()(secp256k1_context_struct* x) const { secp256k1_context_destroy(x); }

result<private_key> private_key::from_hex(std::string_view hex) {
  secret_memory memory{32};
  if (auto read = read_hex(hex, memory.writable()); !read)
    return fail(ec::malformed, "no private key: " + read.error().text);
  private_key out{std::move(memory)};
  out.context_.reset(secp256k1_context_create(SECP256K1_CONTEXT_SIGN));
  randomize(out.context_.get());
  secp256k1_pubkey point;
  if (secp256k1_ec_pubkey_create(out.context_.get(), &point, out.memory_.reveal().data()) != 1)
    return fail(ec::malformed, "no private key: the number is 0, or not below the order of secp256k1");
  out.public_key_ = uncompressed(out.context_.get(), point);
  out.address_ = address_of(out.public_key_);
  return out;
}

signature sign_digest(const private_key& key, const bytes32& digest) {
  secp256k1_ecdsa_recoverable_signature made;
  [[maybe_unused]] const int done = secp256k1_ecdsa_sign_recoverable(key.context_.get(), &made, digest.data(),
                                                                     key.memory_.reveal().data(), nullptr, nullptr);
  assert(done == 1 && "a key that was checked signs everything");
  signature out;
  int recovery_id = 0;
  secp256k1_ecdsa_recoverable_signature_serialize_compact(key.context_.get(), out.data(), &recovery_id, &made);
  out[64] = static_cast<std::uint8_t>(27 + recovery_id);
  return out;
}

result<address> recover_address(const bytes32& digest, const signature& signed_with) {
  const int v = signed_with[64];
  if (v != 27 && v != 28) return fail(ec::malformed, fmt::format("signature: v is {}, where 27 or 28 is expected", v));
  const auto* const context = public_context();
  secp256k1_ecdsa_signature plain;
  if (secp256k1_ecdsa_signature_parse_compact(context, &plain, signed_with.data()) != 1)
    return fail(ec::malformed, "signature: r or s is not below the order of secp256k1");
  if (secp256k1_ecdsa_signature_normalize(context, nullptr, &plain) == 1)
    return fail(ec::malformed, "signature: s is in the upper half of the order");
  secp256k1_ecdsa_recoverable_signature parsed;
  secp256k1_pubkey point;
  if (secp256k1_ecdsa_recoverable_signature_parse_compact(context, &parsed, signed_with.data(), v - 27) != 1 ||
      secp256k1_ecdsa_recover(context, &point, &parsed, digest.data()) != 1)
    return fail(ec::malformed, "signature: no key can have made it");
  return address_of(uncompressed(context, point));
}

bytes32 personal_digest(std::string_view message) {
  return keccak256(fmt::format("\x19"
                               "Ethereum Signed Message:\n{}{}",
                               message.size(), message));
}

} // namespace strike::sign
