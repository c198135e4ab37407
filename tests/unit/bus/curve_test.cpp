#include "bus_kit.hpp"

using namespace strike;
using namespace strike::bus;
using namespace bus_kit;

namespace {

const key_pair server = make_key_pair();
const key_pair friendly = make_key_pair();
const key_pair stranger = make_key_pair();

struct guarded_publisher : testing::Test {
  context shared;
  speaker venue{shared, {"tcp://127.0.0.1:0", server_curve{server.secret_key, {friendly.public_key}}}};

  connect_config to_venue(std::optional<client_curve> curve) const {
    return {venue.out.endpoint(), std::move(curve), {.reconnect = 20ms}};
  }
  /// Waits until both sides have told of a failed handshake; then nothing may have been received.
  void expect_refused(listener& x) {
    x.feed->subscribe("a/");
    EXPECT_TRUE(x.links.wait_for_item({link_state::handshake_failed, 0}));
    EXPECT_TRUE(eventually([&] {
      venue.out.publish("a/", "secret");
      venue.out.poll_demand([this](const auto& d) { venue.demands.push_back(d); });
      return venue.out.counts().handshakes_failed > 0;
    }));
    EXPECT_GT(x.feed->counts().handshakes_failed, 0u);
    EXPECT_TRUE(venue.demands.empty());
    EXPECT_TRUE(x.messages.copy().empty());
    EXPECT_EQ(x.feed->counts().connects, 0u);
  }
  bool says(const std::vector<link_report>& all, std::string_view text) const {
    return std::ranges::any_of(all, [&](const auto& x) { return x.text.find(text) != std::string::npos; });
  }
};

TEST_F(guarded_publisher, serves_a_client_it_knows) {
  listener x{shared, {to_venue(client_curve{friendly.secret_key, server.public_key})}};
  x.feed->subscribe("a/");
  ASSERT_TRUE(venue.wait_for_demand(true, "a/"));
  venue.out.publish("a/", "for friends");
  EXPECT_TRUE(x.messages.wait_for_item({"a/", "for friends"}));
  EXPECT_EQ(venue.out.counts().handshakes_failed, 0u);
  EXPECT_TRUE(eventually([&] {
    venue.out.poll_demand({});
    return venue.out.counts().connects == 1;
  }));
}

TEST_F(guarded_publisher, refuses_a_client_it_does_not_know_and_names_its_key) {
  listener x{shared, {to_venue(client_curve{stranger.secret_key, server.public_key})}};
  expect_refused(x);
  EXPECT_TRUE(says(venue.links, "public key " + stranger.public_key + " is not among the allowed clients"));
  EXPECT_NE(x.texts.copy().front().find("does not allow our public key"), std::string::npos) << x.texts.copy().front();
}

TEST_F(guarded_publisher, refuses_a_client_without_keys) {
  listener x{shared, {to_venue(std::nullopt)}};
  expect_refused(x);
  EXPECT_TRUE(says(venue.links, "one side uses keys and the other does not"));
  EXPECT_NE(x.texts.copy().front().find("one side uses keys"), std::string::npos) << x.texts.copy().front();
}

TEST_F(guarded_publisher, is_not_trusted_by_a_client_that_expects_another_server) {
  listener x{shared, {to_venue(client_curve{friendly.secret_key, stranger.public_key})}};
  expect_refused(x);
  EXPECT_TRUE(says(venue.links, "wrong key"));
  EXPECT_NE(x.texts.copy().front().find("server key"), std::string::npos) << x.texts.copy().front();
}

TEST(keyless_publisher, is_refused_by_a_client_with_keys) {
  context shared;
  speaker venue{shared, {"tcp://127.0.0.1:0"}};
  listener x{shared, {{venue.out.endpoint(), client_curve{friendly.secret_key, server.public_key}}}};
  x.feed->subscribe("a/");
  EXPECT_TRUE(x.links.wait_for_item({link_state::handshake_failed, 0}));
  EXPECT_EQ(x.feed->counts().connects, 0u);
}

TEST(two_guarded_publishers, have_lists_of_their_own) {
  context shared;
  speaker one{shared, {"tcp://127.0.0.1:0", server_curve{server.secret_key, {friendly.public_key}}}};
  speaker two{shared, {"tcp://127.0.0.1:0", server_curve{server.secret_key, {stranger.public_key}}}};
  const client_curve keys{friendly.secret_key, server.public_key};
  listener x{shared, {{one.out.endpoint(), keys}, {two.out.endpoint(), keys}}};
  EXPECT_TRUE(x.links.wait_for_item({link_state::connected, 0}));
  EXPECT_TRUE(x.links.wait_for_item({link_state::handshake_failed, 1}));
}

TEST(keys, are_read_from_text_or_file) {
  const temp_folder folder;
  EXPECT_EQ(*load_key(server.public_key), server.public_key);
  EXPECT_EQ(*load_key(folder.write("key", server.secret_key + "\n").string()), server.secret_key);
  EXPECT_EQ(load_key_pair(server.secret_key)->public_key, server.public_key);
}

TEST(keys, that_are_wrong_are_refused_without_being_shown) {
  const temp_folder folder;
  const auto almost = server.secret_key.substr(1);
  const auto bad_file = folder.write("key", almost).string();
  for (const auto& x : {std::string{}, almost, bad_file, folder.write("empty", "").string()}) {
    const auto got = load_key(x);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ec::invalid_config);
    EXPECT_EQ(got.error().text.find(almost), std::string::npos);
  }
}

TEST(keys, are_checked_when_an_endpoint_is_opened) {
  context shared;
  const auto bind = [&](std::string endpoint, server_curve x) {
    const auto got = publisher::bind(shared, {std::move(endpoint), std::move(x)});
    return got ? std::string{} : got.error().text;
  };
  const std::string tcp = "tcp://127.0.0.1:0";
  EXPECT_NE(bind(tcp, {"short", {friendly.public_key}}).find("secret key"), std::string::npos);
  EXPECT_NE(bind(tcp, {server.secret_key, {"short"}}).find("allowed client"), std::string::npos);
  EXPECT_NE(bind(tcp, {server.secret_key, {}}).find("no client is allowed"), std::string::npos);
  EXPECT_NE(bind("inproc://x", {server.secret_key, {friendly.public_key}}).find("inproc takes no keys"),
            std::string::npos);
  const auto got = polled_subscriber::open(shared, {.endpoints = {{tcp, client_curve{friendly.secret_key, "short"}}}});
  EXPECT_NE(got.error().text.find("server key"), std::string::npos);
}

} // namespace
