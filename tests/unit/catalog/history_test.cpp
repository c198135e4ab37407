#include "catalog_kit.hpp"

#include "base/time.hpp"
#include "cache_file.hpp"
#include "catalog/history.hpp"
#include "kit/full_disk.hpp"
#include "kit/temp_folder.hpp"
#include "market_json.hpp"

#include <gmock/gmock.h>

#include <random>

using namespace strike;
using namespace strike::catalog;
using namespace strike::literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

constexpr std::int64_t day(int n) { return 1'790'000'000 * ns_per_s + n * ns_per_day; }

std::vector<market> contents(const market_list& list) {
  std::vector<market> all;
  for (const auto& x : list) all.push_back(*x);
  return all;
}

/// Every member away from its default, texts with what JSON escapes.
market full_market(venue at) {
  market x{.at = at,
           .id = "0x\"1\\",
           .listing_id = "7",
           .slug = "a",
           .question = "line\nbreak\t\x01 \xC3\xA9?",
           .description = "d",
           .tags = {"x", "y,\"z\""},
           .event_id = "e",
           .event_slug = "f",
           .event_title = "g"};
  x.outcomes = {{"Yes", "11", "13", true}, {"No", "12", "14", false}};
  x.ticks = tick_table{.base = 0.0001_px, .steps = {{0.005_px, 0.0005_px}, {1_px, 0.01_px}}};
  x.lot = 0.01_qty, x.minimum = 14.96_qty;
  x.fees = {rate{-1}, rate{30'000'000}, rate{5}, rate{250'000'000}, 2};
  x.protocol = "v2", x.taker_delay_s = 3, x.has_taker_delay = true, x.is_neg_risk = true, x.neg_risk_group = "0x9";
  x.is_placeholder = true, x.end_ns = day(9) + 1, x.game_start_ns = day(8), x.clears_book_at_start = true;
  x.is_active = x.is_closed = x.is_archived = x.accepts_orders = x.has_order_book = true;
  x.volume = 0.1, x.liquidity = 1e12 / 3;
  x.info.kind = instrument_kind::binary;
  if (at == venue::polymarket) return x;
  x.info = {instrument_kind::option, "BTC", "USD", "BTC", true, x.end_ns, 90000_px, option_type::put};
  return x;
}

TEST(market_json, a_market_survives_the_round_trip) {
  for (const auto at : {venue::polymarket, venue::deribit})
    for (const auto& x : {full_market(at), market{.at = at,
                                           .id = "a",
                                           .info = {.kind = at == venue::polymarket ? instrument_kind::binary
                                                                                    : instrument_kind::spot}}}) {
      std::string text;
      append_json(text, x);
      market back;
      json_document document{text};
      const auto done = document.read([&](fields& row) { back = market_from(row); });
      ASSERT_TRUE(done) << done.error().text << text;
      EXPECT_EQ(back, x) << text;
    }
}

/// A list that lives on through random changes.
struct changing_list {
  std::mt19937 random{11};
  std::map<std::string, market> markets;

  void change() {
    for (int i = 0; i < 8; ++i) {
      const auto id = std::to_string(random() % 30);
      switch (random() % 3) {
      case 0:
        markets.erase(id);
        break;
      case 1:
        markets[id] = {.id = id,
                       .slug = "s" + id,
                       .question = std::to_string(random() % 4),
                       .info = {.kind = instrument_kind::binary}};
        break;
      default:
        if (markets.contains(id)) markets[id].volume = static_cast<double>(random() % 5);
      }
    }
  }
  market_list list() const {
    std::vector<market> all;
    for (const auto& [id, x] : markets) all.push_back(x);
    return sorted(std::move(all));
  }
};

std::vector<market> without_activity(std::vector<market> all) {
  for (auto& x : all) x.volume.reset(), x.liquidity.reset();
  return all;
}

TEST(difference, undoing_leads_back_to_each_older_list) {
  changing_list source;
  std::vector<market_list> lists{source.list()};
  std::vector<difference> steps;
  for (int i = 0; i < 200; ++i) {
    source.change();
    lists.push_back(source.list());
    steps.push_back(difference_between(lists[lists.size() - 2], lists.back()));
  }
  auto list = lists.back();
  for (std::size_t i = steps.size(); i-- > 0;) {
    list = undone(steps[i], list);
    ASSERT_EQ(without_activity(contents(list)), without_activity(contents(lists[i]))) << i;
  }
}

TEST(difference, volume_and_liquidity_are_no_change) {
  const auto a = sorted({{.id = "1", .volume = 1}}), b = sorted({{.id = "1", .volume = 2}});
  EXPECT_TRUE(difference_between(a, b).is_empty());
  EXPECT_FALSE(difference_between(a, sorted({{.id = "1", .is_closed = true}})).is_empty());
}

struct cache_test : testing::Test {
  temp_folder folder;
  std::filesystem::path file = folder / "polymarket_markets.jsonl";
  std::string lost;
  full_disk disk;

  /// Writes the next list, as a refresh does.
  result<void> add(int at_day, std::vector<market> markets, std::int64_t oldest_ns = 0) {
    snapshot before;
    if (auto from = cache_reader::open(file)) before = *from->read_current(true);
    snapshot after{.refreshed_ns = day(at_day), .since_ns = day(at_day), .markets = sorted(std::move(markets))};
    auto change = difference_between(before.markets, after.markets);
    change.at_ns = after.since_ns, change.since_ns = before.since_ns;
    return replace_cache(file, after, before.refreshed_ns == 0 ? nullptr : &change, {.oldest_ns = oldest_ns}, disk,
                         lost);
  }
  std::vector<std::string> ids_at(history& past, std::int64_t at_ns) {
    const auto shown = past.as_of(at_ns);
    if (!shown) return {"error"};
    std::vector<std::string> ids;
    for (const auto& x : (*shown)->all()) ids.push_back(x->id + x->question);
    std::ranges::sort(ids);
    return ids;
  }
  static market named(std::string id, std::string question = {}) {
    return {.id = std::move(id), .question = std::move(question), .info = {.kind = instrument_kind::binary}};
  }
  void fill() {
    ASSERT_TRUE(add(0, {named("1"), named("2")}));
    ASSERT_TRUE(add(1, {named("1", "new"), named("2")}));
    ASSERT_TRUE(add(2, {named("2"), named("3")}));
    ASSERT_TRUE(add(3, {named("2"), named("3"), named("4")}));
  }
};

TEST_F(cache_test, the_past_is_told_at_every_time) {
  fill();
  auto past = history::open({file});
  ASSERT_TRUE(past) << past.error().text;
  EXPECT_THAT(ids_at(**past, day(1)), ElementsAre("1new", "2"));
  EXPECT_THAT(ids_at(**past, day(1) - 1), ElementsAre("1", "2"));
  EXPECT_THAT(ids_at(**past, day(0)), ElementsAre("1", "2"));
  EXPECT_THAT(ids_at(**past, day(2)), ElementsAre("2", "3"));
  EXPECT_THAT(ids_at(**past, day(3) - 1), ElementsAre("2", "3"));
  EXPECT_THAT(ids_at(**past, day(3)), ElementsAre("2", "3", "4"));
  EXPECT_THAT(ids_at(**past, day(300)), ElementsAre("2", "3", "4"));
}

TEST_F(cache_test, before_the_first_list_nothing_is_known) {
  fill();
  auto past = history::open({file});
  const auto none = (*past)->as_of(day(0) - 1);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ec::not_found);
  EXPECT_THAT(none.error().text, HasSubstr("nothing is known of before " + iso_from_ns(day(0))));
}

