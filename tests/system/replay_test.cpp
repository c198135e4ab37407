// strike-replay as its consumers and its operator meet it.
#include "base/time.hpp"
#include "bus/request.hpp"
#include "bus/subscriber.hpp"
#include "feed/intake.hpp"
#include "journal/line.hpp"
#include "journal/writer.hpp"
#include "kit/process.hpp"
#include "kit/tcp_client.hpp"
#include "kit/temp_folder.hpp"
#include "wire/control.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>

using namespace strike;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::UnorderedElementsAre;

namespace {

constexpr std::int64_t first_ns = 1'700'000'000 * ns_per_s;
constexpr auto patience = 20s;

price units(std::int64_t x) { return price{x * nanos_per_unit}; }
quantity lots(std::int64_t x) { return quantity{x * nanos_per_unit}; }

struct replay_test : testing::Test {
  temp_folder folder;
  bus::context shared;
  instrument_registry names;
  instrument_id btc = *names.intern(venue::deribit, "BTC-PERPETUAL"),
                eth = *names.intern(venue::deribit, "ETH-PERPETUAL");
  std::string publish = "ipc://" + (folder / "md").string(), control = "ipc://" + (folder / "control").string();

  static market_event tick(instrument_id id, std::int64_t bid, std::int64_t at_ns) {
    return {first_ns + at_ns, 0, id, trust::live, ticker{.best_bid = units(bid), .best_ask = units(bid + 1)}};
  }
  static market_event book(instrument_id id, std::int64_t bid, std::int64_t at_ns) {
    return {first_ns + at_ns, 0, id, trust::live,
            book_snapshot{.bids = {{units(bid), lots(1)}}, .asks = {{units(bid + 1), lots(1)}}}};
  }
  static market_event change(instrument_id id, std::int64_t bid, std::int64_t size, std::int64_t at_ns) {
    return {first_ns + at_ns, 0, id, trust::live, book_change{.bids = {{units(bid), lots(size)}}}};
  }
  static market_event print(instrument_id id, std::int64_t at, std::int64_t at_ns) {
    return {first_ns + at_ns, 0, id, trust::live, trade{.at = units(at), .size = lots(1)}};
  }
  static market_event listed(instrument_id id, std::int64_t at_ns) {
    return {first_ns + at_ns, 0, id, trust::live, instrument_status{}};
  }
  std::string line(const market_event& x) const {
    std::string out;
    journal::append_line(out, x, names);
    return out;
  }
  std::string lines(const std::vector<market_event>& events) const {
    std::string out;
    for (const auto& x : events) journal::append_line(out, x, names);
    return out;
  }
  std::string record(const std::vector<market_event>& events) { return folder.write("recording.jsonl", lines(events)); }

  std::vector<std::string> command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {REPLAY_BINARY, "--publish", publish, "--health", "127.0.0.1:0"});
    return arguments;
  }
};

/// Receives market data as the router does.
struct consumer {
  consumer(replay_test& from, const std::vector<std::string>& prefixes)
      : test{from}, reader{from.names}, socket{*bus::polled_subscriber::open(
                                            from.shared, {.endpoints = {{.endpoint = from.publish}}})} {
    for (const auto& x : prefixes) socket.subscribe(x);
  }
  static std::int64_t steady_ns() { return std::chrono::steady_clock::now().time_since_epoch() / 1ns; }
  void pull() {
    for (const auto& x : socket.receive(10ms)) reader.read(x.topic(), x.bytes(), 0, steady_ns(), events);
    for (const auto& topic : reader.due(steady_ns())) socket.ask_again(topic);
  }
  bool wait_for(std::size_t count) {
    const auto limit = std::chrono::steady_clock::now() + patience;
    while (events.size() < count && std::chrono::steady_clock::now() < limit) pull();
    return events.size() == count;
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const auto& x : events) out.push_back(test.line(x));
    return out;
  }
  std::vector<std::int64_t> bids() const {
    std::vector<std::int64_t> out;
    for (const auto& x : events)
      if (const auto* touch = std::get_if<ticker>(&x.body)) out.push_back((*touch->best_bid).nanos / nanos_per_unit);
    return out;
  }

  replay_test& test;
  feed::intake reader;
  bus::polled_subscriber socket;
  std::vector<market_event> events;
};

