#include "exec/polymarket_settings.hpp"

#include "exec/polymarket_venue.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

using namespace strike;
using namespace strike::exec;
using namespace std::chrono_literals;

namespace {

constexpr auto test_key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
constexpr auto test_address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

polymarket_settings read(std::string_view toml) {
  const auto document = config::document::from_text(toml, "test");
  auto made = read_polymarket_settings(document->root());
  EXPECT_TRUE(document->finish()) << document->finish().error().text;
  return made;
}

std::string mistakes(std::string_view toml) {
  const auto document = config::document::from_text(toml, "test");
  read_polymarket_settings(document->root());
  const auto ok = document->finish();
  return ok ? "" : ok.error().text;
}

/// An environment variable, for the length of a test.
struct variable {
  variable(const char* name, const char* value) : name_{name} { ::setenv(name, value, 1); }
  ~variable() { ::unsetenv(name_); }
  const char* name_;
};

} // namespace

TEST(polymarket_settings, the_example_configuration_shows_the_defaults) {
  std::ifstream in{STRIKE_DEPLOY "/strike.example.toml"};
  std::string toml;
  for (std::string line; std::getline(in, line);)
    toml += (line.starts_with('#') && !line.starts_with("# ") ? line.substr(1) : line) + '\n';
  const auto begin = toml.find("\n[exec.polymarket]");
  ASSERT_NE(begin, std::string::npos);
  EXPECT_EQ(read(toml.substr(begin, toml.find("\n[", begin + 1) - begin)), read(""));
}

TEST(polymarket_settings, are_what_the_table_says) {
  const auto made =
      read("[exec.polymarket]\nclob = \"http://127.0.0.1:1/\"\nwallet = \"safe\"\nheartbeat = \"5s\"\n"
           "inexact_buys = \"amount\"\nfee_rounding = \"cut\"\nchain_id = 80002\nuser_markets = \"traded\"");
  EXPECT_EQ(made.clob, "http://127.0.0.1:1");
  EXPECT_EQ(made.wallet, polymarket::wallet_kind::safe);
  EXPECT_EQ(made.heartbeat, 5s);
  EXPECT_EQ(made.inexact, inexact_buys::amount);
  EXPECT_EQ(made.fee_rounding, polymarket::fee_rounding::cut);
  EXPECT_EQ(made.markets, user_markets::traded);
  EXPECT_EQ(sign::to_string(made.exchanges.positions_exchange), "0x9fE6e61422AdB6F610d8597F9684b16912D50C3D");
}

TEST(polymarket_settings, name_what_is_wrong) {
  EXPECT_NE(mistakes("[exec.polymarket]\nclob = \"clob\"").find("must begin with https://"), std::string::npos);
  EXPECT_NE(mistakes("[exec.polymarket]\nheartbeat = \"20s\"").find("heartbeat"), std::string::npos);
  EXPECT_NE(mistakes("[exec.polymarket]\nwallet = \"purse\"").find("eoa, proxy, safe, deposit"), std::string::npos);
  EXPECT_NE(mistakes("[exec.polymarket]\nexchange = \"0x12\"").find("exchange"), std::string::npos);
  EXPECT_NE(mistakes("[exec.polymarket]\nbuilder = \"me\"").find("64 hex digits"), std::string::npos);
  EXPECT_NE(mistakes("[exec.polymarket]\nbatch = 16").find("batch"), std::string::npos);
  EXPECT_NE(mistakes("[exec.polymarket]\npatiense = \"1s\"").find("patiense"), std::string::npos);
}

TEST(polymarket_settings, words_have_names_in_both_directions) {
  for (const auto& row : enum_names<inexact_buys>::table) EXPECT_EQ(from_text<inexact_buys>(row.text), row.value);
  for (const auto& row : enum_names<user_markets>::table) EXPECT_EQ(from_text<user_markets>(row.text), row.value);
}

TEST(polymarket_account, an_eoa_trades_from_the_keys_address) {
  const variable key{"POLYMARKET_PRIVATE_KEY", test_key};
  const auto made = read_polymarket_account(read(""));
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_EQ(sign::to_string(made->funder), test_address);
}

TEST(polymarket_account, proxies_and_safes_follow_from_the_key) {
  const variable key{"POLYMARKET_PRIVATE_KEY", test_key};
  EXPECT_EQ(sign::to_string(read_polymarket_account(read("[exec.polymarket]\nwallet = \"proxy\""))->funder),
            "0x365f0CA36Ae1f641E02fE3B7743673da42A13A70");
  EXPECT_EQ(sign::to_string(read_polymarket_account(read("[exec.polymarket]\nwallet = \"safe\""))->funder),
            "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47");
}

TEST(polymarket_account, a_deposit_wallet_must_be_named) {
  const variable key{"POLYMARKET_PRIVATE_KEY", test_key};
  const auto how = read("[exec.polymarket]\nwallet = \"deposit\"");
  EXPECT_EQ(read_polymarket_account(how).error().code, ec::not_found);
  const variable funder{"POLYMARKET_FUNDER", "0x1111111111111111111111111111111111111111"};
  EXPECT_EQ(sign::to_string(read_polymarket_account(how)->funder), "0x1111111111111111111111111111111111111111");
}

TEST(polymarket_account, mistakes_hold_no_part_of_the_key) {
  const variable key{"POLYMARKET_PRIVATE_KEY", "0xac0974bec39a17e3"};
  const auto made = read_polymarket_account(read(""));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().text.find("ac0974"), std::string::npos);
  EXPECT_NE(made.error().text.find("POLYMARKET_PRIVATE_KEY"), std::string::npos);
}

TEST(polymarket_account, another_funder_than_the_keys_address_is_no_eoa) {
  const variable key{"POLYMARKET_PRIVATE_KEY", test_key};
  const variable funder{"POLYMARKET_FUNDER", "0x1111111111111111111111111111111111111111"};
  const auto made = read_polymarket_account(read(""));
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().text.find("wallet"), std::string::npos);
}
