#include "wire/order.hpp"

#include "samples.hpp"

#include <gtest/gtest.h>

namespace strike::wire {
namespace {

struct order_wire : testing::Test {
  instrument_registry names;
  std::vector<instrument_id> known{names.intern(venue::deribit, "BTC-27NOV26-90000-C").value(),
                                   names.intern(venue::derive, "ETH-PERP").value(),
                                   names.intern(venue::polymarket, "113012345678901234567890").value()};
  samples random{6};
  std::string bytes = "left from before";

  order_header header() {
    return {order_version, random.any_unsigned() | 1, random.any_unsigned() | 1, "s" + random.text()};
  }
  decltype(order_request_message::body) request_body() {
    const auto id = "c" + random.text();
    switch (random.below(5)) {
    case 0:
      return place_order{id, {random.any_unsigned()}, random.request(known[random.below(3)])};
    case 1:
      return amend_order{id, {random.any_signed()}, {random.any_signed()}};
    case 2:
      return cancel_order{id};
    case 3:
      return ask_account{std::vector<std::string>(random.below(3), id)};
    default:
      return cancel_strategy_orders{};
    }
  }
};

bool same(const unknown_order& a, const unknown_order& b) { return a == b; }
bool same(const amend_order& a, const amend_order& b) { return a == b; }
bool same(const cancel_order& a, const cancel_order& b) { return a == b; }
bool same(const cancel_strategy_orders&, const cancel_strategy_orders&) { return true; }
bool same(const ask_account& a, const ask_account& b) { return a == b; }
bool same(const place_order& a, const place_order& b) {
  return a.client_id == b.client_id && a.order == b.order && equal(a.request, b.request);
}

TEST_F(order_wire, brings_back_every_request_exactly) {
  for (int round = 0; round < 5'000; ++round) {
    const order_request_message sent{header(), request_body()};
    encode(bytes, sent, names);
    const auto got = decode_order_request(bytes, names);
    ASSERT_TRUE(got) << got.error().text;
    ASSERT_EQ(got->header, sent.header);
    ASSERT_EQ(got->body.index(), sent.body.index());
    const bool is_same =
        std::visit([&](const auto& x) { return same(x, std::get<std::decay_t<decltype(x)>>(got->body)); }, sent.body);
    ASSERT_TRUE(is_same) << "body " << sent.body.index();
  }
}

TEST_F(order_wire, brings_back_every_update_exactly) {
  for (int round = 0; round < 5'000; ++round) {
    order_change change{"c" + random.text(), "", random.update(known[random.below(3)])};
    if (change.update.execution) change.venue_trade_id = random.text();
    if (random.coin())
      change.terms = {random.coin() ? side::buy : side::sell,
                      random.coin() ? order_type::limit : order_type::market,
                      {random.any_signed()}};
    const order_update_message sent{header(), change};
    encode(bytes, sent, names);
    const auto got = decode_order_update(bytes, names);
    ASSERT_TRUE(got) << got.error().text;
    ASSERT_EQ(got->header, sent.header);
    const auto& back = std::get<order_change>(got->body);
    ASSERT_EQ(back.client_id, change.client_id);
    ASSERT_EQ(back.venue_trade_id, change.venue_trade_id);
    ASSERT_EQ(back.terms, change.terms);
    ASSERT_TRUE(equal(back.update, change.update));
  }
}

TEST_F(order_wire, brings_back_an_account_and_a_settlement_exactly) {
  for (int round = 0; round < 1'000; ++round) {
    account_snapshot account;
    for (auto n = random.below(4); n > 0; --n)
      account.orders.push_back({"c" + random.text(), "", random.update(known[random.below(3)])});
    for (auto& x : account.orders) x.update.execution.reset();
    for (auto n = random.below(4); n > 0; --n)
      account.positions.push_back({known[random.below(3)], {random.any_signed()}, double(random.below(1'000)) / 7});
    encode(bytes, {header(), account}, names);
    const auto got = decode_order_update(bytes, names);
    ASSERT_TRUE(got) << got.error().text;
    const auto& back = std::get<account_snapshot>(got->body);
    ASSERT_EQ(back.positions, account.positions);
    ASSERT_TRUE(std::ranges::equal(back.orders, account.orders, [](const auto& a, const auto& b) {
      return a.client_id == b.client_id && equal(a.update, b.update);
    }));

    const position_settled settled{random.any_signed(),   known[random.below(3)],           {random.any_signed()}, 0.5,
                                   {random.any_signed()}, {-int128{1} << random.below(100)}};
    encode(bytes, {header(), settled}, names);
    ASSERT_EQ(std::get<position_settled>(decode_order_update(bytes, names)->body), settled);
  }
}

TEST_F(order_wire, brings_back_the_largest_and_smallest_fee) {
  const auto largest = static_cast<int128>(~uint128{0} >> 1);
  for (const int128 nanos : {largest, -largest - 1, int128{-1}, int128{1} << 64, -(int128{1} << 64), int128{0}}) {
    order_change change{.client_id = "c", .update = {.instrument = known[0], .execution = fill{.fee = {nanos}}}};
    encode(bytes, {{.epoch = 1, .sequence = 1, .strategy = "s"}, change}, names);
    const auto got = decode_order_update(bytes, names);
    ASSERT_TRUE(got);
    EXPECT_EQ(std::get<order_change>(got->body).update.execution->fee, money{nanos});
  }
}

TEST_F(order_wire, names_instruments_so_that_ids_may_differ_between_processes) {
  encode(bytes, {{.epoch = 1, .sequence = 1, .strategy = "s"}, place_order{.client_id = "c", .request = {known[1]}}},
         names);
  instrument_registry theirs;
  const auto got = decode_order_request(bytes, theirs);
  ASSERT_TRUE(got);
  EXPECT_EQ(theirs.at(std::get<place_order>(got->body).request.instrument).symbol, "ETH-PERP");
  EXPECT_EQ(theirs.size(), 1u);
}

} // namespace
} // namespace strike::wire
