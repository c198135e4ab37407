#include "polymarket/account.hpp"

#include "kit/polymarket_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace strike;
using namespace strike::literals;
using namespace strike::polymarket;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

namespace {

user_news news_of(std::string_view frame) {
  const auto read = parse_user_frame(frame);
  EXPECT_TRUE(read) << (read ? "" : read.error().text);
  return read.value_or(user_news{});
}

order_row order_with(std::string_view fields) {
  const auto news =
      news_of(R"({"event_type":"order","id":"0x51","asset_id":"11","side":"BUY",)" + std::string{fields} + "}");
  EXPECT_THAT(news.orders, SizeIs(1));
  return news.orders.empty() ? order_row{} : news.orders.front();
}

std::vector<own_fill> fills_of(const trade_row& trade, std::string_view owner, std::vector<std::string> orders = {}) {
  return own_fills(trade, owner, [&](std::string_view x) { return std::ranges::find(orders, x) != orders.end(); });
}

constexpr auto token = "21742633143463906290569050155826241533067272736897614950488156847949938836455";

} // namespace

TEST(polymarket_account, a_recorded_placement_is_read) {
  const auto news = news_of(test::polymarket_data("ws/user_order_placement.json"));
  ASSERT_THAT(news.orders, SizeIs(1));
  const auto& x = news.orders[0];
  EXPECT_EQ(x.id, "0x0f76f4dc6eaf3332f4100f2e8a0b4a927351dd64646b7bb12f37df775c657a78");
  EXPECT_EQ(x.event, order_event::placement);
  EXPECT_EQ(x.status, order_status::live);
  EXPECT_EQ(x.owner, "3e2c94ca-8124-c4c1-c7ea-be1ea21b71fe");
  EXPECT_EQ(x.market, "0xdd22472e552920b8438158ea7238bfadfa4f736aa4cee91a6b86c39ead110917");
  EXPECT_EQ(x.asset, token);
  EXPECT_EQ(x.side, side::buy);
  EXPECT_EQ(x.original, 5_qty);
  EXPECT_EQ(x.matched, 0_qty);
  EXPECT_EQ(x.limit, 0.513_px);
  EXPECT_EQ(x.venue_ns, 1'725'842'520'990'000'000);
}

TEST(polymarket_account, a_recorded_cancellation_by_the_venue_is_read) {
  const auto news = news_of(test::polymarket_data("ws/user_order_venue_cancel.json"));
  ASSERT_THAT(news.orders, SizeIs(1));
  EXPECT_EQ(news.orders[0].event, order_event::cancellation);
  EXPECT_EQ(news.orders[0].status, order_status::invalid);
}

TEST(polymarket_account, a_taker_has_one_fill_of_a_recorded_trade) {
  const auto news = news_of(test::polymarket_data("ws/user_trade_taker_matched.json"));
  ASSERT_THAT(news.trades, SizeIs(1));
  EXPECT_EQ(news.trades[0].match_ns, 1'725'958'681'000'000'000);
  const auto fills = fills_of(news.trades[0], "3e2c94ca-8124-c4c1-c7ea-be1ea21b71fe");
  ASSERT_THAT(fills, SizeIs(1));
  EXPECT_EQ(fills[0].order, "0x5b605a0e8e40f3402d3cb3bc19edad6733ed23fbc079d2a09ee399c3487ace81");
  EXPECT_EQ(fills[0].side, side::buy);
  EXPECT_EQ(fills[0].at, 0.52_px);
  EXPECT_EQ(fills[0].size, 5_qty);
  EXPECT_EQ(fills[0].role, liquidity::taker);
}

TEST(polymarket_account, a_maker_of_two_orders_has_two_fills_of_a_recorded_trade) {
  const auto news = news_of(test::polymarket_data("ws/user_trade_maker_two_own_orders.json"));
  ASSERT_THAT(news.trades, SizeIs(1));
  EXPECT_EQ(news.trades[0].status, trade_status::confirmed);
  const auto fills = fills_of(news.trades[0], "a93a3d32-74fa-dd2b-4b67-98bfa6fc5cb5");
  ASSERT_THAT(fills, SizeIs(2));
  EXPECT_EQ(fills[0].at, 0.4_px);
  EXPECT_EQ(fills[1].at, 0.3_px);
  for (const auto& x : fills) {
    EXPECT_EQ(x.side, side::buy);
    EXPECT_EQ(x.size, 5_qty);
    EXPECT_EQ(x.role, liquidity::maker);
  }
}

