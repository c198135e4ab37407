#include "sign/address.hpp"
#include "sign/encoding.hpp"

#include <gmock/gmock.h>

namespace strike::sign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string decoded(std::string_view base64) {
  std::array<std::uint8_t, 32> out;
  const auto size = read_base64(base64, out);
  return size ? std::string{reinterpret_cast<const char*>(out.data()), *size} : size.error().text;
}

TEST(encoding, writes_hex_with_leading_zeros) {
  EXPECT_EQ(to_hex(std::array<std::uint8_t, 3>{0, 0x0f, 0xa0}), "0x000fa0");
}

TEST(encoding, reads_hex_of_either_case_with_and_without_prefix) {
  EXPECT_THAT(from_hex<2>("0xAbcD").value(), ElementsAre(0xab, 0xcd));
  EXPECT_THAT(from_hex<2>("aBCd").value(), ElementsAre(0xab, 0xcd));
}

TEST(encoding, refuses_hex_of_another_length_and_does_not_repeat_it) {
  const auto read = from_hex<2>("0xabcde");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().text, "expected 4 hex digits, got 5 characters");
}

TEST(encoding, tells_where_hex_has_another_character) {
  const auto read = from_hex<2>("0xabxd");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().text, "character 5 is no hex digit");
}

// RFC 4648, section 10
TEST(encoding, writes_and_reads_base64_of_every_length) {
  const std::pair<std::string_view, std::string_view> cases[] = {{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, base64] : cases) {
    EXPECT_EQ(to_base64(as_bytes(plain)), base64);
    EXPECT_EQ(decoded(base64), plain);
    EXPECT_EQ(decoded(base64.substr(0, base64.find('='))), plain);
  }
}

TEST(encoding, has_both_alphabets_of_base64) {
  const std::array<std::uint8_t, 3> x{0xfb, 0xff, 0xfe};
  EXPECT_EQ(to_base64(x), "+//+");
  EXPECT_EQ(to_base64url(x), "-__-");
  EXPECT_EQ(decoded("+//+"), decoded("-__-"));
}

TEST(encoding, refuses_what_is_no_base64_and_does_not_repeat_it) {
  for (const std::string_view text : {"Zm9vY", "Zm9*", "Zg=", "Zh==", "Z===", "Zg==Zg=="}) {
    std::array<std::uint8_t, 32> out;
    const auto size = read_base64(text, out);
    ASSERT_FALSE(size) << text;
    EXPECT_THAT(size.error().text, Not(HasSubstr(std::string{text}))) << text;
  }
}

TEST(encoding, refuses_base64_longer_than_its_place) {
  std::array<std::uint8_t, 2> out;
  EXPECT_FALSE(read_base64("Zm9v", out));
}

// EIP-55
TEST(address, has_a_checksum_in_its_letters) {
  for (const std::string text :
       {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0x52908400098527886E0F7030069857D2E4169EE7", "0xde709f2102306220921060314715629080e2fb77"})
    EXPECT_EQ(to_string(parse_address(text).value()), text);
}

TEST(address, refuses_a_wrong_checksum_but_takes_plain_lower_case) {
  const auto wrong = parse_address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().text, HasSubstr("EIP-55"));
  EXPECT_EQ(to_lower_string(parse_address("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed").value()),
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
}

TEST(address, of_another_length_is_named_in_the_error) {
  const auto wrong = parse_address("0x5aAe");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().text, "'0x5aAe' is no address: expected 40 hex digits, got 4 characters");
}

// EIP-1014, examples 1 and 5
TEST(address, of_create2_is_that_of_the_standard) {
  EXPECT_EQ(to_string(create2_address(
                {}, {}, from_hex<32>("bc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a").value())),
            "0x4D1A2e2bB4F88F0250f26Ffff098B0b30B26BF38");
}

} // namespace
} // namespace strike::sign
