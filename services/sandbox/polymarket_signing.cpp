#include "sandbox/polymarket_signing.hpp"

#include "sign/hash.hpp"

// order id = keccak(0x19 0x01 | domain separator | struct hash)
// struct hash = keccak(type hash | a word a field)
// deposit wallets: keccak(0x19 0x01 | domain separator | keccak(wrapper type hash | struct hash | wallet's domain))
// Source: Polymarket, orders and signing. Vectors: tests/data/sign/polymarket_signing.json.

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
      .add(sign::keccak256(order_type))
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
                         const eth_address& key) {
  constexpr std::size_t plain = 65;
  const auto domain = domain_of(at), contents = struct_hash(x);
  std::string tail;
  append(tail, domain);
  append(tail, contents);
  tail += order_type;
  tail += {static_cast<char>(order_type.size() >> 8), static_cast<char>(order_type.size() & 0xff)};
  if (bytes.size() != plain + tail.size() || bytes.substr(plain) != tail) return false;
  const auto wrapper = packed_words{}
                           .add(sign::keccak256(std::string{wrapper_type} + std::string{order_type}))
                           .add(contents)
                           .add(sign::keccak256("DepositWallet"))
                           .add(sign::keccak256("1"))
                           .add(at.chain_id)
                           .add(x.maker)
                           .add(word{})
                           .hash();
  return signer_of(typed_data_hash(domain, wrapper), bytes.substr(0, plain)) == key;
}

} // namespace

word domain_of(const exchange_contract& x) {
  return packed_words{}
      .add(sign::keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"))
      .add(sign::keccak256("Polymarket CTF Exchange"))
      .add(sign::keccak256("2"))
      .add(x.chain_id)
      .add(*address_of_hex(x.is_neg_risk ? neg_risk_contract : contract))
      .hash();
}

word digest_of(const signed_order& x, const word& domain) { return typed_data_hash(domain, struct_hash(x)); }

bool is_signed_by(const signed_order& x, const exchange_contract& at, std::string_view bytes, const eth_address& key) {
  if (x.signature_type == deposit_wallet) return is_wallet_signature(x, at, bytes, key);
  return signer_of(digest_of(x, domain_of(at)), bytes) == key;
}

word clob_auth_digest(const eth_address& key, std::string_view timestamp_s, std::uint64_t nonce,
                      std::uint64_t chain_id) {
  const auto domain = packed_words{}
                          .add(sign::keccak256("EIP712Domain(string name,string version,uint256 chainId)"))
                          .add(sign::keccak256("ClobAuthDomain"))
                          .add(sign::keccak256("1"))
                          .add(chain_id)
                          .hash();
  const auto attested =
      packed_words{}
          .add(sign::keccak256("ClobAuth(address address,string timestamp,uint256 nonce,string message)"))
          .add(key)
          .add(sign::keccak256(timestamp_s))
          .add(nonce)
          .add(sign::keccak256("This message attests that I control the given wallet"))
          .hash();
  return typed_data_hash(domain, attested);
}

std::string request_signature(std::string_view secret, std::string_view timestamp_s, std::string_view method,
                              std::string_view path, std::string_view body) {
  const auto key = sign::hmac_key::from_base64(secret);
  if (!key) return {};
  std::string message;
  message.append(timestamp_s).append(method).append(path).append(body);
  return sign::to_base64url(sign::hmac_sha256(*key, sign::as_bytes(message)));
}

} // namespace strike::sandbox::polymarket
