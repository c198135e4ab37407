#include "bus/request.hpp"
#include "bus_kit.hpp"

using namespace strike;
using namespace strike::bus;
using namespace bus_kit;

namespace {

using texts = collected<std::string>;

std::string text_of(std::string_view x) { return std::string{x}; }

struct exec_side {
  texts requests, peers, undelivered, links;
  std::unique_ptr<request_server> server;

  exec_side(const context& shared, bind_config bind, std::size_t queue = 100) {
    request_server::config config{.bind = std::move(bind), .queue = queue};
    config.on_request = [this](auto peer, auto bytes) {
      peers.add(text_of(peer));
      requests.add(text_of(bytes));
      EXPECT_TRUE(server->send(peer, "re: " + text_of(bytes)));
    };
    config.on_undelivered = [this](auto peer, auto bytes, auto why) {
      undelivered.add(text_of(peer) + ": " + text_of(bytes) + ": " + text_of(why));
    };
    config.on_link = [this](const link_report& x) { links.add(x.text); };
    server = request_server::open(shared, std::move(config)).value();
  }
};

struct strategy_side {
  texts messages, undelivered;
  collected<link_state> links;
  std::unique_ptr<request_client> client;

  strategy_side(const context& shared, connect_config connect, std::string identity = {}, std::size_t queue = 100) {
    connect.options.reconnect = 10ms;
    request_client::config config{.connect = std::move(connect), .identity = std::move(identity), .queue = queue};
    config.on_message = [this](auto bytes) { messages.add(text_of(bytes)); };
    config.on_undelivered = [this](auto bytes) { undelivered.add(text_of(bytes)); };
    config.on_link = [this](const link_report& x) { links.add(x.what); };
    client = request_client::open(shared, std::move(config)).value();
  }
  bool wait_until_connected() {
    return eventually([&] { return client->is_connected(); });
  }
};

struct request_over : testing::TestWithParam<const char*> {
  std::string endpoint() const {
    if (std::string{GetParam()} == "tcp") return "tcp://127.0.0.1:0";
    if (std::string{GetParam()} == "ipc") return "ipc://" + (folder / "orders").string();
    return std::string{GetParam()} + "://orders";
  }
  temp_folder folder;
  context shared;
};
INSTANTIATE_TEST_SUITE_P(transports, request_over, testing::Values("tcp", "ipc", "inproc", "direct"),
                         [](const auto& x) { return std::string{x.param}; });

/// Over what tells when the other end has gone.
using request_again_over = request_over;
INSTANTIATE_TEST_SUITE_P(transports, request_again_over, testing::Values("tcp", "ipc", "direct"),
                         [](const auto& x) { return std::string{x.param}; });

TEST_P(request_over, requests_are_answered_and_updates_pushed) {
  exec_side exec{shared, {endpoint()}};
  strategy_side one{shared, {exec.server->endpoint()}, "one"};
  strategy_side two{shared, {exec.server->endpoint()}};
  ASSERT_TRUE(one.wait_until_connected() && two.wait_until_connected());
  ASSERT_TRUE(one.client->send("buy"));
  ASSERT_TRUE(one.messages.wait_for_item("re: buy"));
  ASSERT_TRUE(two.client->send("sell"));
  ASSERT_TRUE(two.messages.wait_for_item("re: sell"));
  EXPECT_EQ(exec.peers.copy().front(), "one");
  ASSERT_TRUE(exec.server->send("one", "filled"));
  ASSERT_TRUE(one.messages.wait_for_item("filled"));
  EXPECT_EQ(two.messages.copy(), (std::vector<std::string>{"re: sell"}));
}

TEST_P(request_over, everything_ends_within_a_second_while_traffic_runs) {
  auto exec = std::make_unique<exec_side>(shared, bind_config{endpoint()});
  auto one = std::make_unique<strategy_side>(shared, connect_config{exec->server->endpoint()});
  ASSERT_TRUE(one->wait_until_connected());
  std::atomic<bool> stopping{false};
  std::thread traffic{[&] {
    for (; !stopping; std::this_thread::sleep_for(20us)) (void)one->client->send("order");
  }};
  EXPECT_TRUE(one->messages.wait_for_count(50));
  const auto begin = std::chrono::steady_clock::now();
  exec.reset();
  stopping = true;
  traffic.join();
  one.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

TEST_P(request_over, reports_a_message_to_an_unknown_peer) {
  exec_side exec{shared, {endpoint()}};
  ASSERT_TRUE(exec.server->send("nobody", "filled"));
  EXPECT_TRUE(exec.undelivered.wait_for_item("nobody: filled: the peer is not connected"));
  EXPECT_EQ(exec.server->counts().undelivered, 1u);
}

TEST(request_server, of_a_name_within_the_process_that_is_taken_is_refused) {
  context shared;
  exec_side exec{shared, {"direct://orders"}};
  const auto second = request_server::open(shared, {.bind = {"direct://orders"}});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ec::io);
  EXPECT_NE(second.error().text.find("direct://orders"), std::string::npos) << second.error().text;
  strategy_side one{shared, {"direct://orders"}};
  EXPECT_TRUE(one.client->send("1")); // the first serves on
  EXPECT_TRUE(one.messages.wait_for_item("re: 1"));
}

TEST(request_client, within_the_process_may_come_first) {
  context shared;
  strategy_side one{shared, {"direct://orders"}};
  EXPECT_EQ(one.client->send("1").error().code, ec::session_down);
  exec_side exec{shared, {"direct://orders"}};
  EXPECT_TRUE(one.client->send("2"));
  EXPECT_EQ(one.messages.copy(), (std::vector<std::string>{"re: 2"}));
  EXPECT_EQ(one.links.copy(), (std::vector{link_state::connected}));
}

TEST(request_client, within_the_process_may_go_while_it_is_spoken_to) {
  context shared;
  exec_side exec{shared, {"direct://orders"}};
  std::atomic<bool> stopping{false};
  std::atomic<int> said{0};
  std::thread speaker{[&] {
    while (!stopping && exec.server->send("one", "news")) ++said;
  }};
  for (int i = 0; i < 200; ++i) {
    strategy_side one{shared, {"direct://orders"}, "one"};
    EXPECT_TRUE(one.client->send("1"));
  }
  EXPECT_TRUE(eventually([&] { return said > 200; }));
  stopping = true;
  speaker.join();
}

TEST(request_server, reports_a_message_that_a_slow_peer_has_no_room_for) {
  context shared;
  const socket_options small{.send_hwm = 5, .receive_hwm = 5};
  exec_side exec{shared, {.endpoint = "tcp://127.0.0.1:0", .options = small}};
  zmq::context_t foreign;
  zmq::socket_t peer{foreign, zmq::socket_type::dealer}; // says hello and never reads
  peer.set(zmq::sockopt::linger, 0);
  peer.set(zmq::sockopt::rcvhwm, 5);
  peer.set(zmq::sockopt::routing_id, "slow");
  peer.connect(exec.server->endpoint());
  peer.send(zmq::buffer("hello", 5));
  ASSERT_TRUE(exec.peers.wait_for_item("slow"));
  const std::string large(100'000, 'x');
  ASSERT_TRUE(eventually([&] { return !exec.server->send("slow", large) || !exec.undelivered.copy().empty(); }));
  ASSERT_TRUE(exec.undelivered.wait_for_item("slow: " + large + ": the peer's queue is full"));
}

TEST(request_server, counts_messages_that_are_not_one_frame) {
  context shared;
  exec_side exec{shared, {"tcp://127.0.0.1:0"}};
  zmq::context_t foreign;
  zmq::socket_t peer{foreign, zmq::socket_type::dealer};
  peer.set(zmq::sockopt::linger, 0);
  peer.connect(exec.server->endpoint());
  peer.send(zmq::buffer("1", 1), zmq::send_flags::sndmore);
  peer.send(zmq::buffer("2", 1));
  peer.send(zmq::buffer("good", 4));
  ASSERT_TRUE(exec.requests.wait_for_count(1));
  EXPECT_EQ(exec.requests.copy().front(), "good");
  EXPECT_EQ(exec.server->counts().malformed, 1u);
}

TEST(request_server, with_keys_serves_only_clients_it_knows) {
  context shared;
  const auto server = make_key_pair();
  const auto friendly = make_key_pair();
  const auto stranger = make_key_pair();
  exec_side exec{shared, {"tcp://127.0.0.1:0", server_curve{server.secret_key, {friendly.public_key}}}};
  strategy_side one{shared, {exec.server->endpoint(), client_curve{friendly.secret_key, server.public_key}}};
  strategy_side two{shared, {exec.server->endpoint(), client_curve{stranger.secret_key, server.public_key}}};
  ASSERT_TRUE(one.wait_until_connected());
  ASSERT_TRUE(one.client->send("1"));
  EXPECT_TRUE(one.messages.wait_for_item("re: 1"));
  ASSERT_TRUE(two.links.wait_for_item(link_state::handshake_failed));
  EXPECT_EQ(two.client->send("2").error().code, ec::session_down);
  EXPECT_TRUE(eventually([&] { return exec.server->counts().handshakes_failed > 0; }));
}

TEST_P(request_again_over, is_told_of_a_restart_and_connects_again) {
  auto exec = std::make_unique<exec_side>(shared, bind_config{endpoint()});
  const auto bound = exec->server->endpoint();
  strategy_side one{shared, {bound}, "one"};
  ASSERT_TRUE(one.wait_until_connected());
  ASSERT_TRUE(one.client->send("1"));
  ASSERT_TRUE(one.messages.wait_for_item("re: 1"));
  exec.reset();
  ASSERT_TRUE(one.links.wait_for_item(link_state::disconnected));
  EXPECT_EQ(one.client->send("2").error().code, ec::session_down);

  exec_side again{shared, {bound}};
  ASSERT_TRUE(one.wait_until_connected());
  ASSERT_TRUE(one.client->send("3"));
  ASSERT_TRUE(one.messages.wait_for_item("re: 3"));
  EXPECT_EQ(again.requests.copy(), (std::vector<std::string>{"3"}));
  EXPECT_EQ(one.links.copy(), (std::vector{link_state::connected, link_state::disconnected, link_state::connected}));
}

TEST(request_client, refuses_while_nobody_is_there) {
  context shared;
  strategy_side one{shared, {"tcp://127.0.0.1:1"}};
  const auto got = one.client->send("1");
  EXPECT_EQ(got.error().code, ec::session_down);
  EXPECT_EQ(got.error().text, "tcp://127.0.0.1:1: not connected; send again when it is");
}

TEST(request_client, refuses_when_its_queue_is_full_and_hands_back_what_did_not_leave) {
  context shared;
  zmq::context_t foreign;
  zmq::socket_t exec{foreign, zmq::socket_type::router}; // never reads
  exec.set(zmq::sockopt::linger, 0);
  exec.set(zmq::sockopt::rcvhwm, 5);
  exec.bind("tcp://127.0.0.1:*");
  strategy_side one{shared, {.endpoint = exec.get(zmq::sockopt::last_endpoint), .options = {.send_hwm = 5}}, "one", 10};
  ASSERT_TRUE(one.wait_until_connected());
  const std::string large(100'000, 'x');
  std::uint64_t accepted = 0;
  std::string refusal;
  ASSERT_TRUE(eventually([&] { // ZeroMQ and TCP take some, then the queue fills and stays full
    while (auto ok = one.client->send(large)) ++accepted;
    const auto got = one.client->send(large);
    if (!got)
      refusal = got.error().text;
    else
      ++accepted;
    return one.client->counts().dropped > 50;
  }));
  EXPECT_NE(refusal.find("10 messages are queued"), std::string::npos) << refusal;
  exec.close();
  ASSERT_TRUE(one.links.wait_for_item(link_state::disconnected));
  ASSERT_TRUE(eventually([&] { return one.client->counts().sent + one.client->counts().undelivered == accepted; }));
  EXPECT_GE(one.undelivered.copy().size(), 10u);
}

TEST_P(request_over, a_client_of_the_same_identity_takes_over) {
  exec_side exec{shared, {endpoint()}};
  strategy_side old{shared, {exec.server->endpoint()}, "one"};
  ASSERT_TRUE(old.wait_until_connected());
  ASSERT_TRUE(old.client->send("1"));
  ASSERT_TRUE(old.messages.wait_for_item("re: 1"));
  strategy_side young{shared, {exec.server->endpoint()}, "one"};
  ASSERT_TRUE(young.wait_until_connected());
  ASSERT_TRUE(young.client->send("2"));
  ASSERT_TRUE(young.messages.wait_for_item("re: 2"));
}

} // namespace
