// Exec's adapters as a strategy sees them, against each sandbox venue: every kind of order, and every fault of order
// entry. At the end the venue's truth, the store and what the strategy was told are compared, fill by fill.
#include "chaos/trader.hpp"
#include "chaos/verdict.hpp"
#include "chaos/world.hpp"
#include "exec/order_reader.hpp"

#include <gmock/gmock.h>

#include <algorithm>

using namespace chaos;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

struct order_entry : testing::TestWithParam<venue> {
  temp_folder folder;
  world system{folder, "updown = \"720h\"\n"}; // no market ends within a test
  instrument_registry names;
  instrument_rules rules{names, {}};
  bus::context where;
  std::optional<traders> by;
  std::size_t traded_now = 0; ///< of `system.instruments()`

  void SetUp() override {
    ASSERT_TRUE(system.is_ready()) << system.logs();
    look();
    by.emplace(where, system.orders_endpoint(), names, rules, 1, 1);
    ASSERT_TRUE(becomes([&] { return by->are_ready(); })) << system.logs();
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << system.logs();
  }

  template <class F> bool becomes(F is_so) { return bus_kit::eventually(is_so, *by); }
  const traded& look() {
    system.look(names);
    const auto& all = system.instruments();
    return *std::ranges::find(all, GetParam(), &traded::at);
  }
  const seen_order& seen(const std::string& id) const { return by->orders().at(id); }
  std::string shown(const std::string& id) const {
    const auto& x = seen(id);
    return fmt::format("{} {} of {}: {}", to_text(x.state), to_string(x.filled), to_string(x.request.size), x.reason);
  }
  bool is(const std::string& id, order_state state) {
    return becomes([&] { return seen(id).state == state; });
  }
  bool ends(const std::string& id) {
    return becomes([&] { return is_final(seen(id).state); });
  }

  /// Away from the touch that an order of that side meets: above 0 beyond it, in hundredths of its price, on the grid.
  static price limit_of(const traded& what, side by_side, int percent) {
    const bool is_buy = by_side == side::buy;
    const auto touch = is_buy ? *what.ask : *what.bid;
    const auto ticks = std::max<std::int64_t>(5, touch.nanos / 100 * std::abs(percent) / what.tick.nanos);
    return {touch.nanos + (is_buy == (percent > 0) ? ticks : -ticks) * what.tick.nanos};
  }
  /// So far away that the market does not come there.
  order_request resting(side by_side = side::buy) {
    const auto& what = look();
    return {
        .instrument = what.id, .side = by_side, .limit = limit_of(what, by_side, -10), .size = {2 * what.unit.nanos}};
  }
  /// So far beyond what is offered that it trades at once though the market moves.
  order_request taking(side by_side = side::buy) {
    auto made = resting(by_side);
    made.limit = limit_of(look(), by_side, 1);
    made.tif = time_in_force::ioc;
    return made;
  }
  std::string placed_open(order_request what) {
    const auto id = by->place(what);
    EXPECT_TRUE(is(id, order_state::open)) << shown(id);
    return id;
  }
  /// What the venue itself says of it; empty: nothing.
  std::string at_venue(const std::string& id, const char* key) {
    const auto store = exec::order_reader::open(system.store_file(), names);
    const auto kept = store ? store->find(id) : std::unexpected{store.error()};
    if (!kept || !*kept) return {};
    for (const auto& row : system.truth("orders"))
      if (row.at("order_id").as_string() == (*kept)->last.venue_id) return row.at(key).as_string().c_str();
    return {};
  }
  /// All that is open is cancelled, and everything agrees.
  void expect_that_all_agree() {
    system.heal();
    std::int64_t asked_ns = 0;
    const bool is_over = becomes([&] {
      if (bus_kit::steady_ns() > asked_ns && by->are_ready()) {
        by->cancel_all();
        asked_ns = bus_kit::steady_ns() + 3 * ns_per_s;
      }
      return by->open_orders() == 0;
    });
    EXPECT_TRUE(is_over) << by->open_orders() << " orders do not end";
    bool is_equal = false;
    verdict found;
    const auto until = bus_kit::steady_ns() + 20 * ns_per_s; // a late word may still come
    while (!is_equal && bus_kit::steady_ns() < until) {
      by->pump();
      found = compare(system, *by, names);
      is_equal = found.faults.empty();
    }
    EXPECT_THAT(found.faults, IsEmpty());
    EXPECT_GT(found.fills, 0U);
  }
};

