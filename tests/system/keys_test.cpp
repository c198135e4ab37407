// A bus with keys lets in whom it knows, and says why the others stay out.
#include "bus/curve.hpp"
#include "kit/bus_kit.hpp"

using namespace bus_kit;
using testing::HasSubstr;

namespace {

struct keys_test : bus_test {
  bus::key_pair server = bus::make_key_pair(), known = bus::make_key_pair(), stranger = bus::make_key_pair();

  /// Strategies with a key of their own.
  service consumer(const std::string& name, const std::string& secret_key, const std::string& server_key) const {
    return {folder, name, EXAMPLE_STRATEGIES_BINARY,
            strategies_config(routed, watcher(name)) +
                fmt::format("[bus]\nsecret_key = \"{}\"\n[bus.servers]\n\"{}\" = \"{}\"\n", secret_key, routed,
                            server_key)};
  }
};

TEST_F(keys_test, a_consumer_without_the_right_keys_gets_nothing_and_both_sides_say_why) {
  gateway market{where, instruments, upstream};
  // keys are for what other hosts can reach
  const auto everywhere = "tcp://0.0.0.0" + routed.substr(routed.rfind(':'));
  const service node{
      folder, "router", ROUTER_BINARY,
      fmt::format("[router]\nupstream = \"{}\"\npublish = \"{}\"\n[bus]\nsecret_key = \"{}\"\nallowed_clients = "
                  "[\"{}\"]\n",
                  upstream, everywhere, server.secret_key, known.public_key)};
  ASSERT_TRUE(node.wait_for_err("publishing")) << node.err();
  const service right = consumer("right", known.secret_key, server.public_key),
                not_allowed = consumer("not_allowed", stranger.secret_key, server.public_key),
                misled = consumer("misled", known.secret_key, stranger.public_key);
  const service plain{folder, "plain", EXAMPLE_STRATEGIES_BINARY, strategies_config(routed, watcher("plain"))};
  dashboard of_right{where, right}, of_not_allowed{where, not_allowed}, of_misled{where, misled},
      of_plain{where, plain};
  market.moving = {btc};
  const auto are_told = [&] {
    return not_allowed.err().find("does not allow our public key") != std::string::npos &&
           misled.err().find("is our server key the right one") != std::string::npos &&
           plain.err().find("one side uses keys and the other does not") != std::string::npos &&
           node.err().find("handshake failed") != std::string::npos;
  };
  ASSERT_TRUE(eventually([&] { return of_right.number("right", "bid") > 50 && are_told(); }, market, of_right))
      << node.err() << right.err() << not_allowed.err() << misled.err() << plain.err();
  const auto have_shown = [&] {
    return of_not_allowed.shown.size() + of_misled.shown.size() + of_plain.shown.size() == 3;
  };
  ASSERT_TRUE(eventually(have_shown, of_not_allowed, of_misled, of_plain));
  EXPECT_EQ(of_not_allowed.host("not_allowed", "events"), 0);
  EXPECT_EQ(of_misled.host("misled", "events"), 0);
  EXPECT_EQ(of_plain.host("plain", "events"), 0);
  EXPECT_TRUE(right.is_ready());
  EXPECT_FALSE(not_allowed.is_ready());
  for (const service* x : {&node, &right, &not_allowed, &misled, &plain})
    for (const auto* pair : {&server, &known, &stranger})
      EXPECT_EQ(x->err().find(pair->secret_key), std::string::npos) << "a secret key in a log";
}

} // namespace
