#include "polymarket/answer.hpp"

#include "kit/polymarket_data.hpp"
#include "polymarket/account.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

using namespace strike;
using namespace strike::literals;
using namespace strike::polymarket;
using testing::ElementsAre;
using testing::Pair;

namespace {
placing outcome(std::string_view json) {
  const auto answer = parse_order_answer(json);
  EXPECT_TRUE(answer) << json;
  return answer ? outcome_of(*answer) : placing::unsure;
}
} // namespace

TEST(polymarket_answer, success_alone_does_not_prove_acceptance) {
  EXPECT_EQ(outcome(R"({"success":true,"errorMsg":"","orderID":"0x1","status":"live"})"), placing::accepted);
  EXPECT_EQ(outcome(R"({"success":true,"errorMsg":null,"orderID":"0x1","status":"matched"})"), placing::accepted);
  EXPECT_EQ(outcome(R"({"success":true,"orderID":"0x1","status":"delayed"})"), placing::accepted);
  EXPECT_EQ(outcome(R"({"success":true,"orderID":"0x1"})"), placing::accepted);
  EXPECT_EQ(outcome(R"({"success":true,"errorMsg":"order crosses book","orderID":""})"), placing::rejected);
  EXPECT_EQ(outcome(R"({"success":false,"errorMsg":"not enough balance / allowance"})"), placing::rejected);
  EXPECT_EQ(outcome(R"({"error":"Invalid order payload"})"), placing::rejected);
  EXPECT_EQ(outcome(R"({"success":true,"orderID":"0x1","status":"unmatched"})"), placing::unsure);
  EXPECT_EQ(outcome(R"({"success":true,"orderID":"","errorMsg":""})"), placing::unsure);
  EXPECT_EQ(outcome(R"({"success":false,"orderID":"0x1"})"), placing::unsure);
  EXPECT_EQ(outcome(R"({"success":true,"orderID":"0x1","status":"resting"})"), placing::unsure); // a word not known
}

TEST(polymarket_answer, what_is_no_answer_is_malformed) {
  for (const auto* text : {"", "null", "[]", "{}", "<html>502</html>", R"({"success":"yes"})", R"({"success":true)"})
    EXPECT_FALSE(parse_order_answer(text)) << text;
}

TEST(polymarket_answer, a_batch_is_answered_leg_by_leg) {
  const auto legs = parse_order_answers(R"([{"success":true,"orderID":"0xA1","status":"LIVE"},
                                            {"success":true,"orderID":"","errorMsg":"order crosses book"}])");
  ASSERT_TRUE(legs) << legs.error().text;
  ASSERT_EQ(legs->size(), 2u);
  EXPECT_EQ((*legs)[0].id, "0xa1");
  EXPECT_EQ(outcome_of((*legs)[0]), placing::accepted);
  EXPECT_EQ(outcome_of((*legs)[1]), placing::rejected);
}

TEST(polymarket_answer, a_cancel_names_what_ended_and_what_did_not) {
  const auto x =
      parse_cancel_answer(R"({"not_canceled":{"0xB2":"already canceled or matched","0x3":null},"canceled":["0xA1"]})");
  ASSERT_TRUE(x) << x.error().text;
  EXPECT_THAT(x->cancelled, ElementsAre("0xa1"));
  EXPECT_THAT(x->refused, ElementsAre(Pair("0x3", ""), Pair("0xb2", "already canceled or matched")));
  EXPECT_FALSE(parse_cancel_answer(R"({"error":"x"})"));
}

TEST(polymarket_answer, every_text_of_the_page_has_its_rule) {
  EXPECT_EQ(rule_of("order_version_mismatch").kind, refusal::version);
  EXPECT_EQ(rule_of("invalid order version, please use the latest clob-client").kind, refusal::version);
  EXPECT_EQ(rule_of("order 0x1 is invalid. Price (0.555) breaks minimum tick size rule: 0.01").kind, refusal::tick);
  EXPECT_EQ(rule_of("order 0x1 is invalid. Duplicated. Same order has already been placed").kind, refusal::duplicate);
  EXPECT_EQ(rule_of("INVALID_ORDER_DUPLICATED").kind, refusal::duplicate);
  EXPECT_EQ(rule_of("order couldn't be fully filled. FOK orders are fully filled or killed.").kind, refusal::killed);
  EXPECT_EQ(rule_of("no orders found to match with FAK order.").kind, refusal::killed);
  EXPECT_EQ(rule_of("FOK_ORDER_NOT_FILLED_ERROR").kind, refusal::killed);
  EXPECT_EQ(rule_of("not enough balance / allowance").kind, refusal::funds);
  EXPECT_EQ(rule_of("maker address not allowed, please use the deposit wallet flow").kind, refusal::credentials);
  EXPECT_EQ(rule_of("Unauthorized/Invalid api key").kind, refusal::credentials);
  EXPECT_EQ(rule_of("'0x12' address in closed only mode").kind, refusal::restricted);
  EXPECT_EQ(rule_of("Trading restricted in your region").kind, refusal::restricted);
  EXPECT_EQ(rule_of("Size (3) lower than the minimum: 5").kind, refusal::other);
}

