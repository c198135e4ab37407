#include "gateway/gateway.hpp"

#include "config/section.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

using namespace strike;
using testing::HasSubstr;

namespace {

struct reading {
  gateway::settings made;
  std::string mistakes;
};

reading read(std::string toml, venue at = venue::deribit, std::string_view publish = "tcp://127.0.0.1:5551") {
  const auto document = *config::document::from_text(std::move(toml), "strike.toml", "/etc/strike");
  reading out{.made = gateway::read_settings(document.root(), at, publish), .mistakes = {}};
  if (const auto done = document.finish(); !done) out.mistakes = done.error().text;
  return out;
}

TEST(gateway_settings, are_those_of_the_venues_own_table) {
  const auto got = read("[gateway.derive]\npublish = \"ipc:///run/d\"\nca_file = \"ca.pem\"\ngrace = \"3s\"\nbusy_poll = true\n"
                        "[gateway.deribit]\nwhatever = 1\n",
                        venue::derive);
  EXPECT_EQ(got.mistakes, "");
  EXPECT_EQ(got.made.at, venue::derive);
  EXPECT_EQ(got.made.publish.endpoint, "ipc:///run/d");
  EXPECT_EQ(got.made.ca_file, "/etc/strike/ca.pem");
  EXPECT_EQ(got.made.grace, std::chrono::seconds{3});
  EXPECT_TRUE(got.made.busy_poll);
  EXPECT_FALSE(read("").made.busy_poll);
  EXPECT_EQ(read("").made.publish.endpoint, "tcp://127.0.0.1:5551");
}

TEST(gateway_settings, every_mistake_names_its_key) {
  for (const auto* bad :
       {"publish = \"tcp://*:5551\"", "ca_file = 1", "grace = \"-1s\"", "grace = \"soon\"", "grac = 1"})
    EXPECT_THAT(read("[gateway.deribit]\n" + std::string{bad}).mistakes,
                HasSubstr(std::string{bad}.substr(0, std::string{bad}.find(' '))))
        << bad;
}

TEST(gateway_settings, the_example_configuration_shows_the_defaults) {
  constexpr std::array<std::pair<venue, std::string_view>, 3> ports = {{{venue::deribit, "tcp://127.0.0.1:5551"},
                                                                        {venue::derive, "tcp://127.0.0.1:5552"},
                                                                        {venue::polymarket, "tcp://127.0.0.1:5553"}}};
  std::ifstream in{STRIKE_DEPLOY "/strike.example.toml"};
  std::string toml;
  for (std::string line; std::getline(in, line);) // its gateways are commented out
    toml += (line.starts_with('#') && !line.starts_with("# ") ? line.substr(1) : line) + '\n';
  for (const auto& [at, endpoint] : ports) {
    const auto header = "\n[gateway." + std::string{to_text(at)} + "]";
    const auto begin = toml.find(header);
    ASSERT_NE(begin, std::string::npos) << header;
    const auto shown = read(toml.substr(begin, toml.find("\n[", begin + 1) - begin), at, "inproc://other").made;
    EXPECT_EQ(shown.publish.endpoint, endpoint);
    EXPECT_EQ(shown.ca_file, read("").made.ca_file);
    EXPECT_EQ(shown.grace, read("").made.grace);
  }
}

} // namespace
