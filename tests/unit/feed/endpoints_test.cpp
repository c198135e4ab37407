#include "feed/endpoints.hpp"

#include "config/section.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace strike;
using testing::HasSubstr;

namespace {

struct endpoints_of {
  explicit endpoints_of(std::string text) : document{*config::document::from_text(std::move(text), "strike.toml")} {}
  bus::bind_config bind() {
    return feed::read_bind(document.root(), document.root().table("x"), "publish", "inproc://x");
  }
  std::vector<bus::connect_config> connects() {
    return feed::read_connects(document.root(), document.root().table("x"), "upstream", {"ipc:///run/x"});
  }
  std::string mistakes() {
    const auto done = document.finish();
    return done ? "" : done.error().text;
  }
  config::document document;
};

TEST(endpoints, have_their_fallback_and_need_no_keys_on_this_host) {
  endpoints_of none{""};
  EXPECT_EQ(none.bind().endpoint, "inproc://x");
  EXPECT_EQ(none.connects().at(0).endpoint, "ipc:///run/x");
  endpoints_of local{"[x]\npublish = \"tcp://127.0.0.1:1\"\nupstream = [\"tcp://localhost:1\", \"tcp://[::1]:2\"]"};
  EXPECT_FALSE(local.bind().curve);
  EXPECT_EQ(local.connects().size(), 2u);
  EXPECT_EQ(local.mistakes(), "");
}

TEST(endpoints, without_keys_nothing_beyond_this_host_is_bound_or_connected_to) {
  endpoints_of bound{"[x]\npublish = \"tcp://*:5555\""};
  bound.bind();
  EXPECT_THAT(bound.mistakes(), HasSubstr("'tcp://*:5555' reaches beyond this host without keys"));
  endpoints_of connected{"[x]\nupstream = \"tcp://10.0.0.5:5555\""};
  connected.connects();
  EXPECT_THAT(connected.mistakes(), HasSubstr("bus.servers"));
  endpoints_of allowed{"[bus]\nallow_plain = true\n[x]\npublish = \"tcp://*:5555\"\nupstream = \"tcp://a:1\""};
  allowed.bind();
  allowed.connects();
  EXPECT_EQ(allowed.mistakes(), "");
}

TEST(endpoints, get_their_keys_from_the_table_bus) {
  endpoints_of both{R"(
    [bus]
    secret_key = "/run/secrets/bus"
    allowed_clients = ["client"]
    [bus.servers]
    "tcp://10.0.0.5:5555" = "server"
    [x]
    publish = "tcp://*:5555"
    upstream = "tcp://10.0.0.5:5555")"};
  const auto bound = both.bind();
  ASSERT_TRUE(bound.curve);
  EXPECT_EQ(bound.curve->secret_key, "/run/secrets/bus");
  EXPECT_THAT(bound.curve->allowed_clients, testing::ElementsAre("client"));
  const auto connected = both.connects();
  ASSERT_TRUE(connected.at(0).curve);
  EXPECT_EQ(connected[0].curve->server_key, "server");
  EXPECT_EQ(both.mistakes(), "");
}

TEST(endpoints, may_have_keys_of_servers_that_only_other_processes_use) {
  const std::string shared = R"(
    [bus]
    secret_key = "/run/secrets/bus"
    [bus.servers]
    "tcp://10.0.0.5:5555" = "server"
    "tcp://10.0.0.6:5555" = "other"
    [x]
    upstream = "tcp://10.0.0.5:5555")";
  endpoints_of connected{shared};
  EXPECT_EQ(connected.connects().at(0).curve->server_key, "server");
  EXPECT_EQ(connected.mistakes(), "");
  endpoints_of bound{shared + "\npublish = \"tcp://127.0.0.1:1\""};
  bound.bind();
  bound.document.root().table("x").texts("upstream");
  EXPECT_EQ(bound.mistakes(), "");
  endpoints_of wrong{"[bus.servers]\n\"tcp://10.0.0.6:5555\" = 6"};
  wrong.connects();
  EXPECT_THAT(wrong.mistakes(), HasSubstr("tcp://10.0.0.6:5555"));
}

TEST(endpoints, a_servers_key_needs_one_of_our_own) {
  endpoints_of half{"[bus.servers]\n\"tcp://127.0.0.1:1\" = \"server\"\n[x]\nupstream = \"tcp://127.0.0.1:1\""};
  half.connects();
  EXPECT_THAT(half.mistakes(), HasSubstr("[bus] secret_key"));
}

} // namespace
