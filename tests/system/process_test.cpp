// A service from its start to its end, as an operator meets it.
#include "kit/process.hpp"
#include "kit/tcp_client.hpp"
#include "kit/temp_folder.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <sstream>

namespace json = boost::json;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

namespace {

struct process_test : testing::Test {
  temp_folder folder;

  std::vector<std::string> command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), EXAMPLE_BINARY);
    return arguments;
  }
  process_result end_of(std::vector<std::string> arguments) {
    return process{command(std::move(arguments)), folder / "", folder / ""}.wait();
  }
  std::string config(std::string_view toml) { return folder.write("given.toml", toml); }
  /// Waits for the line that says so; empty if it does not come.
  static std::string address_of(const process& running) {
    if (!running.wait_for_err("health=")) return "";
    const auto text = running.err();
    const auto at = text.find("health=") + 7;
    return text.substr(at, text.find_first_of(" \n", at) - at);
  }
  static bool becomes(const std::string& address, int status) {
    for (int tries = 0; tries < 1'000; ++tries) {
      if (http_get(address, "/readyz").status == status) return true;
      usleep(10'000);
    }
    return false;
  }
};

TEST_F(process_test, a_service_answers_becomes_ready_and_ends_cleanly_on_sigterm) {
  process service{command({"--ready-file", folder / "ready"}), folder / "", folder / ""};
  const auto address = address_of(service);
  ASSERT_NE(address, "") << service.err();
  EXPECT_EQ(http_get(address, "/healthz").body, R"({"status":"ok"})");
  EXPECT_TRUE(becomes(address, 503));
  EXPECT_EQ(http_get(address, "/readyz").body,
            R"({"status":"not ready","waiting_for":[{"condition":"file","reason":"missing"}]})");
  folder.write("ready", "");
  EXPECT_TRUE(becomes(address, 200));
  std::filesystem::remove(folder / "ready");
  EXPECT_TRUE(becomes(address, 503));
  const auto metrics = http_get(address, "/metrics");
  EXPECT_THAT(metrics.head, HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(metrics.body, HasSubstr("strike_build_info{service=\"example\",version=\""));
  EXPECT_THAT(metrics.body, HasSubstr("\nprocess_resident_memory_bytes "));
  EXPECT_EQ(http_get(address, "/").status, 404);

  service.signal(SIGHUP);
  EXPECT_TRUE(service.wait_for_err("SIGHUP"));
  const auto asked = std::chrono::steady_clock::now();
  service.signal(SIGTERM);
  const auto done = service.wait();
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_LT(std::chrono::steady_clock::now() - asked, 5s);
  EXPECT_THAT(done.err, HasSubstr("stopping signal=SIGTERM"));
  EXPECT_THAT(done.err, HasSubstr("keeper stops requested=true"));
  EXPECT_THAT(done.err, HasSubstr("stopped"));
  EXPECT_EQ(done.out, "");
}

TEST_F(process_test, a_hanging_actor_is_named_and_the_process_ends_with_1) {
  process service{command({"--hang", "actor", "--config", config("[process]\nstop_timeout = \"200ms\"\n")}),
                  folder / ""};
  ASSERT_TRUE(service.wait_for_err("hanging"));
  service.signal(SIGINT);
  const auto done = service.wait();
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.err, HasSubstr("not stopped after 0.2 s"));
  EXPECT_THAT(done.err, HasSubstr("still_running=\"actors ticker\""));
}

TEST_F(process_test, a_hanging_stop_function_is_named_and_the_health_says_stopping) {
  process service{command({"--hang", "stop", "--config", config("[process]\nstop_timeout = \"1s\"\n")}), folder / ""};
  const auto address = address_of(service);
  service.signal(SIGTERM);
  ASSERT_TRUE(service.wait_for_err("keeper stops"));
  EXPECT_THAT(http_get(address, "/readyz").body, HasSubstr(R"({"condition":"stop","reason":"stopping"})"));
  const auto done = service.wait();
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.err, HasSubstr("still_running=\"stop function keeper\""));
}

TEST_F(process_test, a_second_signal_ends_at_once) {
  process service{command({"--hang", "stop", "--config", config("[process]\nstop_timeout = \"1h\"\n")}), folder / ""};
  ASSERT_NE(address_of(service), "");
  service.signal(SIGTERM);
  ASSERT_TRUE(service.wait_for_err("keeper stops"));
  service.signal(SIGINT);
  const auto done = service.wait();
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.err, HasSubstr("second stop signal SIGINT"));
}

TEST_F(process_test, a_service_that_is_done_ends_with_0) {
  const auto done = end_of({"--end", "finish"});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.err, HasSubstr("stopped"));
}

TEST_F(process_test, an_actor_that_keeps_dying_ends_the_process_with_1) {
  const auto done = end_of({"--end", "die", "--config", config("[replay]\nrestarts = 1\n")});
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.err, HasSubstr("actor restarted actor=ticker attempt=1"));
  EXPECT_THAT(done.err, HasSubstr("failed reason=\"actor ticker died after 1 restarts"));
  EXPECT_THAT(done.err, HasSubstr("stopped"));
}

TEST_F(process_test, what_cannot_start_says_why_and_ends_with_2) {
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{"--end", "start"}, "example: no such disk; mount it"},
      {{"--config", "none.toml"}, "none.toml: cannot read the configuration"},
      {{"--config", config("[replay]\nrestart = 1\n")}, "given.toml:2: replay.restart is not a known key"},
      {{"--health", "nowhere"}, "'nowhere' is not an address"},
      {{"--sped"}, "--sped"},
  };
  for (const auto& [arguments, why] : cases) {
    const auto done = end_of(arguments);
    EXPECT_EQ(done.exit_code, 2) << why;
    EXPECT_THAT(done.err, HasSubstr(why));
    EXPECT_THAT(done.err, Not(HasSubstr("started")));
  }
}

TEST_F(process_test, a_health_port_in_use_is_named) {
  process first{command({}), folder / "", folder / ""};
  const auto address = address_of(first);
  temp_folder other;
  const auto done = process{command({"--health", address}), other / ""}.wait();
  EXPECT_EQ(done.exit_code, 2);
  EXPECT_THAT(done.err, HasSubstr("cannot listen on " + address));
}

TEST_F(process_test, help_and_version_go_to_stdout) {
  const auto help = end_of({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const auto* word :
       {"Serves the test", "Usage: strike-example", "--config", "--log-level", "--health", "--version", "--ready-file"})
    EXPECT_THAT(help.out, HasSubstr(word));
  const auto version = end_of({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.out, testing::StartsWith("strike-example 0."));
}

TEST_F(process_test, every_line_of_the_json_log_parses) {
  folder.write("strike.toml", "[process]\nlog_format = \"json\"\n");
  const auto done = end_of({"--end", "finish", "--log-level", "debug"});
  std::istringstream lines{done.err};
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    EXPECT_EQ(json::parse(line).at("service"), "example") << line;
  EXPECT_GE(count, 3);
}

} // namespace
