#include "deribit_kit.hpp"

#include <deque>
#include <map>

using namespace strike;
using namespace strike::gateway_deribit::test;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

/// The shell of a gateway as the test plays it; answers come when the test says so.
struct fake_feed_port final : gateway::feed_port {
  explicit fake_feed_port(instrument_registry& registry) : names{registry} {}
  struct fetched {
    std::string url;
    std::function<void(result<net::http_response>, const moment&)> done;
  };
  void fetch(net::http_request what, std::function<void(result<net::http_response>, const moment&)> done) override {
    fetches.push_back({what.url, std::move(done)});
  }
  instrument_id define(instrument rules, std::int64_t) override {
    const auto id = names.intern(rules.at, rules.symbol);
    defined[rules.symbol] = rules;
    return id.value_or(instrument_id{});
  }
  void set_state(instrument_id which, instrument_state state, optional_double settlement, std::int64_t) override {
    told.push_back(names.at(which).symbol + " " + std::string{to_text(state)} +
                   (settlement ? fmt::format(" {}", *settlement) : ""));
  }
  void distrust(const std::vector<instrument_id>& which, trust) override {
    for (const auto id : which) told.push_back(names.at(id).symbol + " distrusted");
  }
  void publish_late(std::span<const market_event> x) override { late.insert(late.end(), x.begin(), x.end()); }
  void loaded() override { is_loaded = true; }
  void note(oddity what, std::string_view detail, std::string_view) override { notes.push_back(noted(what, detail)); }

  instrument_registry& names;
  std::deque<fetched> fetches;
  std::map<std::string, instrument> defined;
  std::vector<std::string> told, notes;
  std::vector<market_event> late;
  bool is_loaded = false;
};

struct deribit_feed : testing::Test {
  instrument_registry names;
  fake_feed_port port{names};
  gateway_deribit::feed tested{{}, names};
  // 2026-11-27T07:59:50Z
  moment now{1'000 * ns_per_s, 1'795'766'390 * ns_per_s};

  void pass(std::chrono::nanoseconds time) {
    now.steady_ns += time.count();
    now.wall_ns += time.count();
    tested.round(now);
  }
  void answer(const std::string& result) {
    ASSERT_FALSE(port.fetches.empty());
    const auto next = std::move(port.fetches.front());
    port.fetches.pop_front();
    next.done(net::http_response{.status = 200,
                                 .extra = {},
                                 .body = R"({"jsonrpc":"2.0","testnet":false,"result":)" + result + "}"},
              now);
  }
  static std::string perpetual(const std::string& state = "open") {
    return R"({"instrument_name":"BTC-PERPETUAL","kind":"future","settlement_period":"perpetual","tick_size":0.5,"min_trade_amount":10,)"
           R"("contract_size":10,"instrument_type":"reversed","base_currency":"BTC","price_index":"btc_usd","state":")" +
           state + R"("})";
  }
  static std::string option() {
    return R"({"instrument_name":"BTC-27NOV26-90000-C","kind":"option","settlement_period":"day","tick_size":0.0001,)"
           R"("min_trade_amount":0.1,"instrument_type":"reversed","base_currency":"BTC","price_index":"btc_usd","state":"open",)"
           R"("strike":90000,"option_type":"call","expiration_timestamp":1795766400000})";
  }
  void load() {
    tested.start(port, now);
    answer("[" + perpetual() + "," + option() + "]");
  }
};

TEST_F(deribit_feed, loads_the_list_and_is_ready) {
  tested.start(port, now);
  EXPECT_THAT(port.fetches.at(0).url, HasSubstr("/api/v2/public/get_instruments?currency=any"));
  EXPECT_FALSE(port.is_loaded);
  answer("[" + perpetual() + "," + option() + "]");
  EXPECT_TRUE(port.is_loaded);
  EXPECT_EQ(port.defined.size(), 2U);
  EXPECT_THAT(port.told, IsEmpty()) << "listed is enough";
}

