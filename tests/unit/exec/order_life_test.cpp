#include "exec/order_life.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>

using namespace strike;
using namespace strike::literals;
using exec::fill_fact;
using exec::order_fact;
using exec::order_life;
using exec::order_stage;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

constexpr std::int64_t second = 1'000'000'000;

fill_fact fill_of(const std::string& trade_id, quantity size, std::int64_t at_ns = 1) {
  return {.trade_id = trade_id, .order = {1}, .what = {.venue_ns = at_ns, .at = 100_px, .size = size}};
}
order_fact fact(order_state state, quantity filled, std::int64_t at_ns, const std::string& reason = {}) {
  return {.venue_ns = at_ns, .order = {1}, .state = state, .filled = filled, .reason = reason};
}
moment at(std::int64_t ns) { return {.steady_ns = ns, .wall_ns = ns}; }

struct life : testing::Test {
  order_life order{{1}, {.instrument = {0}, .limit = 100_px, .size = 10_qty}, 1};

  life() { order.sent(); }
  /// "open 0/10", "+3 partially_filled 3/7" with a fill, since the last call.
  std::vector<std::string> told() {
    std::vector<std::string> all;
    for (const auto& x : order.take_news())
      all.push_back((x.update.execution ? "+" + to_string(x.update.execution->size) + " " : "") +
                    std::string{to_text(x.update.state)} + " " + to_string(x.update.filled) + "/" +
                    to_string(x.update.remaining));
    return all;
  }
};

TEST_F(life, tells_what_happened_once) {
  for (int i = 0; i < 2; ++i) {
    order.on_order(fact(order_state::open, {}, 2));
    order.on_fill(fill_of("a", 3_qty));
    order.on_order(fact(order_state::partially_filled, 3_qty, 3));
    order.on_fill(fill_of("b", 7_qty));
    order.on_order(fact(order_state::filled, 10_qty, 4));
  }
  EXPECT_THAT(told(), ElementsAre("open 0/10", "+3 partially_filled 3/7", "+7 filled 10/0"));
}

TEST_F(life, filled_is_told_after_the_fills_that_make_it_up) {
  order.on_order(fact(order_state::filled, 10_qty, 4));
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(order.stage(), order_stage::closing);
  order.on_fill(fill_of("a", 4_qty));
  order.on_fill(fill_of("b", 6_qty));
  EXPECT_THAT(told(), ElementsAre("+4 partially_filled 4/6", "+6 filled 10/0"));
}

TEST_F(life, a_cancellation_is_told_after_its_fills_too) {
  order.on_order(fact(order_state::cancelled, 4_qty, 4, "by request"));
  order.on_fill(fill_of("a", 4_qty));
  EXPECT_THAT(told(), ElementsAre("+4 cancelled 4/0"));
}

TEST_F(life, asks_for_fills_that_were_counted_and_do_not_come) {
  EXPECT_EQ(order.ask_due(at(0)), INT64_MAX);
  order.on_order(fact(order_state::filled, 10_qty, 4));
  EXPECT_EQ(order.ask_due(at(5)), 5 + second);
  order.asked(at(5 + second));
  EXPECT_EQ(order.ask_due(at(5 + second)), 5 + 2 * second);
  order.asked(at(5 + 2 * second));
  EXPECT_EQ(order.ask_due(at(5 + 2 * second)), 5 + 4 * second) << "each wait is twice the last";
  order.on_fill(fill_of("a", 10_qty));
  EXPECT_EQ(order.ask_due(at(9 * second)), INT64_MAX);
}

TEST_F(life, no_answer_is_unknown_until_the_venue_says_what_became_of_it) {
  order.on_no_answer("timeout", at(7));
  EXPECT_EQ(order.ask_due(at(7)), 7) << "at once";
  order.asked(at(7));
  order.on_no_answer("timeout", at(8));
  EXPECT_EQ(order.ask_due(at(8)), 7 + second) << "and then with backoff";
  EXPECT_THAT(told(), ElementsAre("unknown 0/10"));
  order.on_order(fact(order_state::open, {}, 9));
  EXPECT_THAT(told(), ElementsAre("open 0/10"));
  EXPECT_EQ(order.ask_due(at(9)), INT64_MAX);
}

