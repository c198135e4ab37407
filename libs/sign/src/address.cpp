#include "sign/address.hpp"

#include "sign/hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace strike::sign {

result<address> parse_address(std::string_view text) {
  address out;
  if (auto read = read_hex(text, out.bytes); !read)
    return fail(ec::malformed, fmt::format("'{}' is no address: {}", text.substr(0, 96), read.error().text));
  const std::string_view digits = text.substr(text.size() - 40);
  const bool upper = std::ranges::any_of(digits, [](char c) { return c >= 'A' && c <= 'F'; });
  const bool lower = std::ranges::any_of(digits, [](char c) { return c >= 'a' && c <= 'f'; });
  if (upper && lower && to_string(out).substr(2) != digits)
    return fail(ec::malformed, fmt::format("'{}' is no address: its upper and lower case letters, which are a checksum "
                                           "(EIP-55), do not fit. Copy it once more, or write it in lower case",
                                           text));
  return out;
}

std::string to_string(const address& x) {
  std::string out = to_hex(x.bytes);
  const bytes32 sum = keccak256(std::string_view{out}.substr(2));
  for (std::size_t i = 0; i < 40; ++i) {
    const int nibble = i % 2 == 0 ? sum[i / 2] >> 4 : sum[i / 2] & 15;
    if (nibble >= 8) out[i + 2] = static_cast<char>(std::toupper(out[i + 2]));
  }
  return out;
}

address create2_address(const address& deployer, const bytes32& salt, const bytes32& init_code_hash) {
  std::array<std::uint8_t, 1 + 20 + 32 + 32> preimage;
  auto at = preimage.begin();
  *at++ = 0xff;
  at = std::ranges::copy(deployer.bytes, at).out;
  at = std::ranges::copy(salt, at).out;
  std::ranges::copy(init_code_hash, at);
  const bytes32 hash = keccak256(preimage);
  address out;
  std::ranges::copy(bytes{hash}.last(20), out.bytes.begin());
  return out;
}

} // namespace strike::sign
