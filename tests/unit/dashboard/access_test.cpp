#include "dashboard/access.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace strike::dashboard {
namespace {

using testing::HasSubstr;

TEST(access, listens_on_loopback_addresses) {
  EXPECT_EQ(parse_listen("127.0.0.1:8080", false)->port, 8080);
  EXPECT_EQ(parse_listen("127.3.2.1:0", false)->host, "127.3.2.1");
  EXPECT_EQ(parse_listen("LocalHost:65535", false)->host, "localhost");
}

TEST(access, refuses_addresses_that_others_can_reach) {
  for (const auto* x : {"0.0.0.0:8080", "192.168.1.2:80", "dashboard.example:80", "*:80", "128.0.0.1:80", "127.1:80"})
    EXPECT_THAT(parse_listen(x, false).error().text, HasSubstr("can be reached from other hosts")) << x;
}

TEST(access, listens_anywhere_with_a_token) {
  EXPECT_EQ(parse_listen("0.0.0.0:8080", true)->host, "0.0.0.0");
  EXPECT_TRUE(is_open_to_world(*parse_listen("192.168.1.2:80", true)));
  EXPECT_FALSE(is_open_to_world(*parse_listen("127.0.0.1:80", true)));
  EXPECT_FALSE(is_open_to_world(*parse_listen("localhost:80", true)));
  EXPECT_THAT(parse_listen("dashboard.example:80", true).error().text, HasSubstr("is no IPv4 address"));
}

TEST(access, says_what_is_wrong_with_an_address) {
  for (const auto* x : {"", "8080", ":8080"})
    EXPECT_THAT(parse_listen(x, false).error().text, HasSubstr("is not an address"));
  for (const auto* x : {"127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:8x", "127.0.0.1:-1"})
    EXPECT_THAT(parse_listen(x, false).error().text, HasSubstr("has no port from 0 to 65535")) << x;
}

TEST(access, knows_the_loopback_names_a_browser_may_ask_by) {
  for (const auto* x :
       {"localhost", "localhost:8080", "LOCALHOST:1", "127.0.0.1:8080", "127.9.9.9", "[::1]", "[::1]:80"})
    EXPECT_TRUE(is_loopback_host(x)) << x;
  for (const auto* x : {"", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1:8080",
                        "[::2]:80", "[::1]x"})
    EXPECT_FALSE(is_loopback_host(x)) << x;
}

TEST(access, takes_only_the_origin_that_was_asked) {
  EXPECT_TRUE(is_same_origin("", "localhost:8080"));
  EXPECT_TRUE(is_same_origin("http://localhost:8080", "localhost:8080"));
  EXPECT_TRUE(is_same_origin("https://LOCALHOST", "localhost"));
  for (const auto* x : {"http://evil.example", "http://localhost:8081", "http://localhost", "null", "file://",
                        "http://localhost:8080.evil.example", "ftp://localhost:8080"})
    EXPECT_FALSE(is_same_origin(x, "localhost:8080")) << x;
}

} // namespace
} // namespace strike::dashboard
