#include "sign/typed_data.hpp"

#include "sign/key.hpp"

#include <gmock/gmock.h>

namespace strike::sign {
namespace {

// The example of EIP-712: https://eips.ethereum.org/assets/eip-712/Example.js
struct person {
  std::string name;
  address wallet;
};
struct mail {
  person from, to;
  std::string contents;
};
/// Every kind of member, and types within that are to be ordered by name.
struct everything {
  mail letter;
  person author;
  int256 debt;
  std::uint8_t kind = 0;
  bool done = false;
  bytes32 digest;
  dynamic_bytes blob;
};

} // namespace

template <> struct typed<person> {
  static constexpr std::string_view name = "Person";
  static constexpr auto members = std::tuple{member{"name", &person::name}, member{"wallet", &person::wallet}};
};
template <> struct typed<mail> {
  static constexpr std::string_view name = "Mail";
  static constexpr auto members =
      std::tuple{member{"from", &mail::from}, member{"to", &mail::to}, member{"contents", &mail::contents}};
};
template <> struct typed<everything> {
  static constexpr std::string_view name = "Everything";
  static constexpr auto members =
      std::tuple{member{"author", &everything::author}, member{"letter", &everything::letter},
                 member{"debt", &everything::debt},     member{"kind", &everything::kind},
                 member{"done", &everything::done},     member{"digest", &everything::digest},
                 member{"blob", &everything::blob}};
};

namespace {

address at(std::string_view text) { return parse_address(text).value(); }

struct example : testing::Test {
  mail letter{{"Cow", at("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826")},
              {"Bob", at("0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB")},
              "Hello, Bob!"};
  bytes32 separator = domain_separator({"Ether Mail", "1", 1, at("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC")});
};

TEST_F(example, has_the_type_text_of_its_members_behind_its_own) {
  EXPECT_EQ(type_text<mail>(), "Mail(Person from,Person to,string contents)Person(string name,address wallet)");
  EXPECT_EQ(to_hex(type_hash<mail>()), "0xa0cedeb2dc280ba39b857546d74f5549c3a1d7bdc2dd96bf881f76108e23dac2");
}

TEST_F(example, has_the_published_hashes) {
  EXPECT_EQ(to_hex(struct_hash(letter)), "0xc52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e");
  EXPECT_EQ(to_hex(separator), "0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f");
  EXPECT_EQ(to_hex(typed_data_digest(separator, struct_hash(letter))),
            "0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
}

TEST_F(example, has_the_published_signature) {
  const auto key = private_key::from_hex(to_hex(keccak256("cow")));
  ASSERT_TRUE(key);
  EXPECT_EQ(to_hex(sign_digest(*key, typed_data_digest(separator, struct_hash(letter)))),
            "0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d"
            "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c");
}

TEST(typed_data, puts_the_types_within_in_the_order_of_their_names) {
  EXPECT_EQ(type_text<everything>(),
            "Everything(Person author,Mail letter,int256 debt,uint8 kind,bool done,bytes32 digest,bytes blob)"
            "Mail(Person from,Person to,string contents)Person(string name,address wallet)");
}

TEST(typed_data, encodes_one_word_a_member_in_the_order_of_the_text) {
  const std::array<std::uint8_t, 3> blob{1, 2, 3};
  const everything x{.letter = {},
                     .author = {"A", {}},
                     .debt = int256{int128{-5}},
                     .kind = 7,
                     .done = true,
                     .digest = keccak256("d"),
                     .blob = {blob}};
  std::string encoded;
  const auto add = [&](const bytes32& word) { encoded.append(word.begin(), word.end()); };
  for (const auto& word : {type_hash<everything>(), struct_hash(x.author), struct_hash(x.letter),
                           int256{int128{-5}}.bytes, uint256{7}.bytes, uint256{1}.bytes, x.digest, keccak256(blob)})
    add(word);
  EXPECT_EQ(struct_hash(x), keccak256(encoded));
}

} // namespace
} // namespace strike::sign
