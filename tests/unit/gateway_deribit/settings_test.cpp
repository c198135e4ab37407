#include "gateway-deribit/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

using namespace strike;
using gateway_deribit::read_settings;
using testing::HasSubstr;

namespace {

struct deribit_settings : testing::Test {
  ~deribit_settings() override {
    unsetenv("DERIBIT_CLIENT_ID");
    unsetenv("DERIBIT_CLIENT_SECRET");
  }
  gateway_deribit::settings read(std::string_view toml) {
    auto document = *config::document::from_text(toml, "strike.toml");
    auto made = read_settings(document.root());
    const auto done = document.finish();
    mistakes = done ? "" : done.error().text;
    return made;
  }
  std::string mistakes;
};

TEST_F(deribit_settings, are_those_of_production_without_a_key) {
  const auto x = read("");
  EXPECT_EQ(mistakes, "");
  EXPECT_EQ(x.url, "wss://www.deribit.com/ws/api/v2");
  EXPECT_EQ(x.interval_of("BTC-PERPETUAL"), "100ms");
  EXPECT_FALSE(x.key);
  EXPECT_EQ(read("[gateway.deribit]\ntestnet = true\n").url, "wss://test.deribit.com/ws/api/v2");
}

TEST_F(deribit_settings, choose_the_interval_of_the_nearest_pattern) {
  const auto x = read("[gateway.deribit]\nintervals = { \"BTC-*\" = \"agg2\", \"BTC-27NOV26-*\" = \"100ms\", "
                      "\"BTC-27NOV26-9-C\" = \"agg2\" }\n");
  EXPECT_EQ(mistakes, "");
  EXPECT_EQ(x.interval_of("BTC-PERPETUAL"), "agg2");
  EXPECT_EQ(x.interval_of("BTC-27NOV26-8-C"), "100ms");
  EXPECT_EQ(x.interval_of("BTC-27NOV26-9-C"), "agg2");
  EXPECT_EQ(x.interval_of("ETH-PERPETUAL"), "100ms");
}

TEST_F(deribit_settings, raw_needs_a_key) {
  read("[gateway.deribit]\ninterval = \"raw\"\n");
  EXPECT_THAT(mistakes, HasSubstr("DERIBIT_CLIENT_ID"));
  setenv("DERIBIT_CLIENT_ID", "me", 1);
  read("[gateway.deribit]\n");
  EXPECT_THAT(mistakes, HasSubstr("DERIBIT_CLIENT_SECRET")) << "half a key";
  setenv("DERIBIT_CLIENT_SECRET", "s", 1);
  const auto x = read("[gateway.deribit]\ninterval = \"raw\"\n");
  EXPECT_EQ(mistakes, "");
  EXPECT_EQ(x.key->id, "me");
}

TEST_F(deribit_settings, name_every_mistake) {
  read("[gateway.deribit]\ninterval = \"50ms\"\nheartbeat = \"5s\"\nsilence = \"1s\"\nintervals = { \"*C\" = \"raw\" "
       "}\n");
  for (const auto* what : {"interval", "heartbeat", "silence", "*C"}) EXPECT_THAT(mistakes, HasSubstr(what));
}

} // namespace
