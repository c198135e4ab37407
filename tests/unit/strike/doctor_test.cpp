#include "strike/doctor.hpp"

#include "base/time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace strike;
using testing::HasSubstr;

namespace {

constexpr std::int64_t s = ns_per_s, ms = ns_per_ms;

TEST(doctor, finds_the_host_of_a_url) {
  EXPECT_EQ(host_of("wss://www.deribit.com/ws/api/v2"), "www.deribit.com");
  EXPECT_EQ(host_of("https://127.0.0.1:9443/x"), "127.0.0.1");
  EXPECT_EQ(host_of("https://[::1]:9443/x"), "::1");
  EXPECT_EQ(host_of("nonsense"), "");
}

TEST(doctor, judges_a_clock_by_the_middle_of_the_round_trip_and_its_doubt) {
  EXPECT_EQ(judge_clock(venue::deribit, 100 * s, 100 * s + 50 * ms, 100 * s + 100 * ms, ms).how, health::ok);
  const auto late = judge_clock(venue::deribit, 100 * s, 102 * s, 100 * s + 100 * ms, ms);
  EXPECT_EQ(late.how, health::failed);
  EXPECT_THAT(late.detail, HasSubstr("-1950 ms"));
  EXPECT_THAT(late.advice, HasSubstr("chrony"));
  // whole seconds: 100.9 s is told as 100
  EXPECT_EQ(judge_clock(venue::polymarket, 100 * s + 900 * ms, 100 * s, 100 * s + 950 * ms, s).how, health::ok);
  EXPECT_EQ(judge_clock(venue::polymarket, 103 * s, 100 * s, 103 * s, s).how, health::failed);
}

TEST(doctor, reads_the_venues_times) {
  const auto document = *config::document::from_text("", "strike.toml");
  const auto sites = sites_of(document.root());
  ASSERT_EQ(sites.size(), 3U);
  EXPECT_EQ(sites[0].read_time(R"({"jsonrpc":"2.0","result":1700000000123,"usIn":1})"), 1'700'000'000'123 * ms);
  EXPECT_EQ(sites[1].read_time(R"({"id":"x","result":1700000000123})"), 1'700'000'000'123 * ms);
  EXPECT_EQ(sites[2].read_time("1700000000"), 1'700'000'000 * s);
  EXPECT_FALSE(sites[0].read_time("<html>"));
  EXPECT_FALSE(sites[2].read_time("nope"));
}

TEST(doctor, looks_at_the_disk_of_a_folder_that_is_still_to_be_made) {
  EXPECT_EQ(look_at_disk("/tmp/not/there/yet", 1).how, health::ok);
  EXPECT_EQ(look_at_disk("/tmp", UINT64_MAX / 2).how, health::failed);
}

TEST(doctor, tells_whether_keys_have_the_right_form_and_never_shows_them) {
  setenv("POLYMARKET_PRIVATE_KEY", "0x12345secret", 1);
  setenv("DERIVE_WALLET", "0x374DaEF6100B14f4d78813d8177CB93dF139BC29", 1);
  for (const auto& x : look_at_keys()) {
    EXPECT_THAT(x.detail + x.advice, testing::Not(HasSubstr("12345secret")));
    if (x.what == "POLYMARKET_PRIVATE_KEY") {
      EXPECT_EQ(x.how, health::failed);
    }
    if (x.what == "DERIVE_WALLET") {
      EXPECT_EQ(x.detail, "set");
    }
  }
  unsetenv("POLYMARKET_PRIVATE_KEY");
  unsetenv("DERIVE_WALLET");
}

} // namespace
