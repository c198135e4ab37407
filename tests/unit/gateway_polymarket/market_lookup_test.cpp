// How markets become known, and what becomes of them.

#include "kit.hpp"

namespace strike::gateway_polymarket {
namespace {

constexpr std::string_view gamma = "GET https://gamma-api.polymarket.com";
constexpr std::string_view clob = "GET https://clob.polymarket.com";

std::string at_gamma(std::string_view rest) { return std::string{gamma} + std::string{rest}; }
std::string at_clob(std::string_view rest) { return std::string{clob} + std::string{rest}; }

constexpr std::string_view clob_market =
    R"({"condition_id":"0xaa","active":true,"closed":false,"accepting_orders":true,"enable_order_book":true,
        "minimum_tick_size":0.01,"minimum_order_size":5,"tokens":[
        {"token_id":"11","outcome":"Yes","price":0.5,"winner":false},{"token_id":"12","outcome":"No","price":0.5,"winner":false}]})";

struct market_lookup_test : testing::Test, venue_kit {
  market_lookup_test() : market_lookup_test{settings{}} {}
  explicit market_lookup_test(settings x) : venue_kit{std::move(x)} { loaded_at_start = states(); }
  void look_up(std::string_view token) {
    feed.look_up(token, now);
    round();
  }
  void miss_everywhere() {
    answer("[]");
    answer("[]");
    answer("not found", 404);
  }
  std::string loaded_at_start;
};

TEST_F(market_lookup_test, without_a_list_it_is_ready_at_once) { EXPECT_EQ(loaded_at_start, "loaded"); }

TEST_F(market_lookup_test, a_named_token_is_asked_for_at_gamma_and_both_tokens_are_listed) {
  look_up("12");
  EXPECT_EQ(next_url(), at_gamma("/markets?limit=2&closed=false&clob_token_ids=12"));
  answer(market_row(R"("active":true,"closed":false)"));
  EXPECT_EQ(states(), "11 listed tick 0.01\n12 listed tick 0.01");
  EXPECT_EQ(port.defined.at(0).complement, "12");
  EXPECT_EQ(port.defined.at(1).complement, "11");
  EXPECT_EQ(port.defined.at(1).outcome, "No");
}

TEST_F(market_lookup_test, tokens_are_asked_for_together_and_each_once) {
  feed.look_up("11", now);
  feed.look_up("11", now);
  feed.look_up("31", now);
  round();
  const auto url = next_url();
  EXPECT_NE(url.find("clob_token_ids=11"), std::string::npos);
  EXPECT_NE(url.find("clob_token_ids=31"), std::string::npos);
  answer(market_row(R"("active":true)"));
  EXPECT_EQ(next_url(), at_gamma("/markets?limit=2&closed=true&clob_token_ids=31"));
  port.requests.clear();
  states();
  look_up("11");
  EXPECT_EQ(next_url(), "none");
}

