#include "strategies/exec_route.hpp"

#include "base/time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>

using namespace strike;
using namespace strike::literals;
using namespace strike::strategies;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

struct exec_route_test : testing::Test {
  instrument_registry instruments;
  instrument_id spot = *instruments.intern(venue::deribit, "BTC_USDC");
  instrument_rules rules{instruments, {}};
  position_book positions{rules};
  process::logger log{"test", process::level::error, process::log_format::text,
                      std::make_shared<spdlog::sinks::null_sink_mt>(), [] { return 0; }};
  std::int64_t now_ns = 5;
  bool is_up = true;
  std::vector<wire::order_request_message> sent;
  std::vector<std::string> told;
  exec_route route{{.strategy = "s",
                    .epoch = 35,
                    .instruments = instruments,
                    .positions = positions,
                    .log = log,
                    .now_ns = [this] { return now_ns; },
                    .send = [this](std::string_view bytes) -> result<void> {
                      if (!is_up) return fail(ec::session_down, "not connected");
                      sent.push_back(*wire::decode_order_request(bytes, instruments));
                      return {};
                    },
                    .answer =
                        [this](const order_update& x) {
                          told.push_back(std::to_string(x.order.value) + " " + std::string{to_text(x.state)} + " " +
                                         to_string(x.filled) + "/" + to_string(x.remaining) +
                                         (x.reason.empty() ? "" : " " + x.reason));
                        }}};
  std::uint64_t exec_epoch = 9, exec_sequence = 0;

  void tell(decltype(wire::order_update_message::body) body) {
    route.take(wire::order_update_message{{.epoch = exec_epoch, .sequence = ++exec_sequence, .strategy = "s"},
                                          std::move(body)});
  }
  void connect(wire::account_snapshot account = {}) {
    route.take(exec_connected{});
    tell(std::move(account));
    sent.clear();
  }
  order_id buy(quantity size = 3_qty) {
    return route.place({.instrument = spot, .side = side::buy, .limit = 10_px, .size = size});
  }
  wire::order_change change(std::uint64_t order, order_state state, quantity filled, quantity remaining) const {
    return {.client_id = "s-z-" + std::to_string(order),
            .update = {.venue_ns = 1,
                       .order = {order},
                       .instrument = spot,
                       .state = state,
                       .filled = filled,
                       .remaining = remaining}};
  }
  wire::order_change fill_of(std::uint64_t order, order_state state, quantity filled, quantity remaining,
                             quantity size) const {
    auto x = change(order, state, filled, remaining);
    x.update.execution = fill{.order = {order}, .instrument = spot, .side = side::buy, .at = 10_px, .size = size};
    return x;
  }
  template <class T> const T& sent_as(std::size_t i) const { return std::get<T>(sent.at(i).body); }
};

TEST_F(exec_route_test, refuses_orders_until_exec_has_said_how_the_account_stands) {
  buy();
  route.take(exec_connected{});
  buy();
  EXPECT_THAT(told, ElementsAre(HasSubstr("1 rejected 0/0 exec is not connected"),
                                HasSubstr("2 rejected 0/0 exec has not yet said")));
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent_as<wire::ask_account>(0), wire::ask_account{});
  tell(wire::account_snapshot{});
  buy();
  EXPECT_EQ(sent.size(), 2U);
}

TEST_F(exec_route_test, asks_again_for_an_answer_that_does_not_come) {
  route.take(exec_connected{});
  buy();
  EXPECT_EQ(sent.size(), 1U);
  now_ns += exec_route::ask_again_ns;
  is_up = false;
  buy();
  is_up = true;
  now_ns += exec_route::ask_again_ns;
  buy();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent_as<wire::ask_account>(1), wire::ask_account{});
  tell(wire::account_snapshot{});
  EXPECT_TRUE(route.is_ready());
}

TEST_F(exec_route_test, gives_each_order_a_client_id_of_strategy_start_and_number) {
  connect();
  buy();
  buy();
  EXPECT_EQ(sent_as<wire::place_order>(0).client_id, "s-z-1");
  EXPECT_EQ(sent_as<wire::place_order>(1).client_id, "s-z-2");
  EXPECT_EQ(sent[1].header, (wire::order_header{.epoch = 35, .sequence = 3, .strategy = "s"}));
}

TEST_F(exec_route_test, follows_an_order_and_books_its_fills_once) {
  connect();
  buy();
  tell(change(1, order_state::open, {}, 3_qty));
  tell(fill_of(1, order_state::partially_filled, 1_qty, 2_qty, 1_qty));
  tell(fill_of(1, order_state::filled, 3_qty, {}, 2_qty));
  EXPECT_THAT(told, ElementsAre("1 open 0/3", "1 partially_filled 1/2", "1 filled 3/0"));
  EXPECT_EQ(positions.of(spot).size, 3_qty);
  EXPECT_EQ(route.open_orders(), 0U);
}

TEST_F(exec_route_test, an_order_that_could_not_be_sent_is_rejected) {
  connect();
  is_up = false;
  buy();
  EXPECT_THAT(told, ElementsAre("1 rejected 0/0 not connected"));
}

