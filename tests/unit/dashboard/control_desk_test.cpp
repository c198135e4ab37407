#include "dashboard/control_desk.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace strike::dashboard {
namespace {

using testing::HasSubstr;

bool eventually(const std::function<bool()>& is_so) {
  for (const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
       std::chrono::steady_clock::now() < until; std::this_thread::yield())
    if (is_so()) return true;
  return false;
}

/// A desk, and an exec that is made of what it is to answer.
struct control_desk_test : testing::Test {
  bus::context where;
  process::logger log{"test", process::level::error, process::log_format::text};
  std::atomic<std::int64_t> now = 1'000'000'000'000;
  std::atomic<int> questions = 0;
  std::atomic<bool> is_silent = false;
  std::mutex guard;
  std::vector<wire::control_request> commands;
  std::unique_ptr<bus::request_server> exec =
      bus::request_server::open(where, {.bind = {.endpoint = "inproc://exec"},
                                        .on_request = [this](auto peer, auto bytes) { answer(peer, bytes); }})
          .value();
  std::unique_ptr<control_desk> desk =
      control_desk::open(where, {std::nullopt, bus::connect_config{.endpoint = "inproc://exec"}, std::nullopt}, log,
                         [this] { return now.load(); })
          .value();

  void answer(std::string_view peer, std::string_view bytes) {
    const auto request = wire::decode_control_request(bytes).value();
    wire::control_reply reply{request.request_id, wire::control_done{}};
    if (std::holds_alternative<wire::ask_risk>(request.body)) {
      ++questions;
      reply.outcome = wire::risk_report{
          {{{scope_kind::venue, "derive"}, state_source::command, trading_state::halted, "fire", "ann", 1}}, {}, {}};
    } else {
      const std::scoped_lock lock{guard};
      commands.push_back(request);
    }
    if (is_silent) return;
    std::string out;
    wire::encode(out, reply);
    std::ignore = exec->send(peer, out);
  }
  /// The desk's last word of the risk; polls as the service does.
  std::string risk() {
    desk->poll();
    return desk->risk_json();
  }
};

TEST_F(control_desk_test, tells_what_exec_says_of_risk_and_for_how_long_that_holds) {
  EXPECT_EQ(desk->risk_json(), "null") << "nothing is known yet: not the same as nothing is restricted";
  ASSERT_TRUE(eventually([&] { return risk() != "null"; }));
  EXPECT_THAT(risk(), HasSubstr(R"("is_current":true,"states":[{"scope":"venue","name":"derive","state":"halted")"));
  EXPECT_EQ(questions, 1) << "asked once a second";
  is_silent = true;
  now += control_desk::risk_holds_ns + 1;
  EXPECT_THAT(risk(), HasSubstr(R"("is_current":false,"states":[{)")) << "what was told last is shown as old";
  EXPECT_TRUE(eventually([&] { return questions == 2; }));
  is_silent = false;
  now += control_desk::risk_every_ns;
  EXPECT_TRUE(eventually([&] { return risk().starts_with(R"({"is_current":true)"); }));
  EXPECT_THAT(desk->to_json(), HasSubstr(R"("log":[])")) << "the questions are no commands";
}

TEST_F(control_desk_test, signs_a_kill_with_who_asked_and_says_that_done_is_only_the_beginning) {
  const auto kill = parse_command(R"({"action":"kill_trading","strategy":"gamma","flatten":true,"reason":"fire"})");
  ASSERT_TRUE(eventually([&] { return desk->ask(*kill, "10.0.0.7").has_value(); }));
  ASSERT_TRUE(eventually([&] { return desk->to_json().find("it has begun") != std::string::npos; }));
  EXPECT_THAT(desk->to_json(), HasSubstr(R"("from":"10.0.0.7","action":"kill_trading strategy gamma, flatten: fire",)"
                                         R"("target":"exec","outcome":"done")"));
  const std::scoped_lock lock{guard};
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(std::get<wire::kill_trading>(commands[0].body),
            (wire::kill_trading{{scope_kind::strategy, "gamma"}, true, "fire", "10.0.0.7 (dashboard)"}));
}

TEST_F(control_desk_test, does_not_take_silence_for_success) {
  is_silent = true;
  const auto halt = parse_command(R"({"action":"halt_trading","reason":"news"})");
  ASSERT_TRUE(eventually([&] { return desk->ask(*halt, "10.0.0.7").has_value(); }));
  desk->poll();
  EXPECT_THAT(desk->to_json(), HasSubstr(R"("outcome":"sent")"));
  now += control_desk::patience_ns + 1;
  desk->poll();
  EXPECT_THAT(desk->to_json(), HasSubstr(R"("outcome":"unknown","text":"no answer in 5 s)"));
}

} // namespace
} // namespace strike::dashboard
