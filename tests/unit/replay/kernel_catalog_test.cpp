// What strategies of a backtest see of the venues' lists.
#include "catalog/market_catalog.hpp"
#include "kernel_fixture.hpp"
#include "kit/temp_folder.hpp"

#include <gmock/gmock.h>

using namespace strike;
using namespace strike::replay;
using namespace strike::literals;

namespace {

struct kernel_catalog_test : kernel_test {
  temp_folder folder;

  /// Lists one market from that time on.
  void list(double ms, const std::string& slug) {
    const auto answer = R"({"result":[{"instrument_name":")" + slug + R"(","kind":"spot","tick_size":1}]})";
    const auto now_ns = at(ms);
    auto markets = catalog::market_catalog::open({.folder = folder / "", .venues = {venue::deribit}},
                                                 {.fetch = [&](const catalog::request&) { return answer; },
                                                  .wall_ns = [=] { return now_ns; },
                                                  .report = [](std::string_view) {}});
    ASSERT_TRUE((*markets)->refresh(venue::deribit));
  }
  void use_catalog() { cache = {folder / "deribit_markets.jsonl"}; }
  /// What a strategy sees at each event.
  std::vector<std::string> seen() {
    std::vector<std::string> all;
    add("s").event = [&](const market_event&, context& x) {
      const auto markets = x.markets();
      all.push_back(markets ? markets->all()[0]->slug : "none");
    };
    run();
    return all;
  }
};

TEST_F(kernel_catalog_test, markets_are_those_of_the_simulated_time) {
  list(0, "A_B"), list(20, "C_D");
  use_catalog();
  quote(10, 0, btc, 1_px, 2_px), quote(20, 0, btc, 1_px, 2_px), quote(30, 0, btc, 1_px, 2_px);
  EXPECT_THAT(seen(), testing::ElementsAre("a_b", "c_d", "c_d"));
  EXPECT_EQ(under_test->catalog_gap(), "");
}

TEST_F(kernel_catalog_test, before_the_history_begins_there_are_none_and_that_is_told) {
  list(20, "A_B");
  use_catalog();
  quote(10, 0, btc, 1_px, 2_px), quote(30, 0, btc, 1_px, 2_px);
  EXPECT_THAT(seen(), testing::ElementsAre("none", "a_b"));
  EXPECT_THAT(under_test->catalog_gap(), testing::HasSubstr("nothing is known of before"));
}

TEST_F(kernel_catalog_test, without_a_catalog_there_are_none) {
  quote(10, 0, btc, 1_px, 2_px);
  EXPECT_THAT(seen(), testing::ElementsAre("none"));
  EXPECT_EQ(under_test->catalog_gap(), "");
}

} // namespace
