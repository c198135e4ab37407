#include "catalog_kit.hpp"

#include "catalog/view.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <random>
#include <sstream>
#include <thread>
#include <tuple>

using namespace strike;
using namespace strike::catalog;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

std::vector<market_ptr> pointers(std::vector<market> all) {
  std::vector<market_ptr> made;
  for (auto& x : all) made.push_back(std::make_shared<const market>(std::move(x)));
  return made;
}

market made_up(std::string slug, std::string question = {}, std::vector<std::string> tags = {},
               std::string description = {}) {
  return {.id = "0x" + slug,
          .slug = slug,
          .question = std::move(question),
          .description = std::move(description),
          .tags = std::move(tags)};
}

std::vector<std::pair<std::string, std::uint32_t>> found(const view& in, std::string_view query,
                                                         std::size_t limit = 100) {
  std::vector<std::pair<std::string, std::uint32_t>> made;
  for (const auto& x : in.search(query, limit)) made.emplace_back(x.what->slug, x.score);
  return made;
}

/// Source: polymarket.md 18, on all 100 rows of the recorded page; the loader leaves out the one without tokens.
TEST(search, gives_the_golden_numbers) {
  auto markets = recorded_page().markets;
  const auto rows = boost::json::parse(test_data("polymarket/http/markets_page.json")).at("data").as_array();
  const auto text = [&](const char* key) { return std::string{rows.at(15).at(key).as_string()}; };
  markets.push_back(made_up(text("market_slug"), text("question"), {}, text("description")));
  ASSERT_EQ(markets.size(), 100U);
  const view all{pointers(std::move(markets))};
  const auto trump = found(all, "Trump");
  ASSERT_EQ(trump.size(), 14U);
  EXPECT_EQ(trump[0], (std::pair<std::string, std::uint32_t>{"will-realdonaldtrump-tweet-in-2022", 20}));
  EXPECT_EQ(trump[1].second, 17U);
  EXPECT_EQ(trump[2].second, 17U);
  EXPECT_LT(trump[1].first, trump[2].first);
  EXPECT_EQ(trump[3].second, 13U);
  const auto clob = found(all, "clob");
  ASSERT_EQ(clob.size(), 1U);
  EXPECT_EQ(clob[0].second, 12U);
  EXPECT_THAT(found(all, "zzz"), IsEmpty());
  EXPECT_THAT(found(all, " \t\n"), IsEmpty());
  EXPECT_THAT(found(all, ""), IsEmpty());
  EXPECT_EQ(found(all, "trump", 2).size(), 2U);
  EXPECT_THAT(found(all, "trump", 0), IsEmpty());
}

TEST(search, weighs_slug_question_tags_and_description) {
  const view all{
      pointers({made_up("btc"), made_up("a", "BTC?"), made_up("b", "", {"x", "Btc"}), made_up("c", "", {}, "on btc")})};
  EXPECT_THAT(found(all, "btc"),
              ElementsAre(std::pair{"btc", 8}, std::pair{"a", 4}, std::pair{"b", 2}, std::pair{"c", 1}));
}

TEST(search, adds_all_words_and_counts_without_overlap) {
  const view all{pointers({made_up("aaaa-bb"), made_up("bb-bb"), made_up("c")})};
  EXPECT_THAT(found(all, "aa BB"), ElementsAre(std::pair{"aaaa-bb", 24}, std::pair{"bb-bb", 16}));
  EXPECT_THAT(found(all, "bb bb"), ElementsAre(std::pair{"bb-bb", 32}, std::pair{"aaaa-bb", 16}));
}

TEST(search, puts_equal_ones_in_the_order_of_their_slugs_and_keeps_to_a_venue) {
  auto other = made_up("a-x");
  other.at = venue::deribit;
  const view all{pointers({made_up("c-x"), made_up("b-x"), other})};
  EXPECT_THAT(found(all, "x"), ElementsAre(std::pair{"a-x", 8}, std::pair{"b-x", 8}, std::pair{"c-x", 8}));
  EXPECT_EQ(all.search("x", 9, venue::deribit).size(), 1U);
}

