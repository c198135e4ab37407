#include "dashboard/strategy_board.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace strike::dashboard {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

constexpr std::int64_t second = 1'000'000'000;

wire::dashboard_state state(std::string name, std::uint64_t sequence, std::string text = "{}",
                            std::optional<std::string> layout = {}, std::uint64_t epoch = 7) {
  return {std::move(name), epoch, sequence, 5'000'000, std::move(text), std::move(layout)};
}

struct strategy_board_test : testing::Test {
  strategy_board board;

  json::object update(std::uint64_t since) const { return json::parse(board.update_since(since, second)).as_object(); }
  json::object only_change(std::uint64_t since) const {
    const auto all = update(since);
    EXPECT_EQ(all.at("strategies").as_array().size(), 1U);
    return all.at("strategies").at(0).as_object();
  }
  json::object summary(std::string_view name) const {
    return json::parse(board.state_json(name).value()).at("summary").as_object();
  }
};

TEST_F(strategy_board_test, is_an_empty_full_update_at_first) {
  EXPECT_EQ(board.update_since(0, second),
            R"({"type":"full","revision":0,"now_ms":1000,"upstreams":[],"strategies":[]})");
  EXPECT_EQ(board.list_json(second), R"({"revision":0,"now_ms":1000,"upstreams":[],"strategies":[]})");
  EXPECT_FALSE(board.state_json("gamma"));
  EXPECT_FALSE(board.schema_json("gamma"));
}

TEST_F(strategy_board_test, tells_a_new_viewer_everything) {
  board.set_upstream("tcp://x", "strategies", true, "connected");
  board.take(state("gamma", 1, R"({"pnl":1.5,"name":"a\"b"})", R"([{"widget":"divider"}])"), 2 * second);
  EXPECT_EQ(
      board.update_since(0, 3 * second),
      R"({"type":"full","revision":2,"now_ms":3000,)"
      R"("upstreams":[{"endpoint":"tcp://x","role":"strategies","connected":true,"was_connected":true,"text":"connected"}],"strategies":[{"summary":)"
      R"({"name":"gamma","type":"","run_state":"running","reason":"","restarts":0,"epoch":"7","sequence":1,"at_ms":5,"received_ms":2000,"stale":false,"gaps":0,"lost":0,)"
      R"("epochs":0,"malformed":0,"fault":"","has_schema":true},"schema":[{"widget":"divider"}],)"
      R"("keys":["pnl","name"],"state":{"pnl":1.5E0,"name":"a\"b"}}]})");
  EXPECT_EQ(board.schema_json("gamma"), R"([{"widget":"divider"}])");
}

TEST_F(strategy_board_test, tells_later_only_the_values_that_changed) {
  board.take(state("gamma", 1, R"({"a":1,"b":[1,2]})", "[]"), second);
  board.take(state("other", 1, R"({"x":1})"), second);
  const auto seen = board.revision();
  board.take(state("gamma", 2, R"({"a":2,"b":[1,2]})", "[]"), second);
  const auto news = only_change(seen);
  EXPECT_EQ(news.at("summary").at("name"), "gamma");
  EXPECT_EQ(json::serialize(news.at("state")), R"({"a":2})");
  EXPECT_FALSE(news.contains("schema"));
  EXPECT_FALSE(news.contains("keys"));
  EXPECT_FALSE(update(seen).contains("upstreams"));
  EXPECT_EQ(update(board.revision()).at("strategies").as_array().size(), 0U);
}

TEST_F(strategy_board_test, tells_which_values_are_gone_and_which_are_new) {
  board.take(state("gamma", 1, R"({"a":1,"b":2})"), second);
  const auto seen = board.revision();
  board.take(state("gamma", 2, R"({"c":3,"a":1})"), second);
  EXPECT_EQ(json::serialize(only_change(seen).at("keys")), R"(["c","a"])");
  EXPECT_EQ(json::serialize(only_change(seen).at("state")), R"({"c":3})");
}

TEST_F(strategy_board_test, tells_a_layout_again_only_when_it_changed) {
  board.take(state("gamma", 1, "{}", R"([{"widget":"divider"}])"), second);
  const auto seen = board.revision();
  board.take(state("gamma", 2), second);
  board.take(state("gamma", 3, "{}", R"([ {"widget":"divider"} ])"), second);
  EXPECT_FALSE(only_change(seen).contains("schema"));
  board.take(state("gamma", 4, "{}", "[]"), second);
  EXPECT_EQ(json::serialize(only_change(seen).at("schema")), "[]");
}

TEST_F(strategy_board_test, asks_for_a_snapshot_where_a_layout_may_have_been_missed) {
  EXPECT_TRUE(board.take(state("late", 9), second));
  EXPECT_FALSE(board.take(state("late", 9, "{}", "[]"), second)); // the snapshot: the same state, with its layout
  EXPECT_EQ(board.schema_json("late"), "[]");
  EXPECT_FALSE(board.take(state("late", 10), second));
  EXPECT_TRUE(board.take(state("late", 12), second));
  EXPECT_TRUE(board.take(state("late", 1, "{}", {}, 8), second));
  EXPECT_FALSE(board.take(state("fresh", 1, "{}", "[]"), second));
}

