#include "polymarket/frame.hpp"

#include "kit/polymarket_data.hpp"

#include <fmt/format.h>

#include <random>

namespace strike::polymarket {
namespace {

using namespace literals;
using test::padded;
using test::polymarket_data;

/// One line a message, with all that its kind has.
std::string text_of(const market_message& x) {
  const auto price_text = [](optional_price p) { return p ? to_string(*p) : std::string{"-"}; };
  auto text = fmt::format("{} @{}", to_text(x.kind), x.venue_ns / 1'000'000);
  if (!x.asset.empty()) text += fmt::format(" {}", x.asset.substr(0, 4));
  for (const auto& level : x.bids) text += fmt::format(" b{}x{}", to_string(level.at), to_string(level.size));
  for (const auto& level : x.asks) text += fmt::format(" a{}x{}", to_string(level.at), to_string(level.size));
  for (const auto& c : x.changes)
    text += c.is_malformed
                ? fmt::format(" [{} malformed]", c.asset.substr(0, 4))
                : fmt::format(" [{} {} {}x{} {}/{}]", c.asset.substr(0, 4), to_text(c.on), to_string(c.level.at),
                              to_string(c.level.size), price_text(c.best_bid), price_text(c.best_ask));
  if (x.kind == message_kind::best_bid_ask) text += " " + price_text(x.best_bid) + "/" + price_text(x.best_ask);
  if (x.last) text += " last " + to_string(*x.last);
  if (x.size) text += " size " + to_string(*x.size);
  if (x.taker) text += fmt::format(" {}", to_text(*x.taker));
  if (x.tick) text += " tick " + to_string(*x.tick);
  for (const auto asset : x.assets) text += fmt::format(" {}", asset.substr(0, 4));
  if (!x.winner.empty()) text += fmt::format(" won {}", x.winner.substr(0, 4));
  if (!x.fault.empty()) text += fmt::format(" fault {}", x.fault);
  return text;
}

std::string read(std::string_view frame) {
  frame_reader reader;
  const padded input{frame};
  const auto messages = reader.read(input.text());
  if (!messages) return "malformed";
  std::string lines;
  for (const auto& x : *messages) lines += (lines.empty() ? "" : "\n") + text_of(x);
  return lines;
}

TEST(frame, recorded_messages_are_read_as_they_were_sent) {
  EXPECT_EQ(read(polymarket_data("ws/market_best_bid_ask.json")), "best_bid_ask @1766789469958 8535 0.73/0.77");
  EXPECT_EQ(read(polymarket_data("ws/market_last_trade_price.json")),
            "last_trade_price @1724564136087 2174 last 0.491 size 85.36 sell");
  EXPECT_EQ(read(polymarket_data("ws/market_new_market.json")), "new_market @0 7604 3169");
  EXPECT_EQ(read(polymarket_data("ws/market_tick_size_change.json")),
            "tick_size_change @1739068041853 1154 tick 0.001");
  EXPECT_EQ(read(polymarket_data("http/book.json")),
            "book @1728799418260 2336 b0.01x1000 b0.06x200 b0.08x120 b0.09x294 b0.1x125 a0.98x5000 a0.5x30 a0.47x50 "
            "a0.46x10 a0.38x192.3 a0.2x70 a0.14x705");
}

TEST(frame, three_generations_of_price_change_mean_the_same) {
  EXPECT_EQ(read(polymarket_data("ws/market_price_change_batch.json")),
            "price_change @1729084877448 [5211 buy 0.6x3300 0.6/0.7] [5211 buy 0.5x3400 0.6/0.7] [5211 buy 0.7x3400 "
            "0.6/0.7]");
  EXPECT_EQ(read(polymarket_data("ws/market_price_change_flat_2024.json")),
            "price_change @1723967931411 4833 [4833 sell 0.514x21574.08 -/-]");
  EXPECT_EQ(read(R"({"changes":[{"price":".4","side":"SELL","size":"0"},{"price":"0.3","side":"BUY","size":"7"}],
                     "asset_id":"11","market":"0xaa","hash":"ab","timestamp":"1729084877448","event_type":"price_change"})"),
            "price_change @1729084877448 11 [11 sell 0.4x0 -/-] [11 buy 0.3x7 -/-]");
}

TEST(frame, an_array_holds_messages_of_any_kind) {
  EXPECT_EQ(read("[]"), "");
  EXPECT_EQ(
      read(R"([{"event_type":"book","market":"0xaa","asset_id":"11","timestamp":"1782864000000","bids":[],"asks":[],
                      "tick_size":"0.01","last_trade_price":"0.42","min_order_size":"5","neg_risk":false},
                     {"event_type":"market_resolved","market":"0xaa","assets_ids":["11","12"],"winning_asset_id":"12",
                      "winning_outcome":"No","timestamp":"1782864000000"},
                     {"event_type":"weather","sun":true}])"),
      "book @1782864000000 11 last 0.42 tick 0.01\nmarket_resolved @1782864000000 11 12 won 12\n? @0");
}

