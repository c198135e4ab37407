#include "unit/sandbox/derive_orders_fixture.hpp"

using namespace strike;
using namespace strike::sandbox;
namespace json = boost::json;

namespace {

struct derive_triggers_test : derive_orders_fixture {
  json::object stop(std::string_view direction, double of_mark) {
    const double mark = *instrument("ETH-PERP").quote.mark;
    auto x = draft(direction, direction == "sell" ? "1" : "99999");
    x["order_type"] = "market";
    x["trigger_type"] = "stoploss";
    x["trigger_price"] = derive::decimal_text(mark * of_mark, 2);
    x["trigger_price_type"] = "mark";
    return x;
  }
};

struct derive_limits_test : derive_orders_fixture {
  derive_limits_test() : derive_orders_fixture(derive::settings{}) {}
};

} // namespace

TEST_F(derive_triggers_test, waits_for_the_mark_and_then_trades) {
  subscribe();
  const auto waits = send(stop("buy", 1.5));
  EXPECT_EQ(text_at(waits, "/result/order/order_status"), "untriggered") << json::serialize(waits);
  pass(5 * ns_per_s);
  EXPECT_TRUE(data_of("91234.trades").empty());
  const auto fires = send(stop("buy", 0.9)); // the mark is above it already
  pass(5 * ns_per_s);
  ASSERT_FALSE(data_of("91234.trades").empty());
  EXPECT_EQ(text_at(data_of("91234.trades")[0].at(0), "/order_id"), text_at(fires, "/result/order/order_id"));
}

TEST_F(derive_triggers_test, lists_and_cancels_them_apart) {
  const json::object account{{"subaccount_id", 91234}};
  send(stop("sell", 0.5));
  send(draft("buy", away(side::buy, 50)));
  EXPECT_EQ(ask("private/get_trigger_orders", account).at_pointer("/result/orders").as_array().size(), 1U);
  EXPECT_EQ(ask("private/get_open_orders", account).at_pointer("/result/orders").as_array().size(), 1U);
  ask("private/cancel_all", account);
  EXPECT_EQ(ask("private/get_open_orders", account).at_pointer("/result/orders").as_array().size(), 0U);
  EXPECT_EQ(ask("private/get_trigger_orders", account).at_pointer("/result/orders").as_array().size(), 1U);
  EXPECT_EQ(text_at(ask("private/cancel_all_trigger_orders", account), "/result"), "ok");
  EXPECT_EQ(ask("private/get_trigger_orders", account).at_pointer("/result/orders").as_array().size(), 0U);
}

TEST_F(derive_triggers_test, refuses_the_index_and_replacement) {
  auto x = stop("sell", 0.5);
  x["trigger_price_type"] = "index";
  EXPECT_EQ(code_of(send(x)), 11053);
  const auto waits = send(stop("sell", 0.5));
  auto other = draft("buy", away(side::buy, 40));
  other["order_id_to_cancel"] = waits.at_pointer("/result/order/order_id");
  EXPECT_EQ(code_of(send(other, "private/replace")), 11054);
}

TEST_F(derive_triggers_test, tells_why_a_trigger_led_to_nothing) {
  subscribe();
  auto x = stop("buy", 0.9);
  x["reduce_only"] = true; // the position is gone by then
  send(draft("sell", away(side::buy, 5)));
  const auto waits = send(x);
  ASSERT_EQ(code_of(waits), 0) << json::serialize(waits);
  send(draft("buy", away(side::sell, 5)));
  pass(5 * ns_per_s);
  const auto y =
      ask("private/get_order", {{"subaccount_id", 91234}, {"order_id", waits.at_pointer("/result/order/order_id")}});
  EXPECT_EQ(text_at(y, "/result/order_status"), "cancelled");
  EXPECT_EQ(text_at(y, "/result/cancel_reason"), "trigger_failed");
  EXPECT_FALSE(text_at(y, "/result/trigger_reject_message").empty());
}

TEST_F(derive_limits_test, counts_matching_requests_apart_from_others) {
  const auto price = away(side::buy, 50);
  for (int n = 0; n < 5; ++n) EXPECT_EQ(code_of(send(draft("buy", price))), 0);
  const auto x = send(draft("buy", price));
  EXPECT_EQ(code_of(x), -32000);
  EXPECT_NE(text_at(x, "/error/data").find("ms"), std::string_view::npos);
  EXPECT_EQ(code_of(ask("private/get_open_orders", {{"subaccount_id", 91234}})), 0);
  EXPECT_EQ(ask("public/getRateLimits", {}).at_pointer("/result/remaining_matching/remainingPoints").to_number<int>(),
            5);
  pass(5 * ns_per_s);
  EXPECT_EQ(code_of(send(draft("buy", price))), 0);
}
