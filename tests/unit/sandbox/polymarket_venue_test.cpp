#include "sandbox/polymarket_venue.hpp"

#include "unit/sandbox/venue_kit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <fstream>
#include <map>
#include <set>

using namespace strike;
using namespace strike::literals;
using namespace strike::sandbox;
namespace json = boost::json;

namespace {

using levels = std::map<std::string, std::string>; ///< size by price

/// Follows `book` and `price_change` as a client does.
struct follower {
  struct book {
    levels bids, asks;
    std::string hash;
  };
  std::map<std::string, book> books;
  std::map<std::string, int> seen; ///< by event_type
  std::vector<json::value> messages;

  void read(const std::string& text) {
    const auto x = json::parse(text);
    if (x.is_array()) {
      for (const auto& one : x.get_array()) see(one);
    } else {
      see(x);
    }
  }
  void see(const json::value& x) {
    const std::string type{text_at(x, "/event_type")};
    ++seen[type];
    messages.push_back(x);
    if (type == "book") {
      auto& own = books[std::string{text_at(x, "/asset_id")}];
      own = {.hash = std::string{text_at(x, "/hash")}};
      for (const auto& level : x.at("bids").as_array())
        own.bids[std::string{text_at(level, "/price")}] = text_at(level, "/size");
      for (const auto& level : x.at("asks").as_array())
        own.asks[std::string{text_at(level, "/price")}] = text_at(level, "/size");
    }
    if (type != "price_change") return;
    for (const auto& change : x.at("price_changes").as_array()) {
      const auto found = books.find(std::string{text_at(change, "/asset_id")});
      if (found == books.end()) continue; // not subscribed
      auto& side = text_at(change, "/side") == "BUY" ? found->second.bids : found->second.asks;
      const std::string at{text_at(change, "/price")};
      if (text_at(change, "/size") == "0")
        side.erase(at);
      else
        side[at] = text_at(change, "/size");
      found->second.hash = text_at(change, "/hash");
    }
  }
};

struct polymarket_venue_test : testing::Test {
  market_run run;
  polymarket::polymarket_venue pm{{}, run.market, run.view};
  fake_connection client;
  follower view;

  polymarket_venue_test() {
    pass(ns_per_s);
    EXPECT_FALSE(pm.on_upgrade({.path = "/ws/market"}, run.now_ns));
    pm.on_open(client, {.path = "/ws/market"}, run.now_ns);
  }

  void pass(std::int64_t ns) { run.advance(pm, venue::polymarket, ns); }
  void say(const std::string& text) { pm.on_text(client, text, run.now_ns); }
  void read_all() {
    for (const auto& text : client.texts) view.read(text);
    client.texts.clear();
  }

  http_response get(const std::string& path, headers query = {}) {
    return pm.on_http({.method = "GET", .path = path, .query = std::move(query)}, run.now_ns);
  }
  json::value ask(const std::string& path, headers query = {}) {
    const auto x = get(path, std::move(query));
    EXPECT_EQ(x.status, 200) << path << ' ' << x.body;
    return json::parse(x.body);
  }
  json::value post(const std::string& path, const std::string& body) {
    return json::parse(pm.on_http({.method = "POST", .path = path, .body = body}, run.now_ns).body);
  }

  std::vector<std::string> tokens(std::size_t most) const {
    std::vector<std::string> found;
    for (const auto& x : run.market.markets())
      for (const auto& outcome : x.outcomes)
        if (found.size() < most) found.push_back(outcome.token);
    return found;
  }
  void subscribe(const std::vector<std::string>& names, const std::string& extra = "") {
    say(R"({"type":"market","assets_ids":)" + polymarket::array_of(names) + extra + "}");
  }
};

std::string sha1(const std::string& text) {
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  std::string hex;
  for (const auto x : digest) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", x);
    hex += two;
  }
  return hex;
}

} // namespace

TEST_F(polymarket_venue_test, answers_a_ping) {
  say("PING");
  EXPECT_EQ(client.texts.back(), "PONG");
}

TEST_F(polymarket_venue_test, sends_the_first_books_as_one_array) {
  subscribe(tokens(4));
  ASSERT_EQ(client.texts.size(), 1U);
  EXPECT_EQ(client.last().as_array().size(), 4U);
  EXPECT_EQ(text_at(client.last(), "/0/event_type"), "book");
}

TEST_F(polymarket_venue_test, gives_no_books_when_none_are_wanted) {
  subscribe(tokens(4), R"(,"initial_dump":false)");
  EXPECT_TRUE(client.texts.empty());
}

TEST_F(polymarket_venue_test, does_not_answer_for_a_token_twice) {
  subscribe(tokens(2));
  say(R"({"operation":"subscribe","assets_ids":)" + polymarket::array_of(tokens(2)) + "}");
  EXPECT_EQ(client.texts.back(), "NO NEW ASSETS");
  say(R"({"operation":"subscribe","assets_ids":)" + polymarket::array_of(tokens(4)) + "}");
  EXPECT_EQ(client.last().as_array().size(), 2U);
}