TEST(frame, numbers_may_stand_without_quotes_and_optional_ones_may_be_empty) {
  EXPECT_EQ(read(R"({"event_type":"price_change","timestamp":1782864000,"price_changes":[
                     {"asset_id":"11","price":0.4,"size":7,"side":"BUY","best_bid":"","best_ask":null}]})"),
            "price_change @1782864000000 [11 buy 0.4x7 -/-]");
}

TEST(frame, an_unreadable_level_spoils_itself_and_is_told) {
  EXPECT_EQ(
      read(R"({"event_type":"price_change","timestamp":"1782864000000","price_changes":[
                     {"asset_id":"11","price":"x","size":"7","side":"BUY"},{"asset_id":"12","price":"0.4","size":"7","side":"BUY"},
                     {"asset_id":"13","price":"1","size":"7","side":"BUY"},{"asset_id":"14","price":"0.4","size":"-7","side":"BUY"},
                     {"asset_id":"15","price":"0.4","size":"7","side":"HOLD"},{"asset_id":"16","price":"0.4","side":"BUY"}]})"),
      "price_change @1782864000000 [11 malformed] [12 buy 0.4x7 -/-] [13 malformed] [14 malformed] [15 malformed] "
      "[16 malformed] fault price_changes");
  EXPECT_EQ(read(R"({"event_type":"book","asset_id":"11","timestamp":"1782864000000",
                     "bids":[{"price":"0.1","size":"1e"},{"price":"0.2","size":"1"}],"asks":[]})"),
            "book @1782864000000 11 b0.2x1 fault bids");
}

TEST(frame, a_missing_field_that_counts_is_told) {
  EXPECT_EQ(read(R"({"event_type":"book","asset_id":"11","bids":[],"asks":[]})"), "book @0 11 fault timestamp");
  EXPECT_EQ(read(R"({"event_type":"book","timestamp":"1782864000000","bids":[],"asks":[]})"),
            "book @1782864000000 fault asset_id");
  EXPECT_EQ(read(R"({"event_type":"book","asset_id":"11","timestamp":"1782864000000"})"),
            "book @1782864000000 11 fault bids");
  EXPECT_EQ(read(R"({"event_type":"tick_size_change","asset_id":"11","timestamp":"1782864000000"})"),
            "tick_size_change @1782864000000 11 fault new_tick_size");
  EXPECT_EQ(read(R"({"event_type":"last_trade_price","asset_id":"11","timestamp":"1782864000000","size":"1"})"),
            "last_trade_price @1782864000000 11 size 1 fault price");
}

TEST(frame, ticks_and_trades_that_cannot_be_are_told) {
  EXPECT_EQ(
      read(R"({"event_type":"tick_size_change","asset_id":"11","timestamp":"1782864000000","new_tick_size":"0"})"),
      "tick_size_change @1782864000000 11 fault new_tick_size");
  EXPECT_EQ(read(R"({"asset_id":"11","timestamp":"1782864000000","bids":[],"asks":[],"tick_size":"-1"})"),
            "book @1782864000000 11 fault tick_size");
  EXPECT_EQ(read(R"({"asset_id":"11","timestamp":"1782864000000","bids":[],"asks":[],"last_trade_price":"0"})"),
            "book @1782864000000 11");
  EXPECT_EQ(
      read(R"({"event_type":"last_trade_price","asset_id":"11","timestamp":"1782864000000","price":"1","size":"0"})"),
      "last_trade_price @1782864000000 11 size 0 fault price");
}

TEST(frame, what_is_no_json_is_refused) {
  for (const auto text : {"", "PONG", "{", "[{]", "[1]", "7", "{} {}", R"({"event_type":"book)"})
    EXPECT_EQ(read(text), "malformed") << text;
}

TEST(frame, a_reader_forgets_the_frame_before) {
  frame_reader reader;
  const padded first{polymarket_data("ws/market_price_change_batch.json")}, second{R"({"event_type":"best_bid_ask"})"};
  ASSERT_TRUE(reader.read(first.text()));
  const auto messages = reader.read(second.text());
  ASSERT_TRUE(messages);
  EXPECT_EQ(text_of(messages->front()), "best_bid_ask @0 -/- fault timestamp");
}

TEST(frame, damaged_frames_are_refused_or_read_but_never_overrun) {
  std::mt19937 random{7};
  std::vector<std::string> seeds;
  for (const auto file : {"ws/market_price_change_batch.json", "ws/market_new_market.json", "http/book.json",
                          "ws/market_last_trade_price.json"})
    seeds.push_back(polymarket_data(file));
  frame_reader reader;
  std::size_t refused = 0, read_whole = 0;
  for (int round = 0; round < 4000; ++round) {
    auto text = seeds[random() % seeds.size()];
    for (auto hits = 1 + random() % 4; hits > 0; --hits) {
      const auto at = random() % text.size();
      if (random() % 3 == 0)
        text.resize(at + 1);
      else
        text[at] = R"({}[]":,x0\)"[random() % 10];
    }
    const padded input{text};
    reader.read(input.text()) ? ++read_whole : ++refused;
  }
  EXPECT_GT(refused, 500U);
  EXPECT_GT(read_whole, 500U);
}

} // namespace
} // namespace strike::polymarket
