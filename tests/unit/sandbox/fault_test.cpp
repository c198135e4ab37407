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
  }
  void on_close(connection&) override { client = nullptr; }
  http_response on_http(const http_request& what, std::int64_t) override { return {.body = what.path}; }
  void on_event(const market_event&, std::int64_t) override {}
  std::int64_t round(std::int64_t now_ns) override { return now_ns + 3'600 * ns_per_s; }
  void refuse(connection& from, std::string_view, refusal why, std::int64_t) override {
    from.send(why == refusal::throttled ? "too many" : "no", frame_kind::answer);
  }
  http_response refuse(const http_request&, refusal why, std::int64_t) override {
    return {.status = why == refusal::throttled ? 429 : 400};
  }

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
