// `strike catalog` and `strike instruments` as a user types them, on venues that this test plays.
#include "kit/http_server.hpp"
#include "kit/process.hpp"
#include "kit/temp_folder.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

namespace {

std::string test_data(const std::string& name) {
  std::ifstream in{std::string{STRIKE_TEST_DATA} + "/" + name, std::ios::binary};
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<std::pair<std::string, std::string>> venues() {
  return {{"/markets/keyset", R"({"markets":[)" + test_data("polymarket/gamma/market_open_5m_crypto.json") + "]}"},
          {"/public/get_instruments", test_data("deribit/http_get_instruments_btc_2021.json")},
          {"erc20", R"({"result":{"instruments":[)" + test_data("derive/v2_mainnet_instrument_spot.json") +
                        R"(],"pagination":{"count":1,"num_pages":1}}})"},
          {"/public/get_all_instruments", R"({"result":{"instruments":[],"pagination":{"count":0,"num_pages":0}}})"}};
}

struct catalog_command_test : testing::Test {
  temp_folder folder;

  void point_to(const std::string& url) {
    (void)folder.write("strike.toml",
                       "[catalog]\ngamma = \"" + url + "\"\nderibit = \"" + url + "\"\nderive = \"" + url + "\"\n");
  }
  process_result strike(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), STRIKE_BINARY);
    return process{arguments, folder / "", folder / ""}.wait();
  }
  bool has_cache(const std::string& venue) const {
    return std::filesystem::exists(folder / "catalog" / (venue + "_markets.jsonl"));
  }
};

TEST_F(catalog_command_test, the_first_search_fetches_and_the_next_needs_no_venue) {
  {
    const http_server venue{venues()};
    point_to(venue.url());
    const auto first = strike({"catalog", "search", "bitcoin up"});
    EXPECT_EQ(first.exit_code, 0) << first.err;
    EXPECT_THAT(first.out, HasSubstr("btc-updown-5m-1773307200"));
    EXPECT_THAT(first.err, HasSubstr("fetching the list of polymarket for the first time"));
    for (const auto* name : {"polymarket", "deribit", "derive"}) EXPECT_TRUE(has_cache(name)) << name;
  }
  const auto next = strike({"catalog", "search", "put 40000", "--limit", "2", "--json"});
  EXPECT_EQ(next.exit_code, 0) << next.err;
  EXPECT_EQ(next.err, "");
  const auto found = json::parse(next.out).as_array();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].at("market").at("venue"), "deribit");
  EXPECT_GE(found[0].at("score").as_int64(), found[1].at("score").as_int64());
}

TEST_F(catalog_command_test, a_market_is_shown_by_slug_id_and_token) {
  const http_server venue{venues()};
  point_to(venue.url());
  const std::string id = "0x78443f961b9a65869dcb39359de9960165c7e5cbad0904eac7f29cd77872a63b";
  const std::string token = "71183960810705820955071415844881728181970340514894896943812046065452395013351";
  for (const auto& name : {std::string{"btc-updown-5m-1773307200"}, id, token}) {
    const auto shown = strike({"catalog", "show", name});
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr(token + " Down"));
  }
  const auto none = strike({"catalog", "show", "nothing"});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.err, HasSubstr("'nothing' is no id, token or slug of 400 markets"));
}

TEST_F(catalog_command_test, instruments_are_chosen_by_currency_kind_and_expiry) {
  const http_server venue{venues()};
  point_to(venue.url());
  const auto all =
      strike({"instruments", "deribit", "--currency", "BTC", "--kind", "option", "--expiry", "2021-09-24", "--json"});
  EXPECT_EQ(all.exit_code, 0) << all.err;
  const auto found = json::parse(all.out).as_array();
  EXPECT_EQ(found.size(), 62U);
  for (const auto& x : found) EXPECT_THAT(std::string{x.at("id").as_string()}, HasSubstr("BTC-24SEP21-"));
  EXPECT_FALSE(has_cache("polymarket"));
  EXPECT_EQ(strike({"instruments", "deribit", "--currency", "DOGE"}).exit_code, 1);
  EXPECT_THAT(strike({"instruments", "derive"}).out, HasSubstr("ETH-USDC  spot"));
}

TEST_F(catalog_command_test, without_cache_and_venue_it_says_which_file_and_which_host) {
  std::string gone;
  gone = http_server{{}}.url(); // nobody listens there any more
  point_to(gone);
  const auto none = strike({"catalog", "search", "bitcoin", "--venue", "polymarket"});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.err, HasSubstr("catalog/polymarket_markets.jsonl: no such cache"));
  EXPECT_THAT(none.err, HasSubstr(gone.substr(gone.rfind('/') + 1)));
}

TEST_F(catalog_command_test, the_past_is_asked_of_the_cache_alone) {
  {
    const http_server venue{venues()};
    point_to(venue.url());
    EXPECT_EQ(strike({"catalog", "refresh", "--venue", "polymarket"}).exit_code, 0);
  }
  EXPECT_EQ(strike({"catalog", "search", "bitcoin", "--as-of", "2100-01-01"}).exit_code, 0);
  const auto before = strike({"catalog", "search", "bitcoin", "--as-of", "2020-01-01"});
  EXPECT_EQ(before.exit_code, 1);
  EXPECT_THAT(before.err, HasSubstr("polymarket_markets.jsonl: nothing is known of before 2"));
}

TEST_F(catalog_command_test, a_backtest_takes_a_cache_and_says_when_it_is_none) {
  const auto file = folder.write("x.jsonl", "{}\n");
  const auto done = strike({"backtest", "--catalog", file.string()});
  EXPECT_EQ(done.exit_code, 2);
  EXPECT_THAT(done.err, HasSubstr("x.jsonl:1: damaged"));
}

} // namespace
