#include "gateway-polymarket/settings.hpp"

#include "gateway/gateway.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace strike::gateway_polymarket {
namespace {

std::string mistakes(std::string_view toml) {
  const auto document = config::document::from_text(toml, "test");
  read_settings(document->root());
  const auto ok = document->finish();
  return ok ? "" : ok.error().text;
}

TEST(settings, are_the_defaults_without_a_table) {
  const auto document = config::document::from_text("", "test");
  const auto made = read_settings(document->root());
  EXPECT_EQ(made.url, "wss://ws-subscriptions-clob.polymarket.com/ws/market");
  EXPECT_EQ(made.tokens_per_socket, 400U);
  EXPECT_EQ(made.list, list_mode::wanted);
  EXPECT_TRUE(document->finish());
}

TEST(settings, are_what_the_table_says) {
  const auto document = config::document::from_text(R"([gateway.polymarket]
url = "ws://127.0.0.1:7000/ws/market"
clob = "http://127.0.0.1:7000"
gamma = "http://127.0.0.1:7001"
tokens_per_socket = 20
ping = "2s"
list = "open"
refresh = "5s"
books_per_second = 1
gamma_per_second = 2
clob_per_second = 3
hash_audit = 10)",
                                                    "test");
  const auto made = read_settings(document->root());
  ASSERT_TRUE(document->finish());
  EXPECT_EQ(made.clob, "http://127.0.0.1:7000");
  EXPECT_EQ(made.gamma, "http://127.0.0.1:7001");
  EXPECT_EQ(made.tokens_per_socket, 20U);
  EXPECT_EQ(made.ping, std::chrono::seconds{2});
  EXPECT_EQ(made.list, list_mode::open);
  EXPECT_EQ(made.refresh, std::chrono::seconds{5});
  EXPECT_EQ(made.books_per_second, 1);
  EXPECT_EQ(made.gamma_per_second, 2);
  EXPECT_EQ(made.clob_per_second, 3);
  EXPECT_EQ(made.hash_audit, 10U);
}

TEST(settings, name_what_is_wrong) {
  EXPECT_NE(mistakes("[gateway.polymarket]\nurl = \"https://x\"").find("must begin with wss:// or ws://"),
            std::string::npos);
  EXPECT_NE(mistakes("[gateway.polymarket]\nclob = \"https://x/\"").find("not end with a slash"), std::string::npos);
  EXPECT_NE(mistakes("[gateway.polymarket]\nping = \"10ms\"").find("at least \"1s\""), std::string::npos);
  EXPECT_NE(mistakes("[gateway.polymarket]\nlist = \"all\"").find("wanted, open"), std::string::npos);
  EXPECT_NE(mistakes("[gateway.polymarket]\nlst = \"open\"").find("lst"), std::string::npos);
}

TEST(settings, the_example_configuration_shows_the_defaults) {
  std::ifstream in{STRIKE_DEPLOY "/strike.example.toml"};
  std::string toml;
  for (std::string line; std::getline(in, line);) // its gateways are commented out
    toml += (line.starts_with('#') && !line.starts_with("# ") ? line.substr(1) : line) + '\n';
  const auto begin = toml.find("\n[gateway.polymarket]");
  ASSERT_NE(begin, std::string::npos);
  const auto shown = config::document::from_text(toml.substr(begin, toml.find("\n[", begin + 1) - begin), "example");
  const auto made = read_settings(shown->root());
  gateway::read_settings(shown->root(), venue::polymarket, "inproc://x");
  EXPECT_TRUE(shown->finish()) << shown->finish().error().text;
  EXPECT_EQ(made, settings{});
}

TEST(settings, list_modes_have_names_in_both_directions) {
  for (const auto& row : enum_names<list_mode>::table) EXPECT_EQ(from_text<list_mode>(row.text), row.value);
}

} // namespace
} // namespace strike::gateway_polymarket