TEST_F(exec_route_test, what_has_no_answer_when_the_connection_ends_is_unknown_and_not_rejected) {
  connect();
  buy();
  buy();
  tell(change(2, order_state::open, {}, 3_qty));
  told.clear();
  route.take(exec_disconnected{"reset by peer"});
  EXPECT_THAT(told, ElementsAre("1 unknown 0/3 the connection to exec has ended: reset by peer",
                                "2 unknown 0/3 the connection to exec has ended: reset by peer"));
  told.clear();
  sent.clear();
  route.take(exec_connected{});
  EXPECT_EQ(sent_as<wire::ask_account>(0).client_ids, (std::vector<std::string>{"s-z-1", "s-z-2"}));
  auto gone = change(1, order_state::cancelled, {}, {});
  gone.update.instrument = {};
  gone.update.order = {};
  gone.update.reason = "exec does not know this order";
  tell(wire::account_snapshot{.orders = {gone, change(2, order_state::filled, 3_qty, {})},
                              .positions = {{spot, 3_qty, 10}}});
  EXPECT_THAT(told, ElementsAre("1 cancelled 0/0 exec does not know this order", "2 filled 3/0"));
  EXPECT_EQ(positions.of(spot).size, 3_qty);
}

TEST_F(exec_route_test, what_surely_did_not_leave_is_rejected) {
  connect();
  buy();
  const auto message = sent.back();
  route.take(exec_disconnected{"gone"});
  told.clear();
  route.take(exec_undelivered{message});
  EXPECT_THAT(told, ElementsAre(HasSubstr("1 rejected 0/0 the connection to exec ended before")));
}

TEST_F(exec_route_test, asks_again_when_updates_were_lost) {
  connect();
  buy();
  sent.clear();
  ++exec_sequence;
  tell(change(1, order_state::open, {}, 3_qty));
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent_as<wire::ask_account>(0).client_ids, std::vector<std::string>{"s-z-1"});
  EXPECT_THAT(told, ElementsAre("1 open 0/3"));
}

TEST_F(exec_route_test, a_restarted_exec_makes_orders_unknown_and_is_asked) {
  connect();
  buy();
  sent.clear();
  exec_epoch = 10;
  exec_sequence = 0;
  tell(wire::account_snapshot{});
  EXPECT_THAT(told, ElementsAre("1 unknown 0/3 exec was restarted"));
  EXPECT_EQ(sent_as<wire::ask_account>(0).client_ids, std::vector<std::string>{"s-z-1"});
}

TEST_F(exec_route_test, takes_over_the_position_that_exec_knows) {
  connect({.positions = {{spot, -2_qty, 11}}});
  EXPECT_EQ(positions.of(spot).size, -2_qty);
  EXPECT_DOUBLE_EQ(positions.of(spot).average_price, 11);
  connect({.positions = {{spot, -2_qty, 11}}});
  EXPECT_EQ(positions.of(spot).size, -2_qty);
  connect();
  EXPECT_EQ(positions.of(spot).size, quantity{});
}

TEST_F(exec_route_test, books_a_late_fill_of_an_earlier_start_without_telling_the_strategy) {
  connect();
  auto late = fill_of(1, order_state::filled, 1_qty, {}, 1_qty);
  late.client_id = "s-old-1";
  buy();
  tell(late);
  EXPECT_THAT(told, IsEmpty());
  EXPECT_EQ(positions.of(spot).size, 1_qty);
  EXPECT_EQ(route.open_orders(), 1U);
}

TEST_F(exec_route_test, a_fill_taken_back_after_the_end_is_told) {
  connect();
  buy();
  tell(fill_of(1, order_state::filled, 3_qty, {}, 3_qty));
  told.clear();
  tell(change(1, order_state::filled, {}, {}));
  EXPECT_THAT(told, ElementsAre("1 filled 0/0"));
}

TEST_F(exec_route_test, an_amendment_that_was_not_sent_leaves_the_order_as_it_is) {
  connect();
  const auto id = buy();
  tell(change(1, order_state::open, {}, 3_qty));
  told.clear();
  is_up = false;
  route.amend(id, 11_px, 3_qty);
  route.cancel(id);
  route.cancel_all();
  EXPECT_THAT(told, ElementsAre("1 open 0/3 the amendment was not sent: not connected",
                                "1 open 0/3 the cancellation was not sent: not connected",
                                "1 open 0/3 the cancellation was not sent: not connected"));
  is_up = true;
  sent.clear();
  route.cancel_all();
  EXPECT_EQ(sent_as<wire::cancel_strategy_orders>(0), wire::cancel_strategy_orders{});
}

TEST_F(exec_route_test, a_settled_position_is_gone) {
  connect({.positions = {{spot, 2_qty, 10}}});
  tell(wire::position_settled{.instrument = spot, .size = 2_qty, .delivery = 12, .payoff = {24 * ns_per_s}});
  EXPECT_EQ(positions.of(spot).size, quantity{});
}

} // namespace
