#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

/// Protobuf messages written by hand, as a program of another version would write them.
/// Source: https://protobuf.dev/programming-guides/encoding
namespace strike::wire::hand_made {

inline std::string varint_bytes(std::uint64_t x) {
  std::string made;
  for (; x >= 0x80; x >>= 7) made += static_cast<char>(x | 0x80);
  return made + static_cast<char>(x);
}
inline std::string varint(unsigned number, std::uint64_t x) { return varint_bytes(number << 3) + varint_bytes(x); }
inline std::string count(unsigned number, std::int64_t x) {
  return varint(number, static_cast<std::uint64_t>(x) << 1 ^ static_cast<std::uint64_t>(x >> 63));
}
inline std::string fixed64(unsigned number, std::uint64_t x) {
  char bytes[8];
  std::memcpy(bytes, &x, 8);
  return varint_bytes(number << 3 | 1) + std::string(bytes, 8);
}
inline std::string part(unsigned number, std::string_view bytes) {
  return varint_bytes(number << 3 | 2) + varint_bytes(bytes.size()) + std::string{bytes};
}

/// Fields of every type, with numbers that no message has.
inline std::string newer_fields() {
  return varint(1001, 7) + fixed64(1002, 8) + part(1003, "new") + varint_bytes(1004 << 3 | 5) + "four";
}

} // namespace strike::wire::hand_made
