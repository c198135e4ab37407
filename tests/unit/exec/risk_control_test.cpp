#include "exec/risk_control.hpp"

#include "exec/paper_venue.hpp"
#include "exec_kit.hpp"

#include <gmock/gmock.h>

using namespace strike;
using namespace strike::exec;
using namespace strike::literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

/// A desk on paper with all of risk: what strategies ask for, and what operators ask for.
struct risk_control_test : exec::test::exec_kit {
  std::unique_ptr<paper_venue> paper;
  std::unique_ptr<risk_control> control;

  risk_control_test() { open(); }
  void open() {
    control.reset();
    desk.reset();
    risk = std::make_unique<risk_gate>(
        no_limits(),
        risk_gate::tools{
            .instruments = instruments,
            .rules = rules,
            .metrics = risk_numbers,
            .on_state = [this](const risk_state_change& x) { control->on_state(x); },
            .on_kill = [this](const risk_scope& where, std::string_view why) { control->on_kill(where, why, now()); }});
    desk = std::make_unique<order_desk>(
        7, order_desk::tools{
               .instruments = instruments,
               .rules = rules,
               .store = *store,
               .risk = *risk,
               .log = log,
               .metrics = metrics,
               .clock = [this] { return now(); },
               .want = [this](instrument_id x) { wanted.push_back(x); },
               .lines = {instruments,
                         [this](std::string_view peer, std::string_view bytes) {
                           sent.push_back({std::string{peer}, *wire::decode_order_update(bytes, instruments)});
                           return true;
                         },
                         [](std::string_view, std::string_view) {}},
               .reconcile = reconcile,
               .on_account = [this](const account_fact& x) { control->on_account(x, now()); }});
    control = std::make_unique<risk_control>(risk_control::tools{.instruments = instruments,
                                                                 .rules = rules,
                                                                 .gate = *risk,
                                                                 .desk = *desk,
                                                                 .store = *store,
                                                                 .log = log,
                                                                 .metrics = registry});
    paper = std::make_unique<paper_venue>(
        venue::deribit, simulation,
        paper_venue::tools{
            .instruments = instruments, .rules = rules, .warn = [](match::warning, instrument_id, std::string_view) {}},
        *desk);
    desk->attach(home, *paper, true);
    ASSERT_TRUE(desk->restore([&](const booking& x) {
      if (const auto* made = std::get_if<fill>(&x.what)) paper->hold(*x.owner, *made, now());
    }));
    ASSERT_TRUE(control->restore());
    pass(50 * ms);
    quote();
  }
  void quote() {
    const market_event event{.venue_ns = now_ns,
                             .recv_ns = now_ns,
                             .instrument = perpetual,
                             .body = ticker{.best_bid = 60'000_px,
                                            .best_ask = 60'001_px,
                                            .best_bid_size = 1'000_qty,
                                            .best_ask_size = 1'000_qty,
                                            .mark = 60'000.0,
                                            .index = 60'000.0}};
    paper->on_market(event, now());
    desk->on_market(event, now());
  }
  void pass(std::int64_t ns) {
    for (const auto end_ns = now_ns + ns; now_ns < end_ns; now_ns += ms) {
      desk->round(now());
      paper->round(now());
      control->round(now());
    }
  }
  void place(const std::string& id, price limit, const std::string& strategy = "s") {
    request(wire::place_order{id, {1}, {.instrument = perpetual, .limit = limit, .size = 10_qty}}, strategy);
  }
  std::string ask(decltype(wire::control_request::body) what) {
    const auto reply = control->answer({.request_id = 5, .body = std::move(what)}, now());
    EXPECT_EQ(reply.request_id, 5U);
    if (const auto* bad = std::get_if<error>(&reply.outcome)) return bad->text;
    return std::holds_alternative<wire::control_done>(reply.outcome) ? "done" : "report";
  }
  wire::risk_report report() {
    return std::get<wire::risk_report>(control->answer({.request_id = 5, .body = wire::ask_risk{}}, now()).outcome);
  }
  std::string reason_of_last() { return std::get<wire::order_change>(sent.back().message.body).update.reason; }
};

TEST_F(risk_control_test, an_order_passes_the_gate_and_a_halt_refuses_it) {
  place("s-1", 50'000_px);
  pass(20 * ms);
  EXPECT_THAT(take_changes(), ElementsAre("s-1 open 0/10"));
  EXPECT_EQ(ask(wire::restrict_trading{{}, trading_state::halted, "lunch", "ann"}), "done");
  place("s-2", 50'000_px);
  EXPECT_THAT(reason_of_last(), HasSubstr("all is halted"));
  EXPECT_THAT(reason_of_last(), HasSubstr("lunch (by ann)"));
  EXPECT_EQ(ask(wire::resume_trading{{}, "ann"}), "done");
  sent.clear();
  place("s-3", 50'000_px);
  pass(20 * ms);
  EXPECT_THAT(take_changes(), ElementsAre("s-3 open 0/10"));
}

TEST_F(risk_control_test, a_kill_cancels_what_is_open_and_asks_the_venue) {
  place("s-1", 50'000_px);
  request(wire::place_order{"t-1", {1}, {.instrument = perpetual, .limit = 50'000_px, .size = 10_qty}}, "t", 1);
  pass(20 * ms);
  take_changes();
  EXPECT_EQ(ask(wire::kill_trading{{}, false, "enough", "ann"}), "done");
  pass(3'000 * ms);
  EXPECT_THAT(take_changes(), ElementsAre("s-1 cancelled 0/0", "t-1 cancelled 0/0"));
  const auto got = report();
  ASSERT_EQ(got.kills.size(), 1U);
  EXPECT_TRUE(got.kills[0].is_clean) << got.kills[0].lines.back();
  EXPECT_THAT(got.kills[0].lines.back(), HasSubstr("2 orders were open, none is open, says deribit"));
  ASSERT_EQ(got.states.size(), 1U);
  EXPECT_EQ(got.states[0].reason, "kill switch: enough");
}

TEST_F(risk_control_test, a_strategys_kill_leaves_the_others_alone) {
  place("s-1", 50'000_px);
  request(wire::place_order{"t-1", {1}, {.instrument = perpetual, .limit = 50'000_px, .size = 10_qty}}, "t", 1);
  pass(20 * ms);
  take_changes();
  EXPECT_EQ(ask(wire::kill_trading{{scope_kind::strategy, "t"}, false, "", "ann"}), "done");
  pass(3'000 * ms);
  EXPECT_THAT(take_changes(), ElementsAre("t-1 cancelled 0/0"));
  EXPECT_TRUE(report().kills.back().is_clean);
}

TEST_F(risk_control_test, a_kill_that_flattens_closes_positions_and_tells_their_strategy) {
  place("s-1", 60'001_px);
  pass(20 * ms);
  EXPECT_THAT(take_changes(), ElementsAre("s-1 filled 10/0"));
  EXPECT_EQ(ask(wire::kill_trading{{}, true, "enough", "ann"}), "done");
  pass(6'000 * ms);
  EXPECT_TRUE(report().kills.back().is_clean) << testing::PrintToString(report().kills.back().lines);
  const auto lines = take_changes();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr("filled 10/0"));
  EXPECT_THAT(lines[0], HasSubstr("kill-"));
  EXPECT_EQ(risk->held(0, perpetual), 0_qty);
}

TEST_F(risk_control_test, states_outlive_a_restart_and_are_in_the_audit) {
  EXPECT_EQ(ask(wire::restrict_trading{{scope_kind::venue, "deribit"}, trading_state::halted, "lunch", "ann"}), "done");
  const auto before = report().states;
  open();
  EXPECT_EQ(report().states, before);
  place("s-1", 50'000_px);
  EXPECT_THAT(reason_of_last(), HasSubstr("venue deribit is halted"));
}

TEST_F(risk_control_test, positions_of_before_a_restart_count_and_their_data_is_asked_for) {
  place("s-1", 60'001_px);
  pass(20 * ms);
  wanted.clear();
  open();
  EXPECT_THAT(wanted, ElementsAre(perpetual));
  EXPECT_EQ(risk->held(0, perpetual), 10_qty);
}

TEST_F(risk_control_test, what_is_not_known_is_not_halted_by_a_slip_of_the_pen) {
  EXPECT_THAT(ask(wire::kill_trading{{scope_kind::strategy, "gama"}, false, "", "ann"}),
              HasSubstr("no strategy 'gama' has sent an order here"));
  EXPECT_THAT(ask(wire::restrict_trading{{scope_kind::venue, "binance"}, trading_state::halted, "", ""}),
              HasSubstr("unknown venue 'binance'"));
  EXPECT_THAT(ask(wire::restrict_trading{{scope_kind::instrument, "deribit:X"}, trading_state::halted, "", ""}),
              HasSubstr("has not met an instrument 'deribit:X'"));
  EXPECT_THAT(ask(wire::resume_trading{{}, "ann"}), HasSubstr("nothing restricts trading of all"));
  EXPECT_THAT(ask(wire::pause_replay{}), HasSubstr("send this to the service that it concerns"));
  EXPECT_THAT(report().states, IsEmpty());
}

TEST_F(risk_control_test, cancels_all_or_those_of_one_strategy) {
  place("s-1", 50'000_px);
  request(wire::place_order{"t-1", {1}, {.instrument = perpetual, .limit = 50'000_px, .size = 10_qty}}, "t", 1);
  pass(20 * ms);
  take_changes();
  EXPECT_EQ(ask(wire::cancel_all_orders{"t"}), "done");
  pass(20 * ms);
  EXPECT_THAT(take_changes(), ElementsAre("t-1 cancelled 0/0"));
  EXPECT_EQ(ask(wire::cancel_all_orders{}), "done");
  pass(20 * ms);
  EXPECT_THAT(take_changes(), ElementsAre("s-1 cancelled 0/0"));
  EXPECT_EQ(ask(wire::halt_trading{"old message"}), "done");
  EXPECT_EQ(report().states.size(), 1U);
}

} // namespace