TEST(polymarket_account, a_recorded_trade_of_a_query_is_read) {
  const auto page = parse_trades("[" + test::polymarket_data("http/clob_trade_confirmed.json") + "]");
  ASSERT_TRUE(page) << page.error().text;
  ASSERT_THAT(page->rows, SizeIs(1));
  EXPECT_EQ(page->rows[0].status, trade_status::confirmed);
  EXPECT_EQ(page->rows[0].ours, liquidity::taker);
  EXPECT_EQ(page->rows[0].at, 0.489_px);
}

TEST(polymarket_account, a_fill_through_the_complement_is_of_the_own_token_and_the_takers_side) {
  const auto news = news_of(
      R"({"event_type":"trade","type":"TRADE","id":"c0ffee","taker_order_id":"0x99","market":"0xaa","asset_id":"12",
          "side":"BUY","size":"25","price":"0.6","status":"MATCHED","trader_side":"MAKER","owner":"them",
          "match_time":"1782864005","maker_orders":[
            {"order_id":"0x51","owner":"us","matched_amount":"25","price":"0.4","asset_id":"11","outcome":"Yes"}]})");
  const auto fills = fills_of(news.trades.at(0), "us");
  ASSERT_THAT(fills, SizeIs(1));
  EXPECT_EQ(fills[0].asset, "11");
  EXPECT_EQ(fills[0].side, side::buy);
  EXPECT_EQ(fills[0].at, 0.4_px);
}

TEST(polymarket_account, a_maker_on_the_takers_token_is_on_the_other_side) {
  trade_row trade{.id = "t", .asset = "11", .side = side::sell, .size = 5_qty, .at = 0.4_px};
  trade.makers = {{.order = "0x51", .owner = "us", .asset = "11", .size = 5_qty, .at = 0.4_px}};
  EXPECT_EQ(fills_of(trade, "us").at(0).side, side::buy);
}

TEST(polymarket_account, a_taker_pays_the_exact_average_of_its_legs) {
  trade_row trade{.id = "t", .taker_order = "0x1", .asset = "11", .side = side::buy, .size = 3_qty, .at = 0.43_px};
  trade.makers = {{.order = "0x2", .asset = "11", .size = 1_qty, .at = 0.4_px},
                  {.order = "0x3", .asset = "12", .size = 2_qty, .at = 0.55_px}}; // mint: 0.45 here
  EXPECT_EQ(fills_of(trade, "us", {"0x1"}).at(0).at, (price{433'333'333}));
  trade.makers.pop_back(); // not all of its legs: the venue's average
  EXPECT_EQ(fills_of(trade, "us", {"0x1"}).at(0).at, 0.43_px);
}

TEST(polymarket_account, a_trade_with_oneself_has_both_fills) {
  trade_row trade{.id = "t", .taker_order = "0x1", .asset = "11", .side = side::buy, .size = 1_qty, .at = 0.4_px};
  trade.makers = {{.order = "0x2", .owner = "us", .asset = "11", .size = 1_qty, .at = 0.4_px}};
  const auto fills = fills_of(trade, "us", {"0x1", "0x2"});
  ASSERT_THAT(fills, SizeIs(2));
  EXPECT_EQ(fills[0].side, side::buy);
  EXPECT_EQ(fills[1].side, side::sell);
}

TEST(polymarket_account, another_accounts_trade_has_no_fills) {
  trade_row trade{.id = "t", .taker_order = "0x1", .asset = "11", .size = 1_qty};
  trade.ours = liquidity::taker;
  trade.makers = {{.order = "0x2", .owner = "them", .asset = "11", .size = 1_qty}};
  EXPECT_THAT(fills_of(trade, "us"), SizeIs(0));
  EXPECT_THAT(fills_of(trade, ""), SizeIs(0)); // an owner that is not known is nobody's
}

TEST(polymarket_account, order_words_come_in_every_spelling) {
  for (const auto& row : enum_names<order_status>::table)
    for (const auto& word : {std::string{row.text}, "ORDER_STATUS_" + std::string{row.text}})
      EXPECT_EQ(order_with("\"status\":\"" + word + "\"").status, row.value) << word;
  EXPECT_EQ(order_with(R"("status":"live")").status, order_status::live);
  EXPECT_EQ(order_with(R"("status":"CANCELLED")").status, order_status::cancelled);
  const auto resolved = order_with(R"("status":"CANCELED_MARKET_RESOLVED")");
  EXPECT_EQ(resolved.status, order_status::resolved);
  EXPECT_EQ(resolved.reason, "");
  const auto with_reason = order_with(R"("status":"ORDER_STATUS_CANCELED_SELF_TRADE")");
  EXPECT_EQ(with_reason.status, order_status::cancelled);
  EXPECT_EQ(with_reason.reason, "SELF_TRADE");
  EXPECT_EQ(order_with(R"("type":"CANCELLATION")").status, order_status::cancelled); // its word left out
}

