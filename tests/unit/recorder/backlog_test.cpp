#include "recorder/backlog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using strike::recorder::backlog;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

std::vector<strike::bus::message> messages(std::initializer_list<std::string_view> topics) {
  std::vector<strike::bus::message> out;
  for (const auto topic : topics) out.emplace_back(zmq::message_t{topic}, zmq::message_t{}, 0);
  return out;
}

TEST(backlog, what_finds_no_room_is_dropped_and_its_topics_are_told_once_there_is_room) {
  backlog x{4};
  EXPECT_TRUE(x.admit(messages({"a/", "b/", "c/"})));
  EXPECT_FALSE(x.admit(messages({"d/", "e/"})));
  EXPECT_TRUE(x.admit(messages({"f/"})));
  EXPECT_FALSE(x.admit(messages({"d/"})));
  EXPECT_EQ(x.dropped(), 3U);
  EXPECT_THAT(x.handled(1), IsEmpty()); // three wait still
  EXPECT_THAT(x.handled(1), ElementsAre("d/", "e/"));
  EXPECT_THAT(x.handled(2), IsEmpty());
  EXPECT_TRUE(x.admit(messages({"a/", "b/", "c/", "d/"})));
}

} // namespace
