#include "sandbox/ethereum.hpp"

#include <fmt/format.h>

namespace strike::sandbox {

namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

template <class Bytes> std::string_view view_of(const Bytes& x) {
  return {reinterpret_cast<const char*>(x.data()), x.size()};
}

template <class Bytes> std::optional<Bytes> exactly(std::string_view hex) {
  const auto bytes = bytes_of_hex(hex);
  Bytes made;
  if (!bytes || bytes->size() != made.size()) return {};
  std::copy(bytes->begin(), bytes->end(), made.begin());
  return made;
}

} // namespace

std::optional<std::string> bytes_of_hex(std::string_view hex) {
  if (hex.starts_with("0x")) hex.remove_prefix(2);
  if (hex.size() % 2 != 0) return {};
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit_of(hex[i]), low = digit_of(hex[i + 1]);
    if (high < 0 || low < 0) return {};
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::string hex_of(std::string_view bytes) {
  std::string made = "0x";
  for (const char c : bytes) fmt::format_to(std::back_inserter(made), "{:02x}", static_cast<unsigned char>(c));
  return made;
}
std::string hex_of(const word& x) { return hex_of(view_of(x)); }
std::string hex_of(const address& x) { return hex_of(view_of(x)); }
std::optional<address> address_of_hex(std::string_view hex) { return exactly<address>(hex); }
std::optional<word> word_of_hex(std::string_view hex) { return exactly<word>(hex); }

word word_of(std::uint64_t x) {
  word made{};
  for (std::size_t i = 0; i < 8; ++i, x >>= 8) made[31 - i] = static_cast<std::uint8_t>(x);
  return made;
}
word word_of(const address& x) {
  word made{};
  std::copy(x.begin(), x.end(), made.begin() + 12);
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

word typed_data_hash(const word& domain, const word& of_struct) {
  std::string bytes = "\x19\x01";
  bytes += view_of(domain);
  bytes += view_of(of_struct);
  return keccak(bytes);
}

word personal_message_hash(std::string_view text) {
  return keccak(fmt::format("\x19"
                            "Ethereum Signed Message:\n{}{}",
                            text.size(), text));
}

} // namespace strike::sandbox
