// Live strategies behind a gateway, as an operator meets them.
#include "bus/subscriber.hpp"
#include "feed/market_publisher.hpp"
#include "kit/process.hpp"
#include "kit/temp_folder.hpp"
#include "wire/dashboard.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>

using namespace strike;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::HasSubstr;
using wire::run_state;

namespace {

struct strategies_test : testing::Test {
  temp_folder folder, command_folder;
  bus::context where;
  instrument_registry instruments;
  instrument_id perpetual = *instruments.intern(venue::deribit, "BTC-PERPETUAL");
  instrument_id option = *instruments.intern(venue::deribit, "BTC-27NOV26-90000-C");
  feed::market_publisher gateway =
      *feed::market_publisher::bind(where, {.bind = {.endpoint = "tcp://127.0.0.1:0"}, .epoch = 1}, instruments);
  std::int64_t price_units = 50'000;
  std::map<std::string, wire::dashboard_state> shown; ///< the last of each strategy
  std::map<std::string, std::string> layouts;
  std::optional<bus::polled_subscriber> dashboard;
  std::string control;

  std::string config(std::string_view strategies) {
    return folder.write("strike.toml", fmt::format(R"(
[strategies]
upstream = "{}"
publish = "tcp://127.0.0.1:0"
control = "tcp://127.0.0.1:0"
dashboard_every = "20ms"
restart_first = "50ms"
restart_longest = "50ms"
{})",
                                                   gateway.endpoint(), strategies));
  }
  void connect(const ::process& service) {
    const auto endpoint = service.logged("dashboard published endpoint=");
    control = service.logged("control open endpoint=");
    ASSERT_NE(endpoint, "") << service.err();
    ASSERT_NE(control, "") << service.err();
    dashboard = *bus::polled_subscriber::open(where, {.endpoints = {{.endpoint = endpoint}}});
    dashboard->subscribe("dash/");
  }
  /// The market moves, and the dashboard is read, until it shows what is waited for; false after ten seconds.
  template <class F> bool goes_on_until(F done, std::vector<instrument_id> ticking) {
    const auto end = steady_clock::now() + 10s;
    while (steady_clock::now() < end) {
      gateway.poll(steady_clock::now().time_since_epoch().count());
      price_units += price_units % 2 == 0 ? 1'001 : -1'001;
      for (const auto id : ticking) gateway.publish(std::vector{tick(id)});
      for (auto& x : dashboard->receive(5ms)) {
        auto state = wire::decode_dashboard_state(x.bytes()).value();
        EXPECT_EQ(x.topic(), "dash/" + state.strategy + "/");
        if (state.layout_json) layouts[state.strategy] = *state.layout_json;
        shown[state.strategy] = std::move(state);
      }
      if (done()) return true;
    }
    return false;
  }
  market_event tick(instrument_id id) const {
    const price bid{price_units * nanos_per_unit}, ask{(price_units + 10) * nanos_per_unit};
    return {.venue_ns = 1'700'000'000'000'000'000, .instrument = id, .body = ticker{.best_bid = bid, .best_ask = ask}};
  }
  std::int64_t fact(const std::string& strategy, const char* key) {
    const auto at = shown.find(strategy);
    if (at == shown.end()) return 0;
    return boost::json::parse(at->second.state_json).at("host").at(key).to_number<std::int64_t>();
  }
  bool is(const std::string& strategy, run_state state) {
    return shown.contains(strategy) && shown[strategy].run_state == state;
  }
  process_result strike_strategy(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {STRIKE_BINARY, "strategy"});
    arguments.insert(arguments.end(), {"--control", control});
    return ::process{arguments, command_folder / ""}.wait();
  }
};

constexpr std::string_view two_and_an_expiry = R"(
[[strategy]]
type = "momentum"
name = "one"
instruments = "deribit:BTC-PERPETUAL"
lookback_ticks = 1
size = 10
[[strategy]]
type = "momentum"
name = "two"
instruments = "deribit:BTC-PERPETUAL"
[[strategy]]
type = "momentum"
name = "expiry"
instruments = "deribit:BTC-27NOV26-*"
)";