TEST(search, does_not_find_what_stands_across_two_texts) {
  const view all{pointers({made_up("ab", "cd", {"ef", "gh"}, "ij")})};
  for (const auto* word : {"bc", "de", "fg", "hi"}) EXPECT_THAT(found(all, word), IsEmpty()) << word;
}

std::uint32_t slow_count(std::string_view text, std::string_view term) {
  std::uint32_t count = 0;
  for (auto at = text.find(term); at != std::string_view::npos; at = text.find(term, at + term.size())) ++count;
  return count;
}

std::uint32_t slow_score(const market& x, std::string_view term) {
  std::uint32_t score = 8 * slow_count(x.slug, term) + 4 * slow_count(x.question, term);
  for (const auto& tag : x.tags) score += 2 * slow_count(tag, term);
  return score + slow_count(x.description, term);
}

/// A text of an alphabet in which terms overlap and repeat; it has both cases, white space and runs longer than what
/// is looked at at once.
std::string random_text(std::mt19937& random, std::size_t longest) {
  std::string made;
  for (auto left = random() % (longest + 1); left > 0; --left) made += "abAB- \n"[random() % 7];
  return random() % 8 == 0 ? made + std::string(150, 'a') : made;
}

std::vector<market> random_markets(std::mt19937& random, int count) {
  std::vector<market> markets;
  for (int i = 0; i < count; ++i) {
    auto x = made_up(std::to_string(i % (count / 2)) + random_text(random, 30), random_text(random, 90),
                     {random_text(random, 9), random_text(random, 9)}, i % 3 == 0 ? "" : random_text(random, 400));
    x.id = std::to_string(random());
    if (i % 2 == 0) x.at = venue::deribit;
    markets.push_back(std::move(x));
  }
  return markets;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream from{text};
  return {std::istream_iterator<std::string>{from}, {}};
}

std::string lower(std::string text) {
  for (auto& x : text) x = static_cast<char>(std::tolower(static_cast<unsigned char>(x)));
  return text;
}

/// Ids and scores, best first, from a search that is too simple to be wrong.
std::vector<std::pair<std::string, std::uint32_t>> slow_search(const std::vector<market>& in, const std::string& query,
                                                               std::size_t limit, std::optional<venue> only) {
  using row = std::tuple<std::int64_t, std::string, venue, std::string>;
  std::vector<row> rows;
  for (auto x : in) {
    x.slug = lower(x.slug), x.question = lower(x.question), x.description = lower(x.description);
    for (auto& tag : x.tags) tag = lower(tag);
    std::uint32_t score = 0;
    for (const auto& term : words_of(lower(query))) score += slow_score(x, term);
    const auto& listed = *std::ranges::find(in, x.id, &market::id);
    if (score > 0 && (!only || x.at == *only)) rows.emplace_back(-std::int64_t{score}, listed.slug, x.at, x.id);
  }
  std::ranges::sort(rows);
  if (rows.size() > limit) rows.resize(limit);
  std::vector<std::pair<std::string, std::uint32_t>> best;
  for (const auto& [score, slug, at, id] : rows) best.emplace_back(id, static_cast<std::uint32_t>(-score));
  return best;
}

std::vector<std::pair<std::string, std::uint32_t>> ids_of(const std::vector<hit>& found) {
  std::vector<std::pair<std::string, std::uint32_t>> ids;
  for (const auto& x : found) ids.emplace_back(x.what->id, x.score);
  return ids;
}

