#include "sign/hash.hpp"

#include <gmock/gmock.h>

namespace strike::sign {
namespace {

std::string hmac(std::string_view key, std::string_view message) {
  return to_hex(hmac_sha256(hmac_key::from_text(key), as_bytes(message)));
}

TEST(keccak256, has_the_original_padding_and_not_that_of_sha3) {
  EXPECT_EQ(to_hex(keccak256("")), "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  EXPECT_EQ(to_hex(keccak256("abc")), "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
}

TEST(keccak256, of_a_view_without_bytes_is_that_of_the_empty_text) { EXPECT_EQ(keccak256(bytes{}), keccak256("")); }

// RFC 4231, cases 2 and 6
TEST(hmac_sha256, is_that_of_the_standard) {
  EXPECT_EQ(hmac("Jefe", "what do ya want for nothing?"),
            "0x5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "0x60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(hmac_sha256, takes_an_empty_key_and_an_empty_message) {
  EXPECT_EQ(hmac("", ""), "0xb613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(hmac_sha256, takes_its_key_from_base64_of_either_alphabet) {
  const auto standard = hmac_key::from_base64("+/+/"), for_urls = hmac_key::from_base64("-_-_");
  ASSERT_TRUE(standard && for_urls);
  EXPECT_EQ(hmac_sha256(*standard, as_bytes("x")), hmac_sha256(*for_urls, as_bytes("x")));
}

TEST(hmac_sha256, refuses_a_key_that_is_no_base64_without_repeating_it) {
  const auto key = hmac_key::from_base64("not*base");
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().text, "character 4 is not of base64");
}

} // namespace
} // namespace strike::sign
