#include "wire/order.hpp"

#include "hand_made.hpp"

#include <gtest/gtest.h>

namespace strike::wire {
namespace {

using namespace hand_made;

std::string envelope(std::uint64_t version, unsigned body, const std::string& bytes) {
  return varint(1, version) + fixed64(2, 99) + varint(3, 5) + part(4, "gamma") + part(body, bytes);
}

/// Field numbers of PlaceOrder: side, type and time in force can be any.
std::string place(std::uint64_t at, std::uint64_t buy, std::uint64_t type, std::uint64_t tif,
                  const std::string& symbol = "BTC-PERPETUAL") {
  return part(1, "id-1") + part(3, varint(1, at) + part(2, symbol)) + varint(4, buy) + varint(5, type) + count(6, 42) +
         count(7, 10) + varint(8, tif);
}

std::string fill_of(std::uint64_t buy, std::uint64_t liquidity, std::uint64_t reason) {
  return varint(2, buy) + varint(6, liquidity) + varint(7, reason);
}

std::string change(std::uint64_t at, std::uint64_t state, const std::string& fill) {
  return part(1, "id-1") + part(3, varint(1, at) + part(2, "BTC-PERPETUAL")) + varint(5, state) + part(9, fill);
}

struct orders_of_a_newer_version : testing::Test {
  instrument_registry names;

