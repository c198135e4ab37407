#include "derive/order_request.hpp"

#include "derive/signing.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

using namespace strike;
using namespace strike::derive;
using namespace strike::literals;

namespace json = boost::json;

namespace {

order_profile network(std::string_view name) {
  return read_order_profile(
      config::document::from_text("profile = '" + std::string{name} + "'", "strike.toml")->root());
}

struct derive_order_requests : testing::Test {
  order_profile v3 = network("v3-mainnet"), v2 = network("v2-mainnet");
  request_writer on_v3{v3, "0xW", 91234, true}, on_v2{v2, "0xW", 91234, true};
  // the worked example of the protocol page, section 13.9
  order_ticket example{.subaccount = 91234,
                       .symbol = "ETH-20261225-4000-C",
                       .label = "a1-000017",
                       .what = side::buy,
                       .limit = 231.7_px,
                       .amount = 0.5_qty,
                       .max_fee = 3.25_px,
                       .nonce = 1'764'000'000'123'456'789,
                       .expiry_s = 1'764'003'600,
                       .signer = "0x84Fc9BC4AfC40D60FEf7aFC68961d8fe48c3aF97"};
  sign::signature made =
      sign::from_hex<65>(
          "0x24a792fbb96b4d12869750e58c2c8dd8152dda2847d643d71d8f67eacb9798917217ddb727fc0780b35fccbacf1e"
          "7877f244c85ed836e6f1df01633b6e4c53621c")
          .value();
};

} // namespace

TEST_F(derive_order_requests, of_an_order_are_those_of_the_worked_example) {
  EXPECT_EQ(json::parse(on_v3.place(42, example, made)),
            json::parse(R"({"id": 42, "method": "private/order", "params": {
  "subaccount_id": 91234, "instrument_name": "ETH-20261225-4000-C", "direction": "buy",
  "order_type": "limit", "time_in_force": "gtc", "limit_price": "231.7", "amount": "0.5", "max_fee": "3.25",
  "nonce": "1764000000123456789", "signature_expiry_sec": 1764003600,
  "signer": "0x84Fc9BC4AfC40D60FEf7aFC68961d8fe48c3aF97", "label": "a1-000017",
  "signature": "0x24a792fbb96b4d12869750e58c2c8dd8152dda2847d643d71d8f67eacb9798917217ddb727fc0780b35fccbacf1e7877f244c85ed836e6f1df01633b6e4c53621c"}})"));
}

TEST_F(derive_order_requests, of_v2_write_the_nonce_as_a_number) {
  example.nonce = 1'764'000'000'123'007;
  EXPECT_EQ(json::parse(on_v2.place(1, example, made)).at("params").at("nonce").as_int64(), 1'764'000'000'123'007);
}

TEST_F(derive_order_requests, leave_the_prefix_of_a_signature_out_where_that_is_configured) {
  const request_writer bare{v3, "0xW", 91234, false};
  EXPECT_EQ(json::parse(bare.place(1, example, made)).at("params").at("signature").as_string().size(), 130u);
}

TEST_F(derive_order_requests, name_what_is_not_signed_only_where_it_is_wanted) {
  example.is_market = true;
  example.life = lifetime::ioc;
  example.reduce_only = true;
  example.what = side::sell;
  const auto params = json::parse(on_v3.place(1, example, made)).at("params").as_object();
  EXPECT_EQ(params.at("order_type"), "market");
  EXPECT_EQ(params.at("time_in_force"), "ioc");
  EXPECT_EQ(params.at("direction"), "sell");
  EXPECT_EQ(params.at("reduce_only"), true);
  EXPECT_FALSE(params.contains("trigger_type") || params.contains("reject_post_only"));
}

TEST_F(derive_order_requests, of_a_stop_order_trigger_on_the_mark_price) {
  example.stop = 250_px;
  const auto params = json::parse(on_v3.place(1, example, made)).at("params").as_object();
  EXPECT_EQ(params.at("trigger_type"), "stoploss");
  EXPECT_EQ(params.at("trigger_price_type"), "mark");
  EXPECT_EQ(params.at("trigger_price"), "250");
}

TEST_F(derive_order_requests, of_a_replacement_guard_against_fills_on_the_way) {
  const auto params = json::parse(on_v3.replace(1, example, {"id-1", 0.25_qty}, made)).at("params").as_object();
  EXPECT_EQ(params.at("order_id_to_cancel"), "id-1");
  EXPECT_EQ(params.at("expected_filled_amount"), "0.25");
}

TEST_F(derive_order_requests, to_cancel_need_no_signature) {
  EXPECT_EQ(
      on_v3.cancel(1, "ETH-PERP", "id-1", false),
      R"({"id":1,"method":"private/cancel","params":{"subaccount_id":91234,"instrument_name":"ETH-PERP","order_id":"id-1"}})");
  EXPECT_EQ(on_v3.cancel(1, "ETH-PERP", "id-1", true),
            R"({"id":1,"method":"private/cancel_trigger_order","params":{"subaccount_id":91234,"order_id":"id-1"}})");
  EXPECT_EQ(
      on_v3.cancel_by_nonce(1, "ETH-PERP", 7),
      R"({"id":1,"method":"private/cancel_by_nonce","params":{"subaccount_id":91234,"instrument_name":"ETH-PERP","nonce":7}})");
  EXPECT_EQ(
      on_v3.cancel_all(1),
      R"({"id":1,"method":"private/cancel_all","params":{"subaccount_id":91234,"cancel_trigger_orders":true,"cancel_algo_orders":true}})");
}

TEST_F(derive_order_requests, of_v2_name_the_wallet_and_leave_out_what_v3_added) {
  EXPECT_EQ(on_v2.cancel_all(1), R"({"id":1,"method":"private/cancel_all","params":{"subaccount_id":91234}})");
  EXPECT_EQ(on_v2.cancel_on_disconnect(1, true),
            R"({"id":1,"method":"private/set_cancel_on_disconnect","params":{"enabled":true,"wallet":"0xW"}})");
  EXPECT_EQ(on_v3.cancel_on_disconnect(1, true),
            R"({"id":1,"method":"private/set_cancel_on_disconnect","params":{"enabled":true}})");
}
