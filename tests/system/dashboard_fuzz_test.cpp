// The dashboard's process against clients that send what no client should: mutations of good requests and frames, drawn
// from a seed. It answers the next good request, every time, and does not grow.
#include "kit/process.hpp"
#include "kit/tcp_client.hpp"
#include "kit/temp_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <random>

namespace {

/// Changes texts at random: the same texts for the same seed.
class mutator {
public:
  explicit mutator(unsigned seed) : random_{seed} {}
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }
  char byte() { return static_cast<char>(random_()); }
  std::string mutate(std::string x) {
    for (auto n = 1 + below(4); n > 0; --n) change(x);
    return x;
  }
  std::string bytes(std::size_t n) {
    std::string made;
    for (std::size_t i = 0; i < n; ++i) made += byte();
    return made;
  }

private:
  void change(std::string& x) {
    const auto at = below(x.size());
    switch (below(8)) {
    case 0: // one bit
      if (!x.empty()) x[at] = static_cast<char>(x[at] ^ (1 << below(8)));
      return;
    case 1:
      if (!x.empty()) x[at] = byte();
      return;
    case 2:
      x.erase(at, 1 + below(20));
      return;
    case 3:
      x.insert(at, bytes(1 + below(20)));
      return;
    case 4: // the end is missing
      x.resize(at);
      return;
    case 5: // a part twice
      x.insert(at, x.substr(below(x.size()), below(60)));
      return;
    case 6:
      x.insert(at, std::string(1 + below(12'000), "a/%\r\n&="[below(7)]));
      return;
    default: // what parsers stumble over
      constexpr std::string_view odd[] = {"%00",
                                          "%",
                                          "%zz",
                                          "\r\n\r\n",
                                          "Content-Length: -1\r\n",
                                          "?",
                                          "&&==&",
                                          "\"\\u",
                                          "Transfer-Encoding: chunked\r\n",
                                          "1e999",
                                          "[[[[[[[[[[",
                                          "../",
                                          "\xff\xfe"};
      x.insert(at, odd[below(std::size(odd))]);
    }
  }
  std::mt19937 random_;
};

/// A frame as a client sends it.
std::string frame(mutator& random, std::string_view payload, unsigned char head) {
  std::string made{static_cast<char>(head)};
  if (payload.size() < 126) {
    made += static_cast<char>(0x80 | payload.size());
  } else {
    made += static_cast<char>(0x80 | 126);
    made += static_cast<char>(payload.size() >> 8);
    made += static_cast<char>(payload.size());
  }
  const auto mask = random.bytes(4);
  made += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) made += static_cast<char>(payload[i] ^ mask[i % 4]);
  return made;
}

struct dashboard_fuzz : testing::Test {
  temp_folder folder;
  std::unique_ptr<process> service;
  std::string address;

  void SetUp() override {
    ASSERT_EQ(setenv("STRIKE_DASHBOARD_TOKEN", "0123456789abcdef", 1), 0); // so that all paths are open to the fuzz
    service = std::make_unique<process>(
        std::vector<std::string>{DASHBOARD_BINARY, "--upstream", "tcp://127.0.0.1:1", "--listen", "127.0.0.1:0"},
        folder / "", folder / "");
    unsetenv("STRIKE_DASHBOARD_TOKEN");
    ASSERT_TRUE(service->wait_for_err("url=http://")) << service->err();
    const auto text = service->err();
    const auto at = text.find("url=http://") + 11;
    address = text.substr(at, text.find('/', at) - at);
  }
  std::size_t memory_kb() const {
    std::ifstream from{fmt::format("/proc/{}/status", service->pid())};
    for (std::string line; std::getline(from, line);)
      if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
    return 0;
  }
  std::string get(const std::string& path) const {
    return fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nAccept-Encoding: gzip\r\nIf-None-Match: \"x\"\r\n"
                       "Cookie: strike_session=abc; a=b\r\nConnection: close\r\n\r\n",
                       path, address);
  }
  std::string post(const std::string& path, const std::string& body) const {
    return fmt::format("POST {} HTTP/1.1\r\nHost: {}\r\nOrigin: http://{}\r\nContent-Type: application/json\r\n"
                       "Authorization: Bearer 0123456789abcdef\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                       path, address, address, body.size(), body);
  }
  std::string upgrade() const {
    return fmt::format("GET /ws HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                       address);
  }
  void send(std::string_view bytes) const {
    tcp_client client{address};
    client.write(bytes);
    client.end_of_input();
    client.read(1);
  }
  void expect_well(unsigned seed) const {
    EXPECT_EQ(http_get(address, "/healthz").status, 200) << "after seed " << seed << service->err();
  }
};

TEST_F(dashboard_fuzz, mutated_requests_do_not_stop_it) {
  const std::string seeds[] = {
      get("/"),
      get("/api/strategies/gamma%20scalp/schema"),
      get("/api/catalog/search?text=btc+call&venue=deribit&limit=20"),
      get("/api/chain?venue=deribit&base=BTC&expiry_ms=1795766400000"),
      get("/api/market?instrument=deribit%3ABTC-PERPETUAL&depth=10"),
      get("/api/orders?state=open&strategy=gamma&limit=5"),
      post("/api/control", R"({"action":"set_replay_speed","factor":10})"),
      post("/api/control", R"({"action":"stop_strategy","strategy":"gamma"})"),
      post("/api/login", R"({"token":"0123456789abcdef"})"),
      upgrade(),
  };
  send(seeds[0]);
  const auto before = memory_kb();
  for (unsigned seed = 0; seed < 1'500; ++seed) {
    mutator random{seed};
    send(random.mutate(seeds[seed % std::size(seeds)]));
    if (seed % 25 == 0) expect_well(seed);
    if (HasFailure()) return;
  }
  EXPECT_LT(memory_kb(), before + 30 * 1024);
}

TEST_F(dashboard_fuzz, mutated_frames_do_not_stop_it) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    mutator random{seed};
    tcp_client client{address};
    client.write(upgrade());
    ASSERT_NE(client.read(1), "") << seed;
    std::string frames;
    for (auto n = 1 + random.below(4); n > 0; --n) {
      constexpr unsigned char heads[] = {0x81, 0x82, 0x01, 0x80, 0x88, 0x89, 0x8a, 0xc1, 0xf1, 0x8f};
      frames += frame(random, random.bytes(random.below(300)), heads[random.below(std::size(heads))]);
    }
    client.write(seed % 3 == 0 ? frames : random.mutate(frames));
    client.end_of_input();
    client.read(1);
    if (seed % 25 == 0) expect_well(seed);
    if (HasFailure()) return;
  }
}

} // namespace
