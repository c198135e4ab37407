#pragma once

#include "sign/address.hpp"
#include "sign/hash.hpp"
#include "sign/word.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

/// EIP-712: https://eips.ethereum.org/EIPS/eip-712
///
///     digest        = keccak256(0x19 0x01 || domain separator || struct hash)
///     struct hash   = keccak256(type hash || a word for each member)
///     type hash     = keccak256(type text), such as "Mail(address to,string contents)"
///     domain separator = struct hash of EIP712Domain
///
/// A C++ struct becomes a type by one list of its members (`typed`), whose Solidity types follow from their C++ types:
/// the text that is hashed and the words that are signed cannot differ.
///
/// Test vectors: the example of EIP-712, and those of both chain venues.
namespace strike::sign {

/// One member of a typed struct, in the order of the type's text.
template <class Struct, class Member> struct member {
  std::string_view name;
  Member Struct::*pointer;
};
template <class Struct, class Member> member(const char*, Member Struct::*) -> member<Struct, Member>;

/// Specialised for each struct: `static constexpr std::string_view name` and `static constexpr auto members`, a
/// `std::tuple` of `member`s.
template <class Struct> struct typed;

template <class T>
concept typed_struct = requires {
  typed<T>::name;
  typed<T>::members;
};

/// Solidity's `bytes`. Does not own them.
struct dynamic_bytes {
  bytes data;
};

template <typed_struct T> bytes32 struct_hash(const T& x);

namespace detail {

/// Solidity's name of a C++ type, and its word within a struct.
template <class T> struct solidity;
template <> struct solidity<uint256> {
  static constexpr std::string_view name = "uint256";
  static bytes32 word(const uint256& x) { return x.bytes; }
};
template <> struct solidity<int256> {
  static constexpr std::string_view name = "int256";
  static bytes32 word(const int256& x) { return x.bytes; }
};
template <> struct solidity<std::uint8_t> {
  static constexpr std::string_view name = "uint8";
  static bytes32 word(std::uint8_t x) { return uint256{x}.bytes; }
};
template <> struct solidity<bool> {
  static constexpr std::string_view name = "bool";
  static bytes32 word(bool x) { return uint256{x ? 1u : 0u}.bytes; }
};
template <> struct solidity<address> {
  static constexpr std::string_view name = "address";
  static bytes32 word(const address& x) {
    bytes32 out{};
    std::ranges::copy(x.bytes, out.begin() + 12);
    return out;
  }
};
template <> struct solidity<bytes32> {
  static constexpr std::string_view name = "bytes32";
  static bytes32 word(const bytes32& x) { return x; }
};
template <> struct solidity<std::string_view> {
  static constexpr std::string_view name = "string";
  static bytes32 word(std::string_view x) { return keccak256(x); }
};
template <> struct solidity<std::string> : solidity<std::string_view> {};
template <> struct solidity<dynamic_bytes> {
  static constexpr std::string_view name = "bytes";
  static bytes32 word(dynamic_bytes x) { return keccak256(x.data); }
};
template <typed_struct T> struct solidity<T> {
  static constexpr std::string_view name = typed<T>::name;
  static bytes32 word(const T& x) { return struct_hash(x); }
};

/// "Mail(address to,string contents)", and that of every struct within, by name.
template <typed_struct T> void collect_types(std::map<std::string, std::string, std::less<>>& types) {
  std::string text = std::string{typed<T>::name} + "(";
  const auto add = [&]<class Struct, class Member>(const member<Struct, Member>& x) {
    if (!text.ends_with('(')) text += ',';
    ((text += solidity<Member>::name) += ' ') += x.name;
    if constexpr (typed_struct<Member>) collect_types<Member>(types);
  };
  std::apply([&](const auto&... x) { (add(x), ...); }, typed<T>::members);
  types.insert_or_assign(std::string{typed<T>::name}, text + ")");
}

} // namespace detail

/// The type's own text, followed by those of the structs in it in the order of their names.
template <typed_struct T> std::string type_text() {
  std::map<std::string, std::string, std::less<>> types;
  detail::collect_types<T>(types);
  std::string out = types.extract(std::string{typed<T>::name}).mapped();
  for (const auto& [name, text] : types) out += text;
  return out;
}

template <typed_struct T> const bytes32& type_hash() {
  static const bytes32 hash = keccak256(type_text<T>());
  return hash;
}

template <typed_struct T> bytes32 struct_hash(const T& x) {
  constexpr std::size_t members = std::tuple_size_v<decltype(typed<T>::members)>;
  std::array<std::uint8_t, 32 * (1 + members)> encoded;
  auto at = std::ranges::copy(type_hash<T>(), encoded.begin()).out;
  const auto add = [&]<class Struct, class Member>(const member<Struct, Member>& m) {
    at = std::ranges::copy(detail::solidity<Member>::word(x.*m.pointer), at).out;
  };
  std::apply([&](const auto&... m) { (add(m), ...); }, typed<T>::members);
  return keccak256(encoded);
}

/// Where a signature holds.
struct domain {
  std::string name;
  std::string version;
  std::uint64_t chain_id = 0;
  std::optional<address> verifying_contract; ///< left out of the type's text if there is none
};

bytes32 domain_separator(const domain& x);

/// What is signed.
bytes32 typed_data_digest(const bytes32& domain_separator, const bytes32& struct_hash);

} // namespace strike::sign
