#include "recorder/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

using namespace strike;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

struct outcome {
  recorder::settings made;
  std::string mistakes;
};

outcome read(std::string_view toml, const recorder::overrides& given = {}) {
  const auto document = config::document::from_text(toml, "a.toml");
  EXPECT_TRUE(document) << document.error().text;
  outcome out{recorder::read_settings(document->root(), given), ""};
  for (const auto* other : {"process", "strategy", "simulator", "venue", "instrument"}) document->root().has(other);
  if (const auto done = document->finish(); !done) out.mistakes = done.error().text;
  return out;
}

TEST(recorder_settings, the_command_line_wins_over_the_file) {
  constexpr auto toml = "[recorder]\nupstream = \"tcp://127.0.0.1:1\"\nfolder = \"/a\"\n";
  const auto file = read(toml);
  EXPECT_EQ(file.mistakes, "");
  EXPECT_EQ(file.made.upstream.at(0).endpoint, "tcp://127.0.0.1:1");
  EXPECT_EQ(file.made.tape.folder, "/a");
  EXPECT_FALSE(file.made.orders);
  const auto line = read(toml, {.upstream = {"inproc://x", "ipc://y"}, .folder = "/b", .orders = true});
  EXPECT_EQ(line.mistakes, "");
  ASSERT_EQ(line.made.upstream.size(), 2U);
  EXPECT_EQ(line.made.upstream[1].endpoint, "ipc://y");
  EXPECT_EQ(line.made.tape.folder, "/b");
  EXPECT_TRUE(line.made.orders);
}

TEST(recorder_settings, an_upstream_of_the_command_line_needs_keys_as_one_of_the_file_does) {
  EXPECT_THAT(read("", {.upstream = {"tcp://10.0.0.5:1"}}).mistakes,
              HasSubstr("reaches beyond this host without keys"));
  const auto keyed = read("[bus]\nsecret_key = \"mine\"\n[bus.servers]\n\"tcp://10.0.0.5:1\" = \"theirs\"\n",
                          {.upstream = {"tcp://10.0.0.5:1"}});
  EXPECT_EQ(keyed.mistakes, "");
  ASSERT_TRUE(keyed.made.upstream.at(0).curve);
  EXPECT_EQ(keyed.made.upstream[0].curve->server_key, "theirs");
}

TEST(recorder_settings, it_says_that_it_lives_where_it_is_told_to) {
  EXPECT_FALSE(read("").made.publish);
  EXPECT_EQ(read("[recorder]\npublish = \"tcp://127.0.0.1:1\"\n").made.publish->endpoint, "tcp://127.0.0.1:1");
  EXPECT_THAT(read("[recorder]\npublish = \"tcp://*:1\"\n").mistakes, HasSubstr("[recorder] publish"));
}

TEST(recorder_settings, every_mistake_names_its_key) {
  for (const auto* bad : {"subscribe = [\"ord/\"]", "subscribe = [\"md/nasdaq/\"]", "prefix = \"a/b\"", "prefix = \"\"",
                          "compression = 20", "rotate_mb = 0", "rotate_every = \"10ms\"", "fsync = \"often\"",
                          "min_free_mb = -1", "flush = \"0s\"", "retry = \"0s\"", "queue = 0", "rotate = 1"}) {
    const std::string line{bad};
    EXPECT_THAT(read("[recorder]\n" + line + "\n").mistakes, HasSubstr(line.substr(0, line.find(' ')))) << bad;
  }
}

TEST(recorder_settings, the_example_configuration_shows_the_defaults) {
  std::ifstream in{STRIKE_DEPLOY "/strike.example.toml"};
  std::string toml;
  for (std::string line; std::getline(in, line);) // its [recorder] is commented out
    toml += (line.starts_with('#') && !line.starts_with("# ") ? line.substr(1) : line) + '\n';
  ASSERT_THAT(toml, HasSubstr("\n[recorder]\n"));
  const auto at = toml.find("\n[recorder]\n");
  const auto shown = read(toml.substr(at, toml.find("\n[", at + 1) - at)), built_in = read("");
  EXPECT_EQ(shown.mistakes, "");
  const auto &a = shown.made, &b = built_in.made;
  EXPECT_EQ(a.upstream.at(0).endpoint, b.upstream.at(0).endpoint);
  EXPECT_EQ(a.subscribe, b.subscribe);
  EXPECT_EQ(a.orders, b.orders);
  EXPECT_EQ(a.publish.has_value(), b.publish.has_value());
  EXPECT_EQ(a.tape.folder.filename(), b.tape.folder);
  EXPECT_EQ(a.tape.prefix, b.tape.prefix);
  EXPECT_EQ(a.tape.compression, b.tape.compression);
  EXPECT_EQ(a.tape.rotate_bytes, b.tape.rotate_bytes);
  EXPECT_EQ(a.tape.rotate_every, b.tape.rotate_every);
  EXPECT_EQ(a.tape.fsync, b.tape.fsync);
  EXPECT_EQ(a.tape.min_free_bytes, b.tape.min_free_bytes);
  EXPECT_EQ(a.flush, b.flush);
  EXPECT_EQ(a.retry, b.retry);
  EXPECT_EQ(a.queue, b.queue);
}

} // namespace
