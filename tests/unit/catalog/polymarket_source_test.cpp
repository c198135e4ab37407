#include "catalog_kit.hpp"

#include "base/time.hpp"

#include <gmock/gmock.h>

using namespace strike;
using namespace strike::catalog;
using namespace strike::literals;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

market only_market(const std::vector<std::string>& rows) {
  auto made = from_gamma(rows);
  EXPECT_EQ(made.markets.size(), 1U);
  EXPECT_THAT(made.complaints, testing::IsEmpty());
  return made.markets.empty() ? market{} : made.markets[0];
}

TEST(gamma, an_open_market_is_read_whole) {
  const auto x = only_market({test_data("polymarket/gamma/market_open_5m_crypto.json")});
  EXPECT_EQ(x.id, "0x78443f961b9a65869dcb39359de9960165c7e5cbad0904eac7f29cd77872a63b");
  EXPECT_EQ(x.listing_id, "1557558");
  EXPECT_EQ(x.slug, "btc-updown-5m-1773307200");
  EXPECT_EQ(x.question, "Bitcoin Up or Down - March 12, 5:20AM-5:25AM ET");
  EXPECT_THAT(x.description, testing::StartsWith("This market will resolve to \"Up\" if the Bitcoin price"));
  ASSERT_NE(x.outcome_named("Up"), nullptr);
  EXPECT_EQ(x.outcome_named("Up")->token,
            "104239898038807136052399800151408521467737075933964991162589336683346093173875");
  EXPECT_EQ(x.outcome_named("Yes"), nullptr);
  EXPECT_EQ(x.complement_of(x.outcome_named("Up")->token), x.outcome_named("Down"));
  EXPECT_EQ(x.complement_of("12"), nullptr);
  EXPECT_EQ(x.ticks, (tick_table{.base = 0.01_px}));
  EXPECT_EQ(x.minimum, 5_qty);
  EXPECT_EQ(x.lot, 0.01_qty);
  EXPECT_EQ(x.end_ns, *ns_from_text("2026-03-12T09:25:00Z"));
  EXPECT_TRUE(x.is_tradable());
  EXPECT_EQ(x.winner(), nullptr);
  EXPECT_EQ(x.volume, 9.999997);
  EXPECT_EQ(x.liquidity, 20328.3747);
  EXPECT_EQ(x.event_id, "260654");
  EXPECT_EQ(x.event_title, x.question);
}

TEST(gamma, a_closed_market_of_prices_zero_and_one_has_a_winner_and_is_not_tradable) {
  const auto x = only_market({test_data("polymarket/gamma/market_closed_accepting_false.json")});
  EXPECT_TRUE(x.is_active);
  EXPECT_FALSE(x.is_tradable());
  ASSERT_NE(x.winner(), nullptr);
  EXPECT_EQ(x.winner()->label, "No");
}

TEST(gamma, an_old_scalar_market_has_no_winner_and_no_tick) {
  const auto x = only_market({test_data("polymarket/gamma/market_closed_scalar_legacy.json")});
  EXPECT_NE(x.outcome_named("Long"), nullptr);
  EXPECT_EQ(x.winner(), nullptr);
  EXPECT_FALSE(x.ticks);
  EXPECT_FALSE(x.minimum);
  EXPECT_FALSE(x.is_tradable());
}

TEST(gamma, a_sports_market_has_its_fees_and_its_taker_delay) {
  const auto x = only_market({test_data("polymarket/gamma/market_sports_handicap.json")});
  EXPECT_EQ(to_string(x.fees.taker), "0.03");
  EXPECT_EQ(to_string(x.fees.maker), "0");
  EXPECT_EQ(x.fees.exponent, 1);
  EXPECT_EQ(to_string(x.fees.maker_rebate), "0.25");
  EXPECT_EQ(x.taker_delay_s, 3);
  EXPECT_TRUE(x.clears_book_at_start);
  EXPECT_GT(x.game_start_ns, 0);
}

TEST(gamma, the_markets_of_an_event_share_its_neg_risk_group) {
  const auto event = boost::json::parse(test_data("polymarket/gamma/event_neg_risk.json")).as_array().at(0).as_object();
  std::vector<std::string> rows;
  for (const auto& row : event.at("markets").as_array()) rows.push_back(boost::json::serialize(row));
  const auto made = from_gamma(rows);
  ASSERT_EQ(made.markets.size(), 2U);
  EXPECT_TRUE(made.markets[0].is_neg_risk);
  EXPECT_EQ(made.markets[0].neg_risk_group, event.at("negRiskMarketID").as_string());
  EXPECT_EQ(made.markets[0].neg_risk_group, made.markets[1].neg_risk_group);
}

TEST(gamma, tags_are_their_labels) {
  const auto x = only_market({gamma_row("a", R"(,"tags":)" + test_data("polymarket/gamma/tags.json"))});
  EXPECT_THAT(x.tags,
              ElementsAre("Health and Human Services", "Sweeden", "attorney general", "Madrid Open", "Crypto Summit"));
}

TEST(gamma, real_arrays_count_like_texts_of_arrays) {
  const auto x =
      only_market({R"({"conditionId":"0xa","slug":"a","outcomes":["Up","Down"],"clobTokenIds":["11","12"]})"});
  EXPECT_EQ(x.outcome_named("Down")->token, "12");
  EXPECT_FALSE(x.accepts_orders);
}

