#include "catalog_kit.hpp"

#include "base/time.hpp"
#include "catalog/market_catalog.hpp"
#include "catalog/refresher.hpp"
#include "file_lock.hpp"
#include "kit/temp_folder.hpp"

#include <gmock/gmock.h>

#include <future>
#include <thread>

using namespace strike;
using namespace strike::catalog;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

struct market_catalog_test : testing::Test {
  temp_folder folder;
  fake_http http;
  std::int64_t now_ns = 1'790'000'000 * ns_per_s;
  std::vector<std::string> reports;

  std::filesystem::path file() const { return folder / "polymarket_markets.jsonl"; }
  std::unique_ptr<market_catalog> open() {
    auto made = market_catalog::open({.folder = folder / "", .venues = {venue::polymarket}},
                                     {.fetch = http.function(),
                                      .wall_ns = [this] { return now_ns; },
                                      .report = [this](std::string_view line) { reports.emplace_back(line); }});
    EXPECT_TRUE(made) << made.error().text;
    return *std::move(made);
  }
  void list(const std::vector<std::string>& rows) { http.answer(gamma_first, gamma_page(rows)); }
  void refuse() { http.answer(gamma_first, fail(ec::io, "gamma-api.polymarket.com: no route")); }
  refresh_report refresh(market_catalog& x) {
    const auto done = x.refresh(venue::polymarket);
    EXPECT_TRUE(done) << done.error().text;
    return done.value_or(refresh_report{});
  }
  static std::vector<std::string> slugs(const view_ptr& shown) {
    std::vector<std::string> all;
    for (const auto& x : shown->all()) all.push_back(x->slug);
    return all;
  }
  std::size_t lines() const {
    std::ifstream in{file()};
    return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>{in}, {}, '\n'));
  }
};

TEST_F(market_catalog_test, is_empty_and_stale_until_the_first_refresh) {
  const auto x = open();
  EXPECT_THAT(slugs(x->current()), IsEmpty());
  EXPECT_TRUE(x->is_stale(venue::polymarket));
  EXPECT_EQ(x->last_updated(venue::polymarket), 0);
  list({gamma_row("a"), gamma_row("b")});
  EXPECT_EQ(refresh(*x).listed, 2U);
  EXPECT_THAT(slugs(x->current()), ElementsAre("a", "b"));
  EXPECT_FALSE(x->is_stale(venue::polymarket));
  EXPECT_EQ(x->last_updated(venue::polymarket), now_ns);
}

TEST_F(market_catalog_test, the_next_process_reads_what_this_one_fetched) {
  list({gamma_row("a", R"(,"volume":"2.5")")});
  refresh(*open());
  const auto next = open();
  EXPECT_THAT(slugs(next->current()), ElementsAre("a"));
  EXPECT_EQ(next->current()->all()[0]->volume, 2.5);
  EXPECT_FALSE(next->is_stale(venue::polymarket));
}

TEST_F(market_catalog_test, a_list_is_stale_after_its_time_and_not_before) {
  list({gamma_row("a")});
  const auto x = open();
  refresh(*x);
  now_ns += ns_per_day - 1;
  EXPECT_FALSE(x->is_stale(venue::polymarket));
  now_ns += 1;
  EXPECT_TRUE(x->is_stale(venue::polymarket));
}

TEST_F(market_catalog_test, a_clock_set_back_makes_no_list_stale_and_keeps_the_order_of_history) {
  list({gamma_row("a")});
  const auto x = open();
  refresh(*x);
  const auto first_ns = now_ns;
  now_ns -= 40 * ns_per_day;
  EXPECT_FALSE(x->is_stale(venue::polymarket));
  list({gamma_row("b")});
  refresh(*x);
  EXPECT_EQ(x->last_updated(venue::polymarket), first_ns);
  EXPECT_THAT(slugs(*x->as_of(first_ns)), ElementsAre("b"));
}

TEST_F(market_catalog_test, a_failed_refresh_keeps_the_old_list_in_memory_and_on_disk) {
  list({gamma_row("a")});
  const auto x = open();
  refresh(*x);
  http.answer(gamma_first, gamma_page({gamma_row("b")}, "next"));
  http.answer(gamma_first + "after_cursor=next", fail(ec::io, "gamma-api.polymarket.com: no route"));
  const auto done = x->refresh(venue::polymarket);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().text, HasSubstr("no route"));
  EXPECT_THAT(slugs(x->current()), ElementsAre("a"));
  EXPECT_THAT(slugs(open()->current()), ElementsAre("a"));
}

TEST_F(market_catalog_test, an_empty_list_is_not_believed) {
  list({gamma_row("a")});
  const auto x = open();
  refresh(*x);
  list({R"({"conditionId":""})"});
  const auto done = x->refresh(venue::polymarket);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().text, HasSubstr("listed no market at all"));
  EXPECT_THAT(slugs(x->current()), ElementsAre("a"));
}

TEST_F(market_catalog_test, without_a_change_no_difference_is_written) {
  const auto x = open();
  list({gamma_row("a", R"(,"volume":"1")")});
  refresh(*x);
  now_ns += ns_per_day;
  list({gamma_row("a", R"(,"volume":"2")")});
  refresh(*x);
  EXPECT_EQ(lines(), 1U);
  EXPECT_EQ(x->last_updated(venue::polymarket), now_ns);
  EXPECT_EQ(x->current()->all()[0]->volume, 2.0);
  now_ns += ns_per_day;
  list({gamma_row("a", R"(,"closed":true)"), gamma_row("b")});
  const auto report = refresh(*x);
  EXPECT_EQ(report.added, 1U);
  EXPECT_EQ(report.changed, 1U);
  EXPECT_EQ(report.removed, 0U);
  EXPECT_EQ(lines(), 2U);
}

