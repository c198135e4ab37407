#include "sandbox/fault_frame.hpp"

#include "fake_connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace strike;
using namespace strike::sandbox;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t start_ns = 1'700'000'000 * ns_per_s;

/// A venue that answers every text, and sends what the test tells it to.
struct plain_venue final : venue_server {
  std::optional<http_response> on_upgrade(const http_request&, std::int64_t) override { return {}; }
  void on_open(connection& with, const http_request&, std::int64_t) override { client = &with; }
  void on_text(connection& from, std::string_view text, std::int64_t) override {
    from.send("answer to " + std::string{text}, frame_kind::answer);
    if (!is_order(text)) return;
    ++served;
    if (text == "order that fills") from.send("fill", frame_kind::own_notice);
  }
  bool is_order(std::string_view text) const override { return text.starts_with("order"); }
  bool is_order(const http_request& what) const override { return what.path == "/order"; }
  bool is_taken_back() const { return reverts(); }

  void on_close(connection&) override { client = nullptr; }
  http_response on_http(const http_request& what, std::int64_t) override {
    served += is_order(what) ? 1 : 0;
    return {.body = what.path};
  }
  void on_event(const market_event&, std::int64_t) override {}
  std::int64_t round(std::int64_t now_ns) override { return now_ns + 3'600 * ns_per_s; }
  void refuse(connection& from, std::string_view, refusal why, std::int64_t) override {
    from.send(why == refusal::throttled ? "too many" : why == refusal::failed ? "unknown" : "no", frame_kind::answer);
  }
  http_response refuse(const http_request&, refusal why, std::int64_t) override {
    return {.status = why == refusal::throttled ? 429 : why == refusal::failed ? 500 : 400};
  }

  int served = 0; ///< orders
  connection* client = nullptr;
};

struct fault_test : testing::Test {
  plain_venue venue_;
  process::metric_registry metrics;
  std::vector<fault> drawn;
  fault_frame frame{venue_, venue::deribit, metrics, [this](const fault& x) { drawn.push_back(x); }};
  fake_connection client;
  std::int64_t now_ns = start_ns;