TEST_F(life, an_order_that_the_venue_never_had_is_rejected_and_one_that_it_had_is_cancelled) {
  order_life other{{2}, {.instrument = {0}, .size = 10_qty}, 1};
  other.sent();
  other.on_order(fact(order_state::open, {}, 2));
  for (auto* x : {&order, &other}) {
    x->on_no_answer("timeout", at(7));
    x->on_absent("not found", 8);
  }
  EXPECT_EQ(order.last().state, order_state::rejected);
  EXPECT_EQ(other.last().state, order_state::cancelled);
  EXPECT_EQ(order.last().reason, "not found");
}

TEST_F(life, a_refused_amendment_is_told_once_with_the_standing_state) {
  order.on_order(fact(order_state::open, {}, 2));
  order.amend_sent(101_px, 20_qty);
  EXPECT_EQ(order.stage(), order_stage::amending);
  order.on_order(fact(order_state::open, {}, 3, "price out of range"));
  order.on_order(fact(order_state::open, {}, 3, "price out of range"));
  EXPECT_EQ(order.stage(), order_stage::working);
  EXPECT_THAT(told(), ElementsAre("open 0/10", "open 0/10"));
  EXPECT_EQ(order.last().reason, "price out of range");
}

TEST_F(life, a_refusal_counts_though_the_venues_clock_is_behind_ours) {
  order_life late{{1}, {.instrument = {0}, .limit = 100_px, .size = 10_qty}, 1'000 * second};
  late.sent();
  late.on_order(fact(order_state::open, {}, 2));
  late.on_order(fact(order_state::open, {}, 3, "price out of range"));
  EXPECT_EQ(late.take_news().size(), 2U);
}

TEST_F(life, fills_do_not_end_an_order_that_may_be_growing) {
  order.on_order(fact(order_state::open, {}, 2));
  order.amend_sent(100_px, 20_qty);
  order.on_fill(fill_of("a", 10_qty));
  EXPECT_THAT(told(), ElementsAre("open 0/10", "+10 partially_filled 10/0"));
  auto grown = fact(order_state::partially_filled, 10_qty, 3);
  grown.size = 20_qty;
  order.on_order(grown);
  EXPECT_THAT(told(), ElementsAre("partially_filled 10/10"));
}

TEST_F(life, a_fill_that_is_taken_back_is_told_as_its_opposite) {
  order.on_fill(fill_of("a", 10_qty));
  const auto undone = order.on_fill_undone("a", "FAILED");
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->size, 10_qty);
  EXPECT_FALSE(order.on_fill_undone("a", "FAILED")) << "once";
  const auto news = order.take_news();
  ASSERT_EQ(news.size(), 2U);
  EXPECT_EQ(news[1].update.execution->side, side::sell);
  EXPECT_EQ(news[1].update.filled, quantity{});
  EXPECT_EQ(news[1].update.state, order_state::filled) << "a final state stays";
  EXPECT_EQ(news[1].trade_id, "a-undone");
}

TEST_F(life, a_fill_after_the_end_is_booked_and_told_and_the_state_stays) {
  order.on_order(fact(order_state::cancelled, {}, 4));
  EXPECT_TRUE(order.on_fill(fill_of("late", 3_qty, 3)));
  EXPECT_THAT(told(), ElementsAre("cancelled 0/0", "+3 cancelled 3/0"));
}

TEST_F(life, a_venue_that_contradicts_itself_is_noted_and_changes_no_end) {
  order.on_order(fact(order_state::rejected, {}, 4));
  order.on_order(fact(order_state::open, {}, 5));
  EXPECT_EQ(order.last().state, order_state::rejected);
  EXPECT_EQ(order.contradiction(), "said rejected, then open");
}

TEST_F(life, one_of_the_store_is_asked_for_at_once) {
  order_life again{{1}, {.instrument = {0}, .size = 10_qty}, {.state = order_state::open, .size = 10_qty}, {}};
  EXPECT_EQ(again.stage(), order_stage::unsure);
  EXPECT_LE(again.ask_due(at(0)), 0);
  again.on_order(fact(order_state::open, {}, 2));
  EXPECT_THAT(again.take_news(), IsEmpty()) << "nothing changed";
}

