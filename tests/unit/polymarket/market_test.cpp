#include "polymarket/market.hpp"

#include "base/time.hpp"
#include "kit/polymarket_data.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace strike::polymarket {
namespace {

namespace json = boost::json;
using namespace literals;
using test::polymarket_data;

/// "Yes 1088/No 8971 tick 0.001 min 5 until 2028-01-01T05:00:00Z closed pays 0/1"
std::string text_of(const market& x) {
  const auto& [yes, no] = x.tokens;
  auto text = fmt::format("{} {}/{} {}", yes.outcome, yes.id.substr(0, 4), no.outcome, no.id.substr(0, 4));
  if (x.tick) text += " tick " + to_string(*x.tick);
  if (x.minimum) text += " min " + to_string(*x.minimum);
  if (x.end_ns != 0) text += " until " + iso_from_ns(x.end_ns);
  text += is_tradable(x) ? " open" : x.is_closed ? " closed" : " halted";
  if (x.payout) text += fmt::format(" pays {}/{}", (*x.payout)[0], (*x.payout)[1]);
  return text;
}

std::string text_of(const result<market_page>& page) {
  if (!page) return "malformed";
  std::string lines;
  for (const auto& x : page->markets) lines += (lines.empty() ? "" : "\n") + text_of(x);
  return lines + (page->skipped == 0 ? "" : fmt::format(" skipped {}", page->skipped));
}

std::string gamma(std::string_view text) { return text_of(parse_gamma_markets(text)); }
std::string clob(std::string_view text) { return text_of(parse_clob_markets(text)); }

/// The markets inside Gamma's events.
std::string markets_of(const json::value& events) {
  json::array all;
  for (const auto& event : events.as_array())
    for (const auto& market : event.at("markets").as_array()) all.push_back(market);
  return json::serialize(all);
}

TEST(gamma_market, recorded_markets_become_rules) {
  EXPECT_EQ(gamma(polymarket_data("gamma/market_open_5m_crypto.json")),
            "Up 1042/Down 7118 tick 0.01 min 5 until 2026-03-12T09:25:00Z open");
  EXPECT_EQ(gamma(polymarket_data("gamma/market_closed_accepting_false.json")),
            "Yes 1088/No 8971 tick 0.001 min 5 until 2028-01-01T05:00:00Z closed pays 0/1");
}

TEST(gamma_market, a_scalar_market_that_paid_fractions_names_no_winner) {
  EXPECT_EQ(gamma(polymarket_data("gamma/market_closed_scalar_legacy.json")),
            "Long 3930/Short 1993 until 2021-01-02T00:00:00Z closed");
}

TEST(gamma_market, markets_within_events_are_read_alike) {
  EXPECT_EQ(gamma(markets_of(json::parse(polymarket_data("gamma/event_neg_risk.json")))),
            "Yes 6059/No 7600 tick 0.001 min 5 until 2028-11-07T00:00:00Z open\n"
            "Yes 5776/No 6430 tick 0.001 min 5 until 2028-11-07T00:00:00Z open");
  EXPECT_EQ(gamma(markets_of(json::parse(polymarket_data("gamma/public_search.json")).at("events"))),
            "Yes 8255/No 1148 tick 0.001 min 5 until 2026-03-11T16:00:00Z open");
  EXPECT_EQ(gamma(polymarket_data("gamma/market_sports_handicap.json")),
            "FaZe 4761/illwill 4334 tick 0.001 min 5 until 2026-04-05T21:10:00Z closed pays 1/0");
}

constexpr std::string_view small =
    R"("conditionId":"0xaa","outcomes":"[\"Yes\", \"No\"]","orderPriceMinTickSize":"0.01","orderMinSize":"")";

std::string closed_with(std::string_view more) {
  return fmt::format(R"([{{{},"clobTokenIds":["11","12"],"closed":true,{}}}])", small, more);
}

TEST(gamma_market, arrays_may_be_text_or_not_and_numbers_text) {
  EXPECT_EQ(gamma(fmt::format(R"({{"markets":[{{{},"clobTokenIds":["11","12"]}}],"next_cursor":"x"}})", small)),
            "Yes 11/No 12 tick 0.01 open");
  EXPECT_EQ(gamma(fmt::format(R"({{{},"clobTokenIds":"[\"11\",\"12\"]","active":false}})", small)),
            "Yes 11/No 12 tick 0.01 halted");
}

TEST(gamma_market, only_a_decision_pays) {
  EXPECT_EQ(gamma(closed_with(R"("outcomePrices":"[\"0.9995\", \"0.0005\"]")")),
            "Yes 11/No 12 tick 0.01 closed pays 1/0");
  EXPECT_EQ(gamma(closed_with(R"("outcomePrices":"[\"0.998\", \"0.002\"]")")), "Yes 11/No 12 tick 0.01 closed");
  EXPECT_EQ(gamma(closed_with(R"("outcomePrices":"[\"0\", \"0\"]")")), "Yes 11/No 12 tick 0.01 closed");
  EXPECT_EQ(gamma(closed_with(R"("outcomePrices":"[\"0.5\", \"0.5\"]")")),
            "Yes 11/No 12 tick 0.01 closed pays 0.5/0.5");
  EXPECT_EQ(gamma(closed_with(R"("outcomePrices":"[\"0.5\", \"0.5\"]","umaResolutionStatus":"disputed")")),
            "Yes 11/No 12 tick 0.01 closed");
}

TEST(gamma_market, rows_that_are_not_of_two_tokens_are_skipped) {
  EXPECT_EQ(gamma(fmt::format(R"([{{{0}}},{{{0},"clobTokenIds":""}},{{{0},"clobTokenIds":"[\"11\"]"}},
                                  {{{0},"clobTokenIds":"[\"11\", \"x\"]"}},{{{0},"clobTokenIds":"[\"11\""}},
                                  {{{0},"clobTokenIds":["11","11"]}},{{{0},"clobTokenIds":["11","12"]}}])",
                              small)),
            "Yes 11/No 12 tick 0.01 open skipped 6");
}

TEST(gamma_market, the_last_page_has_no_cursor) {
  EXPECT_EQ(parse_gamma_markets(R"({"markets":[],"next_cursor":"abc="})")->next_cursor, "abc=");
  EXPECT_EQ(parse_gamma_markets(R"({"markets":[]})")->next_cursor, "");
  EXPECT_EQ(parse_clob_markets(R"({"data":[],"next_cursor":"LTE="})")->next_cursor, "");
}

TEST(gamma_market, an_answer_that_is_no_list_is_refused) {
  for (const auto text : {"", "<html>", "[1]", R"({"markets":7})", R"([{"conditionId":"0x)"})
    EXPECT_EQ(gamma(text), "malformed") << text;
}

TEST(clob_market, recorded_markets_become_rules) {
  EXPECT_EQ(clob(polymarket_data("http/market.json")),
            "Yes 2174/No 4833 tick 0.001 min 5 until 2024-11-05T00:00:00Z open");
  EXPECT_EQ(clob(polymarket_data("http/clob_market_closed_accepting_false.json")),
            "Yes 1088/No 8971 tick 0.001 min 5 until 2028-01-01T00:00:00Z closed pays 0/1");
}

TEST(clob_market, a_recorded_page_of_a_hundred_is_read) {
  const auto page = parse_clob_markets(polymarket_data("http/markets_page.json"));
  ASSERT_TRUE(page) << page.error().text;
  EXPECT_EQ(page->markets.size(), 99U);
  EXPECT_EQ(page->skipped, 1U); // a placeholder without tokens
  EXPECT_EQ(page->next_cursor, "MTAw");
  EXPECT_EQ(std::ranges::count_if(page->markets, is_tradable), 1);
  // 74 closed markets show prices of 1 and 0, but name no winner
  EXPECT_EQ(std::ranges::count_if(page->markets, [](const market& x) { return x.payout.has_value(); }), 24);
}

TEST(clob_market, simplified_rows_tell_state_and_winner) {
  EXPECT_EQ(clob(R"({"data":[{"condition_id":"0xaa","active":true,"closed":true,"accepting_orders":true,"tokens":[
                     {"token_id":"11","outcome":"Yes","price":1,"winner":true},
                     {"token_id":"12","outcome":"No","price":0,"winner":false}]}]})"),
            "Yes 11/No 12 closed pays 1/0");
}

TEST(clob_market, fifty_fifty_is_paid_only_where_it_is_said) {
  const auto row = [](std::string_view even) {
    return fmt::format(R"({{"condition_id":"0xaa","closed":true,"is_50_50_outcome":{},"tokens":[
                           {{"token_id":"11","outcome":"Yes","price":0.5,"winner":false}},
                           {{"token_id":"12","outcome":"No","price":0.5,"winner":false}}]}})",
                       even);
  };
  EXPECT_EQ(clob(row("true")), "Yes 11/No 12 closed pays 0.5/0.5");
  EXPECT_EQ(clob(row("false")), "Yes 11/No 12 closed");
}

TEST(clob_market, the_market_of_a_token_is_named) {
  EXPECT_EQ(parse_market_of_token(R"({"condition_id":"0xaa","primary_token_id":"11","secondary_token_id":"12"})"),
            "0xaa");
  EXPECT_FALSE(parse_market_of_token(R"({"error":"not found"})"));
}

TEST(instruments, both_tokens_are_each_others_complement) {
  const auto page = parse_gamma_markets(polymarket_data("gamma/market_open_5m_crypto.json"));
  const auto made = instruments_of(page->markets.at(0));
  ASSERT_TRUE(made);
  const auto& [up, down] = *made;
  EXPECT_EQ(up.symbol, "104239898038807136052399800151408521467737075933964991162589336683346093173875");
  EXPECT_EQ(up.complement, down.symbol);
  EXPECT_EQ(down.complement, up.symbol);
  EXPECT_EQ(down.outcome, "Down");
  EXPECT_EQ(up.info.kind, instrument_kind::binary);
  EXPECT_EQ(iso_from_ns(up.info.expiry_ns), "2026-03-12T09:25:00Z");
  EXPECT_EQ(up.ticks.base, 0.01_px);
  EXPECT_EQ(up.lot, 0.01_qty);
  EXPECT_EQ(up.minimum, 5_qty);
}

TEST(instruments, an_open_market_without_a_tick_has_no_rules) {
  market x{.condition = "0xaa", .tokens = {{{"11", "Yes"}, {"12", "No"}}}};
  EXPECT_FALSE(instruments_of(x));
  x.is_closed = true;
  EXPECT_EQ(instruments_of(x)->front().ticks.base, 0.001_px);
  EXPECT_EQ(instruments_of(x)->front().minimum, 0.01_qty);
}

TEST(market, says_what_its_orders_are_signed_for) {
  const auto neg_risk = parse_gamma_markets(
      R"([{"conditionId":"0xaa","outcomes":"[\"Yes\",\"No\"]","clobTokenIds":"[\"11\",\"12\"]","negRisk":true}])");
  ASSERT_EQ(neg_risk->markets.size(), 1u);
  EXPECT_TRUE(neg_risk->markets[0].is_neg_risk);
  EXPECT_EQ(neg_risk->markets[0].protocol, protocol::clob_v2);
  const auto positions = parse_gamma_markets(
      R"([{"conditionId":"0xaa","outcomes":"[\"Yes\",\"No\"]","clobTokenIds":"[\"11\",\"12\"]","version":"v2",
           "positionIds":"[\"21\",\"22\"]"}])");
  ASSERT_EQ(positions->markets.size(), 1u);
  EXPECT_EQ(positions->markets[0].protocol, protocol::positions);
  EXPECT_EQ(positions->markets[0].tokens[0].id, "21");
  const auto first = parse_gamma_markets(
      R"([{"conditionId":"0xaa","outcomes":"[\"Yes\",\"No\"]","clobTokenIds":"[\"11\",\"12\"]","version":"v1",
           "positionIds":"[\"21\",\"22\"]"}])");
  EXPECT_EQ(first->markets.at(0).tokens[0].id, "11"); // has positions too, but no book for them
}

TEST(market, says_what_takers_pay) {
  const auto fee_of = [](std::string_view more) {
    const auto page = parse_gamma_markets(
        R"([{"conditionId":"0xaa","outcomes":"[\"Yes\",\"No\"]","clobTokenIds":"[\"11\",\"12\"]",)" +
        std::string{more} + "}]");
    return page->markets.at(0).fee;
  };
  const auto fee = fee_of(R"("feesEnabled":true,"feeSchedule":{"exponent":1,"rate":0.05,"takerOnly":true})");
  ASSERT_TRUE(fee);
  EXPECT_EQ(fee->rate, (price{50'000'000}));
  EXPECT_EQ(fee->exponent, 1);
  EXPECT_FALSE(fee_of(R"("feesEnabled":false,"feeSchedule":{"exponent":1,"rate":0.05})"));
  EXPECT_FALSE(fee_of(R"("feesEnabled":true,"feeSchedule":null)"));
}

} // namespace
} // namespace strike::polymarket
