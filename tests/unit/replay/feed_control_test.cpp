#include "replay/feed_control.hpp"

#include "fake_reader.hpp"

#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>

using namespace strike;
using namespace strike::replay;
using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

template <class Body> wire::control_request ask(Body what) { return {.request_id = 7, .body = std::move(what)}; }
bool is_done(const wire::control_reply& x) {
  return x.request_id == 7 && std::holds_alternative<wire::control_done>(x.outcome);
}
error why(const wire::control_reply& x) {
  const auto* fault = std::get_if<error>(&x.outcome);
  return fault ? *fault : error{};
}

TEST(feed_control, does_what_it_is_asked) {
  auto x = recording_of({tick_at(1000), tick_at(1100), tick_at(1200)});
  EXPECT_TRUE(is_done(answer(x, ask(wire::resume_replay{}), 0)));
  EXPECT_FALSE(x.is_paused());
  EXPECT_TRUE(is_done(answer(x, ask(wire::set_replay_speed{2}), 10)));
  EXPECT_EQ(x.speed(), 2);
  EXPECT_TRUE(is_done(answer(x, ask(wire::pause_replay{}), 20)));
  EXPECT_TRUE(x.is_paused());
  EXPECT_EQ(x.position_ns(30), 1030);
  EXPECT_TRUE(is_done(answer(x, ask(wire::seek_replay{1100}), 40)));
  EXPECT_TRUE(x.is_seeking());
}

TEST(feed_control, refuses_what_is_not_its_own_and_changes_nothing) {
  auto x = recording_of({tick_at(1000)});
  const std::pair<wire::control_request, ec> cases[] = {
      {ask(wire::halt_trading{}), ec::not_found},
      {ask(wire::start_strategy{"gamma"}), ec::not_found},
      {ask(wire::unknown_control{"ControlRequest: version 2"}), ec::malformed},
      {ask(wire::set_replay_speed{1e300}), ec::invalid_config},
      {ask(wire::set_replay_speed{1e-300}), ec::invalid_config}};
  for (const auto& [request, code] : cases) {
    const auto reply = answer(x, request, 0);
    EXPECT_EQ(reply.request_id, 7u);
    EXPECT_EQ(why(reply).code, code);
    EXPECT_NE(why(reply).text, "");
  }
  EXPECT_TRUE(x.is_paused());
  EXPECT_EQ(x.speed(), 1);
  EXPECT_THAT(why(answer(x, ask(wire::halt_trading{}), 0)).text, HasSubstr("pause, resume, speed and seek"));
}

TEST(control_endpoint, hands_over_requests_and_answers_those_it_cannot_read) {
  std::mutex guard;
  std::condition_variable changed;
  std::vector<wire::control_reply> replies;
  bus::context shared;
  auto server = control_endpoint::open(shared, {.endpoint = "inproc://control"}, [](control_call_ptr call) {
    call->reply({call->request.request_id, wire::control_done{}});
  });
  ASSERT_TRUE(server) << server.error().text;
  bus::request_client::config config{.connect = {.endpoint = "inproc://control"}};
  config.on_message = [&](std::string_view bytes) {
    auto reply = wire::decode_control_reply(bytes);
    const std::scoped_lock lock{guard};
    if (reply) replies.push_back(*reply);
    changed.notify_one();
  };
  auto client = bus::request_client::open(shared, std::move(config));
  ASSERT_TRUE(client);
  std::string bytes;
  encode(bytes, ask(wire::pause_replay{}));
  const auto limit = std::chrono::steady_clock::now() + 10s;
  while (!(*client)->send(bytes) && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
  ASSERT_TRUE((*client)->send("no request"));
  std::unique_lock lock{guard};
  ASSERT_TRUE(changed.wait_until(lock, limit, [&] { return replies.size() >= 2; }));
  EXPECT_TRUE(is_done(replies[0]));
  EXPECT_EQ(why(replies[1]).code, ec::malformed);
}

} // namespace
