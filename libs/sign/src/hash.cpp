#include "sign/hash.hpp"

#include <crypto++/keccak.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <new>

namespace strike::sign {

bytes32 keccak256(bytes x) {
  CryptoPP::Keccak_256 state;
  bytes32 out;
  state.Update(x.data(), x.size());
  state.Final(out.data());
  return out;
}

hmac_key hmac_key::from_text(std::string_view text) {
  secret_memory memory{text.size()};
  std::ranges::copy(as_bytes(text), memory.writable().begin());
  return {std::move(memory), text.size()};
}

result<hmac_key> hmac_key::from_base64(std::string_view text) {
  secret_memory memory{text.size()};
  const auto size = read_base64(text, memory.writable());
  if (!size) return std::unexpected{size.error()};
  return hmac_key{std::move(memory), *size};
}

bytes32 hmac_sha256(const hmac_key& key, bytes message) {
  const bytes secret = key.memory_.reveal().first(key.size_);
  static constexpr std::uint8_t nothing = 0; // OpenSSL takes a null key for "the key of before"
  bytes32 out;
  const auto* const done = HMAC(EVP_sha256(), secret.empty() ? &nothing : secret.data(),
                                static_cast<int>(secret.size()), message.data(), message.size(), out.data(), nullptr);
  if (done == nullptr) throw std::bad_alloc{}; // the one way in which it fails
  return out;
}

} // namespace strike::sign
