// gateway -> strategies -> exec (paper) -> strategies: orders over the bus, and an exec that is killed.
#include "exec/order_reader.hpp"
#include "kit/bus_kit.hpp"
#include "wire/order.hpp"

#include <boost/json/serialize.hpp>

using namespace bus_kit;
using testing::HasSubstr;

namespace {

struct exec_test : bus_test {
  std::string orders = free_endpoint();
  gateway market{where, instruments, upstream};

  service exec() {
    return {folder, "exec", EXEC_BINARY,
            fmt::format("[exec]\nupstream = \"{}\"\nlisten = \"{}\"\npublish = \"tcp://127.0.0.1:0\"\ncontrol = "
                        "\"tcp://127.0.0.1:0\"\n",
                        upstream, orders)};
  }
  /// "one filled 10/10 fills 1" for each order of the store, by strategy.
  std::vector<std::string> kept() {
    const auto store = exec::order_reader::open(folder / "exec/data/exec.db", instruments).value();
    const auto owners = store.strategies().value();
    std::vector<std::string> all;
    for (const auto* name : {"one", "two"}) {
      const auto orders_of = store.orders({.strategy = name}).value();
      for (const auto& x : orders_of)
        all.push_back(fmt::format("{} {} {}/{} fills {}", owners.at(x.what.owner), to_text(x.last.state),
                                  to_string(x.last.filled), to_string(x.last.size), x.fills.size()));
    }
    return all;
  }
  service strategies() {
    std::string tables;
    for (const auto* name : {"one", "two"})
      tables +=
          fmt::format("[[strategy]]\ntype = \"buyer\"\nname = \"{}\"\ninstruments = \"deribit:BTC-PERPETUAL\"\n", name);
    return {folder, "strategies", EXAMPLE_STRATEGIES_BINARY,
            strategies_config(upstream, tables, fmt::format("exec = \"{}\"", orders))};
  }
};

TEST_F(exec_test, paper_orders_fill_over_the_bus_and_an_exec_that_was_killed_leaves_none_in_doubt) {
  auto desk = exec();
  auto host = strategies();
  dashboard screen{where, host};
  bus::polled_subscriber tape{
      bus::polled_subscriber::open(where, {.endpoints = {{.endpoint = desk.logged("publish=")}}}).value()};
  tape.subscribe("ord/one/");
  std::vector<order_state> told;
  const auto step = [&] {
    market_event quote = tick(btc, 100, utc_ns());
    auto& touch = std::get<ticker>(quote.body);
    touch.best_bid_size = touch.best_ask_size = lots(1'000);
    market.publish(quote);
    for (const auto& x : tape.receive(1ms)) {
      const auto message = wire::decode_order_update(x.bytes(), instruments).value();
      if (const auto* change = std::get_if<wire::order_change>(&message.body)) told.push_back(change->update.state);
    }
    return true;
  };
  const auto logs = [&] { return boost::json::serialize(screen.of("one")) + "\n" + host.err() + desk.err(); };
  const auto both = [&](std::string_view key, const std::string& value) {
    return [&, key, value] { return step() && screen.text("one", key) == value && screen.text("two", key) == value; };
  };
  ASSERT_TRUE(eventually(both("states", "filled open "), market, screen)) << logs();
  ASSERT_TRUE(eventually(both("position", "10"), market, screen)) << logs();
  EXPECT_EQ(screen.host("one", "fills"), 1);
  EXPECT_EQ(screen.host("one", "open_orders"), 1);
  ASSERT_TRUE(eventually([&] { return step() && told.size() >= 2; }, market, screen));
  EXPECT_EQ(told, (std::vector{order_state::filled, order_state::open}));

  desk.kill();
  ASSERT_TRUE(eventually(both("states", "filled open unknown "), market, screen)) << logs();
  desk.start();
  ASSERT_TRUE(eventually(both("states", "filled open unknown cancelled "), market, screen)) << logs();
  EXPECT_EQ(screen.text("one", "reason"), "exec was started anew; orders on paper end with it");
  EXPECT_EQ(screen.host("one", "open_orders"), 0);
  EXPECT_EQ(screen.text("one", "position"), "10") << "the position survives";
  EXPECT_EQ(kept(), (std::vector<std::string>{"one filled 10/10 fills 1", "one cancelled 0/10 fills 0",
                                              "two filled 10/10 fills 1", "two cancelled 0/10 fills 0"}));

  EXPECT_EQ(host.stop().exit_code, 0);
  EXPECT_EQ(desk.stop().exit_code, 0);
}

TEST_F(exec_test, an_operator_halts_kills_and_resumes_a_running_exec) {
  auto desk = exec();
  auto host = strategies();
  dashboard screen{where, host};
  const auto strike = [&](std::vector<std::string> words) {
    words.insert(words.begin(), STRIKE_BINARY);
    words.insert(words.end(), {"--control", desk.logged("control=")});
    return std::make_unique<process>(words, (folder / "").string());
  };
  const auto step = [&] {
    market_event quote = tick(btc, 100, utc_ns());
    auto& touch = std::get<ticker>(quote.body);
    touch.best_bid_size = touch.best_ask_size = lots(1'000);
    market.publish(quote);
    return true;
  };
  const auto both = [&](std::string_view key, const std::string& value) {
    return [&, key, value] { return step() && screen.text("one", key) == value && screen.text("two", key) == value; };
  };
  ASSERT_TRUE(eventually(both("states", "filled open "), market, screen)) << host.err() << desk.err();

  const auto calm = strike({"risk"})->wait();
  EXPECT_EQ(calm.exit_code, 0) << calm.err;
  EXPECT_THAT(calm.out, HasSubstr("trading: active everywhere"));
  EXPECT_THAT(calm.out, HasSubstr("max_open_orders"));
  const auto halted = strike({"halt", "--strategy", "one", "--reason", "lunch"})->wait();
  EXPECT_EQ(halted.exit_code, 0) << halted.err;
  EXPECT_THAT(halted.out, testing::AllOf(HasSubstr("halted      strategy one"), HasSubstr(": lunch (by ")));
  const auto other = strike({"resume"})->wait();
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.err, HasSubstr("nothing restricts trading of all"));

  const auto kill = strike({"kill", "--flatten"});
  EXPECT_TRUE(eventually(both("states", "filled open cancelled "), market, screen)) << host.err() << desk.err();
  EXPECT_TRUE(eventually(both("position", "0"), market, screen)) << host.err() << desk.err();
  const auto killed = kill->wait();
  EXPECT_EQ(killed.exit_code, 0) << killed.out << killed.err;
  EXPECT_THAT(killed.out, testing::AllOf(HasSubstr("2 orders were open, none is open, says deribit"),
                                         HasSubstr("2 closing orders, nothing is held")));
  desk.kill();
  desk.start();
  const auto resumed = strike({"resume"})->wait();
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err << " the halt outlives exec";
  EXPECT_THAT(resumed.out, HasSubstr("halted      strategy one")) << "it stands until it is lifted itself";
}

} // namespace