TEST_F(deribit_feed, tries_again_when_the_list_does_not_come) {
  tested.start(port, now);
  auto first = std::move(port.fetches.front());
  port.fetches.pop_front();
  first.done(fail(ec::io, "www.deribit.com: connection refused"), now);
  EXPECT_THAT(port.notes, ElementsAre(noted(oddity::refused, "get_instruments")));
  pass(5s);
  ASSERT_EQ(port.fetches.size(), 1U);
  answer("[" + perpetual() + "]");
  EXPECT_TRUE(port.is_loaded);
}

TEST_F(deribit_feed, expires_options_and_settles_them_at_the_delivery_price) {
  load();
  pass(10s);
  EXPECT_THAT(port.told, ElementsAre("BTC-27NOV26-90000-C expired"));
  pass(60s); // the list after the expiry, and the first question for the price
  std::erase_if(port.fetches, [](const auto& x) { return x.url.find("get_instruments") != std::string::npos; });
  ASSERT_EQ(port.fetches.size(), 1U);
  EXPECT_THAT(port.fetches[0].url, HasSubstr("get_delivery_prices?index_name=btc_usd"));
  answer(R"({"data":[{"date":"2026-11-26","delivery_price":89000.0}],"records_total":1})");
  EXPECT_THAT(port.told, testing::SizeIs(1)) << "not yet";
  pass(60s);
  answer(R"({"data":[{"date":"2026-11-27","delivery_price":91234.5}],"records_total":2})");
  EXPECT_THAT(port.told, ElementsAre("BTC-27NOV26-90000-C expired", "BTC-27NOV26-90000-C settled 91234.5"));
  pass(60s);
  EXPECT_THAT(port.fetches, IsEmpty());
}

TEST_F(deribit_feed, follows_states) {
  load();
  struct nobody final : gateway::session_port {
    void send(std::string_view) override {}
    void publish(market_event&&) override {}
    void give_up(std::string_view) override {}
    void hold_off(std::chrono::nanoseconds) override {}
    void note(oddity, std::string_view, std::string_view) override {}
  } socket;
  const auto session = tested.make_session(socket);
  session->opened(now);
  const auto hear = [&](const std::string& channel, const std::string& data) {
    auto text = fmt::format(R"({{"method":"subscription","params":{{"channel":"{}","data":{}}}}})", channel, data);
    deribit::pad(text);
    session->received(text, now);
  };
  const auto state = [&](const std::string& word) {
    hear("instrument.state.any.any",
         fmt::format(R"({{"instrument_name":"BTC-PERPETUAL","state":"{}","timestamp":1795766390000}})", word));
  };
  state("locked");
  state("settlement");
  state("open");
  state("quantum");
  EXPECT_THAT(port.told, ElementsAre("BTC-PERPETUAL halted", "BTC-PERPETUAL resumed", "BTC-PERPETUAL halted"));
  EXPECT_THAT(port.notes, Contains(noted(oddity::unknown, "state")));
  port.told.clear();
  hear("platform_state", R"({"price_index":"btc_usd","locked":true})");
  EXPECT_THAT(port.told, ElementsAre("BTC-PERPETUAL distrusted", "BTC-27NOV26-90000-C distrusted"));
  port.told.clear();
  state("closed");
  EXPECT_THAT(port.told, ElementsAre("BTC-PERPETUAL expired"));
  auto created = option();
  created.replace(created.find("90000-C"), 7, "91000-C");
  hear("instrument.creation.any.any", created);
  EXPECT_TRUE(port.defined.contains("BTC-27NOV26-91000-C"));
}

TEST_F(deribit_feed, an_instrument_that_is_gone_from_the_list_has_ended) {
  load();
  pass(600s); // expired by time meanwhile
  port.told.clear();
  while (port.fetches.front().url.find("get_instruments") == std::string::npos) port.fetches.pop_front();
  answer("[]");
  EXPECT_THAT(port.told, ElementsAre("BTC-PERPETUAL expired"));
}

TEST_F(deribit_feed, looks_up_a_symbol_once) {
  load();
  tested.look_up("ETH-PERPETUAL", now);
  tested.look_up("ETH-PERPETUAL", now);
  ASSERT_EQ(port.fetches.size(), 1U);
  EXPECT_THAT(port.fetches[0].url, HasSubstr("get_instrument?instrument_name=ETH-PERPETUAL"));
  const auto next = std::move(port.fetches.front());
  port.fetches.pop_front();
  next.done(net::http_response{.status = 400, .extra = {}, .body = R"({"error":{"code":13020,"message":"not_found"}})"},
            now);
  EXPECT_THAT(port.notes, ElementsAre(noted(oddity::refused, "get_instrument")));
}

