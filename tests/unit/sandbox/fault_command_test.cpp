#include "sandbox/fault_command.hpp"

#include <gtest/gtest.h>

namespace {

using namespace strike;
using namespace strike::sandbox;

fault fault_of(std::string_view json) {
  const auto made = parse_fault_command(json);
  EXPECT_TRUE(made) << made.error().text;
  return std::get<fault>(made->what);
}
std::string mistake_in(std::string_view json) {
  const auto made = parse_fault_command(json);
  return made ? "none" : made.error().text;
}

TEST(fault_command, names_a_venue_or_all) {
  EXPECT_EQ(parse_fault_command(R"({"venue":"derive","fault":"drop"})")->at, venue::derive);
  EXPECT_FALSE(parse_fault_command(R"({"fault":"drop"})")->at);
}

TEST(fault_command, has_a_time_or_a_count) {
  EXPECT_EQ(fault_of(R"({"fault":"silence","for":"2s"})").for_ns, 2 * ns_per_s);
  EXPECT_EQ(fault_of(R"({"fault":"silence"})").for_ns, 5 * ns_per_s);
  EXPECT_EQ(fault_of(R"({"fault":"skip"})").count, 1U);
  EXPECT_EQ(fault_of(R"({"fault":"skip","count":3})").count, 3U);
  EXPECT_EQ(fault_of(R"({"fault":"refuse","count":3})").for_ns, 0);
  EXPECT_EQ(fault_of(R"({"fault":"delay","delay":"200ms","for":"1m"})").delay_ns, 200 * ns_per_ms);
}

TEST(fault_command, may_be_about_orders) {
  EXPECT_TRUE(fault_of(R"({"fault":"throttle","orders":true})").only_orders);
  EXPECT_FALSE(fault_of(R"({"fault":"throttle"})").only_orders);
  EXPECT_EQ(fault_of(R"({"fault":"mute","count":2})").count, 2U);
  EXPECT_EQ(fault_of(R"({"fault":"early","delay":"2s"})").delay_ns, 2 * ns_per_s);
  EXPECT_TRUE(std::get<fault_mix>(parse_fault_command(R"({"fault":"random","orders":true})")->what).has_orders);
}

TEST(fault_command, asks_for_a_mix_and_for_the_end) {
  const auto mix = parse_fault_command(R"({"fault":"random","seed":7,"every":"2s","for":"1m"})");
  EXPECT_EQ(std::get<fault_mix>(mix->what).seed, 7U);
  EXPECT_EQ(std::get<fault_mix>(mix->what).every_ns, 2 * ns_per_s);
  EXPECT_TRUE(std::holds_alternative<no_fault>(parse_fault_command(R"({"fault":"clear"})")->what));
}

TEST(fault_command, names_what_is_wrong_with_it) {
  for (const auto& [json, named] : std::vector<std::pair<const char*, const char*>>{
           {"[", "no JSON object"},
           {R"({"fault":"nothing"})", "unknown fault 'nothing'"},
           {R"({"fault":"drop","venue":"elsewhere"})", "unknown venue 'elsewhere'"},
           {R"({"fault":"drop","for":"1s"})", "drop"},
           {R"({"fault":"silence","count":1})", "count"},
           {R"({"fault":"skip","count":0})", "count"},
           {R"({"fault":"skip","count":1,"for":"1s"})", "count"},
           {R"({"fault":"skip","delay":"1s"})", "delay"},
           {R"({"fault":"skip","seed":1})", "seed"},
           {R"({"fault":"delay","for":"soon"})", "for"},
           {R"({"fault":"mute","delay":"1s"})", "delay"},
           {R"({"fault":"mute","orders":true})", "orders"},
           {R"({"fault":"reject","orders":1})", "orders"},
           {R"({"fault":"drop","until":1})", "until"}})
    EXPECT_NE(mistake_in(json).find(named), std::string::npos) << json << ": " << mistake_in(json);
}

} // namespace
