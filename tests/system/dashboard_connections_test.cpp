// Who gets one of the places that the dashboard's process has for connections, and who has to leave.
#include "kit/process.hpp"
#include "kit/tcp_client.hpp"
#include "kit/temp_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <list>

namespace {

constexpr int most_of_address = 128;

struct dashboard_connections : testing::Test {
  temp_folder folder;
  process service{
      {DASHBOARD_BINARY, "--upstream", "tcp://127.0.0.1:1", "--listen", "127.0.0.1:0"}, folder / "", folder / ""};
  std::string address;

  void SetUp() override {
    address = service.logged("url=http://");
    ASSERT_TRUE(address.ends_with('/')) << service.err();
    address.pop_back();
  }
  /// The status that a new connection gets; 0: it was closed.
  int status(const std::string& from = "") const {
    tcp_client client{address, from};
    client.write(fmt::format("GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", address));
    const auto text = client.read();
    return text.starts_with("HTTP/1.1 ") ? std::stoi(text.substr(9, 3)) : 0;
  }
  /// Whether the server has made a viewer of the client.
  bool upgrade(tcp_client& client) const {
    client.write(fmt::format("GET /ws HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                             address));
    return client.read(1).starts_with("HTTP/1.1 101");
  }
};

TEST_F(dashboard_connections, idle_ones_make_room_for_who_asks) {
  std::list<tcp_client> idle;
  for (int i = 0; i < 3 * most_of_address; ++i) {
    idle.emplace_back(address);
    if (i % 3 == 1) idle.back().write("GET / HT");
    if (i % 3 == 2) idle.back().write("POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{");
    if (i % 40 == 39) {
      ASSERT_EQ(status(), 200) << "after " << i;
    }
  }
  EXPECT_EQ(status("127.0.0.2"), 200);
}

TEST_F(dashboard_connections, one_address_leaves_places_for_the_others) {
  std::list<tcp_client> viewers;
  for (int i = 0; i < most_of_address; ++i) ASSERT_TRUE(upgrade(viewers.emplace_back(address))) << i;
  EXPECT_EQ(status(), 0);
  EXPECT_EQ(status("127.0.0.2"), 200);
  tcp_client other{address, "127.0.0.2"};
  EXPECT_TRUE(upgrade(other));
  viewers.clear();
  int after = 0;
  for (int tries = 0; after != 200 && tries < 500; ++tries) {
    after = status();
    usleep(20'000);
  }
  EXPECT_EQ(after, 200);
}

TEST_F(dashboard_connections, who_asks_for_nothing_is_closed_soon) {
  tcp_client silent{address}, half{address}, done{address};
  half.write("GET / HT");
  done.write(fmt::format("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", address));
  for (auto* x : {&silent, &half, &done}) {
    x->read(); // for ten seconds at most
    EXPECT_TRUE(x->is_closed());
  }
}

} // namespace
