#include "strategies/definition.hpp"

#include "kit/fake_context.hpp"
#include "strategies/register_all.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

using namespace strike;
using testing::HasSubstr;

namespace {

struct definition_test : testing::Test {
  strategy_registry types;
  definition_test() {
    register_all_strategies(types);
    types.add("broken", [](config::section&) -> std::unique_ptr<strategy> { throw std::runtime_error{"no luck"}; });
  }
  std::string fault(std::string_view toml) {
    const auto made = strategies::parse_definition(toml, "m", {}, types);
    return made ? "" : made.error().text;
  }
};

constexpr std::string_view table = R"(
type = "momentum"
instruments = ["deribit:BTC-*"]
threshold = 0.01
)";

TEST_F(definition_test, reads_all_of_a_configuration_and_makes_each_anew_from_its_text) {
  auto document = *config::document::from_text(R"(
[[strategy]]
type = "momentum"
name = "m"
instruments = ["deribit:BTC-*"]
[[strategy]]
type = "gamma_scalp"
enabled = false
instruments = ["deribit:ETH-*"]
)",
                                               "strike.toml", "/etc");
  const auto all = strategies::read_definitions(document.root(), types);
  ASSERT_TRUE(document.finish()) << document.finish().error().text;
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0].is_enabled);
  EXPECT_EQ(all[0].folder, "/etc");
  EXPECT_EQ(all[1].name, "gamma_scalp");
  EXPECT_FALSE(all[1].is_enabled);
  for (const auto& x : all) {
    const auto made = strategies::make(x, types);
    ASSERT_TRUE(made) << made.error().text;
    EXPECT_EQ((*made)->subscriptions().size(), 2U);
  }
}

TEST_F(definition_test, refuses_a_name_that_does_not_fit_into_a_topic) {
  auto document = *config::document::from_text(
      "[[strategy]]\ntype = \"momentum\"\nname = \"a/b\"\ninstruments = \"deribit:BTC-*\"", "strike.toml");
  strategies::read_definitions(document.root(), types);
  ASSERT_FALSE(document.finish());
  EXPECT_THAT(document.finish().error().text, HasSubstr("strike.toml:3: [strategy.a/b] name: "));
}

TEST_F(definition_test, takes_a_new_table_with_or_without_header_and_name) {
  const std::string header = "[[strategy]]", name = "name = \"m\"";
  EXPECT_EQ(fault(table), "");
  EXPECT_EQ(fault(header + std::string{table}), "");
  EXPECT_EQ(fault(name + std::string{table}), "");
  EXPECT_EQ(strategies::parse_definition(table, "m", {}, types)->name, "m");
}

TEST_F(definition_test, names_line_and_key_of_every_mistake) {
  EXPECT_THAT(fault("type = \"momentum\"\ninstruments = \"deribit:BTC-*\"\nthreshold = -1\ntreshold = 2"),
              testing::AllOf(HasSubstr("strategy 'm':3: threshold: -1 is not within 0 to 10"),
                             HasSubstr("strategy 'm':4: treshold is not a known key; did you mean 'threshold'?")));
  EXPECT_THAT(fault("type = "), HasSubstr("strategy 'm':1: "));
  EXPECT_THAT(fault("[[strategy]]\n[[strategy]]"), HasSubstr("expected one table, found 2"));
}

TEST_F(definition_test, refuses_the_table_of_another_strategy) {
  EXPECT_THAT(fault("name = \"x\"" + std::string{table}), HasSubstr("'x' is another name than that of the strategy"));
}

TEST_F(definition_test, says_what_a_constructor_threw) {
  EXPECT_EQ(fault("type = \"broken\""), "strategy 'm': cannot be made: no luck");
}

} // namespace
