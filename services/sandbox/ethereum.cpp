#include "sandbox/ethereum.hpp"

#include "sign/hash.hpp"
#include "sign/key.hpp"

#include <algorithm>

namespace strike::sandbox {

namespace {

std::string_view view_of(const word& x) { return {reinterpret_cast<const char*>(x.data()), x.size()}; }

} // namespace

std::optional<std::string> bytes_of_hex(std::string_view hex) {
  if (hex.starts_with("0x")) hex.remove_prefix(2);
  std::string bytes(hex.size() / 2, '\0');
  if (!sign::read_hex(hex, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()})) return {};
  return bytes;
}

std::string hex_of(std::string_view bytes) { return sign::to_hex(sign::as_bytes(bytes)); }

std::optional<eth_address> address_of_hex(std::string_view hex) {
  const auto made = sign::from_hex<20>(hex);
  return made ? std::optional{eth_address{*made}} : std::nullopt;
}
std::optional<word> word_of_hex(std::string_view hex) {
  const auto made = sign::from_hex<32>(hex);
  return made ? std::optional{*made} : std::nullopt;
}

word word_of(std::uint64_t x) {
  word made{};
  for (std::size_t i = 0; i < 8; ++i, x >>= 8) made[31 - i] = static_cast<std::uint8_t>(x);
  return made;
}
word word_of(const eth_address& x) {
  word made{};
  std::ranges::copy(x.bytes, made.begin() + 12);
  return made;
}

std::optional<word> word_of_decimal(std::string_view digits) {
  if (digits.empty() || digits.size() > 78) return {};
  word made{};
  for (const char c : digits) {
    if (c < '0' || c > '9') return {};
    unsigned carry = static_cast<unsigned>(c - '0');
    for (auto at = made.rbegin(); at != made.rend(); ++at) {
      carry += 10U * *at;
      *at = static_cast<std::uint8_t>(carry);
      carry >>= 8;
    }
    if (carry != 0) return {};
  }
  return made;
}

packed_words& packed_words::add(const word& x) {
  bytes_ += view_of(x);
  return *this;
}
word packed_words::hash() const { return sign::keccak256(bytes_); }

word typed_data_hash(const word& domain, const word& of_struct) {
  std::string bytes = "\x19\x01";
  bytes += view_of(domain);
  bytes += view_of(of_struct);
  return sign::keccak256(bytes);
}

std::optional<eth_address> signer_of(const word& digest, std::string_view signature) {
  sign::signature parsed;
  if (signature.size() != parsed.size()) return {};
  std::ranges::copy(signature, parsed.begin());
  const auto made = sign::recover_address(digest, parsed);
  return made ? std::optional{*made} : std::nullopt;
}

} // namespace strike::sandbox