TEST(polymarket_answer, errors_come_in_several_forms) {
  EXPECT_EQ(read_error(R"({"error":"a"})").text, "a");
  EXPECT_EQ(read_error(R"({"errorMsg":"b"})").text, "b");
  EXPECT_EQ(read_error("plain\ntext").text, "plain text");
  const auto mode = read_error(R"({"error":"x","code":"post_only_mode","retry_after_seconds":90.5})");
  EXPECT_EQ(mode.code, "post_only_mode");
  EXPECT_EQ(mode.retry_after_s, 91);
}

TEST(polymarket_answer, an_unlimited_allowance_is_the_largest_number) {
  const auto x = parse_funds(
      R"({"balance":"12500000","allowances":{"0xE111180000d2663C0091e4f400237545B87B996B":
          "115792089237316195423570985008687907853269984665640564039457584007913129639935"}})");
  ASSERT_TRUE(x) << x.error().text;
  EXPECT_EQ(x->balance, 12'500'000);
  EXPECT_EQ(x->allowed("0xe111180000D2663C0091e4f400237545B87B996B"), INT64_MAX);
  EXPECT_EQ(x->allowed("0x00"), std::nullopt);
  EXPECT_EQ(parse_funds(R"({"balance":"1","allowance":"7"})")->allowed("0x00"), 7);
  EXPECT_FALSE(parse_funds(R"({"allowance":"7"})"));
}

TEST(polymarket_answer, small_answers_are_read) {
  EXPECT_EQ(parse_time("1782864000\n").value_or(0), 1'782'864'000);
  EXPECT_FALSE(parse_time("soon"));
  EXPECT_EQ(parse_version(R"({"version": 2})").value_or(0), 2);
  EXPECT_FALSE(parse_version("{}"));
  EXPECT_TRUE(parse_closed_only(R"({"closed_only":true})").value_or(false));
  EXPECT_FALSE(parse_closed_only("{}"));
  EXPECT_EQ(parse_geoblock(R"({"blocked":true,"ip":"1.2.3.4","country":"US","region":"NY"})").value_or(""), "US");
  EXPECT_EQ(parse_geoblock(R"({"blocked":false,"country":"CH"})").value_or("?"), "");
  EXPECT_EQ(parse_tick(R"({"minimum_tick_size":0.001})").value_or(price{}), 0.001_px);
}

TEST(polymarket_answer, a_heartbeat_is_taken_over_from_the_error_that_names_it) {
  constexpr auto id = "01234567-89ab-cdef-0123-456789abcdef";
  EXPECT_EQ(read_heartbeat_id(R"({"heartbeat_id":"01234567-89ab-cdef-0123-456789abcdef"})"), id);
  EXPECT_EQ(read_heartbeat_id(R"({"error_msg":"Invalid Heartbeat ID, expected 01234567-89ab-cdef-0123-456789abcdef"})"),
            id);
  EXPECT_EQ(read_heartbeat_id(R"({"status":"ok"})"), "");
}

TEST(polymarket_answer, credentials_are_found_and_never_quoted) {
  const auto x = find_credentials(R"({"apiKey": "k", "secret":"s=", "passphrase":"p"})");
  ASSERT_TRUE(x);
  EXPECT_EQ(x->key, "k");
  EXPECT_EQ(x->secret, "s=");
  EXPECT_EQ(x->passphrase, "p");
  const auto bad = find_credentials(R"({"apiKey":"k","secret":"topsecret"})");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().text.find("topsecret"), std::string::npos);
}

TEST(polymarket_answer, no_parser_trusts_damaged_bytes) {
  const std::string samples[] = {
      test::polymarket_data("ws/user_order_placement.json"),
      test::polymarket_data("ws/user_trade_maker_two_own_orders.json"),
      test::polymarket_data("http/clob_trade_confirmed.json"),
      R"({"not_canceled":{"0xB2":"already canceled or matched"},"canceled":["0xA1"]})",
      R"([{"success":true,"orderID":"0xA1","status":"LIVE","tradeIDs":["a"]},{"success":false,"errorMsg":"x"}])",
      R"({"balance":"12500000","allowances":{"0xE1":"1157920892373161954235709850086879"},"allowance":"1"})",
      R"({"next_cursor":"LTE=","data":[{"asset":"11","conditionId":"0xaa","size":94.37}]})"};
  std::mt19937 chance{7};
  std::size_t refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto text = samples[chance() % std::size(samples)];
    for (auto n = chance() % 4 + 1; n > 0 && !text.empty(); --n) {
      const auto at = chance() % text.size();
      if (const auto what = chance() % 4; what == 0)
        text.resize(at);
      else if (what == 1)
        text.erase(at, chance() % 9);
      else if (what == 2)
        text.insert(at, text.substr(chance() % text.size(), chance() % 20));
      else
        text[at] = static_cast<char>(chance());
    }
    const auto news = parse_user_frame(text);
    refused += !news;
    if (news)
      for (const auto& x : news->trades) (void)own_fills(x, "us", [](std::string_view) { return true; });
    (void)parse_order(text);
    (void)parse_orders(text);
    (void)parse_trades(text);
    (void)parse_positions(text);
    (void)parse_order_answer(text);
    (void)parse_order_answers(text);
    (void)parse_cancel_answer(text);
    (void)parse_funds(text);
    (void)read_error(text);
    (void)read_heartbeat_id(text);
    (void)find_credentials(text);
  }
  EXPECT_GT(refused, 5'000u);
  EXPECT_LT(refused, 20'000u);
}
