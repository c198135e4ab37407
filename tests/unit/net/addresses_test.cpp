// A name with several addresses: what does not answer at one is looked for at the next. The system's look-up is
// replaced for the one name of these tests.
#include "net_kit.hpp"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

using namespace strike;
using namespace strike::test;

namespace {

constexpr const char* name = "two.strike.test";
constexpr const char* first_number = "127.0.0.2";
constexpr const char* second_number = "127.0.0.1";

using look_up = int(const char*, const char*, const addrinfo*, addrinfo**);

look_up* system_look_up() { return reinterpret_cast<look_up*>(dlsym(RTLD_NEXT, "getaddrinfo")); }

} // namespace

/// In place of the system's, which it calls: the name's two addresses as one list, as a name server would give them.
extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** found) {
  if (!host || host != std::string_view{name} || (hints && (hints->ai_flags & AI_NUMERICHOST) != 0))
    return system_look_up()(host, service, hints, found);
  addrinfo* second = nullptr;
  int bad = system_look_up()(second_number, service, hints, &second);
  if (bad == 0) bad = system_look_up()(first_number, service, hints, found);
  if (bad != 0) return bad;
  (*found)->ai_next = second;
  return 0;
}

namespace {

/// Listens at the first address, on the port of a server at the second, and never accepts: its queue is full, so that
/// the system answers no further attempt.
class silent_listener {
public:
  explicit silent_listener(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    inet_pton(AF_INET, first_number, &at.sin_addr);
    const auto* const address = reinterpret_cast<const sockaddr*>(&at);
    is_good_ = bind(sockets_[0], address, sizeof at) == 0 && listen(sockets_[0], 0) == 0;
    for (std::size_t i = 1; i < std::size(sockets_); ++i) connect(sockets_[i], address, sizeof at); // none waits
  }
  ~silent_listener() {
    for (const int x : sockets_) close(x);
  }
  silent_listener(const silent_listener&) = delete;
  silent_listener& operator=(const silent_listener&) = delete;
  bool is_good() const { return is_good_; }

private:
  static int open(int flags) { return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0); }
  int sockets_[4] = {open(0), open(SOCK_NONBLOCK), open(SOCK_NONBLOCK), open(SOCK_NONBLOCK)};
  bool is_good_ = false;
};

struct addresses_test : net_test {
  tls_server server{[](peer& on) {
                      ws::accept(on);
                      on.wait_for_end();
                    },
                    ca.server(name)};
  std::unique_ptr<probe> open_by_name() {
    auto x = open({.url = "wss://" + std::string{name} + ":" + std::to_string(server.port()) + "/ws"});
    run_until([&] { return x->is_open || x->end; });
    return x;
  }
};

TEST_F(addresses_test, takes_the_next_where_the_first_refuses) {
  const auto x = open_by_name();
  EXPECT_TRUE(x->is_open) << x->end.value_or(net::close_report{}).text;
}

TEST_F(addresses_test, takes_the_next_where_the_first_does_not_answer) {
  const silent_listener silent{server.port()};
  ASSERT_TRUE(silent.is_good());
  const auto x = open_by_name();
  EXPECT_TRUE(x->is_open) << x->end.value_or(net::close_report{}).text;
}

} // namespace
