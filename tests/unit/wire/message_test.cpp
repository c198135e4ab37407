#include "message.hpp"

#include "samples.hpp"
#include "strike/v1/common.pb.h"

#include <gtest/gtest.h>

namespace strike::wire {
namespace {

std::string cleaned(std::string_view text) {
  std::string made = "left from before";
  set_text(&made, text);
  return made;
}

TEST(set_text, keeps_what_is_utf8) {
  for (std::string_view text :
       {"", "plain", "\xC3\xA9", "\xE2\x82\xAC", "\xEF\xBF\xBD", "\xF0\x9F\x98\x80", "a\xC3\xA9z"})
    EXPECT_EQ(cleaned(text), text);
}

TEST(set_text, replaces_each_byte_that_belongs_to_no_character) {
  EXPECT_EQ(cleaned("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(cleaned("\xC3"), "\uFFFD") << "cut short";
  EXPECT_EQ(cleaned("\xE2\x82"), "\uFFFD\uFFFD") << "cut short";
  EXPECT_EQ(cleaned("\xC0\x80"), "\uFFFD\uFFFD") << "longer than needed";
  EXPECT_EQ(cleaned("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD") << "a surrogate";
  EXPECT_EQ(cleaned("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD") << "above U+10FFFF";
}

TEST(set_text, makes_every_text_one_that_protobuf_reads_and_changes_none_twice) {
  samples random{5};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto n = random.below(8); n > 0; --n)
      text += random.coin() ? static_cast<char>(0x80 + random.below(128)) : "\xE2\x82\xF0\x9F\xED"[random.below(5)];
    v1::Instrument message, back;
    set_text(message.mutable_symbol(), text);
    ASSERT_TRUE(back.ParseFromString(message.SerializeAsString()));
    ASSERT_EQ(cleaned(message.symbol()), message.symbol());
  }
}

} // namespace
} // namespace strike::wire
