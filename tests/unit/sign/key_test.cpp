#include "sign/key.hpp"

#include "sign/hash.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <type_traits>

namespace strike::sign {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view one = "0000000000000000000000000000000000000000000000000000000000000001";
constexpr std::string_view order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

template <class T>
concept printable = requires(std::ostream& out, const T& x) {
  out << x;
};

TEST(private_key, cannot_be_copied_or_printed) {
  static_assert(!std::is_copy_constructible_v<private_key> && !std::is_copy_assignable_v<private_key>);
  static_assert(!std::is_copy_constructible_v<hmac_key> && !std::is_copy_assignable_v<hmac_key>);
  static_assert(!printable<private_key> && !printable<hmac_key>);
}

TEST(private_key, is_a_number_from_1_to_below_the_order_of_the_curve) {
  EXPECT_EQ(to_string(private_key::from_hex(one)->address()), "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
  EXPECT_FALSE(private_key::from_hex(std::string(64, '0')));
  EXPECT_FALSE(private_key::from_hex(order));
}

TEST(private_key, that_is_refused_is_not_repeated_in_the_error) {
  for (std::string text : {std::string{order}, std::string{one.substr(1)}, "x" + std::string{one.substr(1)}}) {
    const auto key = private_key::from_hex(text);
    ASSERT_FALSE(key);
    EXPECT_THAT(key.error().text, Not(HasSubstr(text.substr(0, 8)))) << text;
  }
}

TEST(private_key, signs_after_it_was_moved) {
  auto key = private_key::from_hex(one);
  const auto before = sign_digest(*key, keccak256("x"));
  const private_key moved = std::move(*key);
  EXPECT_EQ(sign_digest(moved, keccak256("x")), before);
}

/// The flags of the mapping that holds an address: "dd" is "left out of core dumps", "wf" "wiped on fork".
std::string mapping_flags(const void* at) {
  std::ifstream maps{"/proc/self/smaps"};
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    unsigned long from = 0, to = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &from, &to) == 2)
      inside = from <= reinterpret_cast<unsigned long>(at) && reinterpret_cast<unsigned long>(at) < to;
    if (inside && line.starts_with("VmFlags:")) return line;
  }
  return "";
}

TEST(secret_memory, is_left_out_of_core_dumps_and_wiped_in_children) {
  const secret_memory memory{32};
  const auto flags = mapping_flags(memory.reveal().data());
  if (flags.empty()) GTEST_SKIP() << "this kernel does not tell the flags of mappings";
  EXPECT_THAT(flags, HasSubstr(" dd"));
  EXPECT_THAT(flags, HasSubstr(" wf"));
}

TEST(secret_memory, is_empty_after_a_move) {
  secret_memory from{4}, to{8};
  from.writable()[0] = 7;
  to = std::move(from);
  EXPECT_TRUE(from.reveal().empty()); // NOLINT: that is the point
  EXPECT_EQ(to.reveal().size(), 4u);
  EXPECT_EQ(to.reveal()[0], 7);
}

struct recovery : testing::Test {
  private_key key = std::move(private_key::from_hex(one).value());
  bytes32 digest = keccak256("digest");
  signature made = sign_digest(key, digest);
};

TEST_F(recovery, tells_who_signed) { EXPECT_EQ(recover_address(digest, made).value(), key.address()); }

TEST_F(recovery, of_another_digest_is_another_signer) {
  const auto other = recover_address(keccak256("other"), made);
  EXPECT_TRUE(!other || *other != key.address());
}

TEST_F(recovery, refuses_the_second_form_of_a_signature) {
  // s' = n - s, v' = the other one: as valid on the curve, and refused by contracts
  const auto n = from_hex<32>(order).value();
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int difference = n[i] - made[32 + i] - borrow;
    borrow = difference < 0;
    made[32 + i] = static_cast<std::uint8_t>(difference);
  }
  made[64] = static_cast<std::uint8_t>(27 + 28 - made[64]);
  const auto signer = recover_address(digest, made);
  ASSERT_FALSE(signer);
  EXPECT_THAT(signer.error().text, HasSubstr("upper half"));
}

TEST_F(recovery, refuses_other_values_of_v) {
  for (const int v : {0, 1, 26, 29, 255}) {
    made[64] = static_cast<std::uint8_t>(v);
    EXPECT_FALSE(recover_address(digest, made)) << v;
  }
}

TEST_F(recovery, refuses_numbers_beyond_the_order) {
  std::fill_n(made.begin(), 32, std::uint8_t{0xff});
  EXPECT_FALSE(recover_address(digest, made));
  std::fill_n(made.begin(), 64, std::uint8_t{0});
  EXPECT_FALSE(recover_address(digest, made));
}

// EIP-191; the value is that of eth_account and ethers for this text
TEST(personal_digest, counts_bytes_and_not_characters) {
  EXPECT_EQ(to_hex(personal_digest("hello world")),
            "0xd9eba16ed0ecae432b71fe008c98cc872bb4cc214d3220a36f365326cf807d68");
  EXPECT_EQ(personal_digest("\u00b5"), keccak256("\x19"
                                                 "Ethereum Signed Message:\n2\u00b5"));
}

} // namespace
} // namespace strike::sign
