#include "exec/risk_memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace strike;
using namespace strike::exec;
using testing::HasSubstr;

namespace {

TEST(risk_memory, comes_back_exactly) {
  risk_memory sent;
  sent.states.push_back({{scope_kind::instrument, "deribit:BTC-PERPETUAL"},
                         state_source::trigger,
                         trading_state::halted,
                         "a \"quoted\" reason",
                         "exec",
                         1'800'000'000'123'456'789});
  sent.states.push_back({{}, state_source::command, trading_state::reduce_only, "", "", 0});
  sent.bases.push_back({{scope_kind::strategy, "gamma"}, 1'799'971'200'000'000'000, -12.25, 1e-3});
  const auto got = risk_memory_of(to_json(sent));
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->states, sent.states);
  EXPECT_EQ(got->bases, sent.bases);
}

TEST(risk_memory, of_a_new_store_is_empty) {
  const auto got = risk_memory_of("");
  ASSERT_TRUE(got);
  EXPECT_TRUE(got->states.empty() && got->bases.empty());
}

TEST(risk_memory, that_cannot_be_read_is_no_empty_one) {
  const std::string state =
      R"({"scope":"all","name":"","source":"command","state":"frozen","reason":"","by":"","since_ns":1})";
  for (const auto& bad :
       {std::string{"{"}, std::string{"{}"}, std::string{"[]"}, R"({"states":[)" + state + R"(],"bases":[]})",
        std::string{R"({"states":[{}],"bases":[]})"}}) {
    const auto got = risk_memory_of(bad);
    ASSERT_FALSE(got) << bad;
    EXPECT_EQ(got.error().code, ec::malformed);
    EXPECT_THAT(got.error().text, HasSubstr("the states of risk in the order store cannot be read")) << bad;
  }
}

} // namespace
