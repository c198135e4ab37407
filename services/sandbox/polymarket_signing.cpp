#include "sandbox/polymarket_signing.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <string>
#include <vector>

// order id = keccak(0x19 0x01 | domain separator | struct hash)
// struct hash = keccak(type hash | a word a field)
// deposit wallets: keccak(0x19 0x01 | domain separator | keccak(wrapper type hash | struct hash | wallet's domain))
// Source: Polymarket, orders and signing. Vectors: tests/data/polymarket/polymarket_signing.json.

namespace strike::sandbox::polymarket {

namespace {

constexpr std::string_view order_type =
    "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount,"
    "uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)";
constexpr std::string_view wrapper_type =
    "TypedDataSign(Order contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)";
constexpr std::string_view contract = "E111180000d2663C0091e4f400237545B87B996B",
                           neg_risk_contract = "e2222d279d744050d28e00520010520000310F59";
constexpr int deposit_wallet = 3;

word struct_hash(const signed_order& x) {
  return packed_words{}
      .add(keccak(order_type))
      .add(x.salt)
      .add(x.maker)
      .add(x.signer)
      .add(x.token)
      .add(x.maker_amount)
      .add(x.taker_amount)
      .add(std::uint64_t{x.is_sell ? 1U : 0U})
      .add(static_cast<std::uint64_t>(x.signature_type))
      .add(x.timestamp_ms)
      .add(x.metadata)
      .add(x.builder)
      .hash();
}

void append(std::string& out, const word& x) { out.append(reinterpret_cast<const char*>(x.data()), x.size()); }

bool is_wallet_signature(const signed_order& x, const exchange_contract& at, std::string_view bytes,
                         const address& key) {
  constexpr std::size_t plain = 65;
  const auto domain = domain_of(at), contents = struct_hash(x);
  std::string tail;
  append(tail, domain);
  append(tail, contents);
  tail += order_type;
  tail += {static_cast<char>(order_type.size() >> 8), static_cast<char>(order_type.size() & 0xff)};
  if (bytes.size() != plain + tail.size() || bytes.substr(plain) != tail) return false;
  const auto wrapper = packed_words{}
                           .add(keccak(std::string{wrapper_type} + std::string{order_type}))
                           .add(contents)
                           .add(keccak("DepositWallet"))
                           .add(keccak("1"))
                           .add(at.chain_id)
                           .add(x.maker)
                           .add(word{})
                           .hash();
  return signer_of(typed_data_hash(domain, wrapper), bytes.substr(0, plain)) == key;
}

/// @returns none for what is no base64; padding may be missing
std::optional<std::string> from_base64(std::string_view text) {
  std::string plain{text.substr(0, text.find_last_not_of('=') + 1)};
  std::ranges::replace(plain, '-', '+');
  std::ranges::replace(plain, '_', '/');
  const auto size = plain.size() * 3 / 4;
  plain.append((4 - plain.size() % 4) % 4, '=');
  std::string bytes(plain.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(plain.data()), static_cast<int>(plain.size())) < 0)
    return {};
  bytes.resize(size);
  return bytes;
}

} // namespace

word domain_of(const exchange_contract& x) {
  return packed_words{}
      .add(keccak("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"))
      .add(keccak("Polymarket CTF Exchange"))
      .add(keccak("2"))
      .add(x.chain_id)
      .add(*address_of_hex(x.is_neg_risk ? neg_risk_contract : contract))
      .hash();
}

word digest_of(const signed_order& x, const word& domain) { return typed_data_hash(domain, struct_hash(x)); }

bool is_signed_by(const signed_order& x, const exchange_contract& at, std::string_view bytes, const address& key) {
  if (x.signature_type == deposit_wallet) return is_wallet_signature(x, at, bytes, key);
  return signer_of(digest_of(x, domain_of(at)), bytes) == key;
}

word clob_auth_digest(const address& key, std::string_view timestamp_s, std::uint64_t nonce, std::uint64_t chain_id) {
  const auto domain = packed_words{}
                          .add(keccak("EIP712Domain(string name,string version,uint256 chainId)"))
                          .add(keccak("ClobAuthDomain"))
                          .add(keccak("1"))
                          .add(chain_id)
                          .hash();
  const auto attested = packed_words{}
                            .add(keccak("ClobAuth(address address,string timestamp,uint256 nonce,string message)"))
                            .add(key)
                            .add(keccak(timestamp_s))
                            .add(nonce)
                            .add(keccak("This message attests that I control the given wallet"))
                            .hash();
  return typed_data_hash(domain, attested);
}

std::string request_signature(std::string_view secret, std::string_view timestamp_s, std::string_view method,
                              std::string_view path, std::string_view body) {
  const auto key = from_base64(secret);
  if (!key) return {};
  std::string message;
  message.append(timestamp_s).append(method).append(path).append(body);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), key->data(), static_cast<int>(key->size()), reinterpret_cast<const unsigned char*>(message.data()),
       message.size(), digest, &size);
  std::string text(45, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), digest, static_cast<int>(size));
  text.pop_back(); // the zero behind it
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

} // namespace strike::sandbox::polymarket
