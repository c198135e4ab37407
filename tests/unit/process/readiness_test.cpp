#include "process/readiness.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

using strike::process::readiness;

namespace {

TEST(readiness, is_ready_once_every_condition_is_met) {
  readiness state;
  EXPECT_TRUE(state.is_ready());
  state.not_ready("session", "connecting");
  state.not_ready("books", "waiting for snapshots");
  state.ready("session");
  EXPECT_FALSE(state.is_ready());
  state.ready("books");
  EXPECT_TRUE(state.is_ready());
  EXPECT_EQ(state.to_json(), R"({"status":"ready"})");
}

TEST(readiness, tells_transitions_from_repetitions) {
  readiness state;
  EXPECT_TRUE(state.not_ready("session", "connecting"));
  EXPECT_FALSE(state.not_ready("session", "still connecting"));
  EXPECT_TRUE(state.ready("session"));
  EXPECT_FALSE(state.ready("session"));
}

TEST(readiness, lists_what_it_waits_for_with_the_latest_reason) {
  readiness state;
  state.not_ready("session", "connecting");
  state.not_ready("session", "refused: \"bad key\"");
  state.not_ready("books", "none yet");
  const auto got = boost::json::parse(state.to_json()).as_object();
  EXPECT_EQ(got.at("status"), "not ready");
  const auto& waiting = got.at("waiting_for").as_array();
  ASSERT_EQ(waiting.size(), 2U);
  EXPECT_EQ(waiting[0].at("condition"), "books");
  EXPECT_EQ(waiting[1].at("condition"), "session");
  EXPECT_EQ(waiting[1].at("reason"), "refused: \"bad key\"");
}

} // namespace