/// What a venue can tell of one order, as one list of facts that may be delivered in any order.
struct history {
  std::vector<std::function<void(order_life&)>> facts;
  std::optional<quantity> amended;
  quantity filled; ///< in the end, less what was taken back
  order_state end = order_state::filled;
};

history make_history(std::mt19937_64& random) {
  const auto below = [&](std::uint64_t n) { return random() % n; };
  history made;
  quantity size = 10_qty, counted, undone;
  std::int64_t ns = 10;
  const auto say = [&](order_fact what) { made.facts.push_back([what](order_life& x) { x.on_order(what); }); };
  say(fact(order_state::open, {}, ns));
  const auto steps = below(6);
  for (std::uint64_t i = 0; i < steps && counted < size; ++i) {
    ++ns;
    if (below(4) == 0 && !made.amended) {
      size = made.amended.emplace(quantity{counted.nanos + static_cast<std::int64_t>(1 + below(12)) * second});
      auto x = fact(counted == quantity{} ? order_state::open : order_state::partially_filled, counted, ns);
      x.size = size;
      x.limit = 101_px;
      say(x);
      continue;
    }
    const quantity part{
        static_cast<std::int64_t>(1 + below(static_cast<std::uint64_t>((size - counted).nanos / second))) * second};
    const auto id = "t" + std::to_string(i);
    made.facts.push_back([id, part, ns](order_life& x) { x.on_fill(fill_of(id, part, ns)); });
    counted += part;
    if (below(5) == 0) {
      made.facts.push_back([id](order_life& x) { x.on_fill_undone(id, "FAILED"); });
      undone += part;
    }
    if (counted < size && below(2) == 0) say(fact(order_state::partially_filled, counted, ns));
  }
  if (counted < size) made.end = below(2) == 0 ? order_state::cancelled : order_state::expired;
  auto last = fact(made.end, counted, ns + 1);
  last.size = size;
  say(last);
  made.filled = counted - undone;
  return made;
}

TEST(life_of_an_order, ends_alike_however_its_facts_arrive) {
  std::mt19937_64 random{20260701};
  for (int run = 0; run < 20'000; ++run) {
    const auto story = make_history(random);
    auto facts = story.facts;
    for (std::size_t i = random() % 4; i > 0; --i) facts.push_back(facts[random() % story.facts.size()]);
    std::ranges::shuffle(facts, random);
    order_life x{{1}, {.instrument = {0}, .limit = 100_px, .size = 10_qty}, 1};
    x.sent();
    if (story.amended) x.amend_sent(101_px, *story.amended);
    for (const auto& tell : facts) {
      if (random() % 8 == 0) x.on_no_answer("timeout", at(5));
      tell(x);
    }
    const auto news = x.take_news();
    ASSERT_TRUE(x.is_final()) << "run " << run;
    ASSERT_EQ(x.last().state, story.end) << "run " << run;
    ASSERT_EQ(x.last().filled, story.filled) << "run " << run;
    ASSERT_EQ(news.back().update.state, story.end) << "run " << run;
    ASSERT_EQ(news.back().update.filled, story.filled) << "run " << run;
    quantity held;
    std::map<std::string, int> told;
    bool is_over = false;
    int rank = 0; // pending, open, partially filled, final: never back, but for a fill that was taken back
    for (const auto& y : news) {
      const auto& u = y.update;
      ASSERT_TRUE(!is_over || u.state == story.end) << "run " << run;
      is_over = is_over || is_final(u.state);
      const bool is_undone = y.trade_id.ends_with("-undone");
      const auto now = is_final(u.state) ? 3 : static_cast<int>(u.state);
      if (u.state != order_state::unknown && !is_undone && u.filled > quantity{}) {
        ASSERT_GE(now, rank) << "run " << run;
        rank = now;
      }
      if (!u.execution) continue;
      ASSERT_EQ(++told[y.trade_id], 1) << "run " << run;
      held += u.execution->side == side::buy ? u.execution->size : -u.execution->size;
    }
    ASSERT_EQ(held, story.filled) << "run " << run;
  }
}

} // namespace
