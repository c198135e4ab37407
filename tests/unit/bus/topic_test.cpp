#include "bus/topic.hpp"

#include <gtest/gtest.h>
#include <random>

using namespace strike;
using namespace strike::bus;

namespace {

const std::string perpetual = "md/deribit/BTC-PERPETUAL/book/";

TEST(topic, spells_every_form) {
  EXPECT_EQ(*market_topic(venue::deribit, "BTC-PERPETUAL", channel::book), perpetual);
  EXPECT_EQ(*named_topic(topic_root::dashboard, "gamma-1"), "dash/gamma-1/");
  EXPECT_EQ(*named_topic(topic_root::orders, "gamma-1"), "ord/gamma-1/");
  EXPECT_EQ(*named_topic(topic_root::operations, "router"), "ops/router/");
  EXPECT_EQ(market_prefix(venue::derive), "md/derive/");
  EXPECT_EQ(*market_prefix(venue::deribit, "BTC-27NOV26-"), "md/deribit/BTC-27NOV26-");
  EXPECT_EQ(*instrument_prefix(venue::deribit, "BTC-PERPETUAL"), "md/deribit/BTC-PERPETUAL/");
}

TEST(topic, refuses_names_that_would_break_a_level) {
  for (const std::string name : {"", "a/b", "/", "a\nb", "a\tb", "\x7f"}) {
    EXPECT_EQ(market_topic(venue::deribit, name, channel::book).error().code, ec::malformed) << name;
    EXPECT_EQ(named_topic(topic_root::orders, name).error().code, ec::malformed) << name;
    EXPECT_EQ(instrument_prefix(venue::deribit, name).error().code, ec::malformed) << name;
  }
  EXPECT_FALSE(market_topic(venue::deribit, std::string("a\0b", 3), channel::book));
  EXPECT_FALSE(market_prefix(venue::deribit, "BTC/"));
  EXPECT_FALSE(named_topic(topic_root::market_data, "x"));
  EXPECT_EQ(market_topic(venue::deribit, "a/b", channel::book).error().text,
            "symbol 'a/b' contains '/', which ends a level");
}

TEST(topic, of_one_instrument_is_no_prefix_of_another) {
  EXPECT_FALSE(perpetual.starts_with(*instrument_prefix(venue::deribit, "BTC")));
  EXPECT_TRUE(perpetual.starts_with(*market_prefix(venue::deribit, "BTC")));
}

TEST(topic, refuses_what_is_not_a_complete_topic) {
  for (const auto* text : {"", "md", "md/", "md/deribit/", "md/deribit/X/", "md/deribit/X/book", "md/deribit//book/",
                           "md/nasdaq/X/book/", "md/deribit/X/books/", "md/deribit/X/book/x", "md/deribit/X/book//",
                           "dash/", "dash//", "dash/x", "dash/x/y/", "foo/x/", "ops/a\nb/", "/"})
    EXPECT_EQ(parse_topic(text).error().code, ec::malformed) << text;
}

TEST(prefix, tells_finished_levels_from_unfinished) {
  EXPECT_EQ(*parse_prefix("md/deribit/BTC-27NOV26-"),
            (topic_prefix{{"md", true}, {"deribit", true}, {"BTC-27NOV26-", false}, {}}));
  EXPECT_EQ(*parse_prefix("md/deribit/"), (topic_prefix{{"md", true}, {"deribit", true}, {}, {}}));
  EXPECT_EQ(*parse_prefix("md/de"), (topic_prefix{{"md", true}, {"de", false}, {}, {}}));
  EXPECT_EQ(*parse_prefix("md/deribit/X/t"),
            (topic_prefix{{"md", true}, {"deribit", true}, {"X", true}, {"t", false}}));
  EXPECT_EQ(*parse_prefix("ops/router/"), (topic_prefix{{"ops", true}, {}, {"router", true}, {}}));
  EXPECT_EQ(*parse_prefix(""), topic_prefix{});
}

TEST(prefix, refuses_what_no_topic_starts_with) {
  for (const auto* text : {"x", "md/x", "md/deribit/X/boo/", "md/deribit/X/bx", "md/deribit//", "md/deribit/X/book/x",
                           "dash/a/b", "mdx", "md/de/", "md/deribit/a\x01"})
    EXPECT_EQ(parse_prefix(text).error().code, ec::malformed) << text;
}

std::string random_text(std::mt19937& random, std::string_view alphabet, std::size_t longest) {
  std::string out(random() % (longest + 1), ' ');
  for (auto& c : out) c = alphabet[random() % alphabet.size()];
  return out;
}

TEST(topic_property, parses_back_what_was_built_and_its_prefixes_match_it) {
  std::mt19937 random{7};
  for (int i = 0; i < 20'000; ++i) {
    const auto symbol = random_text(random, "ABCZ019-_.% \xc3\xa4", 12);
    const auto at = enum_names<venue>::table[random() % venue_count].value;
    const auto what = enum_names<channel>::table[random() % 4].value;
    const auto topic = market_topic(at, symbol, what);
    ASSERT_EQ(topic.has_value(), !symbol.empty());
    if (!topic) continue;
    ASSERT_EQ(*parse_topic(*topic), (topic_parts{topic_root::market_data, at, symbol, what}));
    const auto cut = topic->substr(0, random() % (topic->size() + 1));
    const auto prefix = parse_prefix(cut);
    ASSERT_TRUE(prefix) << cut;
    ASSERT_TRUE(prefix->root.matches("md") && prefix->at.matches(to_text(at)) && prefix->name.matches(symbol) &&
                prefix->what.matches(to_text(what)))
        << cut;
  }
}

TEST(topic_property, any_text_is_parsed_or_refused_and_what_is_parsed_is_spelled_the_same) {
  std::mt19937 random{8};
  int parsed = 0;
  for (int i = 0; i < 200'000; ++i) {
    auto text = perpetual;
    for (auto edits = random() % 3; edits > 0; --edits)
      text.replace(random() % text.size(), random() % 4, random_text(random, "md/debok\n\x80x", 3));
    const auto x = parse_topic(text);
    if (!x) {
      ASSERT_EQ(x.error().code, ec::malformed);
      continue;
    }
    ++parsed;
    ASSERT_EQ(x->root == topic_root::market_data ? *market_topic(x->at, x->name, x->what)
                                                 : *named_topic(x->root, x->name),
              text);
  }
  EXPECT_GT(parsed, 1000);
}

} // namespace
