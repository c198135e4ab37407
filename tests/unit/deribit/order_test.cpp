#include "deribit/order.hpp"

#include "deribit/errors.hpp"

#include <gtest/gtest.h>

using namespace strike;
using namespace strike::literals;
namespace venue_words = strike::deribit;

namespace {

order_request limit_order() {
  return {.side = side::buy, .type = order_type::limit, .limit = 50'000.5_px, .size = 10_qty};
}

TEST(deribit_order, a_limit_order_says_every_flag) {
  EXPECT_EQ(venue_words::place(7, "BTC-PERPETUAL", "gamma-1", limit_order(), 1'700'000'005'000),
            R"({"jsonrpc":"2.0","id":7,"method":"private/buy","params":{"instrument_name":"BTC-PERPETUAL","amount":10,)"
            R"("type":"limit","label":"gamma-1","price":50000.5,"time_in_force":"good_til_cancelled",)"
            R"("post_only":false,"reject_post_only":false,"reduce_only":false,"valid_until":1700000005000}})");
}

TEST(deribit_order, a_post_only_order_is_rejected_rather_than_moved) {
  auto order = limit_order();
  order.post_only = order.reduce_only = true;
  order.side = side::sell;
  const auto text = venue_words::place(7, "BTC-PERPETUAL", "a", order, 1);
  EXPECT_NE(text.find("private/sell"), std::string::npos);
  EXPECT_NE(text.find(R"("post_only":true,"reject_post_only":true,"reduce_only":true)"), std::string::npos);
}

TEST(deribit_order, times_in_force_in_the_venues_words) {
  const auto says = [](time_in_force tif, std::string_view word) {
    auto order = limit_order();
    order.tif = tif;
    return venue_words::place(1, "X", "l", order, 1).find(R"("time_in_force":")" + std::string{word} + '"') !=
           std::string::npos;
  };
  EXPECT_TRUE(says(time_in_force::gtc, "good_til_cancelled"));
  EXPECT_TRUE(says(time_in_force::gtd, "good_til_cancelled")) << "the deadline is kept by us";
  EXPECT_TRUE(says(time_in_force::ioc, "immediate_or_cancel"));
  EXPECT_TRUE(says(time_in_force::fok, "fill_or_kill"));
}

TEST(deribit_order, a_market_order_has_neither_price_nor_time_in_force) {
  order_request order{.side = side::sell, .type = order_type::market, .size = 0.1_qty};
  EXPECT_EQ(venue_words::place(7, "BTC-27NOV26-90000-C", "a", order, 5),
            R"({"jsonrpc":"2.0","id":7,"method":"private/sell","params":{"instrument_name":"BTC-27NOV26-90000-C",)"
            R"("amount":0.1,"type":"market","label":"a","reduce_only":false,"valid_until":5}})");
}

TEST(deribit_order, stops_name_their_trigger) {
  auto order = limit_order();
  order.stop = 51'000_px;
  order.trigger = stop_trigger::index;
  EXPECT_NE(venue_words::place(1, "X", "l", order, 1).find(R"("type":"stop_limit")"), std::string::npos);
  EXPECT_NE(venue_words::place(1, "X", "l", order, 1).find(R"("trigger":"index_price","trigger_price":51000)"),
            std::string::npos);
  order.type = order_type::market;
  order.trigger = stop_trigger::mark;
  EXPECT_NE(venue_words::place(1, "X", "l", order, 1).find(R"("type":"stop_market")"), std::string::npos);
  EXPECT_NE(venue_words::place(1, "X", "l", order, 1).find(R"("trigger":"mark_price")"), std::string::npos);
  order.trigger = stop_trigger::last;
  EXPECT_NE(venue_words::place(1, "X", "l", order, 1).find(R"("trigger":"last_price")"), std::string::npos);
}

TEST(deribit_order, an_edit_says_price_amount_and_flags_again) {
  const venue_words::order_name by_id{"ETH-584864807", "l", "ETH-PERPETUAL", "ETH"};
  EXPECT_EQ(venue_words::edit(9, by_id, limit_order(), false, 8),
            R"({"jsonrpc":"2.0","id":9,"method":"private/edit","params":{"order_id":"ETH-584864807","amount":10,)"
            R"("price":50000.5,"post_only":false,"reject_post_only":false,"reduce_only":false,"valid_until":8}})");
  const venue_words::order_name by_label{"", "l", "ETH-PERPETUAL", "ETH"};
  EXPECT_NE(venue_words::edit(9, by_label, limit_order(), false, 8)
                .find(R"("private/edit_by_label","params":{"label":"l","instrument_name":"ETH-PERPETUAL")"),
            std::string::npos);
}

TEST(deribit_order, a_stop_that_went_off_has_no_trigger_to_edit) {
  auto order = limit_order();
  order.stop = 51'000_px;
  EXPECT_NE(venue_words::edit(9, {"1", "", "", ""}, order, false, 8).find("trigger_price"), std::string::npos);
  EXPECT_EQ(venue_words::edit(9, {"1", "", "", ""}, order, true, 8).find("trigger_price"), std::string::npos);
}

TEST(deribit_order, cancels_by_id_and_without_one_by_label) {
  EXPECT_EQ(venue_words::cancel(2, {"55501234567", "l", "BTC-PERPETUAL", "BTC"}),
            R"({"jsonrpc":"2.0","id":2,"method":"private/cancel","params":{"order_id":"55501234567"}})");
  EXPECT_EQ(venue_words::cancel(2, {"", "l", "BTC-PERPETUAL", "BTC"}),
            R"({"jsonrpc":"2.0","id":2,"method":"private/cancel_by_label","params":{"label":"l","currency":"BTC"}})");
}

TEST(deribit_order, small_numbers_are_written_without_exponent_and_exactly) {
  auto order = limit_order();
  order.size = 0.000000001_qty;
  order.limit = 0.0005_px;
  const auto text = venue_words::place(1, "X", "l", order, 1);
  EXPECT_NE(text.find(R"("amount":0.000000001,)"), std::string::npos);
  EXPECT_NE(text.find(R"("price":0.0005,)"), std::string::npos);
}

TEST(deribit_order, a_venue_id_cannot_break_out_of_its_text) {
  EXPECT_NE(venue_words::order_state(1, "a\"b\\c\n").find(R"("order_id":"a\"b\\c")"), std::string::npos);
}

TEST(deribit_errors, each_kind_as_the_page_says) {
  using venue_words::remedy;
  using venue_words::remedy_of;
  for (const auto code : {10040, 10041, 10047, 10028, 11051, 10066}) EXPECT_EQ(remedy_of(code), remedy::retry) << code;
  for (const auto code : {10000, 13009, 11056, 13778}) EXPECT_EQ(remedy_of(code), remedy::log_in) << code;
  for (const auto code : {10009, 11054, 13888, 13666, 13777, -32602}) EXPECT_EQ(remedy_of(code), remedy::never) << code;
  for (const auto code : {10004, 10010, 11008, 11044}) EXPECT_EQ(remedy_of(code), remedy::closed) << code;
  for (const auto code : {10001, 10050, 11031, 11094, 13028}) EXPECT_EQ(remedy_of(code), remedy::unknown) << code;
}

TEST(deribit_errors, an_undocumented_code_is_never_repeated) {
  EXPECT_EQ(venue_words::remedy_of(98'765), venue_words::remedy::never);
  EXPECT_FALSE(venue_words::is_known_error(98'765));
  EXPECT_TRUE(venue_words::is_known_error(13'922));
}

} // namespace
