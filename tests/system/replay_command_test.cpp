// `strike replay`: all services in one process, as a user starts it.
#include "journal/reader.hpp"
#include "kit/process.hpp"
#include "kit/tcp_client.hpp"
#include "kit/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

using testing::HasSubstr;

namespace {

/// The signals of a log, each as "strategy instrument side value at".
std::vector<std::string> signals_of(const std::string& log) {
  std::vector<std::string> out;
  std::istringstream lines{log};
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find(": signal strategy=");
    if (at != std::string::npos) out.push_back(line.substr(at));
  }
  std::ranges::sort(out); // strategies run side by side
  return out;
}

struct replay_command : testing::Test {
  process start(std::vector<std::string> options, std::string speed = "300") {
    std::vector<std::string> command{STRIKE_BINARY, "replay", "--speed", std::move(speed)};
    command.insert(command.end(), options.begin(), options.end());
    return process{command, folder / "", folder / ""};
  }
  temp_folder folder;
};

TEST_F(replay_command, runs_the_bundled_market_to_its_end_and_gives_the_same_signals_each_time) {
  const auto first = start({}).wait();
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.err, HasSubstr("end of recording"));
  const auto signals = signals_of(first.err);
  EXPECT_GT(signals.size(), 100U);
  EXPECT_EQ(signals_of(start({}, "200").wait().err), signals);
}

TEST_F(replay_command, records_what_it_replays_and_that_gives_the_same_signals) {
  const auto done = start({"--record", "out"}).wait();
  ASSERT_EQ(done.exit_code, 0) << done.err;
  std::vector<std::filesystem::path> files;
  for (const auto& x : std::filesystem::directory_iterator{folder / "out"})
    if (x.path().extension() == ".zst") files.push_back(x.path());
  ASSERT_EQ(files.size(), 1U);
  strike::instrument_registry names;
  const auto reader = strike::journal::reader::open(files, {.strict = true}, names);
  ASSERT_TRUE(reader) << reader.error().text;
  std::size_t events = 0;
  for (auto batch = (*reader)->next(); batch && *batch; batch = (*reader)->next()) events += (*batch)->events.size();
  EXPECT_EQ(events, 3'862U) << "all tickers and statuses of the bundled market: nobody wants its books and trades";

  const auto again = start({"--file", files[0].string()}).wait();
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(signals_of(again.err), signals_of(done.err));
}

TEST_F(replay_command, shows_itself_on_the_dashboard_and_stays_until_it_is_stopped) {
  auto running = start({"--dashboard", "0"});
  ASSERT_TRUE(running.wait_for_err("end of recording")) << running.err();
  const auto log = running.err();
  constexpr std::string_view before = "url=http://";
  const auto at = log.find(before);
  ASSERT_NE(at, std::string::npos) << log;
  const auto address = log.substr(at + before.size(), log.find('/', at + before.size()) - at - before.size());
  const auto page = http_get(address, "/api/strategies").body;
  EXPECT_THAT(page, HasSubstr("gamma_btc"));
  EXPECT_THAT(page, HasSubstr("momentum_wide"));
  EXPECT_THAT(http_get(address, "/api/feeds").body, HasSubstr(R"("venue":"deribit")"));
  const auto becomes = [&](std::string_view part) {
    for (int i = 0; i < 500; ++i, usleep(20'000))
      if (http_get(address, "/api/overview").body.find(part) != std::string::npos) return true;
    return false;
  };
  EXPECT_TRUE(becomes(R"("is_over":true)"));
  const auto command = [&](const std::string& body) {
    tcp_client client{address};
    client.write("POST /api/control HTTP/1.1\r\nHost: " + address + "\r\nContent-Type: application/json\r\n" +
                 "Connection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.read();
  };
  EXPECT_THAT(command(R"({"action":"pause_replay"})"), HasSubstr("HTTP/1.1 202"));
  EXPECT_TRUE(becomes(R"("is_paused":true)"));
  EXPECT_THAT(command(R"({"action":"seek_replay","to_ms":0})"), HasSubstr("HTTP/1.1 202"));
  EXPECT_TRUE(becomes(R"("is_over":false)"));
  EXPECT_THAT(command(R"({"action":"stop_strategy","strategy":"gamma_btc"})"), HasSubstr("HTTP/1.1 403"))
      << "without a token only the replay is steered";
  running.signal(SIGTERM);
  const auto done = running.wait();
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("dashboard: http://127.0.0.1:"));
}

TEST_F(replay_command, says_what_is_wrong_with_its_file) {
  const auto done = start({"--file", "nowhere.jsonl"}).wait();
  EXPECT_EQ(done.exit_code, 2);
  EXPECT_THAT(done.err, HasSubstr("nowhere.jsonl"));
}

} // namespace
