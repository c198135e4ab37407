// `strike orders`, `strike fills` and `strike positions` as a user types them, on a store that exec has open.
#include "exec/order_store.hpp"
#include "kit/process.hpp"
#include "kit/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>

using namespace strike;
using namespace strike::literals;
using namespace strike::exec;
using testing::HasSubstr;
using testing::Not;

namespace {

struct orders_command_test : testing::Test {
  temp_folder folder;
  instrument_registry instruments;
  instrument_id perpetual = *instruments.intern(venue::deribit, "BTC_USDC-PERPETUAL");
  account_name account{venue::deribit, "paper"};
  std::unique_ptr<order_store> store = *order_store::open(folder / "data/exec.db", instruments);

  orders_command_test() {
    EXPECT_TRUE(store->owner_of("gamma"));
    add(1, "gamma-1");
    add(2, "gamma-2");
    EXPECT_TRUE(store->book(account, "7",
                            {.venue_ns = 1'782'000'000'000'000'000,
                             .order = {1},
                             .instrument = perpetual,
                             .side = side::buy,
                             .at = 60'000.5_px,
                             .size = 2_qty},
                            {1}, 0, {.state = order_state::filled, .filled = 2_qty, .limit = 60'000.5_px, .size = 2_qty}, 1));
    EXPECT_TRUE(store->adopt(account, {perpetual, 5_qty, "first start"}, 2));
  }
  void add(std::uint64_t id, const std::string& client_id) {
    stored_order made;
    made.what = {.id = {id},
                 .label = client_id,
                 .request = {.instrument = perpetual, .limit = 60'000.5_px, .size = 2_qty}};
    made.account = account;
    made.placed_ns = 1'782'000'000'000'000'000;
    made.last = {.limit = 60'000.5_px, .size = 2_qty, .reason = "a, \"b\""};
    EXPECT_TRUE(store->add(made));
  }
  process_result strike(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), STRIKE_BINARY);
    return process{arguments, folder / "", folder / ""}.wait();
  }
};

TEST_F(orders_command_test, shows_orders_and_those_that_are_open) {
  const auto all = strike({"orders"});
  EXPECT_EQ(all.exit_code, 0) << all.err;
  EXPECT_THAT(all.out, HasSubstr("gamma-1"));
  EXPECT_THAT(all.out, HasSubstr("BTC_USDC-PERPETUAL  buy   limit  60000.5  2     2       filled"));
  const auto open = strike({"orders", "--open", "--venue", "deribit", "--strategy", "gamma"});
  EXPECT_THAT(open.out, Not(HasSubstr("gamma-1")));
  EXPECT_THAT(open.out, HasSubstr("gamma-2"));
  EXPECT_THAT(strike({"orders", "--venue", "derive"}).out, Not(HasSubstr("gamma-")));
}

TEST_F(orders_command_test, shows_what_was_refused_before_it_left) {
  stored_order refused{.what = {.label = "gamma-3", .request = {.instrument = perpetual, .limit = 1_px, .size = 3_qty}},
                       .account = account,
                       .placed_ns = 1'782'000'000'000'000'001,
                       .last = {.state = order_state::rejected, .reason = "max_order_size: at most 2"}};
  EXPECT_TRUE(store->refuse(refused));
  EXPECT_TRUE(store->file_intents());
  EXPECT_THAT(strike({"orders"}).out, HasSubstr("rejected"));
  EXPECT_THAT(strike({"orders"}).out, HasSubstr("max_order_size: at most 2"));
  EXPECT_THAT(strike({"orders", "--open"}).out, Not(HasSubstr("gamma-3")));
  EXPECT_EQ(strike({"orders", "--csv", "out.csv"}).out, "3 rows in out.csv\n");
  const auto newest = strike({"orders", "--limit", "1"}).out;
  EXPECT_THAT(newest, HasSubstr("gamma-3"));
  EXPECT_THAT(newest, Not(HasSubstr("gamma-2")));
}

TEST_F(orders_command_test, shows_fills_and_what_they_make) {
  EXPECT_THAT(strike({"fills"}).out, HasSubstr("buy   60000.5  2"));
  const auto held = strike({"positions"});
  EXPECT_THAT(held.out, HasSubstr("gamma      BTC_USDC-PERPETUAL  2     60000.5"));
  EXPECT_THAT(held.out, HasSubstr("(account)  BTC_USDC-PERPETUAL  5"));
}

TEST_F(orders_command_test, writes_a_spreadsheet) {
  EXPECT_EQ(strike({"orders", "--csv", "out.csv"}).out, "2 rows in out.csv\n");
  std::ifstream in{folder / "out.csv"};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  EXPECT_THAT(text, HasSubstr("\r\n"));
  EXPECT_THAT(text, HasSubstr(R"("a, ""b""")"));
}

TEST_F(orders_command_test, says_what_is_missing) {
  const auto none = strike({"orders", "--store", "none.db"});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.err, HasSubstr("none.db: no order store"));
  EXPECT_THAT(strike({"fills", "--strategy", "x"}).err, HasSubstr("the store knows no 'x'"));
}

} // namespace
