// gateway -> strategies -> exec (paper) -> strategies: orders over the bus, and an exec that is killed.
#include "exec/order_reader.hpp"
#include "kit/bus_kit.hpp"
#include "wire/order.hpp"

#include <boost/json/serialize.hpp>

#include <cstdlib>
#include <optional>

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

/// The dashboard's process, with a token, before a running exec.
struct exec_behind_dashboard : exec_test {
  static constexpr const char* token = "correct-horse-battery-staple";
  service desk = exec(), host = strategies();
  dashboard screen{where, host};
  std::optional<service> page;

  void SetUp() override {
    setenv("STRIKE_DASHBOARD_TOKEN", token, 1);
    page.emplace(folder, "dashboard", DASHBOARD_BINARY,
                 fmt::format("[dashboard]\nlisten = \"127.0.0.1:0\"\nupstream = \"{}\"\norders = \"{}\"\n"
                             "exec_control = \"{}\"\n",
                             host.logged("dashboard published endpoint="), desk.logged("publish="),
                             desk.logged("control=")));
    unsetenv("STRIKE_DASHBOARD_TOKEN");
    ASSERT_TRUE(page->wait_for_err("url=http://")) << page->err();
  }
  std::string address() const {
    const auto url = page->logged("url=http://");
    return url.substr(0, url.find('/'));
  }
  int command(const std::string& body, const std::string& authorization) const {
    tcp_client client{address()};
    client.write(fmt::format("POST /api/control HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{}Content-Type: "
                             "application/json\r\nContent-Length: {}\r\n\r\n{}",
                             address(), authorization, body.size(), body));
    return std::atoi(client.read().substr(9, 3).c_str());
  }
  int command(const std::string& body) const {
    return command(body, fmt::format("Authorization: Bearer {}\r\n", token));
  }
  std::string risk() const {
    usleep(20'000); // the dashboard refuses who asks more than 150 times a second
    return http_get(address(), "/api/risk").body;
  }
  bool step() {
    market_event quote = tick(btc, 100, utc_ns());
    auto& touch = std::get<ticker>(quote.body);
    touch.best_bid_size = touch.best_ask_size = lots(1'000);
    market.publish(quote);
    return true;
  }
  /// Whether what restricts trading becomes known to hold the text.
  bool tells(std::string_view part) {
    return eventually([&] { return step() && risk().find(part) != std::string::npos; }, market, screen);
  }
  bool both(std::string_view key, const std::string& value) {
    const auto are_so = [&] { return step() && screen.text("one", key) == value && screen.text("two", key) == value; };
    return eventually(are_so, market, screen);
  }
};

TEST_F(exec_behind_dashboard, halts_kills_and_resumes_for_who_has_the_token) {
  ASSERT_TRUE(both("states", "filled open ")) << host.err() << desk.err();
  ASSERT_TRUE(tells(R"("is_current":true,"states":[],"limits":[{)")) << risk() << page->err();
  EXPECT_EQ(command(R"({"action":"kill_trading","reason":"x"})", ""), 401);
  EXPECT_EQ(command(R"({"action":"kill_trading","reason":"x"})", "Authorization: Bearer wrong\r\n"), 401);
  EXPECT_EQ(command(R"({"action":"kill_trading","reason":"x","venue":""})"), 422);

  EXPECT_EQ(command(R"({"action":"halt_trading","strategy":"one","reason":"lunch"})"), 202);
  EXPECT_TRUE(tells(R"({"scope":"strategy","name":"one","state":"halted","source":"command","reason":"lunch",)"
                    R"x("by":"127.0.0.1 (dashboard)")x"))
      << risk();
  EXPECT_EQ(command(R"({"action":"halt_trading","venue":"derive","reason":"news","reduce_only":true})"), 202);
  EXPECT_TRUE(tells(R"({"scope":"venue","name":"derive","state":"reduce_only")")) << risk();
  EXPECT_EQ(command(R"({"action":"resume_trading","venue":"derive"})"), 202);
  EXPECT_TRUE(eventually([&] { return step() && risk().find("derive") == std::string::npos; }, market, screen))
      << risk();
  EXPECT_EQ(screen.text("one", "states"), "filled open ") << "a halt leaves orders open";

  EXPECT_EQ(command(R"({"action":"kill_trading","flatten":true,"reason":"fire"})"), 202);
  EXPECT_TRUE(both("states", "filled open cancelled ")) << host.err() << desk.err();
  EXPECT_TRUE(both("position", "0")) << host.err() << desk.err();
  EXPECT_TRUE(tells(R"("is_over":true,"is_clean":true)")) << risk();
  EXPECT_THAT(risk(), testing::AllOf(HasSubstr("2 orders were open, none is open, says deribit"),
                                     HasSubstr("2 closing orders, nothing is held"), HasSubstr(R"("flatten":true)"),
                                     HasSubstr(R"({"scope":"all","name":"","state":"halted")")));
  EXPECT_EQ(command(R"({"action":"resume_trading"})"), 202);
  EXPECT_TRUE(eventually([&] { return risk().find(R"("states":[{"scope":"strategy","name":"one")") != risk().npos; }))
      << risk() << " what stands for a strategy is lifted itself";

  for (const auto* line : {R"(action="halt_trading strategy one: lunch" target=exec from=127.0.0.1)",
                           R"(action="kill_trading all, flatten: fire" target=exec from=127.0.0.1)", "outcome=done"})
    EXPECT_THAT(page->err(), HasSubstr(line));
  EXPECT_THAT(page->err(), testing::Not(HasSubstr(token)));
  EXPECT_THAT(desk.err(), HasSubstr("127.0.0.1 (dashboard)")) << "exec's audit names who asked";
}

TEST_F(exec_behind_dashboard, says_that_what_it_knows_is_old_while_exec_is_gone) {
  ASSERT_TRUE(tells(R"("is_current":true)")) << risk();
  desk.kill();
  EXPECT_TRUE(tells(R"("is_current":false)")) << risk();
  EXPECT_EQ(command(R"({"action":"kill_trading","reason":"x"})"), 503) << "a kill that reaches nobody is told so";
}

} // namespace
