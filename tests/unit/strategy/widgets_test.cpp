#include "strategy/widgets.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace strike;

namespace {

std::string text(const dashboard_schema& x) { return boost::json::serialize(to_json(x)); }

TEST(widgets, writes_key_values_with_every_format) {
  const dashboard_schema layout = {widgets::key_value{.title = "T",
                                                      .items = {{"a", "va", text_format()},
                                                                {"b", "vb", number_format(3)},
                                                                {"c", "vc", percent_format(1)},
                                                                {"d", "vd", money_format("BTC", 8)},
                                                                {"e", "ve", time_format()},
                                                                {"f", "vf", duration_format()}}}};
  EXPECT_EQ(text(layout), R"([{"widget":"key_value","title":"T","items":[)"
                          R"({"label":"a","value":"va","format":{"kind":"text"}},)"
                          R"({"label":"b","value":"vb","format":{"kind":"number","decimals":3}},)"
                          R"({"label":"c","value":"vc","format":{"kind":"percent","decimals":1}},)"
                          R"({"label":"d","value":"vd","format":{"kind":"money","decimals":8,"currency":"BTC"}},)"
                          R"({"label":"e","value":"ve","format":{"kind":"time"}},)"
                          R"({"label":"f","value":"vf","format":{"kind":"duration"}}]}])");
}

TEST(widgets, writes_charts_of_every_style) {
  for (const auto& row : enum_names<chart_style>::table) {
    const dashboard_schema layout = {widgets::chart{"T", row.value, {{"a", "va"}, {"b", "vb"}}, number_format(0)}};
    EXPECT_EQ(text(layout), R"([{"widget":"chart","title":"T","style":")" + std::string{row.text} +
                                R"(","series":[{"label":"a","value":"va"},{"label":"b","value":"vb"}],)"
                                R"("format":{"kind":"number","decimals":0}}])");
  }
}

TEST(widgets, writes_tables_logs_and_dividers_in_order) {
  const dashboard_schema layout = {widgets::table{"T", "rows", {{"Size", "size", number_format(2)}}},
                                   widgets::divider{}, widgets::log{"L", "lines"}};
  EXPECT_EQ(text(layout), R"([{"widget":"table","title":"T","value":"rows","columns":[{"label":"Size","field":"size",)"
                          R"("format":{"kind":"number","decimals":2}}]},{"widget":"divider"},)"
                          R"({"widget":"log","title":"L","value":"lines"}])");
}

TEST(widgets, an_empty_layout_is_an_empty_list) { EXPECT_EQ(text({}), "[]"); }

TEST(widgets, names_the_values_that_the_state_lacks) {
  const dashboard_schema layout = {widgets::key_value{"", {{"", "a", {}}, {"", "b", {}}}},
                                   widgets::chart{"", chart_style::line, {{"", "c"}, {"", "b"}}, {}},
                                   widgets::table{"", "d", {}}, widgets::log{"", "e"}};
  EXPECT_THAT(missing_values(layout, {{"a", 1}, {"d", 1}}), testing::ElementsAre("b", "c", "e"));
  EXPECT_TRUE(missing_values(layout, {{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}, {"e", 1}}).empty());
}

} // namespace
