#include "bus/sequence.hpp"
#include "bus_kit.hpp"

#include <atomic>
#include <map>
#include <poll.h>

using namespace strike;
using namespace strike::bus;
using namespace bus_kit;

namespace {

/// The same tests over every transport.
struct publish_over : testing::TestWithParam<const char*> {
  std::string endpoint() const {
    if (std::string{GetParam()} == "tcp") return "tcp://127.0.0.1:0";
    if (std::string{GetParam()} == "ipc") return "ipc://" + (folder / "feed").string();
    return "inproc://feed";
  }
  temp_folder folder;
  context shared;
};
INSTANTIATE_TEST_SUITE_P(transports, publish_over, testing::Values("tcp", "ipc", "inproc"),
                         [](const auto& x) { return std::string{x.param}; });

TEST_P(publish_over, a_subscriber_gets_what_starts_with_its_prefix_and_nothing_else) {
  speaker venue{shared, {.endpoint = endpoint()}};
  listener all{shared, {{venue.out.endpoint()}}};
  all.feed->subscribe("md/deribit/BTC-27NOV26-");
  ASSERT_TRUE(venue.wait_for_demand(true, "md/deribit/BTC-27NOV26-"));
  venue.out.publish("md/deribit/BTC-PERPETUAL/book/", "no");
  venue.out.publish("md/deribit/BTC-27NOV26-90000-C/book/", std::string("\0one", 4));
  venue.out.publish("md/deribit/BTC-27NOV26-90000-P/book/", std::string(100'000, 'x'));
  ASSERT_TRUE(all.messages.wait_for_count(2));
  EXPECT_EQ(all.messages.copy(),
            (std::vector<line>{{"md/deribit/BTC-27NOV26-90000-C/book/", std::string("\0one", 4)},
                               {"md/deribit/BTC-27NOV26-90000-P/book/", std::string(100'000, 'x')}}));
  EXPECT_EQ(venue.out.counts().sent, 3u);
  EXPECT_EQ(all.feed->counts().received, 2u);
  EXPECT_EQ(all.feed->counts().received_bytes, 100'004u);
}

TEST_P(publish_over, every_subscriber_of_a_topic_is_seen_when_it_comes_and_when_it_goes) {
  speaker venue{shared, {.endpoint = endpoint()}};
  listener early{shared, {{venue.out.endpoint()}}};
  early.feed->subscribe("a/");
  ASSERT_TRUE(venue.wait_for_demand(true, "a/"));
  {
    listener late{shared, {{venue.out.endpoint()}}};
    late.feed->subscribe("a/");
    ASSERT_TRUE(venue.wait_for_demand(true, "a/", 2));
    venue.out.publish("a/", "snapshot");
    ASSERT_TRUE(late.messages.wait_for_item({"a/", "snapshot"}));
  } // leaves without a word
  ASSERT_TRUE(venue.wait_for_demand(false, "a/"));
  early.feed->unsubscribe("a/");
  ASSERT_TRUE(venue.wait_for_demand(false, "a/", 2));
  EXPECT_EQ(venue.demands.size(), 4u);
}

TEST_P(publish_over, subscriptions_take_effect_in_the_order_of_the_calls) {
  speaker venue{shared, {.endpoint = endpoint()}};
  listener all{shared, {{venue.out.endpoint()}}};
  for (int i = 0; i < 100; ++i) {
    all.feed->subscribe("a/");
    all.feed->unsubscribe("a/");
  }
  all.feed->subscribe("b/");
  ASSERT_TRUE(venue.wait_for_demand(true, "b/"));
  venue.out.publish("a/", "no");
  venue.out.publish("b/", "yes");
  ASSERT_TRUE(all.messages.wait_for_count(1));
  EXPECT_EQ(all.messages.copy().front(), (line{"b/", "yes"}));
}

TEST_P(publish_over, a_thread_of_its_own_sends_for_many_threads) {
  collected<demand> demands;
  auto made =
      threaded_publisher::open(shared, {.bind = {endpoint()}, .on_demand = [&](const demand& x) { demands.add(x); }});
  ASSERT_TRUE(made) << made.error().text;
  auto& out = **made;
  listener all{shared, {{out.endpoint()}}};
  all.feed->subscribe("");
  ASSERT_TRUE(demands.wait_for_item({true, ""}));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) out.publish(std::to_string(t) + "/", std::to_string(i));
    });
  for (auto& x : threads) x.join();
  ASSERT_TRUE(all.messages.wait_for_count(400));
  std::map<std::string, int> next;
  for (const auto& x : all.messages.copy()) EXPECT_EQ(x.bytes, std::to_string(next[x.topic]++)) << x.topic;
  EXPECT_TRUE(eventually([&] { return out.counts().sent == 400; }));
  EXPECT_EQ(out.counts().dropped, 0u);
}

TEST_P(publish_over, everything_ends_within_a_second_while_traffic_runs) {
  auto context_of_test = std::make_unique<context>();
  auto made = threaded_publisher::open(*context_of_test, {.bind = {endpoint()}});
  ASSERT_TRUE(made) << made.error().text;
  auto all = std::make_unique<listener>(*context_of_test, std::vector<connect_config>{{(*made)->endpoint()}});
  all->feed->subscribe("");
  std::atomic<bool> stopping{false};
  std::thread traffic{[&] {
    for (; !stopping; std::this_thread::sleep_for(10us)) (*made)->publish("a/", std::string(100, 'x'));
  }};
  EXPECT_TRUE(all->messages.wait_for_count(100));
  const auto begin = std::chrono::steady_clock::now();
  all.reset();
  stopping = true;
  traffic.join();
  made->reset();
  context_of_test.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

TEST(publisher, its_descriptor_wakes_for_a_subscription) {
  context shared;
  speaker venue{shared, {.endpoint = "tcp://127.0.0.1:0"}};
  venue.out.poll_demand({});
  listener all{shared, {{venue.out.endpoint()}}};
  all.feed->subscribe("a/");
  while (venue.demands.empty()) {
    pollfd x{venue.out.fd(), POLLIN, 0};
    ASSERT_EQ(poll(&x, 1, 10'000), 1);
    venue.out.poll_demand([&](const auto& d) { venue.demands.push_back(d); });
  }
  EXPECT_EQ(venue.demands, (std::vector<demand>{{true, "a/"}}));
}

TEST(publisher, is_not_held_up_by_a_slow_subscriber_which_sees_what_it_lost) {
  context shared;
  const socket_options small{.send_hwm = 10, .receive_hwm = 10};
  speaker venue{shared, {.endpoint = "tcp://127.0.0.1:0", .options = small}};
  auto slow = polled_subscriber::open(shared, {.endpoints = {{.endpoint = venue.out.endpoint(), .options = small}}});
  ASSERT_TRUE(slow);
  slow->subscribe("a/");
  ASSERT_TRUE(venue.wait_for_demand(true, "a/"));

  sequencer numbers{1};
  const std::string filler(20'000, 'x'); // more in all than the buffers of TCP hold
  const auto send = [&] { venue.out.publish("a/", std::to_string(numbers.next(0).first) + " " + filler); };
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 2000; ++i) send();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);

  gap_tracker tracker;
  std::uint64_t last = 0;
  ASSERT_TRUE(eventually([&] { // read what had room, then one more tells that the end is missing
    send();
    for (const auto& x : slow->receive(0ms)) {
      last = std::stoull(std::string{x.bytes()});
      tracker.observe(0, {1, last, 1});
    }
    return tracker.counts().gaps > 0;
  }));
  EXPECT_GT(tracker.counts().lost, 0u);
  EXPECT_EQ(tracker.counts().events + tracker.counts().lost, last);
  EXPECT_EQ(tracker.counts().duplicates, 0u);
}

TEST(publisher, that_restarts_is_found_again_and_tells_a_new_epoch) {
  context shared;
  auto first = std::make_unique<speaker>(shared, bind_config{.endpoint = "tcp://127.0.0.1:0"});
  const auto endpoint = first->out.endpoint();
  listener all{shared, {{.endpoint = endpoint, .options = {.reconnect = 10ms}}}};
  all.feed->subscribe("a/");
  ASSERT_TRUE(first->wait_for_demand(true, "a/"));
  first->out.publish("a/", "1 1");
  ASSERT_TRUE(all.messages.wait_for_count(1));
  first.reset();
  ASSERT_TRUE(all.links.wait_for_item({link_state::disconnected, 0}));

  speaker second{shared, {.endpoint = endpoint}};
  ASSERT_TRUE(second.wait_for_demand(true, "a/"));
  second.out.publish("a/", "2 1");
  ASSERT_TRUE(all.messages.wait_for_count(2));
  EXPECT_EQ(
      all.links.copy(),
      (std::vector<link_item>{{link_state::connected, 0}, {link_state::disconnected, 0}, {link_state::connected, 0}}));
  gap_tracker tracker;
  std::vector<continuity> kinds;
  for (const auto& x : all.messages.copy())
    kinds.push_back(tracker.observe(0, {std::stoull(x.bytes.substr(0, 1)), std::stoull(x.bytes.substr(2)), 1}).kind);
  EXPECT_EQ(kinds, (std::vector{continuity::first, continuity::new_epoch}));
}

TEST(publisher, counts_what_is_no_subscription) {
  context shared;
  speaker venue{shared, {.endpoint = "tcp://127.0.0.1:0"}};
  zmq::context_t foreign;
  zmq::socket_t peer{foreign, zmq::socket_type::xsub};
  peer.set(zmq::sockopt::linger, 0);
  peer.connect(venue.out.endpoint());
  peer.send(zmq::buffer("\x02hello", 6));
  peer.send(zmq::buffer("\x01"
                        "a/",
                        3));
  ASSERT_TRUE(venue.wait_for_demand(true, "a/"));
  EXPECT_EQ(venue.out.counts().malformed, 1u);
}

TEST(threaded_publisher, drops_the_oldest_when_its_queue_is_full) {
  context shared;
  collected<int> entered;
  collected<int> released;
  auto made =
      threaded_publisher::open(shared, {.bind = {"tcp://127.0.0.1:0"}, .queue = 2, .on_demand = [&](const demand&) {
                                          entered.add(1);
                                          released.wait_for_count(1);
                                        }});
  ASSERT_TRUE(made);
  listener all{shared, {{(*made)->endpoint()}}};
  all.feed->subscribe("a/");
  ASSERT_TRUE(entered.wait_for_count(1)); // its thread is held in the callback
  EXPECT_TRUE((*made)->publish("a/", "1"));
  EXPECT_TRUE((*made)->publish("a/", "2"));
  EXPECT_FALSE((*made)->publish("a/", "3"));
  EXPECT_EQ((*made)->counts().dropped, 1u);
  released.add(1);
  ASSERT_TRUE(all.messages.wait_for_count(2));
  EXPECT_EQ(all.messages.copy(), (std::vector<line>{{"a/", "2"}, {"a/", "3"}}));
}

TEST(subscriber, tells_which_endpoint_a_message_came_from_and_which_one_is_lost) {
  context shared;
  auto one = std::make_unique<speaker>(shared, bind_config{.endpoint = "tcp://127.0.0.1:0"});
  speaker two{shared, {.endpoint = "tcp://127.0.0.1:0"}};
  listener all{shared, {{one->out.endpoint()}, {two.out.endpoint()}}};
  all.feed->subscribe("");
  ASSERT_TRUE(one->wait_for_demand(true, "") && two.wait_for_demand(true, ""));
  one->out.publish("a/", "");
  two.out.publish("b/", "");
  ASSERT_TRUE(all.messages.wait_for_item({"a/", "", 0}) && all.messages.wait_for_item({"b/", "", 1}));
  one.reset();
  ASSERT_TRUE(all.links.wait_for_item({link_state::disconnected, 0}));
  two.out.publish("b/", "still there");
  EXPECT_TRUE(all.messages.wait_for_item({"b/", "still there", 1}));
  EXPECT_EQ(all.feed->counts().disconnects, 1u);
}

TEST(subscriber, lets_endpoints_take_turns_and_bounds_a_batch) {
  context shared;
  speaker one{shared, {.endpoint = "inproc://one"}};
  speaker two{shared, {.endpoint = "inproc://two"}};
  auto feed = polled_subscriber::open(shared, {.endpoints = {{"inproc://one"}, {"inproc://two"}}, .max_batch = 8});
  ASSERT_TRUE(feed);
  feed->subscribe("");
  ASSERT_TRUE(one.wait_for_demand(true, "") && two.wait_for_demand(true, ""));
  for (int i = 0; i < 100; ++i) one.out.publish("a/", "flood");
  two.out.publish("b/", "rare");
  std::size_t got = 0;
  std::size_t rare_at = 0;
  ASSERT_TRUE(eventually([&] {
    const auto& batch = feed->receive(1ms);
    EXPECT_LE(batch.size(), 8u);
    for (const auto& x : batch) {
      ++got;
      if (x.topic() == "b/") rare_at = got;
    }
    return got == 101;
  }));
  EXPECT_LE(rare_at, 17u);
}

TEST(subscriber, counts_messages_that_are_not_two_frames) {
  context shared;
  zmq::context_t foreign;
  zmq::socket_t venue{foreign, zmq::socket_type::xpub};
  venue.set(zmq::sockopt::linger, 0);
  venue.bind("tcp://127.0.0.1:*");
  listener all{shared, {{venue.get(zmq::sockopt::last_endpoint)}}};
  all.feed->subscribe("a/");
  zmq::message_t subscription;
  ASSERT_TRUE(venue.recv(subscription));
  venue.send(zmq::buffer("a/", 2));
  for (int i = 0; i < 3; ++i) venue.send(zmq::buffer("a/", 2), zmq::send_flags::sndmore);
  venue.send(zmq::buffer("4", 1));
  venue.send(zmq::buffer("a/", 2), zmq::send_flags::sndmore);
  venue.send(zmq::buffer("good", 4));
  ASSERT_TRUE(all.messages.wait_for_count(1));
  EXPECT_EQ(all.messages.copy().front(), (line{"a/", "good"}));
  EXPECT_EQ(all.feed->counts().malformed, 2u);
}

TEST(subscriber, that_sleeps_is_woken) {
  context shared;
  auto feed = polled_subscriber::open(shared, {.endpoints = {{"inproc://nobody"}}});
  ASSERT_TRUE(feed);
  feed->receive(0ms);
  std::thread other{[&] { feed->wake(); }};
  EXPECT_TRUE(feed->receive(-1ms).empty());
  other.join();
}

TEST(endpoints, that_are_wrong_are_refused_and_named) {
  context shared;
  for (const auto* wrong :
       {"", "udp://x", "127.0.0.1:5555", "pgm://x", "tcp://x", "tcp://127.0.0.1:99999", "tcp://127.0.0.1:"}) {
    EXPECT_EQ(publisher::bind(shared, {wrong}).error().code, ec::invalid_config) << wrong;
    EXPECT_EQ(polled_subscriber::open(shared, {.endpoints = {{wrong}}}).error().code, ec::invalid_config) << wrong;
  }
  EXPECT_EQ(polled_subscriber::open(shared, {}).error().code, ec::invalid_config);
  auto holder = publisher::bind(shared, {"tcp://127.0.0.1:0"});
  ASSERT_TRUE(holder);
  const auto taken = publisher::bind(shared, {holder->endpoint()});
  EXPECT_EQ(taken.error().code, ec::io);
  EXPECT_NE(taken.error().text.find(holder->endpoint()), std::string::npos);
}

} // namespace
