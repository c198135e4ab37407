#include "strategies/host_actor.hpp"

#include "kit/deterministic_system.hpp"
#include "probe_strategy.hpp"
#include "process/actor_error.hpp"

#include <boost/json/parse.hpp>
#include <caf/event_based_actor.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>
#include <stdexcept>

using namespace strike;
using namespace strike::strategies;
using namespace std::chrono_literals;
using strike::test::parcel_of;
using strike::test::probe;
using strike::test::tick;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using wire::run_state;

namespace {

/// What the strategies tell their router.
struct router_log {
  std::vector<std::string> asked; ///< "want a 1": one subscription for consumer a
  std::map<std::string, router::consumer_ptr> consumers;
};

caf::behavior fake_router(caf::event_based_actor*, router_log* to) {
  const auto note = [to](const char* what, const router::consumer_ptr& who, std::size_t count) {
    to->asked.push_back(std::string{what} + " " + who->name + (count > 0 ? " " + std::to_string(count) : ""));
    to->consumers[who->name] = who;
  };
  using subscriptions = std::vector<subscription>;
  return {
      [=](router::want_atom, const router::consumer_ptr& who, const subscriptions& x) { note("want", who, x.size()); },
      [=](router::unwant_atom, const router::consumer_ptr& who, const subscriptions& x) {
        note("unwant", who, x.size());
      },
      [=](router::drained_atom, const router::consumer_ptr& who) { note("drained", who, 0); },
      [=](router::leave_atom, const router::consumer_ptr& who) { note("leave", who, 0); },
  };
}

struct host_actor_test : testing::Test, deterministic_system {
  test::probe_log log;
  router_log routed;
  std::ostringstream lines;
  process::logger out{"test", process::level::info, process::log_format::text,
                      std::make_shared<spdlog::sinks::ostream_sink_mt>(lines), [] { return 0; }};
  process::metric_registry metrics;
  std::map<std::string, wire::dashboard_state> shown; ///< the last of each
  std::vector<std::pair<std::string, std::string>> answers;
  std::shared_ptr<instrument_registry> instruments = std::make_shared<instrument_registry>();
  instrument_id btc = *instruments->intern(venue::deribit, "BTC-PERPETUAL");
  caf::actor router = spawn(fake_router, &routed);
  host_actor host;