TEST(gamma, what_is_no_two_sided_market_is_skipped_without_failing_the_page) {
  const auto made = from_gamma({
      gamma_row("a"),
      R"({"conditionId":"","slug":"no-id","outcomes":"[\"Yes\", \"No\"]","clobTokenIds":"[\"1\", \"2\"]"})",
      R"({"conditionId":"0xb","slug":"three","outcomes":"[\"A\", \"B\", \"C\"]","clobTokenIds":"[\"1\", \"2\", \"3\"]"})",
      R"({"conditionId":"0xc","slug":"not-yet","outcomes":"[\"Yes\", \"No\"]","clobTokenIds":""})",
      R"({"conditionId":"0xd","slug":"absent","outcomes":"[\"Yes\", \"No\"]"})",
      R"({"conditionId":"0xe","slug":"empty","outcomes":"[\"Yes\", \"No\"]","clobTokenIds":"[\"\", \"\"]"})",
  });
  EXPECT_EQ(made.markets.size(), 1U);
  EXPECT_EQ(made.skipped, 5U);
  EXPECT_EQ(made.faulty, 0U);
}

TEST(gamma, a_row_that_breaks_its_form_is_left_out_and_told) {
  const auto made = from_gamma(
      {gamma_row("a"), gamma_row("b", R"(,"endDate":"soon")"), gamma_row("c", R"(,"active2":1,"orderMinSize":"five")"),
       R"({"conditionId":"0xd","outcomes":"[\"Yes\", \"No\"","clobTokenIds":"[\"1\", \"2\"]"})",
       R"({"conditionId":"0xe","outcomes":["Yes","No"],"clobTokenIds":["1","0x2"]})",
       R"({"conditionId":"0xf","outcomes":["Yes","Yes"],"clobTokenIds":["1","2"]})"});
  EXPECT_EQ(made.markets.size(), 1U);
  EXPECT_EQ(made.faulty, 5U);
  EXPECT_THAT(made.complaints, ElementsAre(HasSubstr("0xb: endDate 'soon' is not a time"),
                                           HasSubstr("0xc: orderMinSize 'five' is no decimal"), HasSubstr("outcomes"),
                                           HasSubstr("token"), HasSubstr("both named 'Yes'")));
}

TEST(gamma, pages_are_followed_by_their_cursor_to_the_last) {
  fake_http http;
  http.answer(gamma_first, gamma_page({gamma_row("a")}, "c+1="));
  http.answer(gamma_first + "after_cursor=c%2B1%3D", gamma_page({gamma_row("b")}, "c2"));
  http.answer(gamma_first + "after_cursor=c2", gamma_page({}));
  const auto made = load(venue::polymarket, {}, http.function());
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_EQ(made->markets.size(), 2U);
}

TEST(gamma, a_failed_page_fails_the_list) {
  fake_http http;
  http.answer(gamma_first, gamma_page({gamma_row("a")}, "next"));
  http.answer(gamma_first + "after_cursor=next", fail(ec::io, "gamma-api.polymarket.com: time-out"));
  const auto made = load(venue::polymarket, {}, http.function());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().text, "gamma-api.polymarket.com: time-out");
}

TEST(gamma, a_page_that_is_no_json_or_comes_again_is_an_error_that_names_it) {
  for (const auto& page : {std::string{"<html>"}, std::string{"[]"}, std::string{"{}"},
                           gamma_page({gamma_row("b")}, "next"), gamma_page({gamma_row("b")}, "n").substr(0, 40)}) {
    fake_http http;
    http.answer(gamma_first, gamma_page({gamma_row("a")}, "next"));
    http.answer(gamma_first + "after_cursor=next", page);
    const auto made = load(venue::polymarket, {}, http.function());
    if (page == "{}") continue; // an end without rows
    ASSERT_FALSE(made) << page;
    EXPECT_THAT(made.error().text, HasSubstr("after_cursor=next"));
  }
}

TEST(clob, the_recorded_page_gives_all_but_the_market_without_tokens) {
  const auto made = recorded_page();
  EXPECT_EQ(made.markets.size(), 99U);
  EXPECT_EQ(made.skipped, 1U);
  EXPECT_EQ(made.faulty, 0U);
  EXPECT_EQ(std::ranges::count_if(made.markets, [](const market& x) { return !x.is_closed; }), 1);
  EXPECT_EQ(made.markets[0].slug, "will-ron-desantis-win-the-us-2024-republican-presidential-nomination");
  EXPECT_EQ(made.markets[0].winner()->label, "No");
  EXPECT_EQ(made.markets[0].ticks, (tick_table{.base = 0.001_px}));
}

TEST(clob, a_recorded_resolved_market_names_its_winner) {
  fake_http http;
  http.answer("https://clob.polymarket.com/markets?",
              R"({"data":[)" + test_data("polymarket/http/clob_market_closed_accepting_false.json") +
                  R"(],"next_cursor":"LTE="})");
  const auto made = load(venue::polymarket, {.polymarket = polymarket_list::clob}, http.function());
  ASSERT_TRUE(made) << made.error().text;
  ASSERT_EQ(made->markets.size(), 1U);
  EXPECT_NE(made->markets[0].winner(), nullptr);
  EXPECT_FALSE(made->markets[0].is_tradable());
}

} // namespace