/// Asks and waits for the answer.
struct operator_desk {
  explicit operator_desk(replay_test& test) {
    bus::request_client::config config{.connect = {.endpoint = test.control}};
    config.on_message = [this](std::string_view bytes) { answer.set_value(*wire::decode_control_reply(bytes)); };
    client = std::move(*bus::request_client::open(test.shared, std::move(config)));
  }
  template <class Body> error ask(Body what) {
    answer = {};
    auto reply = answer.get_future();
    std::string bytes;
    encode(bytes, wire::control_request{.request_id = ++last, .body = std::move(what)});
    const auto limit = std::chrono::steady_clock::now() + patience;
    while (!client->send(bytes))
      if (std::chrono::steady_clock::now() > limit) return {ec::session_down, "not connected"};
    if (reply.wait_for(patience) != std::future_status::ready) return {ec::session_down, "no answer"};
    const auto got = reply.get();
    EXPECT_EQ(got.request_id, last);
    const auto* fault = std::get_if<error>(&got.outcome);
    return fault ? *fault : error{};
  }
  std::promise<wire::control_reply> answer;
  std::uint64_t last = 0;
  std::unique_ptr<bus::request_client> client; ///< last: its thread uses the above
};

TEST_F(replay_test, what_was_recorded_arrives_event_by_event_at_speed_100_and_the_process_ends) {
  std::vector<market_event> all;
  for (const auto id : {btc, eth}) {
    all.push_back(listed(id, 0));
    all.push_back(book(id, 1'000, 0));
  }
  for (int i = 0; i < 4'000; ++i) {
    const std::int64_t at_ns = i * 5 * ns_per_ms;
    const auto id = i % 3 == 0 ? eth : btc;
    all.push_back(tick(id, 1'000 + i, at_ns));
    if (i % 2 == 0) all.push_back(change(id, 900 - i % 50, i % 7, at_ns));
    if (i % 5 == 0) all.push_back(print(id, 1'000 + i, at_ns));
  }
  consumer one{*this, {"md/deribit/BTC-PERPETUAL/", "md/deribit/ETH-PERPETUAL/"}};
  process service{command({"--speed", "100", "--at-end", "exit", record(all)}), folder / ""};
  ASSERT_TRUE(one.wait_for(all.size())) << one.events.size() << " of " << all.size() << service.err();
  EXPECT_EQ(one.reader.counts().gaps, 0u);
  std::vector<std::string> sent;
  for (const auto& x : all) sent.push_back(line(x));
  EXPECT_EQ(one.lines(), sent);
  const auto done = service.wait();
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.err, HasSubstr("end of recording at=2023-11-14T22:13:39.995Z events=" + std::to_string(all.size())));
}

TEST_F(replay_test, who_joins_late_gets_the_last_values_of_what_was_asked_for_and_nothing_else) {
  process service{command({"--start", "at_once", "--file",
                           record({listed(btc, 0), tick(btc, 1, 0), book(btc, 5, 0), tick(eth, 7, 1), book(eth, 8, 1),
                                   print(btc, 5, 1), tick(btc, 2, 2), change(btc, 4, 3, 2)})}),
                  folder / ""};
  ASSERT_TRUE(service.wait_for_err("end of recording")) << service.err();
  consumer late{*this, {"md/deribit/BTC-PERPETUAL/"}};
  ASSERT_TRUE(late.wait_for(3));
  auto whole = book(btc, 5, 2);
  std::get<book_snapshot>(whole.body).bids = {{units(4), lots(3)}, {units(5), lots(1)}};
  EXPECT_THAT(late.lines(), UnorderedElementsAre(line(listed(btc, 0)), line(tick(btc, 2, 2)), line(whole)));

  consumer all_of_venue{*this, {"md/deribit/"}};
  ASSERT_TRUE(all_of_venue.wait_for(5)); // once, at the joining, the books are among it
  EXPECT_THAT(all_of_venue.lines(), IsSupersetOf({line(listed(btc, 0)), line(tick(btc, 2, 2)), line(tick(eth, 7, 1))}));
  late.pull();
  EXPECT_EQ(late.events.size(), 3u);

  service.signal(SIGTERM);
  EXPECT_EQ(service.wait().exit_code, 0);
}

TEST_F(replay_test, a_prefix_brings_ticker_and_status_of_all_that_match_while_it_runs) {
  const auto option = *names.intern(venue::deribit, "BTC-27NOV26-90000-C");
  consumer some{*this, {"md/deribit/BTC-"}};
  process service{command({record({listed(btc, 0), tick(eth, 7, 0), book(btc, 5, 1), tick(btc, 2, 2),
                                   tick(option, 3, 3), print(option, 3, 4), tick(btc, 4, 5)})}),
                  folder / ""};
  ASSERT_TRUE(some.wait_for(4)) << service.err();
  ASSERT_TRUE(service.wait_for_err("end of recording"));
  some.pull();
  EXPECT_THAT(some.lines(), ElementsAre(line(listed(btc, 0)), line(tick(btc, 2, 2)), line(tick(option, 3, 3)),
                                        line(tick(btc, 4, 5))));
}

TEST_F(replay_test, an_operator_pauses_resumes_changes_the_speed_and_seeks) {
  const auto file = record({tick(btc, 1, 0), tick(btc, 2, ns_per_s), tick(btc, 3, 10'000 * ns_per_s)});
  process service{command({"--start", "paused", "--control", control, "--file", file}), folder / ""};
  operator_desk desk{*this};
  consumer one{*this, {"md/deribit/BTC-PERPETUAL/ticker/"}};
  ASSERT_TRUE(service.wait_for_err("wanted prefix=md/deribit/BTC-PERPETUAL/ticker/")) << service.err();

  EXPECT_EQ(desk.ask(wire::seek_replay{first_ns + 500 * ns_per_s}).text, "");
  ASSERT_TRUE(one.wait_for(1));
  EXPECT_EQ(desk.ask(wire::set_replay_speed{1e6}).text, "");
  EXPECT_EQ(desk.ask(wire::resume_replay{}).text, "");
  ASSERT_TRUE(one.wait_for(2));
  EXPECT_THAT(one.bids(), ElementsAre(2, 3));

  EXPECT_EQ(desk.ask(wire::pause_replay{}).text, "");
  EXPECT_EQ(desk.ask(wire::seek_replay{first_ns + ns_per_s / 2}).text, "");
  ASSERT_TRUE(one.wait_for(3));
  EXPECT_EQ(desk.ask(wire::halt_trading{}).code, ec::not_found);
  EXPECT_EQ(desk.ask(wire::set_replay_speed{1e5}).text, "");
  one.pull();
  EXPECT_THAT(one.bids(), ElementsAre(2, 3, 1)) << "it is paused";
  EXPECT_EQ(desk.ask(wire::resume_replay{}).text, "");
  ASSERT_TRUE(one.wait_for(5));
  EXPECT_THAT(one.bids(), ElementsAre(2, 3, 1, 2, 3));
  EXPECT_EQ(one.reader.counts().gaps, 0u);
  EXPECT_EQ(one.reader.counts().new_epochs, 1u) << "the first jump was before anything was seen";
}

TEST_F(replay_test, what_cannot_start_says_why_and_ends_with_2) {
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{"--file", "none.jsonl"}, "none.jsonl"},
      {{}, "no recording named"},
      {{"--start", "soon"}, "--start: "},
      {{"--speed", "0"}, "--speed"},
      {{"--control", "nowhere", "--file", record({tick(btc, 1, 0)})}, "nowhere"}};
  for (const auto& [arguments, why] : cases) {
    const auto done = process{command(arguments), folder / "", folder / ""}.wait();
    EXPECT_EQ(done.exit_code, 2) << why;
    EXPECT_THAT(done.err, HasSubstr(why));
  }
}

TEST_F(replay_test, malformed_lines_are_told_with_file_and_line_and_counted) {
  const auto file = folder.write("bad.jsonl", line(tick(btc, 1, 0)) + "{\"timestamp\":}\n" + line(tick(btc, 2, 0)));
  process service{command({"--start", "at_once", "--file", file}), folder / ""};
  ASSERT_TRUE(service.wait_for_err("end of recording")) << service.err();
  EXPECT_THAT(service.err(), HasSubstr("bad.jsonl:2: "));
  EXPECT_THAT(service.err(), HasSubstr("malformed_lines=1"));
  const auto address = service.logged("health=");
  const auto metrics = http_get(address, "/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("\nstrike_replay_events_total 2\n"));
  EXPECT_THAT(metrics, HasSubstr("\nstrike_replay_malformed_lines 1\n"));
  EXPECT_THAT(metrics, HasSubstr("\nstrike_replay_at_end 1\n"));
}

TEST_F(replay_test, a_recording_that_breaks_off_is_named_and_ends_the_process_with_1) {
  const auto file = folder / "cut.jsonl.gz";
  auto writer = journal::writer::create(file, names);
  ASSERT_TRUE(writer);
  for (int i = 0; i < 20'000; ++i) ASSERT_TRUE((*writer)->append(tick(btc, 1 + i * 7'919 % 10'007, i)));
  ASSERT_TRUE((*writer)->close());
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  const auto done = process{command({"--start", "at_once", "--file", file}), folder / ""}.wait();
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.err, HasSubstr("cut.jsonl.gz"));
}

} // namespace
