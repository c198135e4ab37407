#include "dashboard/control_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace strike::dashboard {
namespace {

using testing::HasSubstr;

TEST(control_command, reads_every_action) {
  EXPECT_EQ(
      std::get<wire::start_strategy>(parse_command(R"({"action":"start_strategy","strategy":"g"})")->body).strategy,
      "g");
  const auto stop = parse_command(R"({"action":"stop_strategy","strategy":"g"})");
  EXPECT_EQ(std::get<wire::stop_strategy>(stop->body).strategy, "g");
  EXPECT_EQ(stop->text, "stop_strategy g");
  EXPECT_EQ(stop->target, control_target::strategies);
  EXPECT_EQ(parse_command(R"({"action":"pause_replay"})")->target, control_target::replay);
  EXPECT_TRUE(std::holds_alternative<wire::resume_replay>(parse_command(R"({"action":"resume_replay"})")->body));
  EXPECT_EQ(
      std::get<wire::set_replay_speed>(parse_command(R"({"action":"set_replay_speed","factor":10})")->body).factor, 10);
  EXPECT_EQ(std::get<wire::seek_replay>(parse_command(R"({"action":"seek_replay","to_ms":1500})")->body).to_ns,
            1'500'000'000);
  EXPECT_EQ(std::get<wire::cancel_all_orders>(parse_command(R"({"action":"cancel_all_orders"})")->body).strategy, "");
}

TEST(control_command, reads_what_exec_takes_and_of_what_part) {
  const auto halt = parse_command(R"({"action":"halt_trading","reason":"news"})");
  EXPECT_EQ(halt->target, control_target::exec);
  EXPECT_EQ(halt->text, "halt_trading all: news");
  EXPECT_EQ(std::get<wire::restrict_trading>(halt->body),
            (wire::restrict_trading{{}, trading_state::halted, "news", ""}));
  const auto reduce = parse_command(R"({"action":"halt_trading","reason":"x","strategy":"all","reduce_only":true})");
  EXPECT_EQ(std::get<wire::restrict_trading>(reduce->body),
            (wire::restrict_trading{{scope_kind::strategy, "all"}, trading_state::reduce_only, "x", ""}));
  EXPECT_EQ(reduce->text, "halt_trading strategy all, reduce only: x");
  const auto resume = parse_command(R"({"action":"resume_trading","instrument":"deribit:BTC-PERPETUAL"})");
  EXPECT_EQ(std::get<wire::resume_trading>(resume->body).where,
            (risk_scope{scope_kind::instrument, "deribit:BTC-PERPETUAL"}));
  EXPECT_EQ(resume->text, "resume_trading instrument deribit:BTC-PERPETUAL");
  const auto kill = parse_command(R"({"action":"kill_trading","venue":"derive","flatten":true,"reason":"fire"})");
  EXPECT_EQ(std::get<wire::kill_trading>(kill->body),
            (wire::kill_trading{{scope_kind::venue, "derive"}, true, "fire", ""}));
  EXPECT_EQ(kill->text, "kill_trading venue derive, flatten: fire");
  EXPECT_EQ(kill->target, control_target::exec);
}

TEST(control_command, takes_no_scope_that_it_does_not_understand_for_all) {
  const auto why = [](std::string_view text) { return parse_command(text).error().text; };
  EXPECT_THAT(why(R"({"action":"kill_trading","reason":"x","venue":""})"), HasSubstr("'venue' is empty"));
  EXPECT_THAT(why(R"({"action":"kill_trading","reason":"x","venue":null})"), HasSubstr("'venue' must be a text"));
  EXPECT_THAT(why(R"({"action":"kill_trading","reason":"x","venues":"derive"})"), HasSubstr("'venues' is not known"));
  EXPECT_THAT(why(R"({"action":"kill_trading","reason":"x","venue":"derive","strategy":"g"})"),
              HasSubstr("name one of"));
  EXPECT_THAT(why(R"({"action":"kill_trading","reason":"x","flatten":1})"),
              HasSubstr("'flatten' must be true or false"));
  EXPECT_THAT(why(R"({"action":"halt_trading"})"), HasSubstr("'reason' must be a text"));
}

TEST(control_command, names_what_is_wrong) {
  const auto why = [](std::string_view text) { return parse_command(text).error().text; };
  EXPECT_THAT(why(""), HasSubstr("no JSON object"));
  EXPECT_THAT(why("[]"), HasSubstr("no JSON object"));
  EXPECT_THAT(why("{}"), HasSubstr("'action' must be a text"));
  EXPECT_THAT(why(R"({"action":"sell"})"), HasSubstr("action 'sell' is not known"));
  EXPECT_THAT(why(R"({"action":"stop_strategy"})"), HasSubstr("'strategy' must be a text"));
  EXPECT_THAT(why(R"({"action":"stop_strategy","strategy":""})"), HasSubstr("'strategy' is empty"));
  EXPECT_THAT(why(R"({"action":"stop_strategy","strategy":7})"), HasSubstr("'strategy' must be a text"));
  EXPECT_THAT(why(R"({"action":"set_replay_speed","factor":"fast"})"), HasSubstr("'factor' must be a number"));
  EXPECT_THAT(why(R"({"action":"pause_replay","strategy":"g"})"), HasSubstr("'strategy' is not known here"));
}

TEST(control_command, keeps_a_seek_within_what_a_time_can_hold) {
  const auto to_ns = [](std::string_view text) { return std::get<wire::seek_replay>(parse_command(text)->body).to_ns; };
  EXPECT_EQ(to_ns(R"({"action":"seek_replay","to_ms":-5})"), 0);
  EXPECT_GT(to_ns(R"({"action":"seek_replay","to_ms":1e300})"), 9'000'000'000'000'000'000);
}

} // namespace
} // namespace strike::dashboard