TEST_P(order_entry, every_kind_of_order_ends_as_the_venue_says) {
  const bool is_binary = GetParam() == venue::polymarket;

  auto id = placed_open(resting());
  const auto better = price{seen(id).request.limit.nanos + look().tick.nanos};
  by->amend(id, better, seen(id).request.size);
  EXPECT_TRUE(becomes([&] { return at_venue(id, "price") == to_string(better); })) << shown(id);
  by->cancel(id);
  EXPECT_TRUE(is(id, order_state::cancelled)) << shown(id);
  EXPECT_EQ(at_venue(id, "state"), "cancelled");

  auto order = taking();
  order.tif = time_in_force::gtc; // takes one level, and what is left rests
  order.limit = *look().ask;
  order.size = {5 * look().offered.nanos / look().unit.nanos * look().unit.nanos};
  id = by->place(order);
  EXPECT_TRUE(is(id, order_state::partially_filled)) << shown(id);
  by->cancel(id);
  EXPECT_TRUE(is(id, order_state::cancelled)) << shown(id);
  EXPECT_GT(seen(id).filled, quantity{});
  EXPECT_LT(seen(id).filled, order.size);

  order = taking();
  order.tif = time_in_force::gtc;
  order.post_only = true;
  id = by->place(order);
  EXPECT_TRUE(ends(id)) << shown(id);
  EXPECT_EQ(seen(id).filled, quantity{});

  id = by->place(taking());
  EXPECT_TRUE(is(id, order_state::filled)) << shown(id);
  order = resting();
  order.tif = time_in_force::ioc;
  id = by->place(order);
  EXPECT_TRUE(ends(id)) << shown(id);
  EXPECT_EQ(seen(id).filled, quantity{});
  order = taking();
  order.tif = time_in_force::fok;
  id = by->place(order);
  EXPECT_TRUE(is(id, order_state::filled)) << shown(id);
  order.limit = *look().ask;
  order.size = {100'000 * look().unit.nanos}; // more than there is
  id = by->place(order);
  EXPECT_TRUE(ends(id)) << shown(id);
  EXPECT_EQ(seen(id).filled, quantity{});

  order = {.instrument = look().id, .side = side::buy, .type = order_type::market, .size = {2 * look().unit.nanos}};
  id = by->place(order);
  EXPECT_TRUE(ends(id)) << shown(id);
  if (seen(id).state != order_state::filled) { // at Polymarket it is priced by a book that may have moved meanwhile
    EXPECT_TRUE(is_binary) << shown(id);
    EXPECT_THAT(seen(id).reason, HasSubstr("no orders found to match"));
  }

  order = taking(side::sell);
  order.reduce_only = true;
  id = by->place(order);
  EXPECT_TRUE(ends(id)) << shown(id);
  EXPECT_EQ(seen(id).state, order_state::filled) << shown(id);
  order = taking(side::buy); // would make the long position greater
  order.reduce_only = true;
  id = by->place(order);
  EXPECT_TRUE(is(id, order_state::rejected)) << shown(id);

  order = resting(side::sell);
  order.stop = limit_of(look(), side::buy, -1);
  order.limit = {order.stop.nanos - 10 * look().tick.nanos};
  order.trigger = stop_trigger::mark;
  id = by->place(order);
  if (is_binary) {
    EXPECT_TRUE(is(id, order_state::rejected)) << shown(id); // the venue has none
  } else {
    EXPECT_TRUE(is(id, order_state::open)) << shown(id);
    by->cancel(id);
    EXPECT_TRUE(is(id, order_state::cancelled)) << shown(id);
  }

  const auto one = placed_open(resting()), two = placed_open(resting(side::buy));
  by->cancel_all();
  EXPECT_TRUE(is(one, order_state::cancelled)) << shown(one);
  EXPECT_TRUE(is(two, order_state::cancelled)) << shown(two);
  expect_that_all_agree();
}

TEST_P(order_entry, every_fault_of_it_loses_no_order_and_doubles_none) {
  const std::string at{to_text(GetParam())};
  std::vector<std::string> faults{
      R"("mute")", R"("twice")", R"("early","delay":"300ms")", R"("delay","delay":"700ms","orders":true,"count":1)",
      R"("fail")", R"("sever")", R"("reject","orders":true)",  R"("throttle","orders":true)"};
  if (GetParam() == venue::polymarket) faults.emplace_back(R"("revert")");
  // an order that trades at once, one that rests, and a cancel meet each of them
  for (const auto& fault : faults)
    for (const auto* shape : {"taking", "resting", "cancelled"}) {
      SCOPED_TRACE(fault + " " + shape);
      std::string id;
      if (shape == std::string_view{"cancelled"}) id = placed_open(resting());
      system.fault(fmt::format(R"({{"venue":"{}","fault":{}}})", at, fault));
      if (id.empty())
        id = by->place(shape == std::string_view{"taking"} ? taking() : resting());
      else
        by->cancel(id);
      const bool is_told = becomes([&] { return seen(id).state != order_state::pending; });
      EXPECT_TRUE(is_told) << shown(id);
      const bool is_known = becomes([&] { return seen(id).state != order_state::unknown; });
      EXPECT_TRUE(is_known) << shown(id);
      by->cancel(id);
      EXPECT_TRUE(ends(id)) << shown(id);
      system.heal();
      EXPECT_TRUE(system.is_ready());
    }
  expect_that_all_agree();
}

TEST_P(order_entry, a_kill_that_flattens_closes_what_no_strategy_made) {
  const auto id = by->place(taking());
  ASSERT_TRUE(is(id, order_state::filled)) << shown(id);
  by.reset();
  system.lose_store();
  ASSERT_TRUE(system.is_ready()) << system.logs();
  const process_result killed = ::process{{STRIKE_BINARY, "kill", "--venue", std::string{to_text(GetParam())},
                                           "--flatten", "--reason", "test", "--control", system.exec_control()},
                                          (folder / "").string()}
                                    .wait();
  EXPECT_EQ(killed.exit_code, 0) << killed.out << killed.err;
  EXPECT_THAT(killed.out, HasSubstr("of the account's own"));
  for (const auto& x : system.truth("positions")) EXPECT_EQ(x.at("size").as_string(), "0") << x;
}

TEST_P(order_entry, readyz_names_the_venue_that_takes_no_orders) {
  const std::string at{to_text(GetParam())};
  system.fault(fmt::format(R"({{"venue":"{}","fault":"refuse","for":"60s"}})", at));
  system.fault(fmt::format(R"({{"venue":"{}","fault":"drop"}})", at));
  EXPECT_TRUE(becomes([&] { return system.exec_readyz().find(R"("condition":"orders )" + at) != std::string::npos; }))
      << system.exec_readyz();
  EXPECT_EQ(std::ranges::count(system.exec_readyz(), '{'), 2) << "of the others it is ready";
  system.heal();
  EXPECT_TRUE(system.is_ready()) << system.exec_readyz();
}

std::string name_of(const testing::TestParamInfo<venue>& x) { return std::string{to_text(x.param)}; }
INSTANTIATE_TEST_SUITE_P(at, order_entry, testing::Values(venue::deribit, venue::derive, venue::polymarket), name_of);

} // namespace
