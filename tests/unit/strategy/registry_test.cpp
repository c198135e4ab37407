#include "strategy/registry.hpp"

#include <gtest/gtest.h>

using namespace strike;

namespace {

struct idle : strategy {
  std::vector<subscription> subscriptions() const override { return {}; }
  void on_event(const market_event&, context&) override {}
  boost::json::object dashboard_state() const override { return {}; }
};

std::unique_ptr<strategy> make_idle(config::section& settings) {
  settings.integer("depth", 1, 1, 5);
  return std::make_unique<idle>();
}

struct registry_test : testing::Test {
  registry_test() {
    types.add("gamma_scalp", make_idle);
    types.add("momentum", make_idle);
  }
  /// Names and types of the instances, and what was wrong.
  void read(std::string_view toml) {
    auto document = *config::document::from_text(toml, "strike.toml");
    for (auto& x : types.make_all(document.root())) made += x.name + ":" + x.type + (x.logic ? " " : "? ");
    if (auto done = document.finish(); !done) mistakes = done.error().text;
  }
  strategy_registry types;
  std::string made, mistakes;
};

TEST_F(registry_test, makes_every_instance_in_order) {
  read("[[strategy]]\ntype = \"momentum\"\nname = \"b\"\n[[strategy]]\ntype = \"gamma_scalp\"\ndepth = 2\n");
  EXPECT_EQ(made, "b:momentum gamma_scalp:gamma_scalp ");
  EXPECT_EQ(mistakes, "");
}

TEST_F(registry_test, lists_the_known_types_for_an_unknown_one) {
  read("[[strategy]]\ntype = \"momentun\"\nname = \"m\"\nlookback = 5\n");
  EXPECT_EQ(made, "");
  EXPECT_EQ(mistakes,
            "strike.toml:2: [strategy.m] type: unknown strategy type 'momentun'; known: gamma_scalp, momentum");
}

TEST_F(registry_test, refuses_a_doubled_name) {
  read("[[strategy]]\ntype = \"momentum\"\n[[strategy]]\ntype = \"gamma_scalp\"\nname = \"momentum\"\n");
  EXPECT_EQ(mistakes, "strike.toml:5: [strategy.momentum] name: the name 'momentum' is taken by another strategy; give "
                      "each its own");
}

TEST_F(registry_test, checks_the_keys_of_a_disabled_instance_and_leaves_it_out) {
  read("[[strategy]]\ntype = \"momentum\"\nname = \"m\"\nenabled = false\ndepth = 9\n");
  EXPECT_EQ(made, "");
  EXPECT_EQ(mistakes, "strike.toml:5: [strategy.m] depth: 9 is not within 1 to 5");
}

TEST_F(registry_test, names_a_missing_type) {
  read("[[strategy]]\nname = \"m\"\n");
  EXPECT_EQ(mistakes, "strike.toml:1: [strategy.m] type: is required and missing");
}

TEST_F(registry_test, names_an_unknown_key_of_an_instance) {
  read("[[strategy]]\ntype = \"momentum\"\nname = \"m\"\ndeph = 2\n");
  EXPECT_EQ(mistakes, "strike.toml:4: strategy.m.deph is not a known key; did you mean 'depth'?");
}

TEST_F(registry_test, a_document_without_strategies_makes_none) {
  read("");
  EXPECT_EQ(made, "");
  EXPECT_EQ(mistakes, "");
}

} // namespace
