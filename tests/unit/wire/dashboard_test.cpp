#include "wire/dashboard.hpp"

#include "hand_made.hpp"
#include "samples.hpp"

#include <gtest/gtest.h>

namespace strike::wire {
namespace {

TEST(dashboard_wire, brings_back_every_state_exactly) {
  samples random{7};
  std::string bytes;
  for (int round = 0; round < 2'000; ++round) {
    const dashboard_state sent{"s" + random.text(),
                               random.any_unsigned() | 1,
                               random.any_unsigned() | 1,
                               random.any_signed(),
                               random.text(),
                               random.maybe(random.text()),
                               random.one_of<run_state>(),
                               random.text(),
                               static_cast<std::uint32_t>(random.any_unsigned()),
                               random.text()};
    encode(bytes, sent);
    ASSERT_EQ(decode_dashboard_state(bytes).value(), sent);
  }
}

TEST(dashboard_wire, reads_a_newer_version_without_its_new_fields) {
  using namespace hand_made;
  const auto got = decode_dashboard_state(newer_fields() + part(1, "s") + fixed64(2, 1) + varint(3, 2) + part(5, "{}"));
  EXPECT_EQ(got.value(), (dashboard_state{.strategy = "s", .epoch = 1, .sequence = 2, .state_json = "{}"}));
}

TEST(dashboard_wire, refuses_a_run_state_of_a_newer_version_and_takes_none_for_running) {
  using namespace hand_made;
  const auto plain = part(1, "s") + fixed64(2, 1) + varint(3, 2);
  EXPECT_EQ(decode_dashboard_state(plain)->run_state, run_state::running);
  EXPECT_EQ(decode_dashboard_state(plain + varint(7, 4))->run_state, run_state::failed);
  EXPECT_EQ(decode_dashboard_state(plain + varint(7, 9)).error().text, "DashboardState: run_state 9 is not known");
}

TEST(dashboard_wire, names_what_is_missing) {
  using namespace hand_made;
  const auto fault = [](const std::string& bytes) { return decode_dashboard_state(bytes).error().text; };
  EXPECT_EQ(fault(fixed64(2, 1) + varint(3, 2)), "DashboardState: strategy is missing");
  EXPECT_EQ(fault(part(1, "s") + varint(3, 2)), "DashboardState: epoch is missing");
  EXPECT_EQ(fault(part(1, "s") + fixed64(2, 1)), "DashboardState: sequence is missing");
  EXPECT_EQ(fault("\xFF"), "1 bytes that are no DashboardState");
}

} // namespace
} // namespace strike::wire
