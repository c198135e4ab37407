// Routers and a recorder say that they live; the dashboard tells who does not any more.
#include "kit/bus_kit.hpp"

using namespace bus_kit;

namespace {

struct heartbeat_test : bus_test {
  std::string second = free_endpoint(); ///< where another router publishes
  std::string signs = free_endpoint();  ///< where the recorder does

  service recorder() {
    return {folder, "recorder", RECORDER_BINARY,
            fmt::format("[recorder]\nupstream = \"{}\"\npublish = \"{}\"\nfolder = \"out\"\nmin_free_mb = 0\n", routed,
                        signs)};
  }
  service dashboard() {
    return {folder, "dashboard", DASHBOARD_BINARY,
            fmt::format("[dashboard]\nfeeds = \"{}\"\nrecorders = \"{}\"\nlisten = \"127.0.0.1:0\"\n", second, signs)};
  }
  /// How many services of that name the page lists, and how many of them as silent.
  static std::pair<int, int> listed(const service& of, std::string_view name) {
    const auto url = of.logged("url=http://");
    const auto all = boost::json::parse(http_get(url.substr(0, url.find('/')), "/api/overview").body);
    std::pair<int, int> found;
    const auto* services = all.as_object().if_contains("services");
    if (!services || !services->is_array()) return found; // it has only just begun
    for (const auto& x : services->as_array()) {
      if (x.at("service").as_string() != name) continue;
      ++found.first;
      if (x.at("late").as_bool()) ++found.second;
    }
    return found;
  }
};

TEST_F(heartbeat_test, the_dashboard_lists_each_router_of_a_chain_and_the_recorder_and_who_of_them_fell_silent) {
  gateway market{where, instruments, upstream};
  auto root = router();
  service leaf{folder, "leaf", ROUTER_BINARY,
               fmt::format("[router]\nupstream = \"{}\"\npublish = \"{}\"\n", routed, second)};
  auto tape = recorder();
  auto page = dashboard();
  const auto shows = [&](std::string_view name, int all, int silent) {
    return eventually([&] { return listed(page, name) == std::pair{all, silent}; }, market);
  };
  EXPECT_TRUE(shows("router", 2, 0)) << root.err() << leaf.err() << page.err();
  EXPECT_TRUE(shows("recorder", 1, 0)) << tape.err() << page.err();
  root.kill();
  tape.kill();
  EXPECT_TRUE(shows("router", 2, 1));
  EXPECT_TRUE(shows("recorder", 1, 1));
  root.start();
  tape.start();
  EXPECT_TRUE(shows("router", 2, 0)) << "in place of the one that is gone";
  EXPECT_TRUE(shows("recorder", 1, 0));
}

} // namespace
