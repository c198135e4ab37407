#include "dashboard/dashboard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace strike::dashboard {
namespace {

using testing::HasSubstr;

TEST(dashboard_settings, have_the_documented_defaults) {
  const auto document = config::document::from_text("", "empty.toml");
  const auto made = read_settings(document->root());
  ASSERT_EQ(made.upstream.size(), 1U);
  EXPECT_EQ(made.upstream[0].endpoint, "tcp://127.0.0.1:5560");
  EXPECT_EQ(made.listen, "127.0.0.1:8080");
  EXPECT_TRUE(made.feeds.empty());
  EXPECT_TRUE(made.orders.empty());
  EXPECT_TRUE(made.recorders.empty());
  EXPECT_TRUE(made.token.reveal().empty());
  EXPECT_EQ(made.controls[0]->endpoint, "tcp://127.0.0.1:5561");
  EXPECT_EQ(made.controls[1]->endpoint, "tcp://127.0.0.1:5572");
  EXPECT_FALSE(made.controls[2]);
  EXPECT_TRUE(document->finish());
}

TEST(dashboard_settings, come_from_the_file_and_the_command_line_wins) {
  const auto document = config::document::from_text(
      "[dashboard]\nupstream = [\"tcp://127.0.0.1:1\", \"tcp://127.0.0.1:2\"]\nlisten = \"localhost:9\"\n"
      "recorders = \"tcp://127.0.0.1:3\"\n",
      "a.toml");
  EXPECT_EQ(read_settings(document->root()).upstream.size(), 2U);
  EXPECT_EQ(read_settings(document->root()).recorders.at(0).endpoint, "tcp://127.0.0.1:3");
  EXPECT_EQ(read_settings(document->root()).listen, "localhost:9");
  const auto given = read_settings(document->root(), "ipc:///tmp/x", "127.0.0.1:0");
  ASSERT_EQ(given.upstream.size(), 1U);
  EXPECT_EQ(given.upstream[0].endpoint, "ipc:///tmp/x");
  EXPECT_EQ(given.listen, "127.0.0.1:0");
  EXPECT_TRUE(document->finish());
}

TEST(dashboard_settings, take_the_token_from_the_environment) {
  ASSERT_EQ(setenv("STRIKE_DASHBOARD_TOKEN", "0123456789abcdef", 1), 0);
  const auto open = config::document::from_text("[dashboard]\nlisten = \"0.0.0.0:80\"\n", "a.toml");
  EXPECT_EQ(read_settings(open->root()).token.reveal(), "0123456789abcdef");
  EXPECT_TRUE(open->finish());
  ASSERT_EQ(setenv("STRIKE_DASHBOARD_TOKEN", "short", 1), 0);
  const auto document = config::document::from_text("", "a.toml");
  read_settings(document->root());
  EXPECT_THAT(document->finish().error().text, HasSubstr("STRIKE_DASHBOARD_TOKEN has fewer than 16 characters"));
  unsetenv("STRIKE_DASHBOARD_TOKEN");
}

TEST(dashboard_settings, of_the_example_file_are_the_defaults) {
  std::ifstream in{STRIKE_DEPLOY "/strike.example.toml"};
  std::string table;
  bool is_inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#[")) is_inside = line == "#[dashboard]";
    if (is_inside && line.starts_with('#') && !line.starts_with("# ")) table += line.substr(1) + '\n';
  }
  ASSERT_THAT(table, HasSubstr("listen"));
  const auto document = config::document::from_text(table, "example");
  ASSERT_TRUE(document) << document.error().text;
  const auto made = read_settings(document->root());
  EXPECT_TRUE(document->finish()) << document->finish().error().text;
  EXPECT_EQ(made.listen, "127.0.0.1:8080");
  EXPECT_EQ(made.upstream.at(0).endpoint, "tcp://127.0.0.1:5560");
  EXPECT_EQ(made.controls[1]->endpoint, "tcp://127.0.0.1:5572");
}

TEST(dashboard_settings, name_the_mistakes) {
  const auto document = config::document::from_text(
      "[dashboard]\nupstream = \"tcp://10.0.0.1:5560\"\nlisten = \"0.0.0.0:80\"\nlisen = 1\n", "a.toml");
  read_settings(document->root());
  const auto text = document->finish().error().text;
  EXPECT_THAT(text, HasSubstr("a.toml:2: [dashboard] upstream: "));
  EXPECT_THAT(text, HasSubstr("a.toml:3: [dashboard] listen: '0.0.0.0:80' can be reached from other hosts"));
  EXPECT_THAT(text, HasSubstr("dashboard.lisen is not a known key"));
}

} // namespace
} // namespace strike::dashboard
