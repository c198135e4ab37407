#include "dashboard/dashboard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace strike::dashboard {
namespace {

using testing::HasSubstr;

TEST(dashboard_settings, have_the_documented_defaults) {
  const auto document = config::document::from_text("", "empty.toml");
  const auto made = read_settings(document->root());
  ASSERT_EQ(made.upstream.size(), 1U);
  EXPECT_EQ(made.upstream[0].endpoint, "tcp://127.0.0.1:5560");
  EXPECT_EQ(made.listen, "127.0.0.1:8080");
  EXPECT_TRUE(document->finish());
}

TEST(dashboard_settings, come_from_the_file_and_the_command_line_wins) {
  const auto document = config::document::from_text(
      "[dashboard]\nupstream = [\"tcp://127.0.0.1:1\", \"tcp://127.0.0.1:2\"]\nlisten = \"localhost:9\"\n", "a.toml");
  EXPECT_EQ(read_settings(document->root()).upstream.size(), 2U);
  EXPECT_EQ(read_settings(document->root()).listen, "localhost:9");
  const auto given = read_settings(document->root(), "ipc:///tmp/x", "127.0.0.1:0");
  ASSERT_EQ(given.upstream.size(), 1U);
  EXPECT_EQ(given.upstream[0].endpoint, "ipc:///tmp/x");
  EXPECT_EQ(given.listen, "127.0.0.1:0");
  EXPECT_TRUE(document->finish());
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