  fault_test() { frame.on_open(client, {}, now_ns); }
  void say(std::string_view text) { frame.on_text(client, text, now_ns); }
  void advance(std::int64_t by_ns) {
    now_ns += by_ns;
    frame.round(now_ns);
  }
  std::uint64_t hits(const char* which) {
    return metrics.get_counter("strike_sandbox_faults_total", "", {{"venue", "deribit"}, {"fault", which}}).value();
  }
};

TEST_F(fault_test, without_a_fault_all_passes_and_is_counted) {
  say("one");
  venue_.client->send("two", frame_kind::notice);
  venue_.client->send("three", frame_kind::book_change);
  EXPECT_THAT(client.texts, ElementsAre("answer to one", "two", "three"));
  const auto sent = [&](const char* kind) {
    return metrics.get_counter("strike_sandbox_sent_total", "", {{"venue", "deribit"}, {"kind", kind}}).value();
  };
  EXPECT_EQ(sent("answer"), 1U);
  EXPECT_EQ(sent("notice"), 2U);
}

TEST_F(fault_test, drop_cuts_who_is_connected) {
  frame.inject({.what = fault_kind::drop}, now_ns);
  EXPECT_TRUE(client.is_cut);
  EXPECT_EQ(hits("drop"), 1U);
}

TEST_F(fault_test, silence_swallows_everything_until_it_ends) {
  frame.inject({.what = fault_kind::silence, .for_ns = ns_per_s}, now_ns);
  say("one");
  venue_.client->send("two", frame_kind::notice);
  EXPECT_THAT(client.texts, IsEmpty());
  EXPECT_EQ(frame.on_http({.method = "GET", .path = "/x"}, now_ns).not_before_ns, now_ns + ns_per_s);
  advance(ns_per_s);
  say("three");
  EXPECT_THAT(client.texts, ElementsAre("answer to three"));
}

TEST_F(fault_test, a_goodbye_waits_for_the_end_of_silence) {
  frame.inject({.what = fault_kind::silence, .for_ns = ns_per_s}, now_ns);
  venue_.client->close(4000, "heartbeat close");
  EXPECT_FALSE(client.closed);
  advance(ns_per_s);
  ASSERT_TRUE(client.closed);
  EXPECT_EQ(client.closed->first, 4000);
}

TEST_F(fault_test, skip_leaves_out_so_many_book_changes_and_nothing_else) {
  frame.inject({.what = fault_kind::skip, .count = 2}, now_ns);
  for (const char* text : {"1", "2", "3"}) {
    venue_.client->send(text, frame_kind::book_change);
    venue_.client->send("ticker", frame_kind::notice);
  }
  EXPECT_THAT(client.texts, ElementsAre("ticker", "ticker", "3", "ticker"));
  EXPECT_EQ(hits("skip"), 2U);
}

TEST_F(fault_test, garbage_breaks_so_many_texts) {
  frame.inject({.what = fault_kind::garbage, .count = 2}, now_ns);
  venue_.client->send("{\"a\":1}", frame_kind::notice);
  venue_.client->send("{\"a\":12}", frame_kind::notice);
  venue_.client->send("{}", frame_kind::notice);
  EXPECT_THAT(client.texts, ElementsAre("}{\"a\":1}", "{\"a\"", "{}"));
}

TEST_F(fault_test, delay_holds_answers_back_but_not_channels) {
  frame.inject({.what = fault_kind::delay, .for_ns = 10 * ns_per_s, .delay_ns = 300 * ns_per_ms}, now_ns);
  say("one");
  venue_.client->send("notice", frame_kind::notice);
  EXPECT_THAT(client.texts, ElementsAre("notice"));
  EXPECT_EQ(frame.round(now_ns), now_ns + 300 * ns_per_ms);
  advance(300 * ns_per_ms);
  EXPECT_THAT(client.texts, ElementsAre("notice", "answer to one"));
  EXPECT_EQ(frame.on_http({.method = "GET", .path = "/x"}, now_ns).not_before_ns, now_ns + 300 * ns_per_ms);
}

TEST_F(fault_test, reject_and_throttle_answer_in_the_venues_own_words) {
  frame.inject({.what = fault_kind::reject}, now_ns);
  say("one");
  frame.inject({.what = fault_kind::throttle}, now_ns);
  say("two");
  say("three");
  EXPECT_THAT(client.texts, ElementsAre("no", "too many", "answer to three"));
  frame.inject({.what = fault_kind::throttle}, now_ns);
  EXPECT_EQ(frame.on_http({.method = "GET", .path = "/x"}, now_ns).status, 429);
}

TEST_F(fault_test, refuse_keeps_new_connections_out_for_a_while) {
  frame.inject({.what = fault_kind::refuse, .for_ns = ns_per_s}, now_ns);
  EXPECT_EQ(frame.on_upgrade({}, now_ns)->status, 503);
  say("one");
  EXPECT_THAT(client.texts, ElementsAre("answer to one"));
  advance(ns_per_s);
  EXPECT_FALSE(frame.on_upgrade({}, now_ns));
}

TEST_F(fault_test, faults_of_orders_spare_what_is_no_order) {
  for (const auto kind : {fault_kind::mute, fault_kind::twice, fault_kind::early, fault_kind::fail, fault_kind::sever})
    frame.inject({.what = kind}, now_ns);
  say("one");
  EXPECT_THAT(client.texts, ElementsAre("answer to one"));
  EXPECT_EQ(frame.on_http({.method = "GET", .path = "/x"}, now_ns).body, "/x");
}

TEST_F(fault_test, a_muted_order_is_carried_out_without_an_answer) {
  frame.inject({.what = fault_kind::mute}, now_ns);
  say("order that fills");
  say("order");
  EXPECT_THAT(client.texts, ElementsAre("fill", "answer to order"));
  EXPECT_EQ(venue_.served, 2);
  EXPECT_EQ(hits("mute"), 1U);
}

TEST_F(fault_test, an_order_is_answered_twice) {
  frame.inject({.what = fault_kind::twice}, now_ns);
  say("order");
  say("order 2");
  EXPECT_THAT(client.texts, ElementsAre("answer to order", "answer to order", "answer to order 2"));
}

TEST_F(fault_test, an_early_event_comes_before_the_answer) {
  frame.inject({.what = fault_kind::early, .count = 3, .delay_ns = ns_per_s}, now_ns);
  say("order that fills");
  EXPECT_THAT(client.taken(), ElementsAre("fill", "answer to order that fills"));
  say("order");
  EXPECT_THAT(client.taken(), IsEmpty());
  venue_.client->send("fill", frame_kind::own_notice);
  venue_.client->send("and another", frame_kind::own_notice);
  advance(0);
  EXPECT_THAT(client.taken(), ElementsAre("fill", "and another", "answer to order"));
  say("order");
  EXPECT_EQ(frame.round(now_ns), now_ns + ns_per_s);
  advance(ns_per_s);
  EXPECT_THAT(client.taken(), ElementsAre("answer to order"));
}

TEST_F(fault_test, a_failed_order_is_carried_out_and_answered_with_an_error) {
  frame.inject({.what = fault_kind::fail}, now_ns);
  say("order that fills");
  EXPECT_THAT(client.texts, ElementsAre("fill", "unknown"));
  EXPECT_EQ(venue_.served, 1);
}

TEST_F(fault_test, a_severed_order_is_carried_out_and_the_connection_is_cut) {
  frame.inject({.what = fault_kind::sever}, now_ns);
  say("order");
  EXPECT_THAT(client.texts, IsEmpty());
  EXPECT_TRUE(client.is_cut);
  EXPECT_EQ(venue_.served, 1);
}

TEST_F(fault_test, orders_over_http_have_the_same_faults) {
  const http_request order{.method = "POST", .path = "/order"};
  frame.inject({.what = fault_kind::mute}, now_ns);
  auto answer = frame.on_http(order, now_ns);
  EXPECT_TRUE(answer.is_cut);
  EXPECT_EQ(answer.not_before_ns, now_ns + 60 * ns_per_s);
  frame.inject({.what = fault_kind::early, .delay_ns = ns_per_s}, now_ns);
  EXPECT_EQ(frame.on_http(order, now_ns).not_before_ns, now_ns + ns_per_s);
  frame.inject({.what = fault_kind::fail}, now_ns);
  EXPECT_EQ(frame.on_http(order, now_ns).status, 500);
  frame.inject({.what = fault_kind::sever}, now_ns);
  answer = frame.on_http(order, now_ns);
  EXPECT_TRUE(answer.is_cut);
  EXPECT_EQ(answer.not_before_ns, 0);
  EXPECT_EQ(venue_.served, 4);
  EXPECT_EQ(frame.on_http(order, now_ns).body, "/order");
}

TEST_F(fault_test, throttle_reject_and_delay_may_be_about_orders_only) {
  frame.inject({.what = fault_kind::throttle, .only_orders = true}, now_ns);
  frame.inject({.what = fault_kind::reject, .only_orders = true}, now_ns);
  for (const char* text : {"one", "order", "order"}) say(text);
  EXPECT_THAT(client.taken(), ElementsAre("answer to one", "too many", "no"));
  frame.inject({.what = fault_kind::delay, .delay_ns = ns_per_s, .only_orders = true}, now_ns);
  for (const char* text : {"two", "order"}) say(text);
  EXPECT_THAT(client.taken(), ElementsAre("answer to two"));
  advance(ns_per_s);
  EXPECT_THAT(client.taken(), ElementsAre("answer to order"));
}

TEST_F(fault_test, a_venue_is_told_which_match_to_take_back) {
  EXPECT_FALSE(venue_.is_taken_back());
  frame.inject({.what = fault_kind::revert}, now_ns);
  EXPECT_TRUE(venue_.is_taken_back());
  EXPECT_FALSE(venue_.is_taken_back());
  EXPECT_EQ(hits("revert"), 1U);
}

TEST_F(fault_test, a_mix_has_faults_of_orders_only_when_asked) {
  const auto has_some = [&](bool is_asked) {
    drawn.clear();
    frame.inject(fault_mix{.seed = 7, .every_ns = ns_per_s, .for_ns = 60 * ns_per_s, .has_orders = is_asked}, now_ns);
    for (int i = 0; i < 1'000; ++i) advance(100 * ns_per_ms);
    return std::ranges::any_of(drawn, [](const fault& x) { return is_of_orders(x.what); });
  };
  EXPECT_FALSE(has_some(false));
  EXPECT_TRUE(has_some(true));
}

TEST_F(fault_test, clear_ends_them_all) {
  frame.inject({.what = fault_kind::silence, .for_ns = ns_per_s}, now_ns);
  frame.inject({.what = fault_kind::garbage, .count = 9}, now_ns);
  frame.clear();
  say("one");
  EXPECT_THAT(client.texts, ElementsAre("answer to one"));
}

TEST_F(fault_test, a_mix_is_the_same_for_the_same_seed_and_ends) {
  const auto draw_all = [&](std::uint64_t seed) {
    drawn.clear();
    frame.inject(fault_mix{.seed = seed, .every_ns = ns_per_s, .for_ns = 60 * ns_per_s}, now_ns);
    const auto from_ns = now_ns;
    for (int i = 0; i < 1'000; ++i) advance(100 * ns_per_ms);
    std::vector<std::pair<fault_kind, std::int64_t>> made;
    for (const auto& x : drawn) made.emplace_back(x.what, x.for_ns + x.delay_ns + static_cast<std::int64_t>(x.count));
    EXPECT_EQ(frame.faults().next_draw_ns(), INT64_MAX);
    EXPECT_LT(from_ns, now_ns);
    return made;
  };
  const auto first = draw_all(7), second = draw_all(7), other = draw_all(8);
  EXPECT_EQ(first, second);
  EXPECT_NE(first, other);
  EXPECT_GT(first.size(), 30U);
  EXPECT_LT(first.size(), 120U);
}

TEST(faults, every_name_reads_back) {
  for (const auto& x : enum_names<fault_kind>::table) EXPECT_EQ(*from_text<fault_kind>(x.text), x.value);
}

} // namespace