TEST_F(market_lookup_test, as_many_tokens_are_asked_for_together_as_fit_into_a_url) {
  for (int i = 0; i < 50; ++i) feed.look_up(std::string(76, '7') + std::to_string(10 + i), now);
  round();
  std::size_t asked = 0;
  for (auto url = next_url(); url != "none"; url = next_url()) {
    EXPECT_LT(url.size(), 2'000U);
    for (auto at = url.find("clob_token_ids="); at != url.npos; at = url.find("clob_token_ids=", at + 1)) ++asked;
    port.requests.pop_front();
  }
  EXPECT_EQ(asked, 50U);
}

TEST_F(market_lookup_test, closed_markets_are_asked_for_next_and_the_clob_last) {
  look_up("11");
  answer("[]");
  EXPECT_EQ(next_url(), at_gamma("/markets?limit=2&closed=true&clob_token_ids=11"));
  answer("[]");
  EXPECT_EQ(next_url(), at_clob("/markets-by-token/11"));
  answer(R"({"condition_id":"0xaa","primary_token_id":"11","secondary_token_id":"12"})");
  EXPECT_EQ(next_url(), at_clob("/markets/0xaa"));
  answer(std::string{clob_market});
  EXPECT_EQ(states(), "11 listed tick 0.01\n12 listed tick 0.01");
}

TEST_F(market_lookup_test, gamma_that_does_not_answer_is_passed_over) {
  look_up("11");
  fail_request();
  EXPECT_EQ(port.notes.take(), "refused: GET /markets");
  EXPECT_EQ(next_url(), at_clob("/markets-by-token/11"));
  answer(R"({"condition_id":"0xaa"})");
  answer(std::string{clob_market});
  EXPECT_EQ(states(), "11 listed tick 0.01\n12 listed tick 0.01");
}

TEST_F(market_lookup_test, a_market_that_is_not_there_yet_is_asked_for_again_with_growing_pauses) {
  look_up("11");
  miss_everywhere();
  EXPECT_EQ(port.notes.take(), "refused: a token is not listed; it is asked for again");
  advance(4'999ms);
  EXPECT_EQ(next_url(), "none");
  advance(1ms);
  miss_everywhere();
  advance(5'999ms);
  EXPECT_EQ(next_url(), "none");
  advance(1ms);
  answer(market_row(R"("active":true)"));
  EXPECT_EQ(states(), "11 listed tick 0.01\n12 listed tick 0.01");
}

TEST_F(market_lookup_test, a_token_that_nobody_has_is_given_up_and_may_be_named_again) {
  look_up("11");
  for (int i = 0; i < 12; ++i) {
    miss_everywhere();
    advance(15s);
  }
  EXPECT_EQ(port.notes.take(), "refused: a token is not listed; it is asked for again\n"
                               "refused: a token is not listed, and was given up");
  EXPECT_EQ(next_url(), "none");
  look_up("11");
  EXPECT_NE(next_url(), "none");
  port.requests.clear();
}

TEST_F(market_lookup_test, an_outage_gives_nobody_up) {
  look_up("11");
  for (int i = 0; i < 30; ++i) {
    fail_request();
    fail_request();
    advance(5s);
  }
  port.notes.take();
  answer(market_row(R"("active":true)"));
  EXPECT_EQ(states(), "11 listed tick 0.01\n12 listed tick 0.01");
}

TEST_F(market_lookup_test, too_many_requests_are_a_reason_to_wait) {
  feed.look_up("11", now);
  round();
  answer("", 429);
  port.notes.take();
  port.requests.clear(); // to the CLOB
  feed.look_up("31", now);
  round();
  EXPECT_EQ(next_url(), "none");
  advance(1s);
  EXPECT_EQ(next_url(), at_gamma("/markets?limit=2&closed=false&clob_token_ids=31"));
  port.requests.clear();
}

TEST_F(market_lookup_test, a_market_without_a_tick_is_noted_and_asked_for_elsewhere) {
  look_up("11");
  answer(market_row(R"("active":true)", R"("")"));
  EXPECT_EQ(port.notes.take(), "malformed: tick size");
  answer("[]");
  EXPECT_EQ(next_url(), at_clob("/markets-by-token/11"));
  port.requests.clear();
}

// ---- what becomes of a market ----

struct refresh_test : market_lookup_test {
  refresh_test() { learn_market(); }
  void refresh(std::string_view more, std::string_view tick = "0.01") {
    advance(60s);
    EXPECT_EQ(next_url(), at_gamma("/markets?limit=2&closed=false&clob_token_ids=11"));
    answer(market_row(more, tick));
  }
};

TEST_F(refresh_test, a_known_market_is_asked_about_every_minute) {
  advance(59s);
  EXPECT_EQ(next_url(), "none");
  advance(1s);
  EXPECT_NE(next_url(), "none");
  answer(market_row(R"("active":true)"));
  EXPECT_EQ(states(), "");
}

TEST_F(refresh_test, a_market_that_should_have_ended_is_asked_about_every_ten_seconds) {
  now.wall_ns = *ns_from_text("2026-12-31T00:00:00Z");
  refresh(R"("active":true)");
  advance(10s);
  EXPECT_NE(next_url(), "none");
  port.requests.clear();
}

TEST_F(refresh_test, another_tick_is_told) {
  refresh(R"("active":true)", "0.001");
  EXPECT_EQ(states(), "11 tick_changed tick 0.001\n12 tick_changed tick 0.001");
}

TEST_F(refresh_test, a_market_that_takes_no_orders_is_halted_until_it_does) {
  refresh(R"("active":true,"acceptingOrders":false)");
  EXPECT_EQ(states(), "11 halted\n12 halted");
  refresh(R"("active":true,"acceptingOrders":false)");
  EXPECT_EQ(states(), "");
  refresh(R"("active":true,"acceptingOrders":true)");
  EXPECT_EQ(states(), "11 resumed\n12 resumed");
}

TEST_F(refresh_test, a_closed_market_is_halted_and_pays_once_it_is_decided) {
  advance(60s);
  answer("[]"); // not among the open any more
  EXPECT_EQ(next_url(), at_gamma("/markets?limit=2&closed=true&clob_token_ids=11"));
  answer(market_row(R"("closed":true,"acceptingOrders":true,"outcomePrices":"[\"0.9\", \"0.1\"]")"));
  EXPECT_EQ(states(), "11 halted\n12 halted");
  advance(60s);
  answer("[]");
  answer(market_row(R"("closed":true,"outcomePrices":"[\"1\", \"0\"]")"));
  EXPECT_EQ(states(), "11 settled 1\n12 settled 0");
  advance(300s);
  EXPECT_EQ(next_url(), "none");
}

TEST_F(refresh_test, fifty_fifty_pays_half_on_both) {
  advance(60s);
  answer("[]");
  answer(market_row(R"("closed":true,"outcomePrices":"[\"0.5\", \"0.5\"]")"));
  EXPECT_EQ(states(), "11 settled 0.5\n12 settled 0.5");
}

TEST_F(refresh_test, what_the_stream_decided_rest_does_not_decide_again) {
  open({slot("11", channel::book)});
  say(R"({"event_type":"market_resolved","assets_ids":["11","12"],"winning_asset_id":"11","timestamp":"1782864000900"})");
  EXPECT_EQ(states(), "11 settled 1\n12 settled 0");
  advance(120s);
  EXPECT_EQ(next_url(), "none");
  sent(), socket.ends.take();
}

TEST_F(refresh_test, a_resolution_without_a_winner_halts_and_leaves_the_rest_to_rest) {
  open({slot("11", channel::trades)});
  say(R"({"event_type":"market_resolved","assets_ids":["11","12"],"winning_asset_id":"","timestamp":"1782864000900"})");
  EXPECT_EQ(states(), "11 halted\n12 halted");
  talk.reset();
  advance(60s);
  answer("[]");
  answer(market_row(R"("closed":true,"outcomePrices":"[\"0\", \"1\"]")"));
  EXPECT_EQ(states(), "11 settled 0\n12 settled 1");
}

TEST_F(refresh_test, a_refresh_that_fails_is_followed_by_the_next) {
  advance(60s);
  fail_request();
  fail_request();
  EXPECT_EQ(port.notes.take(), "refused: GET /markets\nrefused: GET /markets-by-token");
  EXPECT_EQ(next_url(), "none");
  refresh(R"("active":true)");
}

// ---- all open markets ----

struct open_list_test : market_lookup_test {
  open_list_test() : market_lookup_test{settings{.list = list_mode::open}} { round(); }
};

TEST_F(open_list_test, is_loaded_page_by_page) {
  EXPECT_EQ(loaded_at_start, "");
  EXPECT_EQ(next_url(), at_gamma("/markets/keyset?limit=100&active=true&closed=false"));
  answer(R"({"markets":[],"next_cursor":"abc="})");
  EXPECT_EQ(next_url(), at_gamma("/markets/keyset?limit=100&active=true&closed=false&after_cursor=abc%3D"));
  answer(fmt::format(R"({{"markets":{}}})", market_row(R"("active":true)")));
  EXPECT_EQ(states(), "11 listed tick 0.01\n12 listed tick 0.01\nloaded");
  EXPECT_EQ(next_url(), "none");
}

TEST_F(open_list_test, a_page_that_fails_is_asked_for_again) {
  fail_request();
  EXPECT_EQ(port.notes.take(), "refused: GET /markets/keyset");
  advance(5s);
  answer("<html>");
  EXPECT_EQ(port.notes.take(), "malformed: GET /markets/keyset");
  advance(5s);
  answer(R"({"markets":[]})");
  EXPECT_EQ(states(), "loaded");
}

TEST_F(open_list_test, its_markets_are_asked_about_only_while_a_session_carries_them) {
  answer(fmt::format(R"({{"markets":{}}})", market_row(R"("active":true)")));
  states();
  advance(120s);
  EXPECT_EQ(next_url(), "none");
  open({slot("12", channel::trades)});
  advance(60s);
  EXPECT_NE(next_url(), "none");
  port.requests.clear();
  talk.reset();
  advance(120s);
  EXPECT_EQ(next_url(), "none");
  sent(), notes(), socket.ends.take();
}

// ---- what the gateway asks ----

TEST_F(refresh_test, both_tokens_of_a_market_share_a_socket) {
  EXPECT_EQ(feed.key(slot("11", channel::book)), feed.key(slot("12", channel::ticker)));
  EXPECT_EQ(feed.limit().topics_per_socket, 200U); // markets of two tokens
}

TEST_F(refresh_test, there_are_no_status_topics_at_the_venue) {
  EXPECT_TRUE(feed.has_topic(slot("11", channel::book)));
  EXPECT_TRUE(feed.has_topic(slot("11", channel::trades)));
  EXPECT_TRUE(feed.has_topic(slot("11", channel::ticker)));
  EXPECT_FALSE(feed.has_topic(slot("11", channel::status)));
}

} // namespace
} // namespace strike::gateway_polymarket
