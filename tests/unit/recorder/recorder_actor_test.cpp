#include "recorder/recorder_actor.hpp"

#include "folder_kit.hpp"
#include "kit/deterministic_system.hpp"
#include "wire/order.hpp"

#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

using namespace feed_kit;
using namespace strike::recorder;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

namespace {

struct recorder_actor_test : recordings, deterministic_system {
  std::ostringstream lines;
  process::logger log{"test", process::level::info, process::log_format::text,
                      std::make_shared<spdlog::sinks::ostream_sink_mt>(lines), [] { return 0; }};
  process::metric_registry metrics;
  process::readiness ready;
  std::int64_t now = noon;
  std::vector<std::string> asked;
  std::vector<std::map<std::string, std::uint64_t>> beats;
  std::shared_ptr<backlog> room = std::make_shared<backlog>(100);
  recorder_metrics shown{metrics};
  recorder_actor actor;

  /// What runs must end before what it refers to.
  ~recorder_actor_test() override { end(); }
  void start() {
    const settings how{.tape = {.folder = folder / "", .min_free_bytes = 0}};
    actor = spawn(
        recorder_behavior,
        std::make_shared<const recorder_tools>(recorder_tools{how, disk, log, metrics, ready, [this] { return now; },
                                                              [this](auto counters) { beats.push_back(counters); }}),
        room);
    self->send(actor, upstream_atom_v,
               upstream_ptr{std::make_shared<const upstream>(
                   upstream{[this](std::string_view topic) { asked.emplace_back(topic); }})});
    sched.run();
  }
  void end() {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    sched.run();
  }
  bus::message market(const market_event& x, std::uint64_t sequence, bool is_snapshot = false) {
    wire::market_encoder encoder;
    std::string bytes;
    encoder.encode(bytes, {.epoch = 1, .sequence = sequence, .is_snapshot = is_snapshot}, {&x, 1});
    return message(topic(x.instrument, channel_of(x)), bytes);
  }
  bus::message order(std::string_view client_id, std::uint64_t sequence) {
    std::string bytes;
    wire::order_update_message update;
    update.header = {.epoch = 1, .sequence = sequence, .strategy = "gamma"};
    update.body = wire::order_change{std::string{client_id}, "", {.instrument = btc}};
    wire::encode(bytes, update, instruments);
    return message("ord/gamma/", bytes);
  }
  static bus::message message(std::string_view topic, std::string_view bytes) {
    return {zmq::message_t{topic}, zmq::message_t{bytes}, 0};
  }
  /// As the subscriber's thread does.
  template <class... Ts> void post(Ts... messages) {
    std::vector<bus::message> batch;
    (batch.push_back(std::move(messages)), ...);
    if (room->admit(batch))
      self->send(actor, batch_ptr{std::make_shared<const std::vector<bus::message>>(std::move(batch))});
  }
  template <class... Ts> void send(Ts... messages) {
    post(std::move(messages)...);
    sched.run();
  }
};

TEST_F(recorder_actor_test, records_every_second_and_closes_its_file_at_the_end) {
  start();
  EXPECT_TRUE(ready.is_ready());
  send(market(tick(btc, 100, now), 1), market(tick(btc, 101, now), 2));
  EXPECT_THAT(read_all(files(), instruments).events, SizeIs(0));
  advance(1s);
  EXPECT_THAT(read(files()), SizeIs(2));
  EXPECT_EQ(shown.events.value(), 2U);
  send(market(tick(btc, 102, now), 3));
  end();
  EXPECT_THAT(read(files()), SizeIs(3));
  ASSERT_THAT(listed(), SizeIs(1));
  EXPECT_EQ(listed()[0].gaps, 0U);
}

TEST_F(recorder_actor_test, says_once_a_second_that_it_lives_and_what_it_has_written) {
  start();
  ASSERT_THAT(beats, SizeIs(1));
  EXPECT_EQ(beats[0].at("events"), 0U);
  send(market(tick(btc, 100, now), 1), market(tick(btc, 101, now), 4));
  advance(1s);
  advance(1s);
  ASSERT_THAT(beats, SizeIs(3));
  EXPECT_EQ(beats[2].at("events"), 2U);
  EXPECT_EQ(beats[2].at("lost"), 2U);
  EXPECT_EQ(beats[2].at("files"), 1U);
  EXPECT_GT(beats[2].at("bytes"), 0U);
}

TEST_F(recorder_actor_test, what_waits_when_it_is_ended_is_still_recorded) {
  start();
  post(market(tick(btc, 100, now), 1));
  end();
  EXPECT_THAT(read(files()), SizeIs(1));
}

TEST_F(recorder_actor_test, a_gap_is_asked_about_and_stands_in_the_manifest) {
  start();
  send(market(whole_book(btc, 100, now), 1), market(bid_change(btc, 99, 1, now), 5));
  EXPECT_THAT(asked, ElementsAre(topic(btc, channel::book)));
  send(market(whole_book(btc, 98, now), 5, true));
  end();
  const auto events = read(files());
  ASSERT_THAT(events, SizeIs(3));
  EXPECT_EQ(events[1].state, trust::resyncing);
  EXPECT_EQ(events[2].state, trust::live);
  EXPECT_EQ(listed().at(0).gaps, 1U);
  EXPECT_EQ(listed().at(0).lost, 3U);
  EXPECT_EQ(shown.lost.value(), 3U);
}

TEST_F(recorder_actor_test, what_found_no_room_is_counted_and_asked_for_again) {
  start();
  std::vector<bus::message> many;
  for (std::uint64_t i = 2; i < 103; ++i) many.push_back(market(tick(btc, 1, now), i));
  EXPECT_FALSE(room->admit(many));
  send(market(tick(eth, 50, now), 1));
  EXPECT_THAT(asked, ElementsAre(topic(btc, channel::ticker)));
  EXPECT_EQ(shown.overrun.value(), 101U);
}

TEST_F(recorder_actor_test, a_full_disk_is_an_alarm_until_there_is_room) {
  start();
  disk.room = 0;
  send(market(tick(btc, 100, now), 1));
  advance(1s);
  EXPECT_EQ(shown.alarm.value(), 1);
  EXPECT_FALSE(ready.is_ready());
  EXPECT_THAT(ready.to_json(), HasSubstr("No space left"));
  send(market(tick(btc, 101, now), 2));
  advance(5s);
  EXPECT_EQ(shown.alarm.value(), 1);
  EXPECT_EQ(shown.dropped.value(), 2U);

  disk.room = UINT64_MAX;
  advance(4s);
  EXPECT_EQ(shown.alarm.value(), 1);
  advance(1s);
  EXPECT_EQ(shown.alarm.value(), 0);
  EXPECT_TRUE(ready.is_ready());
  end();
  ASSERT_THAT(read(files()), SizeIs(1));
  EXPECT_EQ(best_bid(read(files())[0]), 101);
  EXPECT_EQ(listed().at(0).lost, 2U);
  const auto text = lines.str();
  EXPECT_EQ(text.find("recording stopped"), text.rfind("recording stopped"));
  EXPECT_THAT(text, HasSubstr("recording again"));
}

TEST_F(recorder_actor_test, orders_are_recorded_and_their_gaps_counted) {
  start();
  send(order("g-1", 1), market(tick(btc, 100, now), 1), order("g-2", 4), order("g-2", 4));
  end();
  const auto got = read_all(files(), instruments);
  EXPECT_EQ(got.stats.malformed_lines, 0U);
  EXPECT_EQ(got.stats.order_lines, 2U);
  EXPECT_THAT(got.events, SizeIs(1));
  EXPECT_EQ(listed().at(0).counts.orders, 2U);
  EXPECT_EQ(listed().at(0).lost, 2U);
}

TEST_F(recorder_actor_test, a_message_that_makes_no_sense_is_counted_and_told) {
  start();
  send(message("md/deribit/BTC-PERPETUAL/ticker/", "\xff"), message("ord/gamma/", "\xff"),
       market(tick(btc, 100, now), 1));
  EXPECT_EQ(shown.malformed.value(), 2U);
  EXPECT_THAT(lines.str(), HasSubstr("a message was not recorded"));
  end();
  EXPECT_THAT(read(files()), SizeIs(1));
}

TEST_F(recorder_actor_test, a_broken_connection_makes_the_next_file_begin_without_the_books_of_it) {
  start();
  send(market(whole_book(btc, 100, now), 1), market(tick(btc, 100, now), 1));
  self->send(actor, broken_atom_v, std::size_t{0});
  sched.run();
  now += std::chrono::nanoseconds{1h}.count();
  advance(1s);
  ASSERT_THAT(files(), SizeIs(2));
  const auto head = read({files()[1]});
  ASSERT_THAT(head, SizeIs(1));
  EXPECT_EQ(head[0].state, trust::stale);
  EXPECT_TRUE(std::holds_alternative<ticker>(head[0].body));
}

} // namespace
