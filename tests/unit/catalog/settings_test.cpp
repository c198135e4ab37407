#include "catalog/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

using namespace strike;
using namespace strike::catalog;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

struct read_result {
  settings how;
  std::string mistakes;
};

read_result read(std::string_view toml) {
  auto document = config::document::from_text(toml, "test.toml", "/home/me");
  EXPECT_TRUE(document) << document.error().text;
  read_result x{.how = read_settings(document->root())};
  if (auto done = document->finish(); !done) x.mistakes = done.error().text;
  return x;
}

TEST(catalog_settings, have_defaults_beside_the_configuration_file) {
  const auto x = read("");
  EXPECT_EQ(x.mistakes, "");
  EXPECT_EQ(x.how.folder, "/home/me/catalog");
  EXPECT_THAT(x.how.venues, ElementsAre(venue::polymarket, venue::deribit, venue::derive));
  EXPECT_EQ(x.how.refresh_ns, ns_per_day);
  EXPECT_EQ(x.how.keep_ns, 90 * ns_per_day);
  EXPECT_EQ(x.how.sources.polymarket, polymarket_list::gamma);
}

/// The example claims to show the defaults.
TEST(catalog_settings, are_those_of_the_example) {
  std::ifstream in{std::filesystem::path{STRIKE_DEPLOY} / "strike.example.toml"};
  std::string line, toml;
  while (std::getline(in, line) && !line.starts_with("#[catalog]"))
    ;
  do
    if (line.starts_with('#')) toml += line.substr(1) + "\n";
  while (std::getline(in, line) && !line.empty());
  ASSERT_THAT(toml, HasSubstr("polymarket_list"));
  const auto shown = read(toml), built_in = read("");
  EXPECT_EQ(shown.mistakes, "");
  EXPECT_EQ(shown.how.folder, built_in.how.folder);
  EXPECT_EQ(shown.how.venues, built_in.how.venues);
  EXPECT_EQ(shown.how.refresh_ns, built_in.how.refresh_ns);
  EXPECT_EQ(shown.how.keep_ns, built_in.how.keep_ns);
  EXPECT_EQ(shown.how.sources.polymarket, built_in.how.sources.polymarket);
  EXPECT_EQ(shown.how.sources.gamma, built_in.how.sources.gamma);
  EXPECT_EQ(shown.how.sources.clob, built_in.how.sources.clob);
  EXPECT_EQ(shown.how.sources.deribit, built_in.how.sources.deribit);
  EXPECT_EQ(shown.how.sources.derive, built_in.how.sources.derive);
}

TEST(catalog_settings, take_all_keys) {
  const auto x = read(R"([catalog]
folder = "/tmp/lists"
venues = ["deribit", "deribit"]
refresh = "1h"
keep = "7d"
polymarket_list = "clob"
gamma = "https://a/"
clob = "https://b"
deribit = "https://c"
derive = "http://127.0.0.1:1"
ca_file = "ca.pem"
)");
  EXPECT_EQ(x.mistakes, "");
  EXPECT_EQ(x.how.folder, "/tmp/lists");
  EXPECT_THAT(x.how.venues, ElementsAre(venue::deribit));
  EXPECT_EQ(x.how.refresh_ns, 3600 * ns_per_s);
  EXPECT_EQ(x.how.keep_ns, 7 * ns_per_day);
  EXPECT_EQ(x.how.sources.polymarket, polymarket_list::clob);
  EXPECT_EQ(x.how.sources.gamma, "https://a");
  EXPECT_EQ(x.how.ca_file, "/home/me/ca.pem");
}

TEST(catalog_settings, refuse_what_cannot_be) {
  EXPECT_THAT(read("[catalog]\nvenues = [\"kraken\"]").mistakes, HasSubstr("unknown venue 'kraken'"));
  EXPECT_THAT(read("[catalog]\nvenues = []").mistakes, HasSubstr("at least one"));
  EXPECT_THAT(read("[catalog]\nrefresh = \"0s\"").mistakes, HasSubstr("above 0"));
  EXPECT_THAT(read("[catalog]\ngamma = \"gamma-api\"").mistakes, HasSubstr("is no URL"));
}

} // namespace