TEST_F(strategy_board_test, counts_gaps_and_starts_and_ignores_what_is_old) {
  board.take(state("gamma", 1, R"({"a":1})"), second);
  board.take(state("gamma", 5, R"({"a":5})"), second);
  board.take(state("gamma", 3, R"({"a":3})"), second);
  EXPECT_EQ(summary("gamma").at("gaps"), 1);
  EXPECT_EQ(summary("gamma").at("lost"), 3);
  EXPECT_THAT(*board.state_json("gamma"), HasSubstr(R"("state":{"a":5})"));
  board.take(state("gamma", 1, R"({"a":10})", {}, 8), second);
  board.take(state("gamma", 6, R"({"a":6})", {}, 7), second);
  EXPECT_EQ(summary("gamma").at("epochs"), 1);
  EXPECT_EQ(summary("gamma").at("epoch"), "8");
  EXPECT_THAT(*board.state_json("gamma"), HasSubstr(R"("state":{"a":10})"));
  EXPECT_EQ(board.counts().gaps, 1U);
  EXPECT_EQ(board.counts().lost, 3U);
  EXPECT_EQ(board.counts().epochs, 1U);
}

TEST_F(strategy_board_test, is_stale_after_three_seconds_until_the_next_state) {
  board.take(state("gamma", 1), second);
  board.poll(4 * second - 1);
  EXPECT_EQ(summary("gamma").at("stale"), false);
  const auto seen = board.revision();
  board.poll(4 * second);
  EXPECT_EQ(only_change(seen).at("summary").at("stale"), true);
  EXPECT_EQ(json::serialize(only_change(seen).at("state")), "{}");
  const auto told = board.revision();
  board.poll(9 * second);
  EXPECT_EQ(board.revision(), told);
  board.take(state("gamma", 2), 9 * second);
  EXPECT_EQ(summary("gamma").at("stale"), false);
}

TEST_F(strategy_board_test, tells_whether_a_strategy_runs_and_why_not) {
  auto failed = state("gamma", 1);
  failed.run_state = wire::run_state::restarting;
  failed.reason = "it threw: \"no\"";
  failed.restarts = 3;
  failed.type = "gamma_scalp";
  board.take(failed, second);
  const auto got = summary("gamma");
  EXPECT_EQ(got.at("run_state"), "restarting");
  EXPECT_EQ(got.at("reason"), "it threw: \"no\"");
  EXPECT_EQ(got.at("restarts"), 3);
  EXPECT_EQ(got.at("type"), "gamma_scalp");
}

TEST_F(strategy_board_test, keeps_the_last_good_state_and_says_what_is_wrong) {
  board = strategy_board{{.most_state_bytes = 40}};
  board.take(state("gamma", 1, R"({"a":1})", "[]"), second);
  std::uint64_t sequence = 1;
  for (const auto& [text, why] : {std::pair<std::string, std::string>{"[1]", "its state is no JSON object"},
                                  {"{\"a\":", "its state is no JSON object: "},
                                  {std::string(41, ' '), "its state has 41 bytes, 40 are allowed"},
                                  {R"({"a":"\ud800"})", "its state is no JSON object: "}}) {
    board.take(state("gamma", ++sequence, text), second);
    EXPECT_THAT(std::string{summary("gamma").at("fault").as_string()}, HasSubstr(why));
    EXPECT_THAT(*board.state_json("gamma"), HasSubstr(R"("state":{"a":1})"));
  }
  board.take(state("gamma", ++sequence, "{}", R"({"widget":"divider"})"), second);
  EXPECT_EQ(summary("gamma").at("fault"), "its layout is no JSON array");
  EXPECT_EQ(board.schema_json("gamma"), "[]");
  EXPECT_EQ(board.counts().malformed, 5U);
  board.take(state("gamma", ++sequence), second);
  EXPECT_EQ(summary("gamma").at("fault"), "");
}

TEST_F(strategy_board_test, takes_no_more_strategies_than_allowed) {
  board = strategy_board{{.most_strategies = 2}};
  for (const auto* name : {"a", "b", "c", "a"}) board.take(state(name, 1), second);
  EXPECT_EQ(board.size(), 2U);
  EXPECT_EQ(board.counts().refused, 1U);
  EXPECT_FALSE(board.state_json("c"));
}

TEST_F(strategy_board_test, escapes_names_and_keys_with_markup) {
  board.take(state(R"(<b a="1">)", 1, R"({"<i>\"":1})"), second);
  EXPECT_EQ(only_change(0).at("summary").at("name"), R"(<b a="1">)");
  EXPECT_TRUE(only_change(0).at("state").as_object().contains(R"(<i>")"));
}

/// A viewer that takes updates at random moments ends with the same picture as one that is told everything.
TEST_F(strategy_board_test, any_sequence_of_updates_leads_to_the_full_state) {
  std::mt19937 random{11};
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  json::object viewer;
  std::uint64_t has = 0;
  for (std::uint64_t round = 1; round <= 3'000; ++round) {
    json::object given;
    for (unsigned n = below(4); n > 0; --n) given[std::string(1, char('a' + below(6)))] = below(3);
    board.take(state(std::string(1, char('p' + below(3))), round, json::serialize(given)), second);
    if (below(3) != 0) continue;
    const auto told = update(has);
    has = static_cast<std::uint64_t>(told.at("revision").as_int64());
    for (const auto& x : told.at("strategies").as_array()) {
      const auto name = x.at("summary").at("name").as_string();
      auto& kept = viewer[name].is_object() ? viewer[name].get_object() : viewer[name].emplace_object();
      for (const auto& [key, value] : x.at("state").as_object()) kept[key] = value;
      if (!x.as_object().contains("keys")) continue;
      json::object left;
      for (const auto& key : x.at("keys").as_array()) left[key.as_string()] = kept.at(key.as_string());
      kept = left;
    }
    for (const auto& [name, kept] : viewer) ASSERT_EQ(json::parse(*board.state_json(name)).at("state"), kept) << round;
  }
}

} // namespace
} // namespace strike::dashboard
