#include "replay/feed_settings.hpp"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

using namespace strike;
using namespace strike::replay;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

struct outcome {
  result<feed_settings> settings;
  std::string mistakes;
};
outcome read(std::string_view toml, const feed_arguments& given = {}) {
  auto document = config::document::from_text(toml, "test.toml");
  EXPECT_TRUE(document) << document.error().text;
  document->root().has("bus");
  outcome made{read_feed_settings(document->root(), given), {}};
  if (const auto done = document->finish(); !done) made.mistakes = done.error().text;
  return made;
}

TEST(feed_settings, have_defaults) {
  const auto got = read("");
  ASSERT_TRUE(got.settings);
  EXPECT_EQ(got.mistakes, "");
  EXPECT_EQ(got.settings->publish.endpoint, "tcp://127.0.0.1:5550");
  EXPECT_FALSE(got.settings->control);
  EXPECT_EQ(got.settings->speed, 1);
  EXPECT_EQ(got.settings->start, start_policy::on_demand);
  EXPECT_EQ(got.settings->at_end, end_policy::stay);
  EXPECT_EQ(got.settings->settle, 500ms);
}

TEST(feed_settings, are_shown_by_the_example_configuration) {
  std::ifstream in{STRIKE_DEPLOY "/strike.example.toml"};
  std::string toml;
  bool is_ours = false;
  for (std::string row; std::getline(in, row);) {
    if (row.starts_with("#[")) is_ours = row.starts_with("#[replay]");
    if (is_ours && row.starts_with('#')) toml += row.substr(1) + '\n';
  }
  ASSERT_THAT(toml, HasSubstr("at_end"));
  const auto shown = read(toml), built_in = read("");
  EXPECT_EQ(shown.mistakes, "");
  const auto &x = *shown.settings, &y = *built_in.settings;
  EXPECT_TRUE(x.files.empty());
  EXPECT_EQ(x.publish.endpoint, y.publish.endpoint);
  EXPECT_FALSE(x.control);
  EXPECT_EQ(x.speed, y.speed);
  EXPECT_EQ(x.start, y.start);
  EXPECT_EQ(x.at_end, y.at_end);
  EXPECT_EQ(x.settle, y.settle);
  EXPECT_EQ(x.grace, y.grace);
  EXPECT_FALSE(x.read.default_venue);
  EXPECT_EQ(x.read.timestamp_unit, y.read.timestamp_unit);
  EXPECT_EQ(x.read.from_ns, y.read.from_ns);
  EXPECT_EQ(x.read.to_ns, y.read.to_ns);
}

TEST(feed_settings, come_from_the_table) {
  const auto got = read(R"(
[replay]
files = ["/data/a.jsonl", "/data/b.jsonl.zst"]
publish = "ipc:///run/md"
control = "ipc:///run/control"
speed = 2.5
start = "paused"
settle = "2s"
grace = "3s"
at_end = "exit"
venue = "derive"
timestamp_unit = "us"
from = "2026-07-01"
to = "2026-07-02"
)");
  ASSERT_TRUE(got.settings);
  EXPECT_EQ(got.mistakes, "");
  const auto& x = *got.settings;
  EXPECT_THAT(x.files, ElementsAre("/data/a.jsonl", "/data/b.jsonl.zst"));
  EXPECT_EQ(x.publish.endpoint, "ipc:///run/md");
  ASSERT_TRUE(x.control);
  EXPECT_EQ(x.control->endpoint, "ipc:///run/control");
  EXPECT_EQ(x.speed, 2.5);
  EXPECT_EQ(x.start, start_policy::paused);
  EXPECT_EQ(x.at_end, end_policy::exit);
  EXPECT_EQ(x.settle, 2s);
  EXPECT_EQ(x.grace, 3s);
  EXPECT_EQ(x.read.default_venue, venue::derive);
  EXPECT_EQ(x.read.timestamp_unit, time_unit::microseconds);
  EXPECT_EQ(x.read.to_ns - x.read.from_ns, ns_per_day);
}

TEST(feed_settings, yield_to_the_command_line) {
  CLI::App app;
  feed_arguments given;
  add_feed_options(app, given);
  app.parse("--file one.jsonl two.jsonl --realtime --speed 100 --publish tcp://127.0.0.1:7000 --control inproc://c "
            "--start at_once --at-end exit --from 1970-01-02 --venue polymarket --timestamp-unit s");
  const auto got = read("[replay]\nfiles = \"x.jsonl\"\npublish = \"ipc:///run/md\"\nspeed = 2\nstart = \"paused\"\n"
                        "from = \"2026-07-01\"\nvenue = \"deribit\"\n",
                        given);
  ASSERT_TRUE(got.settings) << got.settings.error().text;
  EXPECT_EQ(got.mistakes, "");
  const auto& x = *got.settings;
  EXPECT_THAT(x.files, ElementsAre("one.jsonl", "two.jsonl"));
  EXPECT_EQ(x.publish.endpoint, "tcp://127.0.0.1:7000");
  ASSERT_TRUE(x.control);
  EXPECT_EQ(x.control->endpoint, "inproc://c");
  EXPECT_EQ(x.speed, 100);
  EXPECT_EQ(x.start, start_policy::at_once);
  EXPECT_EQ(x.at_end, end_policy::exit);
  EXPECT_EQ(x.read.from_ns, ns_per_day);
  EXPECT_EQ(x.read.default_venue, venue::polymarket);
  EXPECT_EQ(x.read.timestamp_unit, time_unit::seconds);
}

TEST(feed_settings, say_what_is_wrong_in_the_file) {
  const std::pair<const char*, const char*> cases[] = {
      {"[replay]\nstart = \"soon\"\n", "test.toml:2: [replay] start"},
      {"[replay]\nspeed = 0\n", "test.toml:2: [replay] speed"},
      {"[replay]\nfrom = \"yesterday\"\n", "test.toml:2: [replay] from"},
      {"[replay]\nfrom = \"2026-07-02\"\nto = \"2026-07-01\"\n", "must be after from"},
      {"[replay]\npublish = \"tcp://*:5550\"\n", "bus.secret_key"},
      {"[replay]\nspede = 1\n", "replay.spede is not a known key"}};
  for (const auto& [toml, why] : cases) EXPECT_THAT(read(toml).mistakes, HasSubstr(why));
}

TEST(feed_settings, say_what_is_wrong_on_the_command_line) {
  const std::pair<feed_arguments, const char*> cases[] = {
      {{.start = "soon"}, "--start: "}, {{.at_end = "stop"}, "--at-end: "},
      {{.to = "tomorrow"}, "--to: "},   {{.from = "2026-07-02", .to = "2026-07-01"}, "--to: must be"},
      {{.venue = "nyse"}, "--venue: "}, {{.timestamp_unit = "h"}, "--timestamp-unit: "}};
  for (const auto& [given, why] : cases) {
    const auto got = read("", given);
    ASSERT_FALSE(got.settings);
    EXPECT_THAT(got.settings.error().text, HasSubstr(why));
  }
  EXPECT_THAT(read("", {.publish = "tcp://0.0.0.0:1"}).mistakes, HasSubstr("'tcp://0.0.0.0:1' reaches beyond"));
}

} // namespace