TEST_F(strategies_test, share_an_instrument_take_a_whole_expiry_and_show_themselves) {
  ::process service{{STRATEGIES_BINARY, "--config", config(two_and_an_expiry)}, folder / ""};
  ASSERT_NO_FATAL_FAILURE(connect(service));
  ASSERT_TRUE(goes_on_until([&] { return fact("one", "events") > 5 && fact("two", "events") > 5; }, {perpetual}))
      << service.err();
  EXPECT_EQ(fact("expiry", "events"), 0);
  EXPECT_TRUE(is("expiry", run_state::running));
  ASSERT_TRUE(goes_on_until([&] { return fact("expiry", "events") > 5; }, {option})) << service.err();
  EXPECT_EQ(layouts.size(), 3U);
  EXPECT_THAT(layouts["one"], HasSubstr("key_value"));
  // the price jumps by 2 % each time: signals, and orders that nobody takes
  ASSERT_TRUE(goes_on_until([&] { return fact("one", "orders_refused") > 0; }, {perpetual})) << service.err();
  EXPECT_GT(fact("one", "signals"), 0);
  EXPECT_THAT(service.err(), HasSubstr("signal strategy=one instrument=deribit:BTC-PERPETUAL side="));
  service.signal(SIGTERM);
  const auto end = service.wait();
  EXPECT_EQ(end.exit_code, 0) << end.err;
}

TEST_F(strategies_test, one_that_throws_is_restarted_alone) {
  ::process service{{EXAMPLE_STRATEGIES_BINARY, "--config",
                     config("[[strategy]]\ntype = \"thrower\"\ninstruments = \"deribit:BTC-PERPETUAL\"\n" +
                            std::string{two_and_an_expiry})},
                    folder / ""};
  ASSERT_NO_FATAL_FAILURE(connect(service));
  bool was_restarting = false;
  ASSERT_TRUE(goes_on_until(
      [&] {
        if (is("thrower", run_state::restarting)) {
          was_restarting = true;
          EXPECT_THAT(shown["thrower"].reason, HasSubstr("died: third event; starts again in "));
        }
        return was_restarting && is("thrower", run_state::running) && shown["thrower"].restarts >= 2;
      },
      {perpetual}))
      << service.err();
  EXPECT_EQ(shown["one"].restarts, 0U);
  EXPECT_EQ(shown["one"].run_state, run_state::running);
  EXPECT_GT(fact("one", "events"), 3);
}

TEST_F(strategies_test, are_stopped_started_and_reconfigured_from_the_command_line) {
  ::process service{{STRATEGIES_BINARY, "--config", config(two_and_an_expiry)}, folder / ""};
  ASSERT_NO_FATAL_FAILURE(connect(service));
  ASSERT_TRUE(goes_on_until([&] { return fact("one", "events") > 0; }, {perpetual})) << service.err();

  auto got = strike_strategy({"stop", "one"});
  EXPECT_EQ(got.exit_code, 0) << got.err;
  EXPECT_EQ(got.out, "one stopped\n");
  EXPECT_TRUE(goes_on_until([&] { return is("one", run_state::stopped); }, {perpetual}));
  EXPECT_EQ(shown["one"].reason, "stopped on request");
  got = strike_strategy({"start", "one"});
  EXPECT_EQ(got.exit_code, 0) << got.err;
  EXPECT_TRUE(goes_on_until([&] { return is("one", run_state::running); }, {perpetual}));

  const auto wrong =
      folder.write("wrong.toml", "type = \"momentum\"\ninstruments = \"deribit:BTC-PERPETUAL\"\nthreshold = -1\n");
  got = strike_strategy({"reconfigure", "one", "--file", wrong});
  EXPECT_EQ(got.exit_code, 1);
  EXPECT_EQ(got.err, "strike strategy: strategy 'one':3: threshold: -1 is not within 0 to 10\n");
  const auto right = folder.write("right.toml", "[[strategy]]\ntype = \"momentum\"\nname = \"one\"\n"
                                                "instruments = [\"deribit:BTC-27NOV26-*\"]\n");
  got = strike_strategy({"reconfigure", "one", "--file", right});
  EXPECT_EQ(got.exit_code, 0) << got.err;
  EXPECT_TRUE(goes_on_until([&] { return fact("one", "events") > 0; }, {option})) << service.err();

  got = strike_strategy({"stop", "three"});
  EXPECT_EQ(got.exit_code, 1);
  EXPECT_EQ(got.err, "strike strategy: no strategy is named 'three'; known: expiry, one, two\n");
}

TEST_F(strategies_test, the_command_line_says_when_nobody_answers) {
  control = "tcp://127.0.0.1:1"; // a port that no service has
  const auto got = strike_strategy({"stop", "one"});
  EXPECT_EQ(got.exit_code, 1);
  EXPECT_EQ(got.err, "strike strategy: tcp://127.0.0.1:1: nobody answers there; start strike-strategies, or name its "
                     "[strategies] control with --control\n");
}

} // namespace