  host_actor_test() {
    probe::log = &log;
    log.subscriptions = {{venue::deribit, "BTC-", true, channel::ticker}};
  }
  ~host_actor_test() override { // strategies and router hold each other: end them while all they point to is there
    for (const auto& x : spawned) caf::anon_send_exit(x, caf::exit_reason::kill);
    sched.run();
  }
  void start_host(std::string_view toml, clock_mode clock = clock_mode::wall, std::shared_ptr<exec_link> exec = {}) {
    auto types = std::make_shared<strategy_registry>();
    types->add("probe", probe::make);
    auto document = *strike::config::document::from_text(toml, "strike.toml");
    settings how{.clock = clock, .types = types, .strategies = read_definitions(document.root(), *types)};
    ASSERT_TRUE(document.finish()) << document.finish().error().text;
    auto dashboard = std::make_shared<dashboard_output>(9, [this](std::string_view topic, std::string_view bytes) {
      auto state = wire::decode_dashboard_state(bytes).value();
      EXPECT_EQ(topic, "dash/" + state.strategy + "/");
      shown[state.strategy] = std::move(state);
    });
    host = spawn(host_behavior, std::make_shared<const host_tools>(host_tools{
                                    .config = std::move(how),
                                    .instruments = instruments,
                                    .router = router,
                                    .log = out,
                                    .metrics = metrics,
                                    .dashboard = dashboard,
                                    .wall_ns = [this] { return sys.clock().now().time_since_epoch().count() + 1; },
                                    .random = [] { return 0.0; }, // waits are one half: 0.5 s, 1 s, 2 s
                                    .answer = [this](std::string_view peer,
                                                     std::string_view bytes) { answers.emplace_back(peer, bytes); },
                                    .exec = std::move(exec)}));
  }
  void start_two() {
    start_host("[[strategy]]\ntype = \"probe\"\nname = \"a\"\n[[strategy]]\ntype = \"probe\"\nname = \"b\"\n");
    log.seen.clear();
    routed.asked.clear();
  }
  /// As the router does.
  void deliver(const std::string& strategy, std::vector<market_event> events) {
    auto& to = *routed.consumers.at(strategy);
    to.pending += events.size();
    caf::anon_send(to.to, parcel_of(std::move(events)));
    sched.run();
  }
  void let_throw(std::string strategy) {
    log.on_event = [strategy](const market_event&, context& world) {
      if (world.strategy_name() == strategy) throw std::runtime_error{"bad day"};
    };
  }
  std::vector<std::string> take_seen() { return std::exchange(log.seen, {}); }
  strategy_facts facts_of(const std::string& name) {
    const auto all = ask<std::vector<strategy_facts>>(host, list_atom_v);
    for (const auto& x : *all)
      if (x.name == name) return x;
    return {};
  }
  template <class... Ts> std::string fault(const Ts&... xs) {
    const auto got = ask<caf::ok_atom>(host, xs...);
    return got ? "" : process::from_caf(got.error()).text;
  }
};

TEST_F(host_actor_test, a_strategy_subscribes_and_gets_its_events_and_counts_them_out) {
  start_host("[[strategy]]\ntype = \"probe\"\nname = \"a\"\n");
  EXPECT_THAT(routed.asked, ElementsAre("want a 1"));
  deliver("a", {tick(btc, 1), tick(btc, 2)});
  EXPECT_THAT(log.seen, ElementsAre("a start", "a ticker@1", "a ticker@2"));
  EXPECT_EQ(routed.consumers["a"]->pending, 0U);
  EXPECT_EQ(metrics_of(metrics, "a").events.value(), 2U);
  EXPECT_EQ(facts_of("a"), (strategy_facts{.name = "a", .type = "probe", .state = run_state::running}));
}

TEST_F(host_actor_test, the_way_from_the_gateway_is_measured_where_it_is_told) {
  start_host("[[strategy]]\ntype = \"probe\"\nname = \"a\"\n");
  const auto count = [&] {
    const auto text = metrics.to_text();
    const std::string line = "strike_strategy_feed_seconds_count{strategy=\"a\"} ";
    return text.substr(text.find(line) + line.size(), 1);
  };
  auto untold = tick(btc, 1);
  untold.recv_ns = 0;
  deliver("a", {untold});
  EXPECT_EQ(count(), "0");
  advance(1s);
  auto told = tick(btc, 2);
  told.recv_ns = 500'000'000;
  deliver("a", {told});
  EXPECT_EQ(count(), "1");
}

TEST_F(host_actor_test, a_strategy_waits_for_exec_and_starts_without_it_when_that_takes_too_long) {
  const bus::context where;
  process::readiness ready;
  start_host("[[strategy]]\ntype = \"probe\"\nname = \"a\"\n", clock_mode::wall,
             *exec_link::open(where, {.endpoint = "direct://nobody"}, instruments, out, ready));
  advance(longest_exec_wait - 1ns);
  EXPECT_THAT(log.seen, IsEmpty());
  EXPECT_THAT(routed.asked, IsEmpty());
  advance(1ns);
  EXPECT_THAT(log.seen, ElementsAre("a start"));
  EXPECT_THAT(routed.asked, ElementsAre("want a 1"));
  EXPECT_THAT(lines.str(), HasSubstr("exec does not answer; the strategy starts"));
}

TEST_F(host_actor_test, a_strategy_that_was_behind_says_when_it_has_drained) {
  start_host("[[strategy]]\ntype = \"probe\"\nname = \"a\"\n");
  routed.consumers["a"]->is_behind = true;
  deliver("a", {tick(btc, 1)});
  EXPECT_THAT(routed.asked, ElementsAre("want a 1", "drained a"));
}

TEST_F(host_actor_test, changes_of_subscriptions_reach_the_router_in_their_order) {
  start_host("[[strategy]]\ntype = \"probe\"\nname = \"a\"\n");
  log.on_event = [](const market_event&, context& world) {
    world.subscribe({venue::deribit, "ETH-", true, channel::ticker});
    world.subscribe({venue::deribit, "SOL-", true, channel::ticker});
    world.unsubscribe({venue::deribit, "BTC-", true, channel::ticker});
  };
  deliver("a", {tick(btc, 1)});
  EXPECT_THAT(routed.asked, ElementsAre("want a 1", "want a 2", "unwant a 1"));
}

TEST_F(host_actor_test, wall_timers_fire_by_the_clock) {
  log.on_start = [](context& world) { world.after(300'000'000), world.every(400'000'000); };
  start_host("[[strategy]]\ntype = \"probe\"\nname = \"a\"\n");
  advance(299ms);
  EXPECT_THAT(take_seen(), ElementsAre("a start"));
  advance(1ms);
  EXPECT_THAT(take_seen(), ElementsAre(HasSubstr("a timer1@")));
  advance(100ms);
  EXPECT_THAT(take_seen(), ElementsAre(HasSubstr("a timer2@")));
  advance(400ms);
  EXPECT_THAT(take_seen(), ElementsAre(HasSubstr("a timer2@")));
}

TEST_F(host_actor_test, feed_timers_fire_by_the_events) {
  log.on_start = [](context& world) { world.after(10); };
  start_host("[[strategy]]\ntype = \"probe\"\nname = \"a\"\n", clock_mode::feed);
  advance(10s);
  deliver("a", {tick(btc, 100), tick(btc, 111)});
  EXPECT_THAT(log.seen, ElementsAre("a start", "a ticker@100", "a timer1@110", "a ticker@111"));
}

TEST_F(host_actor_test, one_that_throws_is_restarted_alone_after_a_wait_that_doubles) {
  start_two();
  let_throw("a");
  deliver("a", {tick(btc, 1)});
  deliver("b", {tick(btc, 2)});
  EXPECT_THAT(take_seen(), ElementsAre("a ticker@1", "b ticker@2"));
  EXPECT_THAT(routed.asked, ElementsAre("leave a"));
  EXPECT_EQ(facts_of("a").state, run_state::restarting);
  EXPECT_EQ(facts_of("a").reason, "died: bad day; starts again in 0.5 s");
  EXPECT_EQ(facts_of("b").state, run_state::running);
  EXPECT_EQ(shown["a"].run_state, run_state::restarting);
  EXPECT_EQ(shown["a"].reason, "died: bad day; starts again in 0.5 s");
  EXPECT_THAT(lines.str(), HasSubstr("error test: strategy died strategy=a reason=\"bad day\" restart_in_ms=500"));

  advance(500ms - 1ns);
  EXPECT_THAT(take_seen(), IsEmpty());
  advance(1ns);
  EXPECT_THAT(take_seen(), ElementsAre("a start"));
  EXPECT_THAT(routed.asked, ElementsAre("leave a", "want a 1"));
  EXPECT_EQ(facts_of("a").restarts, 1U);
  EXPECT_EQ(shown["a"].run_state, run_state::running);
  EXPECT_EQ(shown["a"].restarts, 1U);

  deliver("a", {tick(btc, 3)});
  take_seen();
  advance(1s - 1ns);
  EXPECT_THAT(take_seen(), IsEmpty());
  advance(1ns);
  EXPECT_THAT(take_seen(), ElementsAre("a start"));
}

TEST_F(host_actor_test, one_that_was_well_for_a_minute_waits_as_at_the_first_time) {
  start_two();
  let_throw("a");
  deliver("a", {tick(btc, 1)});
  advance(500ms);
  advance(1min);
  deliver("a", {tick(btc, 2)});
  EXPECT_EQ(facts_of("a").reason, "died: bad day; starts again in 0.5 s");
}

TEST_F(host_actor_test, one_that_throws_at_its_start_is_restarted_too) {
  int starts = 0;
  log.on_start = [&](context&) {
    if (++starts == 1) throw std::runtime_error{"not yet"};
  };
  start_host("[[strategy]]\ntype = \"probe\"\nname = \"a\"\n");
  EXPECT_EQ(facts_of("a").reason, "died: not yet; starts again in 0.5 s");
  advance(500ms);
  EXPECT_EQ(facts_of("a").state, run_state::running);
}

TEST_F(host_actor_test, one_whose_constructor_throws_is_restarted_too) {
  start_two();
  log.on_make = [] { throw std::runtime_error{"no memory"}; };
  ASSERT_EQ(fault(stop_atom_v, std::string{"a"}), "");
  ASSERT_EQ(fault(start_atom_v, std::string{"a"}), "");
  EXPECT_EQ(facts_of("a").reason, "died: no memory; starts again in 0.5 s");
  log.on_make = nullptr;
  advance(500ms);
  EXPECT_EQ(facts_of("a").state, run_state::running);
}

TEST_F(host_actor_test, stops_and_starts_one_on_request) {
  start_two();
  EXPECT_EQ(fault(stop_atom_v, std::string{"a"}), "");
  EXPECT_EQ(facts_of("a").state, run_state::stopped);
  EXPECT_EQ(shown["a"].run_state, run_state::stopped);
  EXPECT_EQ(shown["a"].reason, "stopped on request");
  EXPECT_EQ(boost::json::parse(shown["a"].state_json).at("level"), 0); // its last values
  EXPECT_THAT(routed.asked, ElementsAre("leave a"));
  advance(2min);
  EXPECT_THAT(take_seen(), IsEmpty());
  EXPECT_EQ(fault(start_atom_v, std::string{"a"}), "");
  EXPECT_EQ(fault(start_atom_v, std::string{"a"}), ""); // it runs: nothing to do
  EXPECT_THAT(take_seen(), ElementsAre("a start"));
  EXPECT_EQ(shown["a"].run_state, run_state::running);
}

TEST_F(host_actor_test, a_stop_ends_the_wait_for_a_restart) {
  start_two();
  let_throw("a");
  deliver("a", {tick(btc, 1)});
  EXPECT_EQ(fault(stop_atom_v, std::string{"a"}), "");
  take_seen();
  advance(1min);
  EXPECT_THAT(take_seen(), IsEmpty());
  EXPECT_EQ(facts_of("a").state, run_state::stopped);
}

TEST_F(host_actor_test, a_start_during_the_wait_starts_once) {
  start_two();
  let_throw("a");
  deliver("a", {tick(btc, 1)});
  take_seen();
  EXPECT_EQ(fault(start_atom_v, std::string{"a"}), "");
  advance(1min);
  EXPECT_THAT(take_seen(), ElementsAre("a start"));
}

TEST_F(host_actor_test, one_that_is_not_enabled_waits_for_a_start) {
  start_host("[[strategy]]\ntype = \"probe\"\nname = \"a\"\nenabled = false\n");
  EXPECT_THAT(log.seen, IsEmpty());
  EXPECT_EQ(shown["a"].run_state, run_state::stopped);
  EXPECT_EQ(shown["a"].reason, "not enabled in the configuration");
  EXPECT_EQ(fault(start_atom_v, std::string{"a"}), "");
  EXPECT_THAT(log.seen, ElementsAre("a start"));
}

TEST_F(host_actor_test, reconfigures_one_and_leaves_the_other) {
  start_two();
  EXPECT_EQ(fault(reconfigure_atom_v, std::string{"a"}, std::string{"type = \"probe\"\nlevel = 7"}), "");
  EXPECT_THAT(log.seen, ElementsAre("a start"));
  EXPECT_THAT(routed.asked, ElementsAre("leave a", "want a 1"));
  EXPECT_EQ(boost::json::parse(shown["a"].state_json).at("level"), 7);
}

TEST_F(host_actor_test, a_wrong_configuration_is_refused_with_its_mistakes_and_changes_nothing) {
  start_two();
  EXPECT_EQ(fault(reconfigure_atom_v, std::string{"a"}, std::string{"type = \"probe\"\nlevel = 10"}),
            "strategy 'a':2: level: 10 is not within 0 to 9");
  EXPECT_THAT(log.seen, IsEmpty());
  EXPECT_EQ(facts_of("a").state, run_state::running);
  deliver("a", {tick(btc, 1)});
  EXPECT_THAT(log.seen, ElementsAre("a ticker@1"));
}

TEST_F(host_actor_test, a_stopped_one_stays_stopped_when_reconfigured) {
  start_two();
  ASSERT_EQ(fault(stop_atom_v, std::string{"a"}), "");
  EXPECT_EQ(fault(reconfigure_atom_v, std::string{"a"}, std::string{"type = \"probe\"\nlevel = 7"}), "");
  EXPECT_THAT(log.seen, IsEmpty());
  ASSERT_EQ(fault(start_atom_v, std::string{"a"}), "");
  EXPECT_EQ(boost::json::parse(shown["a"].state_json).at("level"), 7);
}

TEST_F(host_actor_test, names_the_known_strategies_when_asked_for_another) {
  start_two();
  EXPECT_EQ(fault(start_atom_v, std::string{"c"}), "no strategy is named 'c'; known: a, b");
  EXPECT_EQ(fault(stop_atom_v, std::string{"c"}), "no strategy is named 'c'; known: a, b");
  EXPECT_EQ(fault(reconfigure_atom_v, std::string{"c"}, std::string{}), "no strategy is named 'c'; known: a, b");
}

TEST_F(host_actor_test, shows_each_strategy_every_half_second) {
  start_two();
  EXPECT_EQ(shown["a"].sequence, 1U);
  EXPECT_EQ(shown["a"].layout_json, R"([{"widget":"divider"}])");
  advance(500ms);
  EXPECT_EQ(shown["a"].sequence, 2U);
  EXPECT_EQ(shown["b"].sequence, 2U);
  EXPECT_EQ(shown["a"].layout_json, std::nullopt);
  EXPECT_EQ(shown["a"].type, "probe");
  routed.consumers["a"]->conflated = 5;
  deliver("a", {tick(btc, 1)});
  advance(500ms);
  const auto host_part = boost::json::parse(shown["a"].state_json).at("host");
  EXPECT_EQ(host_part.at("events"), 1);
  EXPECT_EQ(host_part.at("conflated"), 5);
}

TEST_F(host_actor_test, answers_control_requests) {
  start_two();
  const auto control = [&](decltype(wire::control_request::body) what) {
    std::string bytes;
    wire::encode(bytes, {.request_id = 42, .body = std::move(what)});
    caf::anon_send(host, control_atom_v, std::string{"peer"}, std::move(bytes));
    sched.run();
    if (answers.empty()) return wire::control_reply{};
    EXPECT_EQ(answers.back().first, "peer");
    return wire::decode_control_reply(answers.back().second).value();
  };
  const auto text = [](const wire::control_reply& x) { return std::get<error>(x.outcome).text; };
  auto reply = control(wire::stop_strategy{"a"});
  EXPECT_EQ(reply.request_id, 42U);
  EXPECT_TRUE(std::holds_alternative<wire::control_done>(reply.outcome));
  EXPECT_EQ(facts_of("a").state, run_state::stopped);
  EXPECT_TRUE(std::holds_alternative<wire::control_done>(control(wire::start_strategy{"a"}).outcome));
  EXPECT_EQ(facts_of("a").state, run_state::running);
  EXPECT_EQ(text(control(wire::reconfigure_strategy{"a", "type = 1"})),
            "strategy 'a':1: type: expected a text, found an integer");
  EXPECT_EQ(text(control(wire::start_strategy{"c"})), "no strategy is named 'c'; known: a, b");
  EXPECT_THAT(text(control(wire::pause_replay{})), HasSubstr("strategies take start, stop and reconfigure"));
  EXPECT_EQ(answers.size(), 5U);
}

TEST_F(host_actor_test, answers_what_is_no_request) {
  start_two();
  caf::anon_send(host, control_atom_v, std::string{"peer"}, std::string{"\xFF"});
  sched.run();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<error>(wire::decode_control_reply(answers[0].second)->outcome));
}

TEST_F(host_actor_test, ends_its_strategies_with_itself) {
  start_two();
  caf::anon_send_exit(host, caf::exit_reason::user_shutdown);
  sched.run();
  EXPECT_THAT(routed.asked, testing::UnorderedElementsAre("leave a", "leave b"));
}

} // namespace
