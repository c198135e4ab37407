#include "dashboard/control_desk.hpp"

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
  const auto halt = parse_command(R"({"action":"halt_trading","reason":"news"})");
  EXPECT_EQ(std::get<wire::halt_trading>(halt->body).reason, "news");
  EXPECT_EQ(halt->target, control_target::exec);
  EXPECT_EQ(std::get<wire::cancel_all_orders>(parse_command(R"({"action":"cancel_all_orders"})")->body).strategy, "");
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