TEST(polymarket_account, trade_words_come_in_every_spelling) {
  const auto status = [](std::string_view word) {
    const auto news = news_of(R"({"event_type":"trade","id":"t","asset_id":"11","side":"BUY","status":")" +
                              std::string{word} + "\"}");
    return news.trades.at(0).status;
  };
  for (const auto& row : enum_names<trade_status>::table)
    for (const auto& word : {std::string{row.text}, "TRADE_STATUS_" + std::string{row.text}})
      EXPECT_EQ(status(word), row.value) << word;
  EXPECT_EQ(status("MATCHED_NOT_BROADCASTED"), trade_status::matched);
  EXPECT_EQ(status("confirmed"), trade_status::confirmed);
}

TEST(polymarket_account, an_unknown_word_is_an_error_that_names_it) {
  const auto read =
      parse_user_frame(R"({"event_type":"order","id":"0x51","asset_id":"11","side":"BUY","status":"LIVELY"})");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ec::malformed);
  EXPECT_THAT(read.error().text, HasSubstr("LIVELY"));
}

TEST(polymarket_account, a_killed_order_leaves_its_numbers_empty) {
  const auto x =
      order_with(R"("status":"CANCELED","size_matched":"","created_at":"","outcome":"","associate_trades":null)");
  EXPECT_EQ(x.matched, 0_qty);
}

TEST(polymarket_account, a_frame_may_be_an_array_of_objects_and_of_nothing_else) {
  const auto news = news_of(R"([{"event_type":"order","id":"0x1","asset_id":"11","side":"SELL","status":"LIVE"},
                               {"event_type":"order","id":"0x2","asset_id":"11","side":"SELL","status":"LIVE"}])");
  EXPECT_THAT(news.orders, SizeIs(2));
  EXPECT_FALSE(parse_user_frame(R"([{"event_type":"x"},[]])"));
}

TEST(polymarket_account, ids_are_compared_in_lower_case) {
  EXPECT_EQ(
      news_of(R"([{"event_type":"order","id":"0xAB","asset_id":"11","side":"SELL","status":"LIVE"}])").orders.at(0).id,
      "0xab");
}

TEST(polymarket_account, unknown_events_are_named) {
  EXPECT_THAT(news_of(R"([{"event_type":"tier_change","tier":1}])").unknown, ElementsAre("tier_change"));
}

TEST(polymarket_account, pages_end_with_their_mark_and_not_by_their_length) {
  const auto first = parse_orders(R"({"limit":100,"count":0,"next_cursor":"MTAw","data":[]})");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->next_cursor, "MTAw");
  for (const auto* last :
       {R"({"next_cursor":"LTE=","data":[]})", R"({"next_cursor":"","data":null})", R"({"data":[]})", "[]"}) {
    const auto page = parse_orders(last);
    ASSERT_TRUE(page) << last;
    EXPECT_EQ(page->next_cursor, "") << last;
  }
  EXPECT_FALSE(parse_orders(R"({"error":"x"})"));
}

TEST(polymarket_account, a_row_that_cannot_be_read_spoils_its_page) {
  const auto page =
      parse_orders(R"({"data":[{"id":"0x1","asset_id":"11","side":"BUY","status":"LIVE","price":"zero"}]})");
  ASSERT_FALSE(page);
  EXPECT_THAT(page.error().text, HasSubstr("price"));
}

TEST(polymarket_account, an_order_that_the_venue_forgot_is_none) {
  for (const auto* text : {"null", "", " ", "{}", "\"\""}) {
    const auto x = parse_order(text);
    ASSERT_TRUE(x) << text;
    EXPECT_FALSE(*x) << text;
  }
  EXPECT_FALSE(parse_order("<html>"));
}

TEST(polymarket_account, positions_are_json_numbers) {
  const auto read =
      parse_positions(R"([{"asset":"11","conditionId":"0xaa","size":94.37,"avgPrice":0.5,"outcome":"Yes"}])");
  ASSERT_TRUE(read) << read.error().text;
  ASSERT_THAT(*read, SizeIs(1));
  EXPECT_EQ((*read)[0].size, 94.37_qty);
  EXPECT_FALSE(parse_positions(R"([{"asset":"11"}])"));
}