/// A socket that has brought trade 7, and brings others.
struct deribit_feed_with_trades : deribit_feed {
  fake_session_port socket;
  std::unique_ptr<gateway::session> on;
  void SetUp() override {
    load();
    on = tested.make_session(socket);
    on->opened(now);
    on->want({slot_of(*names.find(venue::deribit, "BTC-PERPETUAL"), channel::trades)}, now);
    bring(7);
  }
  void bring(std::uint64_t sequence) {
    on->received(trade_frame(sequence), now);
    tested.round(now);
  }
};

TEST_F(deribit_feed_with_trades, asks_for_those_that_no_socket_brought) {
  bring(8);
  EXPECT_THAT(port.fetches, IsEmpty());
  bring(11);
  ASSERT_EQ(port.fetches.size(), 1U);
  EXPECT_THAT(port.fetches[0].url, HasSubstr("/public/get_last_trades_by_instrument?instrument_name=BTC-PERPETUAL"
                                             "&start_seq=9&end_seq=10&count=1000&sorting=asc"));
  answer(R"({"trades":[)" + trade_text(10) + "," + trade_text(9) + R"(],"has_more":false})");
  ASSERT_EQ(port.late.size(), 2U);
  EXPECT_EQ(std::get<trade>(port.late[0].body).id, "t9") << "the oldest first";
  EXPECT_EQ(std::get<trade>(port.late[1].body).id, "t10");
  EXPECT_EQ(port.late[0].recv_ns, now.wall_ns);
  EXPECT_EQ(port.late[0].venue_ns, 1'700'000'000 * ns_per_s);
}

TEST_F(deribit_feed_with_trades, asks_for_the_end_of_a_long_gap) {
  bring(5'000);
  ASSERT_EQ(port.fetches.size(), 1U);
  EXPECT_THAT(port.fetches[0].url, HasSubstr("&start_seq=4000&end_seq=4999&"));
}

TEST_F(deribit_feed_with_trades, asks_no_faster_than_the_venue_allows) {
  for (std::uint64_t i = 1; i <= 25; ++i) bring(7 + 2 * i);
  EXPECT_EQ(port.fetches.size(), 20U);
  pass(100ms);
  EXPECT_EQ(port.fetches.size(), 21U);
  pass(1s);
  EXPECT_EQ(port.fetches.size(), 25U);
}

TEST_F(deribit_feed_with_trades, keeps_no_more_gaps_than_it_can_ask_about) {
  for (std::uint64_t i = 1; i <= 1'021; ++i) bring(7 + 2 * i); // the first 20 are asked about at once
  EXPECT_EQ(port.fetches.size(), 20U);
  EXPECT_THAT(port.notes, ElementsAre(noted(oddity::refused, "more gaps of trades than can be asked about")));
}

TEST_F(deribit_feed_with_trades, says_so_when_they_are_not_to_be_had) {
  bring(11);
  const auto asked = std::move(port.fetches.front());
  asked.done(fail(ec::io, "www.deribit.com: connection refused"), now);
  EXPECT_THAT(port.notes, ElementsAre(noted(oddity::refused, "get_last_trades_by_instrument")));
  EXPECT_THAT(port.late, IsEmpty());
}

TEST(deribit_next_load, comes_soon_after_eight_in_the_morning) {
  const auto ten = std::int64_t{600} * ns_per_s;
  const auto eight = std::int64_t{1'795'766'400} * ns_per_s;
  EXPECT_EQ(gateway_deribit::next_load(eight - 3'600 * ns_per_s, ten), eight - 3'000 * ns_per_s);
  EXPECT_EQ(gateway_deribit::next_load(eight - 60 * ns_per_s, ten), eight + 60 * ns_per_s);
  EXPECT_EQ(gateway_deribit::next_load(eight + 60 * ns_per_s, ten), eight + 660 * ns_per_s);
}

} // namespace
