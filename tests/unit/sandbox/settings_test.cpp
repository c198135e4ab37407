#include "sandbox/sandbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace {

using namespace strike;
using testing::HasSubstr;

struct reading {
  sandbox::settings made;
  std::string mistakes;
};

reading read(const std::string& toml) {
  const auto document = config::document::from_text(toml, "test.toml");
  reading x{sandbox::read_settings(document->root()), {}};
  if (const auto ok = document->finish(); !ok) x.mistakes = ok.error().text;
  return x;
}

TEST(sandbox_settings, every_mistake_names_its_key) {
  for (const auto* bad :
       {"[sandbox]\ncontrol = \"0.0.0.0:9440\"", "[sandbox.deribit]\nconnections = 0",
        "[sandbox.deribit]\ntoken_lifetime_s = 0", "[sandbox.derive]\napi = \"v4\"",
        "[sandbox.market]\nevents_per_s = 0", "[sandbox]\nfolders = \"x\"", "[sandbox]\nnames = \"sandbox:9443\""}) {
    const std::string text{bad};
    const auto key = text.substr(text.find('\n') + 1);
    EXPECT_THAT(read(text).mistakes, HasSubstr(key.substr(0, key.find(' ')))) << bad;
  }
}

TEST(sandbox_settings, the_example_configuration_shows_the_defaults) {
  std::ifstream in{STRIKE_DEPLOY "/strike.example.toml"};
  std::string toml;
  for (std::string line; std::getline(in, line);) // its tables are commented out
    toml += (line.starts_with('#') && !line.starts_with("# ") ? line.substr(1) : line) + '\n';
  const auto at = toml.find("\n[sandbox]\n");
  ASSERT_NE(at, std::string::npos);
  const auto shown = read(toml.substr(at)), built_in = read("");
  EXPECT_EQ(shown.mistakes, "");
  const auto &a = shown.made, &b = built_in.made;
  EXPECT_EQ(a.listen, b.listen);
  EXPECT_EQ(a.control, b.control);
  EXPECT_EQ(a.folder.filename(), b.folder);
  EXPECT_EQ(a.names, b.names);
  ASSERT_EQ(a.deribit.keys.size(), 1U);
  EXPECT_EQ(a.deribit.keys[0].client_id, b.deribit.keys[0].client_id);
  EXPECT_EQ(a.deribit.keys[0].account, b.deribit.keys[0].account);
  EXPECT_EQ(a.deribit.keys[0].client_secret, b.deribit.keys[0].client_secret);
  EXPECT_EQ(a.deribit.orders.balances, b.deribit.orders.balances);
  EXPECT_EQ(a.deribit.orders.forget_cancelled_ns, b.deribit.orders.forget_cancelled_ns);
  EXPECT_EQ(a.deribit.orders.tells_taker_direction, b.deribit.orders.tells_taker_direction);
  EXPECT_EQ(a.deribit.orders.shorts_are_negative, b.deribit.orders.shorts_are_negative);
  EXPECT_EQ(a.deribit.trading_rate, b.deribit.trading_rate);
  EXPECT_EQ(a.deribit.trading_burst, b.deribit.trading_burst);
  EXPECT_EQ(a.deribit.lower_case_portfolio, b.deribit.lower_case_portfolio);
  EXPECT_EQ(a.deribit.disconnect_spares_triggers, b.deribit.disconnect_spares_triggers);
  EXPECT_EQ(a.deribit.token_lifetime_s, b.deribit.token_lifetime_s);
  EXPECT_EQ(a.deribit.testnet, b.deribit.testnet);
  EXPECT_EQ(a.deribit.most_connections, b.deribit.most_connections);
  EXPECT_EQ(a.derive.orders.version, b.derive.orders.version);
  EXPECT_EQ(a.derive.limits.requests, b.derive.limits.requests);
  EXPECT_EQ(a.derive.limits.matching, b.derive.limits.matching);
  EXPECT_EQ(a.derive.limits.others, b.derive.limits.others);
  EXPECT_EQ(a.derive.limits.cancel_all, b.derive.limits.cancel_all);
  EXPECT_EQ(a.derive.balance, b.derive.balance);
  EXPECT_EQ(a.derive.orders.least_signature_life_ns, b.derive.orders.least_signature_life_ns);
  EXPECT_EQ(a.derive.orders.nonce_window_ns, b.derive.orders.nonce_window_ns);
  EXPECT_EQ(a.derive.orders.burns_unseen_nonces, b.derive.orders.burns_unseen_nonces);
  EXPECT_EQ(a.market.seed, b.market.seed);
  EXPECT_EQ(a.market.coins[0].price, b.market.coins[0].price);
  EXPECT_EQ(a.market.coins[0].volatility, b.market.coins[0].volatility);
  EXPECT_EQ(a.market.expiries, b.market.expiries);
  EXPECT_EQ(a.market.strikes, b.market.strikes);
  EXPECT_EQ(a.market.depth, b.market.depth);
  EXPECT_EQ(a.market.prediction_days, b.market.prediction_days);
  EXPECT_EQ(a.market.prediction_strikes, b.market.prediction_strikes);
  EXPECT_EQ(a.market.prediction_noise, b.market.prediction_noise);
  EXPECT_EQ(a.market.events_per_s, b.market.events_per_s);
  EXPECT_EQ(a.market.first_expiry_after_ns, b.market.first_expiry_after_ns);
}

} // namespace