TEST_F(cache_test, the_view_stays_the_same_object_between_two_changes) {
  fill();
  auto past = history::open({file});
  EXPECT_EQ(*(*past)->as_of(day(1)), *(*past)->as_of(day(2) - 1));
  EXPECT_NE(*(*past)->as_of(day(2) - 1), *(*past)->as_of(day(2)));
}

TEST_F(cache_test, a_venue_that_does_not_reach_back_is_left_out_and_told) {
  fill();
  const auto second = folder / "deribit_markets.jsonl";
  const snapshot late{.refreshed_ns = day(2), .since_ns = day(2), .markets = sorted({named("BTC-PERPETUAL")})};
  ASSERT_TRUE(replace_cache(second, late, nullptr, {}, disk, lost));
  auto past = history::open({file, second});
  EXPECT_THAT(ids_at(**past, day(1)), ElementsAre("1new", "2"));
  EXPECT_THAT((*past)->gaps(), ElementsAre(HasSubstr("deribit_markets.jsonl: nothing is known of before")));
  EXPECT_THAT(ids_at(**past, day(2)), ElementsAre("2", "3", "BTC-PERPETUAL"));
  EXPECT_THAT((*past)->gaps(), IsEmpty());
}

TEST_F(cache_test, volume_and_liquidity_are_not_told_of_the_past) {
  auto x = named("1");
  x.volume = 5;
  ASSERT_TRUE(add(0, {x}));
  auto past = history::open({file});
  EXPECT_FALSE((*(*past)->as_of(day(0)))->all()[0]->volume);
}