TEST_F(market_catalog_test, tells_the_past_and_the_present) {
  const auto x = open(), other = open();
  const auto first_ns = now_ns;
  list({gamma_row("a")});
  refresh(*x);
  now_ns += ns_per_day;
  list({gamma_row("b")});
  refresh(*x);
  EXPECT_THAT(slugs(*x->as_of(first_ns)), ElementsAre("a"));
  EXPECT_EQ(*x->as_of(now_ns), x->current());
  now_ns += ns_per_day;
  list({gamma_row("c")});
  refresh(*x);
  EXPECT_THAT(slugs(*x->as_of(now_ns - 1)), ElementsAre("b"));
  EXPECT_FALSE(x->as_of(first_ns - 1));
}

TEST_F(market_catalog_test, a_damaged_cache_is_told_moved_aside_and_made_anew) {
  list({gamma_row("a")});
  refresh(*open());
  std::filesystem::resize_file(file(), std::filesystem::file_size(file()) - 1);
  const auto x = open();
  EXPECT_THAT(reports, ElementsAre(HasSubstr("polymarket_markets.jsonl.damaged")));
  EXPECT_TRUE(std::filesystem::exists(folder / "polymarket_markets.jsonl.damaged"));
  EXPECT_TRUE(x->is_stale(venue::polymarket));
  list({gamma_row("b")});
  refresh(*x);
  EXPECT_THAT(slugs(open()->current()), ElementsAre("b"));
}

TEST_F(market_catalog_test, takes_over_what_another_process_fetched) {
  const auto x = open(), other = open();
  list({gamma_row("a")});
  refresh(*other);
  EXPECT_TRUE(x->freshen(venue::polymarket)); // asks nobody
  EXPECT_THAT(slugs(x->current()), ElementsAre("a"));
  now_ns += ns_per_day;
  list({gamma_row("b")});
  refresh(*other);
  list({gamma_row("c")});
  refresh(*x); // its difference is from what the other wrote
  EXPECT_EQ(lines(), 3U);
  EXPECT_THAT(slugs(*x->as_of(now_ns - 1)), ElementsAre("a"));
}

TEST_F(market_catalog_test, does_not_refresh_while_another_process_does) {
  const auto x = open();
  const auto held = file_lock::take(file());
  ASSERT_TRUE(held);
  const auto done = x->refresh(venue::polymarket);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ec::session_down);
  EXPECT_THAT(done.error().text, HasSubstr("another process"));
}

TEST_F(market_catalog_test, waits_ever_longer_after_failures_and_begins_anew_after_success) {
  const auto x = open();
  constexpr std::int64_t minute_ns = 60 * ns_per_s;
  for (const int minutes : {1, 2, 4, 8, 16, 32, 60, 60}) {
    refuse();
    x->freshen_due();
    now_ns += minutes * minute_ns - 1;
    x->freshen_due(); // not yet: an answer that is not there would fail the test
    now_ns += 1;
  }
  EXPECT_EQ(reports.size(), 8U);
  EXPECT_THAT(reports[0], HasSubstr("the list of polymarket was not refreshed: gamma-api.polymarket.com: no route"));
  list({gamma_row("a")});
  x->freshen_due();
  x->freshen_due();
  now_ns += ns_per_day;
  refuse();
  x->freshen_due();
  now_ns += minute_ns;
  list({gamma_row("b")});
  x->freshen_due();
  EXPECT_THAT(slugs(x->current()), ElementsAre("b"));
}

TEST_F(market_catalog_test, rows_that_were_left_out_are_told) {
  list({gamma_row("a"), gamma_row("b", R"(,"endDate":"soon")"), R"({"conditionId":""})"});
  const auto x = open();
  const auto report = refresh(*x);
  EXPECT_EQ(report.faulty, 1U);
  EXPECT_EQ(report.skipped, 1U);
  EXPECT_THAT(reports, ElementsAre(HasSubstr("polymarket: a row was left out: 0xb: endDate")));
}

TEST_F(market_catalog_test, a_refresher_fetches_at_once_what_was_never_fetched) {
  const auto x = open();
  list({gamma_row("a")});
  const refresher keeps{*x};
  EXPECT_THAT(slugs(x->current()), ElementsAre("a"));
}

TEST_F(market_catalog_test, a_refresher_fetches_on_its_own_thread_what_is_stale) {
  list({gamma_row("a")});
  refresh(*open());
  now_ns += ns_per_day;
  std::promise<std::thread::id> asked;
  auto x = market_catalog::open({.folder = folder / "", .venues = {venue::polymarket}},
                                {.fetch = [&](const request&) -> result<std::string> {
                                   asked.set_value(std::this_thread::get_id());
                                   return fail(ec::io, "no route");
                                 },
                                 .wall_ns = [this] { return now_ns; },
                                 .report = [](std::string_view) {}});
  const refresher keeps{**x};
  EXPECT_NE(asked.get_future().get(), std::this_thread::get_id());
}

/// Under the thread sanitizer this is what guards the snapshots.
TEST_F(market_catalog_test, readers_and_a_refresher_share_it) {
  const auto x = open();
  for (int i = 0; i < 20; ++i) list({gamma_row("a" + std::to_string(i)), gamma_row("b")});
  std::jthread reader{[&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto shown = x->current();
      const auto size = shown->all().size();
      EXPECT_TRUE(size == 0 || size == 2);
      EXPECT_EQ(shown->search("b", 10).size(), size / 2);
      EXPECT_LE(x->last_updated(venue::polymarket), 1'790'000'000 * ns_per_s + ns_per_day);
    }
  }};
  for (int i = 0; i < 20; ++i) refresh(*x);
}

} // namespace
