#include "net/library_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libwebsockets.h>

#include <string>
#include <thread>
#include <vector>

namespace strike::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(library_log, gives_a_warning_to_the_thread_that_caused_it) {
  route_library_log();
  std::vector<std::string> mine, others;
  const std::function<void(std::string_view)> to_mine = [&](std::string_view x) { mine.emplace_back(x); };
  const std::function<void(std::string_view)> to_others = [&](std::string_view x) { others.emplace_back(x); };
  {
    const warnings_of_this_thread here{to_mine};
    std::thread{[&] {
      const warnings_of_this_thread there{to_others};
      route_library_log(); // another user of the library starts: nobody loses anything
      lwsl_warn("theirs\n");
    }}.join();
    std::thread{[] { lwsl_warn("nobody's\n"); }}.join();
    lwsl_warn("mine\n");
  }
  lwsl_warn("too late\n");
  EXPECT_THAT(mine, ElementsAre(HasSubstr("mine")));
  EXPECT_THAT(others, ElementsAre(HasSubstr("theirs")));
}

} // namespace
} // namespace strike::net
