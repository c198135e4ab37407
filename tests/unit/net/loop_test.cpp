#include "net_kit.hpp"

#include <csignal>
#include <future>
#include <sys/eventfd.h>
#include <unistd.h>

using namespace strike;
using namespace strike::test;
using namespace std::chrono_literals;

namespace {

using loop_test = net_test;

TEST_F(loop_test, refuses_a_ca_file_that_is_none) {
  const temp_folder folder;
  for (const auto& file : {folder / "missing.pem", folder.write("empty.pem", "not a certificate")}) {
    const auto x = net::loop::open({.ca_file = file.string(), .on_warning = {}});
    ASSERT_FALSE(x);
    EXPECT_EQ(x.error().code, ec::invalid_config);
    EXPECT_NE(x.error().text.find(file.string()), std::string::npos) << x.error().text;
  }
}

TEST_F(loop_test, calls_whom_a_descriptor_wakes_and_leaves_it_open) {
  const int fd = eventfd(0, EFD_NONBLOCK);
  int calls = 0;
  const auto clear = [&] {
    ++calls;
    eventfd_t x;
    eventfd_read(fd, &x);
  };
  loop->watch(fd, clear);
  for (int i = 1; i <= 3; ++i) {
    eventfd_write(fd, 1);
    run_until([&] { return calls == i; });
  }
  loop.reset();
  EXPECT_EQ(eventfd_write(fd, 1), 0);
  close(fd);
}

TEST_F(loop_test, wakes_from_another_thread_and_before_the_wait) {
  const auto never = INT64_MAX;
  loop->wake();
  loop->round(never);
  std::thread other{[&] { loop->wake(); }};
  loop->round(never);
  other.join();
}

TEST_F(loop_test, returns_when_the_time_has_come) {
  const auto until = steady_ns() + 5'000'000;
  while (steady_ns() < until) loop->round(until);
  loop->round(until); // at once: there is nothing to wait for
  loop->round(INT64_MIN);
}

TEST_F(loop_test, a_round_ends_also_when_its_time_comes_before_the_wait_begins) {
  // a microsecond: libwebsockets finds the time reached on its way into the wait
  for (int i = 0; i < 20'000; ++i) loop->round(steady_ns() + 1'000);
}

TEST_F(loop_test, keeps_sigpipe_from_ending_the_process) {
  struct sigaction now {};
  sigaction(SIGPIPE, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_IGN);
}

TEST_F(loop_test, ends_its_sockets_without_a_call_and_they_may_outlive_it) {
  tls_server server{[](peer& on) {
                      ws::accept(on);
                      on.wait_for_end();
                    },
                    localhost};
  const auto open_one = open(server), opening = open({.url = "wss://" + server.authority()});
  run_until([&] { return open_one->is_open; });
  loop.reset();
  EXPECT_FALSE(open_one->end);
  EXPECT_FALSE(opening->end);
  EXPECT_EQ(open_one->socket->send("text").error().code, ec::session_down);
  open_one->socket->close(1000, "");
}

} // namespace