  unknown_order unknown_request(const std::string& bytes) {
    const auto got = decode_order_request(bytes, names);
    if (!got || !std::holds_alternative<unknown_order>(got->body)) return {"was read, or malformed", ""};
    EXPECT_EQ(got->header.sequence, 5u) << "the sequence counts what is unknown";
    return std::get<unknown_order>(got->body);
  }
  unknown_order unknown_update(const std::string& bytes) {
    const auto got = decode_order_update(bytes, names);
    if (!got || !std::holds_alternative<unknown_order>(got->body)) return {"was read, or malformed", ""};
    return std::get<unknown_order>(got->body);
  }
  std::string fault(const std::string& bytes) {
    const auto got = decode_order_request(bytes, names);
    return got ? "was read" : got.error().text;
  }
};

TEST_F(orders_of_a_newer_version, are_read_without_their_new_fields) {
  const auto got =
      decode_order_request(newer_fields() + envelope(1, 8, place(1, 1, 1, 1) + newer_fields()) + newer_fields(), names);
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->header, (order_header{1, 99, 5, "gamma"}));
  EXPECT_EQ(std::get<place_order>(got->body).request.limit, price{42});
}

TEST_F(orders_of_a_newer_version, are_not_acted_on_when_the_version_says_so) {
  EXPECT_EQ(unknown_request(envelope(3, 8, place(1, 1, 1, 1))),
            (unknown_order{"OrderRequest: version 3, only 2 is known", "id-1"}));
  EXPECT_EQ(unknown_update(envelope(3, 8, change(1, 2, fill_of(1, 1, 1)))),
            (unknown_order{"OrderUpdate: version 3, only 2 is known", "id-1"}));
}

TEST_F(orders_of_a_newer_version, have_version_two_with_a_stop_and_else_version_one) {
  const auto id = names.intern(venue::deribit, "BTC-PERPETUAL").value();
  const auto version_of = [&](price stop) {
    order_request_message message{.header = {.epoch = 1, .sequence = 1, .strategy = "s"}, .body = {}};
    message.body = place_order{"c", {1}, {.instrument = id, .stop = stop}};
    std::string bytes;
    encode(bytes, message, names);
    return decode_order_request(bytes, names).value().header.version;
  };
  EXPECT_EQ(version_of({}), 1u);
  EXPECT_EQ(version_of({5}), 2u) << "an exec that knows only 1 must refuse it";
}

TEST_F(orders_of_a_newer_version, are_unknown_when_their_trigger_is) {
  const auto stop = [&](std::uint64_t trigger) { return place(1, 1, 1, 1) + count(12, 7) + varint(13, trigger); };
  EXPECT_EQ(unknown_request(envelope(2, 8, stop(50))), (unknown_order{"PlaceOrder: unknown trigger 50", "id-1"}));
  EXPECT_EQ(unknown_request(envelope(2, 8, stop(0))), (unknown_order{"PlaceOrder: unknown trigger 0", "id-1"}));
}

TEST_F(orders_of_a_newer_version, are_unknown_when_their_body_is) {
  EXPECT_EQ(unknown_request(envelope(1, 900, "new")), (unknown_order{"OrderRequest: no known body", ""}));
  EXPECT_EQ(unknown_update(envelope(1, 900, "new")), (unknown_order{"OrderUpdate: no known body", ""}));
}

TEST_F(orders_of_a_newer_version, are_unknown_when_a_value_is_and_never_get_a_default) {
  const auto request = [&](const std::string& body) { return unknown_request(envelope(1, 8, body)); };
  EXPECT_EQ(request(place(50, 1, 1, 1)), (unknown_order{"PlaceOrder: unknown venue 50", "id-1"}));
  EXPECT_EQ(request(place(1, 50, 1, 1)), (unknown_order{"PlaceOrder: unknown side 50", "id-1"}));
  EXPECT_EQ(request(place(1, 0, 1, 1)), (unknown_order{"PlaceOrder: unknown side 0", "id-1"}));
  EXPECT_EQ(request(place(1, 1, 50, 1)), (unknown_order{"PlaceOrder: unknown type 50", "id-1"}));
  EXPECT_EQ(request(place(1, 1, 1, 0)), (unknown_order{"PlaceOrder: unknown time_in_force 0", "id-1"}));
  const auto update = [&](const std::string& body) { return unknown_update(envelope(1, 8, body)); };
  EXPECT_EQ(update(change(0, 2, fill_of(1, 1, 1))), (unknown_order{"OrderChange: unknown venue 0", "id-1"}));
  EXPECT_EQ(update(change(1, 50, fill_of(1, 1, 1))), (unknown_order{"OrderChange: unknown state 50", "id-1"}));
  EXPECT_EQ(update(change(1, 2, fill_of(9, 1, 1))), (unknown_order{"Fill: unknown side 9", "id-1"}));
  EXPECT_EQ(update(change(1, 2, fill_of(1, 9, 1))), (unknown_order{"Fill: unknown liquidity 9", "id-1"}));
  EXPECT_EQ(update(change(1, 2, fill_of(1, 1, 9))), (unknown_order{"Fill: unknown reason 9", "id-1"}));
  EXPECT_EQ(names.size(), 0u) << "nothing is interned for an order that is not read";
}

TEST_F(orders_of_a_newer_version, are_malformed_without_what_every_version_has) {
  const auto body = part(8, place(1, 1, 1, 1));
  EXPECT_EQ(fault(fixed64(2, 1) + varint(3, 1) + part(4, "s") + body), "OrderRequest: version is missing");
  EXPECT_EQ(fault(varint(1, 1) + varint(3, 1) + part(4, "s") + body), "OrderRequest: epoch is missing");
  EXPECT_EQ(fault(varint(1, 1) + fixed64(2, 1) + part(4, "s") + body), "OrderRequest: sequence is missing");
  EXPECT_EQ(fault(varint(1, 1) + fixed64(2, 1) + varint(3, 1) + body), "OrderRequest: strategy is missing");
  EXPECT_EQ(fault(envelope(1, 10, "")), "OrderRequest: client_id is missing");
  EXPECT_EQ(fault("\xFF"), "1 bytes that are no OrderRequest");
  EXPECT_EQ(decode_order_update("\xFF", names).error().text, "1 bytes that are no OrderUpdate");
}

TEST_F(orders_of_a_newer_version, are_malformed_when_the_symbol_is_none_of_the_venue) {
  const auto text = fault(envelope(1, 8, place(1, 1, 1, 1, "no symbol")));
  EXPECT_TRUE(text.starts_with("PlaceOrder: ")) << text;
  EXPECT_NE(text.find("no symbol"), std::string::npos) << text;
}

} // namespace
} // namespace strike::wire