TEST(search, agrees_with_a_slow_one_before_and_after_the_view_is_laid_out) {
  std::mt19937 random{7};
  const auto markets = random_markets(random, 300);
  const view laid_out{pointers(markets)};
  laid_out.lay_out();
  for (int round = 0; round < 60; ++round) {
    std::string query;
    for (auto terms = random() % 4; terms > 0; --terms) query += random_text(random, 4) + " ";
    const auto limit = random() % 3 == 0 ? 1000 : random() % 20;
    const auto only = random() % 2 == 0 ? std::optional{venue::deribit} : std::nullopt;
    const auto expected = slow_search(markets, query, limit, only);
    EXPECT_EQ(ids_of(laid_out.search(query, limit, only)), expected) << query;
    EXPECT_EQ(ids_of(view{pointers(markets)}.search(query, limit, only)), expected) << query;
  }
}

TEST(search, may_be_asked_while_the_view_is_laid_out) {
  std::mt19937 random{8};
  const auto markets = random_markets(random, 300);
  for (int round = 0; round < 5; ++round) {
    const view all{pointers(markets)};
    const auto expected = slow_search(markets, "ab -a", 50, {});
    const std::jthread elsewhere{[&] { all.lay_out(); }};
    for (int i = 0; i < 20; ++i) EXPECT_EQ(ids_of(all.search("ab -a", 50)), expected);
  }
}

TEST(view, finds_by_id_slug_token_and_group) {
  auto listed = from_gamma({gamma_row("a", R"(,"negRisk":true,"negRiskMarketID":"0x9")"),
                            gamma_row("b", R"(,"negRisk":true,"negRiskMarketID":"0x9")"), gamma_row("c")});
  const auto token = listed.markets[1].outcome_named("No")->token;
  const view all{pointers(std::move(listed.markets))};
  EXPECT_EQ(all.all().size(), 3U);
  EXPECT_EQ(all.get("0xb")->slug, "b");
  EXPECT_EQ(all.get("b"), nullptr);
  EXPECT_EQ(all.find_by_slug("c")->id, "0xc");
  EXPECT_EQ(all.find_by_slug("ca"), nullptr);
  EXPECT_EQ(all.find_by_token_id(token)->id, "0xb");
  EXPECT_EQ(all.find_by_token_id("1"), nullptr);
  EXPECT_EQ(all.neg_risk_group("0x9").size(), 2U);
  EXPECT_THAT(all.neg_risk_group(""), IsEmpty());
}

TEST(view, takes_the_last_of_two_with_one_id) {
  const view all{pointers({made_up("a", "old"), made_up("a", "new")})};
  ASSERT_EQ(all.all().size(), 1U);
  EXPECT_EQ(all.get("0xa")->question, "new");
}

TEST(view, finds_slugs_by_regular_expression) {
  const view all{pointers(
      {made_up("btc-updown-5m-1773307200"), made_up("btc-updown-15m-1773307200"), made_up("eth-updown-5m-1")})};
  const auto five = all.find_by_slug_regex("^btc-updown-(5|15)m-\\d+$");
  ASSERT_TRUE(five) << five.error().text;
  ASSERT_EQ(five->size(), 2U);
  EXPECT_EQ((*five)[0]->slug, "btc-updown-15m-1773307200");
  EXPECT_EQ(all.find_by_slug_regex("updown-5m")->size(), 2U);
}

TEST(view, says_what_is_wrong_with_a_regular_expression) {
  const view all{pointers({made_up(std::string(60, 'a'))})};
  for (const auto* pattern : {"(", "a{2,1}", "*", "[z-a]"}) {
    const auto none = all.find_by_slug_regex(pattern);
    ASSERT_FALSE(none) << pattern;
    EXPECT_EQ(none.error().code, ec::malformed);
    EXPECT_THAT(none.error().text, HasSubstr(pattern));
  }
}

TEST(view, gives_up_a_regular_expression_that_would_take_for_ever) {
  const view all{pointers({made_up(std::string(200, 'a') + "!")})};
  EXPECT_FALSE(all.find_by_slug_regex("^(a+)+b?(a|a)*(aa|a)*$"));
}

} // namespace