TEST_F(cache_test, the_history_is_cut_by_age) {
  fill();
  ASSERT_TRUE(add(4, {named("2")}, day(3)));
  auto past = history::open({file});
  EXPECT_THAT(ids_at(**past, day(2)), ElementsAre("2", "3"));
  EXPECT_THAT(ids_at(**past, day(2) - 1), ElementsAre("error"));
}

TEST_F(cache_test, the_history_is_cut_by_number) {
  for (int i = 0; i <= static_cast<int>(history_bounds::most_differences) + 3; ++i)
    ASSERT_TRUE(add(i, {named(i % 2 == 0 ? "1" : "2")}));
  auto past = history::open({file});
  EXPECT_THAT(ids_at(**past, day(3)), ElementsAre("2"));
  EXPECT_THAT(ids_at(**past, day(2)), ElementsAre("error"));
}

TEST_F(cache_test, a_full_disk_leaves_the_old_file_as_it_was) {
  fill();
  const auto size = std::filesystem::file_size(file);
  for (const std::uint64_t room : {0U, 100U, 600U, 1500U}) {
    disk.room = room;
    EXPECT_FALSE(add(9, {named("5", std::string(500, 'x'))})) << room;
    disk.room = UINT64_MAX;
    EXPECT_EQ(std::filesystem::file_size(file), size);
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder / ""}, {}), 1);
  ASSERT_TRUE(add(9, {named("5")}));
  EXPECT_GT(disk.syncs, 0);
}

TEST_F(cache_test, a_new_file_left_by_a_crash_is_in_nobodys_way) {
  (void)folder.write("polymarket_markets.jsonl.new", "{\"type\":\"curr");
  fill();
  EXPECT_FALSE(std::filesystem::exists(folder / "polymarket_markets.jsonl.new"));
}

TEST_F(cache_test, every_torn_first_line_is_an_error_that_names_it) {
  fill();
  std::string whole;
  std::getline(std::ifstream{file}, whole);
  for (std::size_t size = 0; size <= whole.size(); ++size) { // without its new-line even the whole line is torn
    const auto torn = folder.write("torn.jsonl", whole.substr(0, size));
    const auto read = cache_reader::open(torn)->read_current(true);
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().code, ec::malformed);
    EXPECT_THAT(read.error().text, HasSubstr("torn.jsonl:1: damaged"));
  }
}

TEST_F(cache_test, another_format_is_an_error) {
  const auto other =
      folder.write("b.jsonl", "{\"type\":\"current\",\"format\":2,\"timestamp\":1,\"since\":1,\"items\":[]}\n");
  EXPECT_FALSE(cache_reader::open(other)->read_current(true));
}

TEST_F(cache_test, a_torn_difference_ends_the_history_there) {
  fill();
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 10);
  {
    auto past = history::open({file});
    EXPECT_THAT(ids_at(**past, day(1)), ElementsAre("1new", "2"));
    const auto none = (*past)->as_of(day(0));
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().text, HasSubstr("polymarket_markets.jsonl:4: damaged: its last line is torn"));
  }
  ASSERT_TRUE(add(5, {named("2")}));
  EXPECT_THAT(lost, HasSubstr("jsonl:4: damaged"));
  auto past = history::open({file});
  EXPECT_THAT(ids_at(**past, day(1)), ElementsAre("1new", "2"));
}

TEST_F(cache_test, a_missing_file_is_named) {
  const auto none = history::open({folder / "x.jsonl"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ec::not_found);
  EXPECT_THAT(none.error().text, HasSubstr("x.jsonl"));
}

} // namespace
