// Whatever arrives, a reader answers with a value or a fault: no crash, no endless loop.
#include "kit/derive_messages.hpp"

#include <gmock/gmock.h>

#include <random>

using namespace strike;
using namespace strike::derive;
using testing::HasSubstr;

namespace {

void read_as_everything(const std::string& text) {
  for (int what = 0; what < 10; ++what) {
    derive_text x{text};
    if (!x.kind) continue;
    if (*x.kind == message_kind::notification) {
      if (what == 0) (void)x->ticker();
      if (what == 1) (void)x->book();
      if (what == 2) (void)x->trades();
      if (what == 3) (void)x->spot();
    } else if (*x.kind == message_kind::reply) {
      if (what == 4) (void)x->subscribed();
      if (what == 5) (void)x->history();
      if (what == 6) (void)x->listings();
      if (what == 7) (void)x->listed();
      if (what == 8) (void)x->currencies();
      if (what == 9) (void)x->settled();
    }
  }
}

std::vector<std::string> samples() {
  return {derive_notification("ticker_slim.ETH-PERP.100", derive_payload("v2_ws_ticker_slim_perp.json")),
          derive_notification("ticker_slim.X.100", derive_payload("v2_ws_ticker_slim_option_call.json")),
          derive_notification("orderbook.ETH-USDC.1.10", derive_payload("v2_mainnet_ws_orderbook_spot.json")),
          derive_payload("v2_ws_subscribe_ack.json"), derive_payload("v2_testnet_http_get_instruments_spot.json")};
}

} // namespace

TEST(derive_hostile, text_that_is_no_message_is_a_fault_that_says_so) {
  for (const auto* text : {"", " ", "nonsense", "[]", "7", "{}", "{\"id\":3}", "{\"method\":\"subscription\"}",
                           "{\"params\":{\"channel\":7}}", "{\"result\":", "\"ok\"", "ping", "{\"error\":[]}"}) {
    const derive_text x{text};
    ASSERT_FALSE(x.kind) << text;
    EXPECT_EQ(x.kind.error().code, ec::malformed);
    EXPECT_THAT(x.kind.error().text, HasSubstr("derive: "));
  }
}

TEST(derive_hostile, pong_is_no_json_and_fine) {
  const derive_text x{"pong"};
  EXPECT_EQ(x.kind, message_kind::pong);
}

TEST(derive_hostile, data_of_the_wrong_shape_is_a_fault) {
  for (const auto* data : {"null", "7", "[]", "{}", "\"x\"", R"({"instrument_ticker":7})", R"([{"trade_id":7}])"}) {
    const auto text = derive_notification("any", data);
    EXPECT_FALSE(derive_text { text } -> ticker()) << data;
    EXPECT_FALSE(derive_text { text } -> book()) << data;
    EXPECT_EQ(
        derive_text { text } -> trades().has_value(), data == std::string_view{"[]"})
        << data;
    EXPECT_FALSE(derive_text { text } -> spot()) << data;
  }
}

TEST(derive_hostile, a_bare_result_is_a_reply) {
  derive_text x{R"({"id":1,"result":"ok"})"};
  EXPECT_EQ(x.kind, message_kind::reply);
  EXPECT_FALSE(x->subscribed());
}

TEST(derive_hostile, truncated_at_any_place) {
  for (const auto& whole : samples())
    for (std::size_t length = 0; length < whole.size(); ++length) read_as_everything(whole.substr(0, length));
}

TEST(derive_hostile, mutated_at_random) {
  std::mt19937 random{1};
  const std::string_view likely = "{}[]\",:0-9.enull\\ \x80\x01";
  for (const auto& whole : samples())
    for (int round = 0; round < 3000; ++round) {
      auto text = whole;
      for (int change = 0; change < 3; ++change) text[random() % text.size()] = likely[random() % likely.size()];
      read_as_everything(text);
    }
}
