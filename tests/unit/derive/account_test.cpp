#include "derive/errors.hpp"
#include "kit/derive_messages.hpp"

#include <gmock/gmock.h>

#include <random>

using namespace strike;
using namespace strike::derive;
using namespace strike::literals;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

std::string reply(std::string_view result) { return R"({"id":1,"result":)" + std::string{result} + "}"; }
refusal refused(std::string_view error) {
  return derive_text(R"({"id":1,"error":)" + std::string{error} + "}")->refused().value();
}

constexpr std::string_view one_trade =
    R"({"trade_id":"t-1","order_id":"o-1","subaccount_id":91234,"instrument_name":"ETH-PERP","direction":"sell",)"
    R"("label":"a-1","trade_price":"3000.123456789123","trade_amount":"0.25","trade_fee":"0.2250092592591","expected_rebate":"0",)"
    R"("mark_price":"3000","index_price":"3000","liquidity_role":"maker","timestamp":1794000000123,"batch_status":null})";

} // namespace

TEST(derive_account, reads_the_recorded_answer_to_an_order) {
  const auto x = derive_text(derive_payload("v2_testnet_order_response.json"))->placed();
  ASSERT_TRUE(x) << x.error().text;
  EXPECT_EQ(x->placed.order_id, "4c502c6f-e129-4649-8102-2755e8280400");
  EXPECT_EQ(x->placed.label, "research-q4-buy");
  EXPECT_EQ(x->placed.nonce, 17'796'065'232'320u);
  EXPECT_EQ(x->placed.status, order_status::open);
  EXPECT_EQ(x->placed.amount, 0.1_qty);
  EXPECT_EQ(x->placed.limit, 100_px);
  EXPECT_EQ(x->placed.updated_ns, 1'779'606'523'447'000'000);
  EXPECT_EQ(x->placed.expiry_s, 1'779'607'123);
  EXPECT_FALSE(x->placed.is_trigger);
  EXPECT_TRUE(x->fills.empty());
}

TEST(derive_account, reads_the_recorded_subaccount) {
  const auto x = derive_text(reply(derive_payload("v3_http_subaccount_pm2_open_orders.json")))->subaccount();
  ASSERT_TRUE(x) << x.error().text;
  EXPECT_EQ(x->id, 42u);
  EXPECT_TRUE(x->is_trusted);
  ASSERT_EQ(x->holdings.size(), 1u);
  EXPECT_EQ(x->holdings[0].name, "USDC");
  EXPECT_TRUE(x->holdings[0].is_asset);
  EXPECT_EQ(x->holdings[0].size, 46.00000318_qty); // rounded to nine decimals
}

TEST(derive_account, reads_nonces_as_text_and_as_number) {
  for (const auto* nonce : {"1764000000123456789", "\"1764000000123456789\""}) {
    const auto x =
        derive_text(
            reply(R"({"order_id":"o","instrument_name":"ETH-PERP","order_status":"open","amount":"1","nonce":)" +
                  std::string{nonce} + "}"))
            ->order();
    ASSERT_TRUE(x) << x.error().text;
    EXPECT_EQ(x->nonce, 1'764'000'000'123'456'789u);
  }
}

TEST(derive_account, keeps_a_status_that_it_does_not_know_as_such) {
  const auto x =
      derive_text(
          reply(R"({"order_id":"o","instrument_name":"ETH-PERP","order_status":"paused","amount":"1","label":null})"))
          ->order();
  ASSERT_TRUE(x) << x.error().text;
  EXPECT_EQ(x->status, order_status::other);
  EXPECT_EQ(x->status_word, "paused");
  EXPECT_EQ(x->label, "");
}

TEST(derive_account, reads_a_fill_with_its_own_side_and_rounds_what_was_computed) {
  const auto x = derive_text(derive_notification("91234.trades", "[" + std::string{one_trade} + "]"))->fills();
  ASSERT_TRUE(x) << x.error().text;
  ASSERT_EQ(x->size(), 1u);
  EXPECT_EQ(x->front().what, side::sell);
  EXPECT_EQ(x->front().at, 3000.123456789_px);
  EXPECT_EQ(x->front().fee.nanos, 225'009'259);
  EXPECT_EQ(x->front().role, liquidity::maker);
  EXPECT_EQ(x->front().stage, settlement_stage::underway);
}

TEST(derive_account, tells_settlements_that_failed) {
  const auto stage = [](std::string_view status) {
    const auto row =
        R"({"trade_id":"t","order_id":"o","instrument_name":"ETH-PERP","direction":"buy","trade_amount":"1",)" +
        std::string{status} + "}";
    return derive_text(derive_notification("1.trades.x", "[" + row + "]"))->fills().value().front().stage;
  };
  EXPECT_EQ(stage(R"("tx_status":"reverted")"), settlement_stage::undone);
  EXPECT_EQ(stage(R"("batch_status":"ProvingError")"), settlement_stage::undone);
  EXPECT_EQ(stage(R"("tx_status":"timed_out")"), settlement_stage::late);
  EXPECT_EQ(stage(R"("tx_status":"settled")"), settlement_stage::underway);
  EXPECT_EQ(stage(R"("batch_status":"Settled")"), settlement_stage::underway);
}

TEST(derive_account, reads_decimals_in_scientific_notation) {
  const auto x =
      derive_text(
          derive_notification(
              "1.balances",
              R"([{"name":"ETH-PERP","previous_balance":"-1.25e1","new_balance":1E-10,"update_type":"trade"}])"))
          ->balances();
  ASSERT_TRUE(x) << x.error().text;
  EXPECT_EQ(x->front().before, -(12.5_qty));
  EXPECT_EQ(x->front().after, 0_qty);
}

TEST(derive_account, refuses_half_a_number) {
  for (const auto* number : {"\"1.2.3\"", "\"12x\"", "\"\"", "\"-\"", "\"1.\"", "\"1e\"", "\"1e99\"", "{}"}) {
    const auto text =
        derive_notification("1.balances", R"([{"name":"ETH-PERP","new_balance":)" + std::string{number} + "}]");
    EXPECT_FALSE(derive_text(text)->balances()) << number;
  }
}

TEST(derive_account, reads_a_replacement_that_was_half_done) {
  const auto x =
      derive_text(
          reply(
              R"({"cancelled_order":{"order_id":"o-1","instrument_name":"ETH-PERP","order_status":"cancelled","amount":"1","filled_amount":"0.5"},)"
              R"("order":null,"trades":null,"create_order_error":{"code":11023,"message":"max fee too low"}})"))
          ->replaced();
  ASSERT_TRUE(x) << x.error().text;
  EXPECT_EQ(x->cancelled->filled, 0.5_qty);
  EXPECT_FALSE(x->placed);
  EXPECT_EQ(x->fault, "11023 max fee too low");
}

TEST(derive_account, reads_the_asset_and_the_fees_of_the_recorded_instrument) {
  const auto x = derive_text(reply(derive_payload("v2_mainnet_instrument_spot.json")))->terms();
  ASSERT_TRUE(x) << x.error().text;
  EXPECT_EQ(sign::to_string(x->asset), "0xE201fCEfD4852f96810C069f66560dc25B2C7A55");
  EXPECT_EQ(x->sub_id, sign::uint256{0});
  EXPECT_EQ(x->taker_rate, 0.0015);
  EXPECT_EQ(x->minimum, 0.1_qty);
}

TEST(derive_account, reads_the_price_band_of_the_recorded_ticker) {
  const auto x = derive_text(derive_notification("ticker_slim.ETH-20260612-1600-C.1000",
                                                 derive_payload("v2_ws_ticker_slim_option_call.json")))
                     ->band();
  ASSERT_TRUE(x) << x.error().text;
  EXPECT_TRUE(x->lowest && x->highest && x->index);
  EXPECT_LT(*x->lowest, *x->highest);
}

TEST(derive_account, reads_limits_login_and_session_keys) {
  const auto account =
      derive_text(
          reply(
              R"({"subaccount_ids":[1],"cancel_on_disconnect":true,"websocket_matching_tps":10,"websocket_non_matching_tps":"50"})"))
          ->account();
  EXPECT_EQ(account->cancel_on_disconnect, true);
  EXPECT_EQ(account->matching_tps, 10);
  EXPECT_EQ(account->non_matching_tps, 50);
  EXPECT_THAT(derive_text(reply("[91234, 91235]"))->logged_in().value(), ElementsAre(91234, 91235));
  EXPECT_EQ(derive_text(reply("1794000000000"))->time_ns().value(), 1'794'000'000'000'000'000);
  const auto keys =
      derive_text(
          reply(
              R"({"public_session_keys":[{"public_session_key":"0x84Fc9BC4AfC40D60FEf7aFC68961d8fe48c3aF97","expiry_sec":1794000000}]})"))
          ->session_keys();
  ASSERT_TRUE(keys) << keys.error().text;
  EXPECT_EQ(keys->front().expiry_s, 1'794'000'000);
}

TEST(derive_errors, ask_for_what_the_documentation_says) {
  EXPECT_EQ(remedy_of(refused(R"({"code":-32000,"message":"Rate limit"})")), remedy::wait);
  EXPECT_EQ(remedy_of(refused(R"({"code":"11012","message":"Invalid amount"})")), remedy::reject);
  EXPECT_EQ(remedy_of(refused(R"({"code":11006,"message":"Does not exist"})")), remedy::closed);
  EXPECT_EQ(remedy_of(refused(R"({"code":9000,"message":"Confirmation timeout"})")), remedy::unknown);
  EXPECT_EQ(remedy_of(refused(R"({"code":-32603,"message":"Internal"})")), remedy::unknown);
  EXPECT_EQ(remedy_of(refused(R"({"code":"","message":"?"})")), remedy::unknown);
  EXPECT_EQ(remedy_of(refused(R"({"code":14014,"message":"signature"})")), remedy::stop);
  EXPECT_EQ(remedy_of(refused(R"({"code":14022,"message":"login"})")), remedy::log_in);
  EXPECT_EQ(remedy_of(refused(R"({"code":77777,"message":"new"})")), remedy::reject);
}

TEST(derive_errors, name_numbers_in_their_data) {
  EXPECT_EQ(number_in_data(refused(R"({"code":11023,"message":"m","data":"Max fee must be at least 12.75"})")), 12.75);
  EXPECT_FALSE(number_in_data(refused(R"({"code":11023,"message":"m"})")));
}

// Mutated payloads are a value or a fault, never a crash; a number is read whole or not at all.
TEST(derive_account, survives_mutated_payloads) {
  const std::string samples[] = {
      derive_payload("v2_testnet_order_response.json"),
      reply(derive_payload("v3_http_subaccount_pm2_open_orders.json")),
      reply(derive_payload("v2_mainnet_instrument_spot.json")),
      derive_notification("1.trades", "[" + std::string{one_trade} + "]"),
      reply(R"({"orders":[],"trades":[)" + std::string{one_trade} + R"(],"pagination":{"num_pages":3}})")};
  std::mt19937 random{20'261'126};
  const auto any = [&](std::size_t below) { return static_cast<std::size_t>(random() % below); };
  for (int round = 0; round < 4000; ++round) {
    std::string text = samples[any(std::size(samples))];
    for (std::size_t i = 0, changes = 1 + any(4); i < changes; ++i) {
      const auto at = any(text.size());
      if (const auto what = any(3); what == 0)
        text[at] = "0123456789.eE-+\"{}[],:x\\ "[any(25)];
      else if (what == 1)
        text.erase(at, 1 + any(8));
      else
        text.insert(at, 1, "9\"{}[]"[any(6)]);
      if (text.empty()) text = "x";
    }
    for (int what = 0; what < 12; ++what) {
      derive_text x{text};
      if (!x.kind || *x.kind == message_kind::pong) continue;
      const bool notes = *x.kind == message_kind::notification;
      if (notes && what == 0) (void)x->orders();
      if (notes && what == 1) (void)x->balances();
      if (notes && what == 2) {
        const auto fills = x->fills();
        for (std::size_t i = 0; fills && i < fills->size(); ++i) EXPECT_GT((*fills)[i].size.nanos, 0) << text;
      }
      if (notes) continue;
      if (what == 3) (void)x->terms();
      if (what == 4) (void)x->logged_in();
      if (what == 5) (void)x->account();
      if (what == 6) (void)x->session_keys();
      if (what == 7) (void)x->subaccount();
      if (what == 8) {
        const auto placed = x->placed();
        EXPECT_TRUE(!placed || placed->placed.amount.nanos > 0) << text;
      }
      if (what == 9) (void)x->replaced();
      if (what == 10) (void)x->order_page();
      if (what == 11) (void)x->fill_page();
    }
  }
}
