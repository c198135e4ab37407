// The recorder as an operator meets it: killed, restarted, out of room.
#include "feed/market_publisher.hpp"
#include "journal/manifest.hpp"
#include "kit/process.hpp"
#include "kit/tcp_client.hpp"
#include "kit/temp_folder.hpp"
#include "unit/feed/feed_kit.hpp"
#include "unit/journal/read_all.hpp"
#include "wire/order.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sys/resource.h>

using namespace feed_kit;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::SizeIs;

namespace {

struct recorder_test : names {
  temp_folder folder;
  bus::context shared;
  market_publisher out = *market_publisher::bind(
      shared, {.bind = {.endpoint = "tcp://127.0.0.1:0"}, .epoch = static_cast<std::uint64_t>(utc_ns())}, instruments);
  std::int64_t ticks = 0;

  static std::int64_t utc_ns() {
    return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count();
  }
  std::vector<std::string> command(std::string_view more_settings) {
    const auto config =
        folder.write("strike.toml", fmt::format("[recorder]\nupstream = \"{}\"\nfolder = \"out\"\nsubscribe = "
                                                "[\"md/deribit/BTC-PERPETUAL/\"]\n{}\n",
                                                out.endpoint(), more_settings));
    return {RECORDER_BINARY, "--config", config, "--orders"};
  }
  /// Publishes ticks, numbered by their bid, and order updates, until it is so; false after ten seconds.
  bool publish_until(const std::function<bool()>& is_so) {
    const auto limit = std::chrono::steady_clock::now() + 10s;
    while (!is_so()) {
      if (std::chrono::steady_clock::now() > limit) return false;
      out.poll(std::chrono::steady_clock::now().time_since_epoch().count());
      if (out.is_wanted(btc, channel::ticker)) publish_tick();
      usleep(1'000);
    }
    return true;
  }
  void publish_tick() {
    const auto event = tick(btc, ++ticks, utc_ns());
    out.publish({&event, 1});
    wire::order_update_message update;
    update.header = {.epoch = 1, .sequence = static_cast<std::uint64_t>(ticks), .strategy = "gamma"};
    update.body = wire::order_change{"g-1", "", {.venue_ns = utc_ns(), .order = {1}, .instrument = btc}};
    std::string bytes;
    wire::encode(bytes, update, instruments);
    out.publish_bytes("ord/gamma/", bytes);
  }
  std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> found;
    std::error_code none_yet;
    for (const auto& x : std::filesystem::directory_iterator{folder / "out", none_yet})
      if (x.path().filename() != journal::manifest::file_name) found.push_back(x.path());
    std::ranges::sort(found);
    return found;
  }
  std::vector<journal::recorded_file> listed() const {
    std::vector<journal::recorded_file> found;
    std::ifstream in{folder / "out" / journal::manifest::file_name};
    for (std::string line; std::getline(in, line);) found.push_back(journal::recorded_file_from(line).value());
    return found;
  }
  static void limit_file_size(const process& of, rlim_t bytes) {
    rlimit limit{};
    ASSERT_EQ(prlimit(of.pid(), RLIMIT_FSIZE, nullptr, &limit), 0);
    limit.rlim_cur = bytes;
    ASSERT_EQ(prlimit(of.pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
  }
};

TEST_F(recorder_test, killed_it_loses_a_second_at_most_and_its_next_start_lists_what_is_there) {
  std::int64_t killed_ns = 0;
  {
    process recorder{command(""), folder / ""};
    const auto limit = utc_ns() + 8 * ns_per_s;
    std::int64_t first_ns = INT64_MAX; // when data was seen in the file
    ASSERT_TRUE(publish_until([&] {
      if (first_ns == INT64_MAX && !files().empty() && std::filesystem::file_size(files()[0]) > 0) first_ns = utc_ns();
      return utc_ns() > std::min(limit, first_ns == INT64_MAX ? limit : first_ns + 2 * ns_per_s);
    })) << recorder.err();
    recorder.signal(SIGKILL);
    killed_ns = utc_ns();
    EXPECT_EQ(recorder.wait().exit_code, 128 + SIGKILL);
  }
  ASSERT_THAT(files(), SizeIs(1));
  EXPECT_THAT(listed(), SizeIs(0));
  const auto left = read_all(files(), instruments);
  EXPECT_EQ(left.stats.malformed_lines, 0U);
  EXPECT_GT(left.stats.order_lines, 0U);
  ASSERT_FALSE(left.events.empty());
  EXPECT_GT(left.events.back().venue_ns, killed_ns - 3 * ns_per_s / 2); // the second, and a busy machine
  for (std::size_t i = 1; i < left.events.size(); ++i)
    ASSERT_EQ(best_bid(left.events[i]), best_bid(left.events[i - 1]) + 1);

  process recorder{command("flush = \"50ms\""), folder / ""};
  ASSERT_TRUE(recorder.wait_for_err("found a file that was not closed")) << recorder.err();
  ASSERT_TRUE(publish_until([&] { return files().size() == 2 && std::filesystem::file_size(files()[1]) > 0; }));
  recorder.signal(SIGTERM);
  const auto done = recorder.wait();
  EXPECT_EQ(done.exit_code, 0) << done.err;

  const auto list = listed();
  ASSERT_THAT(list, SizeIs(2));
  EXPECT_FALSE(list[0].complete);
  EXPECT_EQ(list[0].counts.events, left.events.size());
  EXPECT_EQ(list[0].counts.orders, left.stats.order_lines);
  EXPECT_EQ(list[0].counts.last_ns, left.events.back().venue_ns);
  EXPECT_TRUE(list[1].complete);
  const auto next = read_all({files()[1]}, instruments);
  EXPECT_FALSE(next.fault);
  EXPECT_EQ(list[1].counts.events, next.events.size());
  EXPECT_EQ(list[1].bytes, std::filesystem::file_size(files()[1]));
  // both together are one recording: the two ends of what was missed follow each other
  const auto both = read_all(files(), instruments);
  EXPECT_FALSE(both.fault);
  EXPECT_EQ(both.events.size(), left.events.size() + next.events.size());
}

TEST_F(recorder_test, a_disk_without_room_stops_the_recording_and_nothing_else) {
  process recorder{command("compression = 0\nflush = \"20ms\"\nretry = \"50ms\"\nmin_free_mb = 0"), folder / ""};
  const auto address = recorder.logged("health=");
  ASSERT_NE(address, "") << recorder.err();
  auto book = whole_book(btc, 1, utc_ns());
  for (std::int64_t i = 2; i < 500; ++i) std::get<book_snapshot>(book.body).asks.push_back({units(10 + i), lots(i)});
  out.publish({&book, 1});
  const auto ready = [&] { return http_get(address, "/readyz"); };
  ASSERT_TRUE(publish_until([&] { return !files().empty() && std::filesystem::file_size(files()[0]) > 10'000; }));
  EXPECT_EQ(ready().status, 200);

  limit_file_size(recorder, 4'096); // less than the book alone, so that no file can be begun
  ASSERT_TRUE(publish_until([&] { return ready().status == 503; }));
  EXPECT_THAT(ready().body, HasSubstr("File too large"));
  ASSERT_TRUE(publish_until(
      [&] { return http_get(address, "/metrics").body.find("\nstrike_recorder_alarm 1") != std::string::npos; }));
  EXPECT_THAT(listed(), SizeIs(1));
  const auto before = std::filesystem::file_size(files()[0]);
  const auto ticks_before = ticks;
  ASSERT_TRUE(publish_until([&] { return ticks > ticks_before + 100; }));

  limit_file_size(recorder, RLIM_INFINITY);
  ASSERT_TRUE(publish_until([&] { return ready().status == 200; }));
  ASSERT_TRUE(publish_until([&] { return files().size() == 2 && std::filesystem::file_size(files()[1]) > 20'000; }));
  recorder.signal(SIGTERM);
  const auto done = recorder.wait();
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.err, AllOf(HasSubstr("recording stopped"), HasSubstr("recording again")));

  const auto list = listed();
  ASSERT_THAT(list, SizeIs(2));
  EXPECT_EQ(list[0].bytes, before);
  EXPECT_EQ(list[0].gaps, 0U);
  EXPECT_EQ(list[1].gaps, 1U);
  EXPECT_GT(list[1].lost, 100U);
  const auto resumed = read_all({files()[1]}, instruments);
  EXPECT_FALSE(resumed.fault);
  EXPECT_EQ(resumed.stats.malformed_lines, 0U);
  ASSERT_GT(resumed.events.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<ticker>(resumed.events[0].body));
  EXPECT_THAT(std::get<book_snapshot>(resumed.events[1].body).asks, SizeIs(499)); // of use by itself
  EXPECT_EQ(best_bid(resumed.events[2]), best_bid(resumed.events[0]) + 1);
}

} // namespace