TEST_F(polymarket_venue_test, makes_followers_end_with_the_book_that_rest_gives) {
  subscribe(tokens(1'000));
  pass(60 * ns_per_s);
  read_all();
  EXPECT_GT(view.seen["price_change"], 500);
  int compared = 0;
  for (const auto& [token, own] : view.books) {
    const auto x = get("/book", {{"token_id", token}});
    if (x.status != 200) continue;
    follower truth;
    auto book = json::parse(x.body).as_object();
    book["event_type"] = "book";
    truth.see(book);
    EXPECT_EQ(own.bids, truth.books[token].bids);
    EXPECT_EQ(own.asks, truth.books[token].asks);
    EXPECT_EQ(own.hash, truth.books[token].hash);
    ++compared;
  }
  EXPECT_GT(compared, 30);
}

TEST_F(polymarket_venue_test, tells_both_tokens_of_a_market_in_one_change) {
  subscribe(tokens(2));
  pass(30 * ns_per_s);
  read_all();
  ASSERT_GT(view.seen["price_change"], 0);
  for (const auto& x : view.messages) {
    if (text_at(x, "/event_type") != "price_change") continue;
    std::set<std::string> assets;
    for (const auto& change : x.at("price_changes").as_array()) assets.emplace(text_at(change, "/asset_id"));
    EXPECT_EQ(assets.size(), 2U);
  }
}

TEST_F(polymarket_venue_test, sends_a_book_after_each_trade) {
  subscribe(tokens(2));
  pass(120 * ns_per_s);
  read_all();
  ASSERT_GT(view.seen["last_trade_price"], 0);
  EXPECT_EQ(view.seen["book"], 2 + 2 * view.seen["last_trade_price"]);
}

TEST_F(polymarket_venue_test, keeps_custom_messages_for_those_who_want_them) {
  subscribe(tokens(2));
  pass(60 * ns_per_s);
  read_all();
  EXPECT_EQ(view.seen["best_bid_ask"], 0);
  say(R"({"operation":"subscribe","assets_ids":[],"custom_feature_enabled":true})");
  pass(310 * ns_per_s); // five-minute markets end and begin
  read_all();
  EXPECT_GT(view.seen["best_bid_ask"], 0);
  EXPECT_GE(view.seen["new_market"], 3);
  EXPECT_GE(view.seen["market_resolved"], 3);
  for (const auto& x : view.messages)
    if (text_at(x, "/event_type") == "market_resolved") {
      EXPECT_TRUE(text_at(x, "/winning_asset_id") == text_at(x, "/assets_ids/0") ||
                  text_at(x, "/winning_asset_id") == text_at(x, "/assets_ids/1"));
    }
}

TEST_F(polymarket_venue_test, sends_nothing_of_what_was_dropped) {
  subscribe(tokens(2));
  say(R"({"operation":"unsubscribe","assets_ids":)" + polymarket::array_of(tokens(2)) + "}");
  client.texts.clear();
  pass(30 * ns_per_s);
  EXPECT_TRUE(client.texts.empty());
}

TEST_F(polymarket_venue_test, announces_a_finer_tick_for_each_token) {
  subscribe(tokens(1'000));
  pass(360 * ns_per_s); // a five-minute market that ends is nearly certain
  read_all();
  ASSERT_GT(view.seen["tick_size_change"], 0);
  EXPECT_EQ(view.seen["tick_size_change"] % 2, 0);
  for (const auto& x : view.messages)
    if (text_at(x, "/event_type") == "tick_size_change") {
      EXPECT_EQ(text_at(x, "/old_tick_size"), "0.01");
      EXPECT_EQ(text_at(x, "/new_tick_size"), "0.001");
    }
}

TEST(polymarket_channel, gives_no_books_beyond_500_tokens_of_a_connection) {
  market_run run{{.prediction_days = 14, .prediction_strikes = 25}};
  polymarket::polymarket_venue pm{{}, run.market, run.view};
  run.advance(pm, venue::polymarket, 0);
  std::vector<std::string> names;
  for (const auto& x : run.market.markets())
    for (const auto& outcome : x.outcomes) names.push_back(outcome.token);
  ASSERT_GT(names.size(), 600U);
  names.resize(600);
  fake_connection client;
  pm.on_open(client, {.path = "/ws/market"}, run.now_ns);
  pm.on_text(client, R"({"type":"market","assets_ids":)" + polymarket::array_of(names) + "}", run.now_ns);
  EXPECT_EQ(client.last().as_array().size(), 500U);
}

TEST_F(polymarket_venue_test, hashes_a_book_over_itself_with_an_empty_hash) {
  auto text = get("/book", {{"token_id", tokens(1)[0]}}).body;
  const std::string hash{text_at(json::parse(text), "/hash")};
  text.replace(text.find(hash), hash.size(), "");
  EXPECT_EQ(sha1(text), hash);
}

TEST_F(polymarket_venue_test, writes_a_book_with_the_keys_of_the_published_hash) {
  const auto x = ask("/book", {{"token_id", tokens(1)[0]}});
  std::vector<std::string> keys;
  for (const auto& member : x.as_object()) keys.emplace_back(std::string_view{member.key()});
  EXPECT_EQ(keys, (std::vector<std::string>{"market", "asset_id", "timestamp", "hash", "bids", "asks", "min_order_size",
                                            "tick_size", "neg_risk", "last_trade_price"}));
  const auto& bids = x.at("bids").as_array();
  ASSERT_GT(bids.size(), 1U);
  EXPECT_LT(*parse_decimal<price>(text_at(bids[0], "/price")), *parse_decimal<price>(text_at(bids[1], "/price")));
}

TEST_F(polymarket_venue_test, answers_for_a_token) {
  const auto token = tokens(1)[0];
  const headers query{{"token_id", token}};
  const auto bid = *parse_decimal<price>(text_at(ask("/price", {{"token_id", token}, {"side", "BUY"}}), "/price"));
  const auto offer = *parse_decimal<price>(text_at(ask("/price", {{"token_id", token}, {"side", "SELL"}}), "/price"));
  EXPECT_LT(bid, offer);
  EXPECT_EQ(text_at(ask("/spread", query), "/spread"), to_string(offer - bid));
  EXPECT_EQ(text_at(ask("/midpoint", query), "/mid"), to_string(price{(bid.nanos + offer.nanos) / 2}));
  EXPECT_EQ(ask("/tick-size", query).at("minimum_tick_size").as_double(), 0.01);
  EXPECT_FALSE(ask("/neg-risk", query).at("neg_risk").as_bool());
  EXPECT_EQ(post("/books", R"([{"token_id":")" + token + R"("},{"token_id":"1"}])").as_array().size(), 1U);
  EXPECT_EQ(get("/book", {{"token_id", "1"}}).status, 404);
  EXPECT_EQ(get("/price", query).status, 400);
}

TEST_F(polymarket_venue_test, answers_what_a_client_asks_first) {
  EXPECT_EQ(get("/ok").body, R"("OK")");
  EXPECT_EQ(ask("/time").as_int64(), run.now_ns / ns_per_s);
  EXPECT_EQ(ask("/version").at("version").as_int64(), 2);
  EXPECT_EQ(get("/nothing").status, 404);
}

TEST_F(polymarket_venue_test, walks_the_markets_of_the_clob) {
  std::set<std::string> found;
  std::string cursor;
  while (cursor != "LTE=") {
    const auto x = ask("/markets", cursor.empty() ? headers{} : headers{{"next_cursor", cursor}});
    for (const auto& row : x.at("data").as_array()) found.emplace(text_at(row, "/condition_id"));
    cursor = text_at(x, "/next_cursor");
  }
  EXPECT_EQ(found.size(), run.market.markets().size());
  const auto& one = run.market.markets()[0];
  EXPECT_EQ(text_at(ask("/markets/" + one.condition_id), "/tokens/0/token_id"), one.outcomes[0].token);
  EXPECT_EQ(text_at(ask("/markets-by-token/" + one.outcomes[1].token), "/condition_id"), one.condition_id);
  EXPECT_EQ(text_at(ask("/clob-markets/" + one.condition_id), "/t/1/t"), one.outcomes[1].token);
  EXPECT_EQ(get("/markets/0x12").status, 404);
}

TEST_F(polymarket_venue_test, walks_gamma_by_its_cursor) {
  std::set<std::string> found;
  headers query{{"closed", "false"}, {"limit", "7"}};
  for (;;) {
    const auto x = ask("/gamma/markets/keyset", query);
    for (const auto& row : x.at("markets").as_array()) EXPECT_TRUE(found.emplace(text_at(row, "/id")).second);
    if (!x.as_object().contains("next_cursor")) break;
    query = {{"closed", "false"}, {"limit", "7"}, {"after_cursor", std::string{text_at(x, "/next_cursor")}}};
  }
  EXPECT_EQ(found.size(), run.market.markets().size());
}

TEST_F(polymarket_venue_test, writes_gammas_arrays_as_texts) {
  const auto& one = run.market.markets()[0];
  const auto x = ask("/gamma/markets/slug/" + one.slug);
  EXPECT_EQ(text_at(x, "/clobTokenIds"), "[\"" + one.outcomes[0].token + "\", \"" + one.outcomes[1].token + "\"]");
  EXPECT_EQ(text_at(x, "/outcomes"), R"(["Up", "Down"])");
  EXPECT_EQ(text_at(x, "/events/0/slug"), one.event_slug);
}

TEST_F(polymarket_venue_test, cuts_gammas_limit_to_a_hundred) {
  market_run large{{.prediction_days = 14, .prediction_strikes = 11}};
  polymarket::polymarket_venue of_it{{}, large.market, large.view};
  large.advance(of_it, venue::polymarket, 0);
  ASSERT_GT(large.market.markets().size(), 100U);
  const auto x = of_it.on_http({.method = "GET", .path = "/markets", .query = {{"limit", "500"}}}, large.now_ns);
  EXPECT_EQ(json::parse(x.body).as_array().size(), 100U);
}

TEST_F(polymarket_venue_test, filters_gamma_by_token_condition_and_slug) {
  const auto &one = run.market.markets()[1], &two = run.market.markets()[5];
  const auto ids = [&](headers query) {
    std::vector<std::string> found;
    const auto rows = ask("/gamma/markets", std::move(query));
    for (const auto& x : rows.as_array()) found.emplace_back(text_at(x, "/id"));
    return found;
  };
  const std::vector<std::string> both{one.gamma_id, two.gamma_id};
  EXPECT_EQ(ids({{"clob_token_ids", one.outcomes[1].token}, {"clob_token_ids", two.outcomes[0].token}}), both);
  EXPECT_EQ(ids({{"condition_ids", one.condition_id}, {"condition_ids", two.condition_id}}), both);
  EXPECT_EQ(ids({{"slug", one.slug}}), std::vector{one.gamma_id});
  EXPECT_EQ(get("/gamma/markets", {{"offset", "10001"}}).status, 422);
  EXPECT_EQ(get("/gamma/markets", {{"closed", "maybe"}}).status, 422);
}

TEST_F(polymarket_venue_test, finds_a_closed_market_only_when_closed_ones_are_asked_for) {
  const auto slug = run.market.markets()[0].slug;
  pass(310 * ns_per_s);
  ASSERT_TRUE(run.market.markets()[0].is_closed);
  EXPECT_TRUE(ask("/gamma/markets", {{"slug", slug}}).as_array().empty());
  const auto x = ask("/gamma/markets", {{"slug", slug}, {"closed", "true"}});
  ASSERT_EQ(x.as_array().size(), 1U);
  const auto prices = text_at(x, "/0/outcomePrices");
  EXPECT_TRUE(prices == R"(["1", "0"])" || prices == R"(["0", "1"])") << prices;
  EXPECT_EQ(get("/book", {{"token_id", run.market.markets()[0].outcomes[0].token}}).status, 404);
}

TEST_F(polymarket_venue_test, searches_events_by_words) {
  const auto x = ask("/gamma/public-search", {{"q", "BITCOIN above"}, {"limit_per_type", "1"}});
  ASSERT_EQ(x.at("events").as_array().size(), 1U);
  EXPECT_THAT(std::string{text_at(x, "/events/0/slug")}, testing::StartsWith("bitcoin-above-on-"));
  EXPECT_EQ(x.at_pointer("/events/0/markets").as_array().size(), 5U);
  EXPECT_TRUE(x.at_pointer("/pagination/hasMore").as_bool());
  EXPECT_EQ(x.at_pointer("/pagination/totalResults").as_int64(), 2);
}

TEST_F(polymarket_venue_test, marks_the_ranges_of_a_day_as_neg_risk_with_one_id) {
  const auto x = ask("/gamma/events", {{"limit", "100"}, {"closed", "false"}});
  int families = 0;
  for (const auto& event : x.as_array()) {
    if (!event.at("negRisk").as_bool()) continue;
    ++families;
    for (const auto& market : event.at("markets").as_array())
      EXPECT_EQ(text_at(market, "/negRiskMarketID"), text_at(event, "/negRiskMarketID"));
  }
  EXPECT_EQ(families, 2);
}

TEST_F(polymarket_venue_test, tells_gamma_from_the_clob_by_path_and_parameters) {
  EXPECT_TRUE(ask("/markets").is_object());
  EXPECT_TRUE(ask("/markets", {{"closed", "false"}}).is_array());
  EXPECT_TRUE(ask("/tags").is_array());
}

TEST(polymarket_cursor, reads_what_it_writes) {
  for (const std::size_t place : {0U, 7U, 100U, 12'345U, 4'000'000U})
    EXPECT_EQ(polymarket::place_of(polymarket::cursor_of(place)), place);
  EXPECT_EQ(polymarket::cursor_of(100), "MTAw"); // as recorded
  for (const auto* text : {"", "x", "LTE=", "!!!!"}) EXPECT_FALSE(polymarket::place_of(text)) << text;
}
