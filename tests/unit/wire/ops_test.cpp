#include "wire/ops.hpp"

#include "hand_made.hpp"
#include "samples.hpp"

#include <gtest/gtest.h>

namespace strike::wire {
namespace {

TEST(heartbeat_wire, brings_back_every_heartbeat_exactly) {
  samples random{8};
  std::string bytes;
  for (int round = 0; round < 2'000; ++round) {
    heartbeat sent{"s" + random.text(),
                   random.text(),
                   random.any_unsigned() | 1,
                   random.any_signed(),
                   random.text(),
                   random.coin(),
                   {}};
    for (auto n = random.below(5); n > 0; --n) sent.counters[random.text()] = random.any_unsigned();
    if (random.coin())
      sent.replay = {random.coin(),       random.coin(),       double(random.below(1'000)) / 7,
                     random.any_signed(), random.any_signed(), 0.5};
    encode(bytes, sent);
    ASSERT_EQ(decode_heartbeat(bytes).value(), sent);
  }
}

TEST(heartbeat_wire, reads_a_newer_version_without_its_new_fields) {
  using namespace hand_made;
  const auto counter = part(7, part(1, "gaps") + varint(2, 3) + newer_fields());
  EXPECT_EQ(decode_heartbeat(newer_fields() + part(1, "router") + fixed64(3, 1) + counter).value(),
            (heartbeat{.service = "router", .epoch = 1, .counters = {{"gaps", 3}}}));
}

TEST(heartbeat_wire, names_what_is_missing) {
  using namespace hand_made;
  EXPECT_EQ(decode_heartbeat(fixed64(3, 1)).error().text, "Heartbeat: service is missing");
  EXPECT_EQ(decode_heartbeat(part(1, "router")).error().text, "Heartbeat: epoch is missing");
  EXPECT_EQ(decode_heartbeat("\xFF").error().text, "1 bytes that are no Heartbeat");
}

TEST(heartbeat_wire, survives_a_counter_name_that_is_not_utf8) {
  std::string bytes;
  encode(bytes, heartbeat{.service = "router", .epoch = 1, .counters = {{"a\xFF", 3}}});
  EXPECT_EQ(decode_heartbeat(bytes).value().counters, (std::map<std::string, std::uint64_t>{{"a\uFFFD", 3}}));
}

} // namespace
} // namespace strike::wire
